"""Canonical ranks with today's names, and what was changed to get there."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from soilbio.standards.ranks import RANKS

# GTDB splits a name into `Bacillus_A`, `Bacillus_B`, …: a suffix is part of its name there only.
# Roman numbers of several letters are RDP's (Clostridium_IV, Clostridium_XI: other genera).
LETTERS = (
    "(?:[A-Z]|[A-HJ-UWYZ][A-Z]{1,2}|[IVX][A-HJ-UWYZ][A-Z]?|[IVX][IVX][A-HJ-UWYZ])"  # no look-ahead
)
SUFFIX = re.compile(rf"_{LETTERS}( |$)")
SUFFIX_AT_END = re.compile(rf"_{LETTERS}$")
CANDIDATUS = re.compile(r"^Candidatus ")
_CANDIDATE = re.compile(r"Candidatus |[Cc]andidate (?:division|phylum) ")
# NCBI's of species that are not of the genus whose name they have: [Clostridium] symbiosum.
_MISPLACED = re.compile(r"^\[([A-Z][a-z-]+)\](?= [a-z])")
_BINOMIAL = re.compile(r"^([A-Z][a-z-]+)(?= [a-z])")


@dataclass(frozen=True, slots=True)
class Change:
    """A name that is another today: rank, former name, today's name, who says so, since when."""

    rank: str
    former: str
    today: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Canonical:
    """A name or None for each canonical rank, and the changes that were made."""

    ranks: dict[str, str | None]
    changes: tuple[Change, ...]


@cache
def changed_names() -> dict[tuple[str, str], Change]:
    """Read the table of changed names, by rank and former name.

    Rank and name together: the class Actinobacteria is no former name of a phylum.
    """
    path = Path(__file__).with_name("changed_names.tsv")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        changes = [
            Change(row["rank"], row["from"], row["to"], row["source"], row["date"]) for row in rows
        ]
    return {(change.rank, change.former): change for change in changes}


# Kingdoms that go by two names: of checklists (Catalogue of Life), and of NCBI, UNITE and PR2.
SAME_KINGDOMS = {"Animalia": "Metazoa", "Plantae": "Viridiplantae"}

# What is an animal or fungus is of no other kingdom; about those of algae and protists databases
# differ (Chromista, Stramenopila, Protozoa), and mean the same organism.
EXCLUSIVE_KINGDOMS = ("Fungi", "Metazoa")


def without_brackets(species: str) -> str:
    """Take NCBI's brackets off the genus of a species: others write none."""
    return _MISPLACED.sub(r"\1", species)


def in_brackets(species: str) -> str:
    """Write a species as NCBI does where its genus is another one."""
    return _BINOMIAL.sub(r"[\1]", species)


def plain(name: str) -> str:
    """Give a name as it is compared: without GTDB's suffix (`Bacillus_A`) and Candidatus.

    Animals and plants are one kingdom each, whichever of its names a database has.
    """
    bare = CANDIDATUS.sub("", SUFFIX.sub(r"\1", name))
    return SAME_KINGDOMS.get(bare, bare)


def _change(rank: str, name: str) -> Change | None:
    """Find a change of a name; a suffix of GTDB's goes along (Firmicutes_D, Bacillota_D).

    Phyla that nobody has described are meant with and without the words for that.
    """
    known = changed_names().get((rank, name))
    if not known and rank == "phylum" and (candidate := _CANDIDATE.match(name)):
        known = changed_names().get((rank, name[candidate.end() :]))
        return known and replace(known, former=name)
    suffix = SUFFIX_AT_END.search(name)
    if known or not suffix:
        return known
    bare = changed_names().get((rank, name[: suffix.start()]))
    return bare and replace(bare, former=name, today=f"{bare.today}{suffix.group()}")


def canonical(lineage: Mapping[str, str]) -> Canonical:
    """Give a parsed lineage today's names; a name that is not in the table stays as it is."""
    changes = tuple(
        change for rank in RANKS if (change := _change(rank, lineage.get(rank, ""))) is not None
    )
    renamed = {change.rank: change.today for change in changes}
    return Canonical({rank: renamed.get(rank, lineage.get(rank)) for rank in RANKS}, changes)
