"""Section on metagenomes: how much of each community was seen, and whose reads were removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from soilbio.report.content import Block, Section, grid, percent
from soilbio.report.material import Material
from soilbio.standards.sharing_classes import SharingClass as Share

# Comparisons of metagenomes mislead below it, and soils seldom reach it (PMC12477595).
ENOUGH = 0.9
_COLUMNS = ("library_id", "reads_raw", "reads_filtered", "reads_decontaminated")
_MORE = ("removed_by_genome", "community_coverage", "community_coverage_method")


def coverage_sections(material: Material) -> list[Section]:
    """Show how much was seen and what was removed; no section where nothing is of a metagenome."""
    rows = _rows(material)
    audience = material.view.audience
    blocks: list[Block] = []
    seen = [row for row in rows if row["community_coverage_method"]]
    if seen and audience.sees(Share.DERIVED):
        blocks += _seen(seen)
    removed = [row for row in rows if row["removed_by_genome"]]
    if removed and audience.sees(Share.COUNTS):
        blocks += _removed(removed)
    if not rows or not (seen or removed):
        return []
    closed = "The agreement withholds what is derived from the reads of metagenomes."
    return [Section("coverage", "Metagenomes: how much was seen", tuple(blocks) or (closed,))]


def _rows(material: Material) -> list[Mapping[str, Any]]:
    """Take each sequenced library once, though every profiler made a library of it."""
    import polars as pl

    known = material.view.by_id()
    table = material.tables["libraries"].select(*_COLUMNS, *_MORE).collect()
    rows = table.filter(pl.col("library_id").is_in(list(known))).to_dicts()
    once: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        own = tuple(row[name] for name in (*_COLUMNS[1:], *_MORE))
        sample = known[row["library_id"]].sample
        once.setdefault((sample, *own), {**row, "sample": sample})
    return sorted(once.values(), key=lambda row: str(row["sample"]))


def _seen(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    known = [row for row in rows if row["community_coverage"] is not None]
    enough = sum(row["community_coverage"] >= ENOUGH for row in known)
    texts = [
        "The estimate is of the share of the community's DNA, in bases, that is among the reads at"
        " least once, abundant organisms weighing more; from the k-mers that were seen once (Good"
        " 1953), by the length of the reads."
    ]
    if known:
        middle = sorted(row["community_coverage"] for row in known)[len(known) // 2]
        texts.append(_verdict(enough, len(known), middle))
    table = [
        (
            row["sample"],
            row["reads_decontaminated"]
            if row["reads_decontaminated"] is not None
            else row["reads_filtered"],
            None if row["community_coverage"] is None else percent(row["community_coverage"], 1),
            "" if row["community_coverage"] is not None else row["community_coverage_method"],
        )
        for row in rows
    ]
    columns = ("sample", "reads or pairs", "of the community seen", "why there is no estimate")
    return [*texts, grid("Coverage of each metagenome", columns, table, is_folded=False)]


def _verdict(enough: int, number: int, middle: float) -> str:
    if enough == number:
        return (
            f"All {number} reach {ENOUGH:.0%}, at which metagenomes are compared soundly"
            " (PMC12477595): the depth suffices."
        )
    return (
        f"{enough} of {number} reach {ENOUGH:.0%}, at which metagenomes are compared soundly"
        f" (PMC12477595); half see {middle:.0%} or less. For the others the depth does not suffice"
        " to say what is absent, nor to compare rare organisms: compare at equal coverage, not at"
        " equal numbers of reads, or sequence deeper. Soils seldom reach it."
    )


def _removed(rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    parts = [
        (row["sample"], *part.rsplit(":", 1), row["reads_filtered"])
        for row in rows
        for part in str(row["removed_by_genome"]).split("|")
    ]
    table = [
        (sample, genome, int(reads), percent(int(reads), filtered), filtered)
        for sample, genome, reads, filtered in parts
    ]
    columns = ("sample", "genome", "removed", "share", "of trimmed reads or pairs")
    text = (
        "Reads of these genomes were taken out before anything was named; a pair goes if either"
        " mate aligns well. They are in no export."
    )
    return [text, grid("Reads of hosts, crops and contaminants", columns, table, is_folded=False)]
