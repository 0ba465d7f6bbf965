"""Kraken2's reports of an assay → what of them is re-estimated, at each rank and as one profile."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.importers.found import Taxon
from soilbio.importers.kraken2 import lineage_of, nodes_of
from soilbio.profile.reestimate import (
    LETTERS,
    UNCLASSIFIED,
    AtRank,
    Node,
    read_distribution,
    reestimate,
    settled,
)

if TYPE_CHECKING:
    from _csv import Writer

# As Bracken calls them; estimated reads need be no whole numbers.
COLUMNS = (
    *("library_id", "name", "taxonomy_id", "taxonomy_lvl", "kraken_assigned_reads"),
    *("added_reads", "new_est_reads", "fraction_total_reads"),
)
Row = tuple[str, str, float]  # library, feature, share


def collect_reestimates(
    reports: Mapping[str, Path],
    taxids: str,
    distribution: Path,
    min_reads: int,
    table: Path,
) -> tuple[list[Row], dict[str, Taxon]]:
    """Re-estimate the reports of libraries; write each rank's estimates as Bracken does.

    Parameters
    ----------
    reports : mapping of library to Path
        Of libraries with reads.
    taxids : str
        What stands before a taxid in a feature's id.
    distribution : Path
    min_reads : int
    table : Path
        Where estimates at each rank are written.

    Returns
    -------
    rows : list of Row
        Shares of all reads: species as estimated, what stays at a wider taxon, and unclassified.
    taxa : dict
        The features.

    """
    nodes = {name: nodes_of(path) for name, path in reports.items()}
    there = {node.taxid for report in nodes.values() for node in report}
    shares = read_distribution(distribution, there)
    rows: list[Row] = []
    taxa: dict[str, Taxon] = {}
    part = table.with_name(f"{table.name}.part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle, delimiter="\t", lineterminator="\n")
        lines.writerow(COLUMNS)
        for library in sorted(nodes):
            for letter in LETTERS:
                found = reestimate(nodes[library], shares, letter, min_reads)
                _write_rank(library, found, lines)
            species = reestimate(nodes[library], shares, "S", min_reads)
            for place, share in _shares(nodes[library], species, min_reads):
                feature = f"{taxids}:{nodes[library][place].taxid}"
                taxa[feature] = Taxon(lineage=lineage_of(nodes[library], place), taxon_id=feature)
                rows.append((library, feature, share))
    part.replace(table)
    return rows, taxa


def _shares(report: Sequence[Node], species: AtRank, min_reads: int) -> Iterator[tuple[int, float]]:
    """Give the share of all reads at each place, unclassified reads among them."""
    whole = sum(node.own for node in report)
    for place, reads in sorted(settled(report, species, min_reads).items()):
        yield place, reads / whole
    for place, node in enumerate(report):
        if node.code == UNCLASSIFIED and node.own:
            yield place, node.own / whole


def _write_rank(library: str, found: AtRank, lines: Writer) -> None:
    whole = sum(one.reads for one in found.estimates)
    for one in sorted(found.estimates, key=lambda one: (-one.reads, one.node.taxid)):
        numbers = (f"{one.added:.3f}", f"{one.reads:.3f}", f"{one.reads / whole:.6f}")
        node = one.node
        lines.writerow([library, node.name, node.taxid, node.code, node.clade, *numbers])
