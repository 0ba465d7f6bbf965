"""How many k-mers speak for each of Kraken2's findings, from its reports; read back for reports."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from soilbio.importers.kraken2 import lineage_of, nodes_of
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

COLUMNS = ("library_id", "rank", "name", "reads", "minimizers", "distinct_minimizers")
_RANKS = {"S": "species", "G": "genus"}


def write_evidence(reports: Mapping[str, Path], target: Path) -> None:
    """Write reads, minimizers and different minimizers of species and genera by library."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle, delimiter="\t", lineterminator="\n")
        lines.writerow(COLUMNS)
        for library in sorted(reports):
            nodes = nodes_of(reports[library])
            for place, node in enumerate(nodes):
                rank = _RANKS.get(node.code)
                if rank and node.clade and node.hits is not None:
                    ranks = canonical(parse_lineage(lineage_of(nodes, place))).ranks
                    row = (library, rank, ranks[rank], node.clade, node.hits, node.distinct)
                    lines.writerow(row)
    part.replace(target)
