"""Assays: known primer pairs, and those that a project adds or changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cache
from typing import Any

import yaml

from soilbio.errors import Problems
from soilbio.references.entries import PROFILERS as _WITH_DATABASES
from soilbio.standards import shipped

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What names all reads by a database of its own; and what names those of rRNA genes as amplicons.
WHOLE_READS = _WITH_DATABASES
SSU = "ssu"
PROFILERS = (*WHOLE_READS, SSU)
# What is made of Kraken2's reports where its database has what that needs.
REESTIMATES = "bracken"
_NEEDED = ("target_gene", "forward_primer", "reverse_primer", "min_length_bp", "max_length_bp")


@dataclass(frozen=True, slots=True)
class Assay:
    """One primer pair, IUPAC, 5' to 3'; lengths are of the amplicon without primers.

    An assay of whole metagenomes (`library_strategy` WGS) has profilers instead of primers.

    `forward_follows` and `reverse_follows` are the conserved bases right behind the primers, empty
    where there are none: by them reads are recognised whose primers were removed.
    """

    assay_id: str
    target_gene: str = ""
    target_subfragment: str = ""
    forward_name: str = ""
    forward_primer: str = ""
    reverse_name: str = ""
    reverse_primer: str = ""
    min_length_bp: int = 0
    max_length_bp: int = 0
    primers_in_reads: bool = True
    engine: str | None = None
    domains: tuple[str, ...] = ()
    truncate_1_bp: int | None = None
    truncate_2_bp: int | None = None
    source: str = ""
    seq_meth: str = ""
    forward_follows: str = ""
    reverse_follows: str = ""
    library_strategy: str = "AMPLICON"
    profilers: tuple[str, ...] = ()
    long_reads: bool = False
    reestimates: bool = False

    @property
    def is_shotgun(self) -> bool:
        """Whether reads are of whole metagenomes."""
        return self.library_strategy == "WGS"

    def least_read_bp(self, shotgun: Mapping[str, Any]) -> int:
        """Give the bases that a trimmed read of a metagenome has at least, as configured."""
        least: int = shotgun["long_min_length_bp" if self.long_reads else "min_length_bp"]
        return least

    @property
    def engines(self) -> tuple[str, ...]:
        """What makes profiles of a metagenome, each an assay of its own in the dataset."""
        is_more = self.reestimates and "kraken2" in self.profilers
        return (*self.profilers, *((REESTIMATES,) if is_more else ()))


@cache
def known_assays() -> Mapping[str, Assay]:
    """Read the assays that come with soilbio, by id."""
    text = shipped("resources/assays.yaml").read_text(encoding="utf-8")
    document: dict[str, dict[str, Any]] = yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe one
    return {name: changed(Assay(name), values) for name, values in document.items()}


def changed(assay: Assay, values: Mapping[str, Any]) -> Assay:
    """Override keys of an assay; primers become upper case."""
    known = {part.name for part in fields(Assay)}
    given = {key: value for key, value in values.items() if key in known}
    for key in ("domains", "profilers"):
        if key in given:
            given[key] = tuple(given[key])
    for key in ("forward_primer", "reverse_primer"):
        if key in given:
            given[key] = str(given[key]).upper()
    return replace(assay, **given)


def merge_assays(own: Mapping[str, Mapping[str, Any]], problems: Problems) -> dict[str, Assay]:
    """Join a project's assays, checked by the schema before, to the known ones."""
    assays = dict(known_assays())
    for name, values in own.items():
        is_new = name not in assays
        assay = changed(assays.get(name, Assay(name)), values)
        if is_new:
            _check_new(assay, problems)
        if assay.min_length_bp > assay.max_length_bp:
            problems.add(
                "assay-lengths",
                column=f"assays.{name}.min_length_bp",
                found=str(assay.min_length_bp),
                expected=f"at most max_length_bp, {assay.max_length_bp}",
                fix="Swap or correct the two lengths",
            )
        if assay.long_reads and "sylph" in assay.profilers:
            problems.add(
                "profiler-reads",
                column=f"assays.{name}.profilers",
                found="sylph",
                expected="kraken2, sourmash or ssu for long reads: of reads of more than some 400"
                " bases sylph cannot tell how many are of no genome, nor how many cover one",
                fix="Take sylph out of the list",
            )
        assays[name] = assay
    return assays


def _check_new(assay: Assay, problems: Problems) -> None:
    """Note what an assay of the project's own lacks; a misspelt known one lacks nearly all."""
    needed = ("profilers",) if assay.is_shotgun else _NEEDED
    missing = [key for key in needed if not getattr(assay, key)]
    if missing:
        like = get_close_matches(assay.assay_id, known_assays(), n=1, cutoff=0.8)
        hint = f"Did you mean the known assay '{like[0]}'? Else add" if like else "Add"
        problems.add(
            "assay-incomplete",
            column=f"assays.{assay.assay_id}",
            expected=f"an assay with {', '.join(needed)}",
            fix=f"{hint} {', '.join(missing)}",
        )
