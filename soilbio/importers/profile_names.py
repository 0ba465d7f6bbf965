"""Names that profiles have and taxpasta leaves out: Kaiju's, KrakenUniq's, Centrifuge's, KMCP's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from soilbio.errors import InputError
from soilbio.importers.kraken2 import lineage_of, nodes_of
from soilbio.importers.text import open_text

# A row of a table of taxpasta's that has names: name, rank, lineage, rank_lineage.
Named = Mapping[str, str]
# Kaiju names the rank of its table in the row of what is of none.
_OF_RANK = re.compile(r"cannot be assigned to a \(non-viral\) (\w+)")
_NAMELESS = re.compile(r"taxonid:|cannot be assigned|unclassified$")
# KrakenUniq numbers these itself, from a billion on (`--taxids-for-genomes`), anew in each build.
_OF_GENOMES = ("assembly", "sequence")
_VIRUSES = "Viruses"


def names_in(source: Path, profiler: str) -> dict[str, Named]:
    """Give what a profile says of its taxa, by their numbers; nothing where it has no names."""
    read = _READ.get(profiler)
    if not read:
        return {}
    try:
        return dict(read(source))
    except InputError:
        return {}  # whether the profile is sound, taxpasta tells


def _rows(source: Path, first: str) -> Iterator[dict[str, str]]:
    """Yield rows by header, which begins with a word; names keep the spaces before them."""
    header: list[str] = []
    with open_text(source) as handle:
        for line in handle:
            cells = line.rstrip("\r\n").split("\t")
            if header and len(cells) == len(header):
                yield dict(zip(header, cells, strict=True))
            elif cells[0] == first:
                header = cells


def _of_kaiju(source: Path) -> Iterator[tuple[str, Named]]:
    """Give lineages (`kaiju2table -p` or `-l`), or names of the one rank that the table is of."""
    rows = list(_rows(source, "file"))
    told = (_OF_RANK.search(row["taxon_name"]) for row in rows)
    rank = next((found[1] for found in told if found), "")
    for row in rows:
        name = row["taxon_name"].strip()
        if _NAMELESS.match(name):
            continue
        if ";" in name:
            yield row["taxon_id"], {"lineage": name.rstrip("; ")}
        else:
            yield row["taxon_id"], {"name": name, "rank": "domain" if name == _VIRUSES else rank}


def _of_krakenuniq(source: Path) -> Iterator[tuple[str, Named]]:
    """Give lineages, which the spaces before names tell.

    A genome or sequence that has a number of the database alone is of the taxon above it.
    """
    above: list[tuple[int, dict[str, str]]] = []  # indentation, row
    for row in _rows(source, "%"):
        text = row["taxName"]
        depth = len(text) - len(text.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, row))
        taxa = [one for _, one in above if one["rank"] not in _OF_GENOMES]
        if row["taxID"] != "0" and taxa:
            yield (
                row["taxID"],
                {
                    "taxonomy_id": taxa[-1]["taxID"],
                    "lineage": ";".join(one["taxName"].strip() for one in taxa),
                    "rank_lineage": ";".join(one["rank"] for one in taxa),
                },
            )


def _of_centrifuge(source: Path) -> Iterator[tuple[str, Named]]:
    nodes = nodes_of(source)
    for place, node in enumerate(nodes):
        if lineage := lineage_of(nodes, place):
            yield node.taxid, {"lineage": lineage}


def _of_kmcp(source: Path) -> Iterator[tuple[str, Named]]:
    for row in _rows(source, "ref"):
        if row.get("taxpath"):
            yield row["taxid"], {"lineage": row["taxpath"]}
        elif row.get("taxname"):
            yield row["taxid"], {"name": row["taxname"], "rank": row.get("rank", "")}


_READ: dict[str, Callable[[Path], Iterator[tuple[str, Named]]]] = {
    "kaiju": _of_kaiju,
    "krakenuniq": _of_krakenuniq,
    "centrifuge": _of_centrifuge,
    "kmcp": _of_kmcp,
}
