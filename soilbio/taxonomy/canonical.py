"""Canonical ranks with today's names, and what was changed to get there."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soilbio.standards.ranks import RANKS


@dataclass(frozen=True, slots=True)
class Change:
    """A name that is another today: rank, former name, today's name, on what basis."""

    rank: str
    former: str
    today: str
    basis: str


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
        changes = [Change(row["rank"], row["from"], row["to"], row["basis"]) for row in rows]
    return {(change.rank, change.former): change for change in changes}


def canonical(lineage: Mapping[str, str]) -> Canonical:
    """Give a parsed lineage today's names; a name that is not in the table stays as it is."""
    known = changed_names()
    changes = tuple(
        change for rank in RANKS if (change := known.get((rank, lineage.get(rank, "")))) is not None
    )
    renamed = {change.rank: change.today for change in changes}
    return Canonical({rank: renamed.get(rank, lineage.get(rank)) for rank in RANKS}, changes)
