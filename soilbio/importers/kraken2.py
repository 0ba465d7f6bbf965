"""Kraken2: reports (`--report`), with or without minimizers; each taxon's own reads.

Kraken 1 and Centrifuge write the same form, and another code for what has no rank.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.profiles import OF_METAGENOMES, Line, collect, library_of, wrong
from soilbio.importers.ranked_names import without_mark
from soilbio.importers.text import open_text
from soilbio.profile.reestimate import Node
from soilbio.references.kraken2_taxonomy import foreign_to_ncbi

_RANKS = {
    **{"D": "d", "R": "", "K": "k", "P": "p", "C": "c", "O": "o", "F": "f", "G": "g", "S": "s"},
    "U": "",
    "-": "",
}
# What is of no taxon has no number of anybody's; as NCBI's it is `ncbi:0`.
_NO_TAXON, UNCLASSIFIED = "0", "unclassified"
# Since NCBI calls superkingdoms domains, and viruses an acellular root (2025), Kraken2 has no
# letter for them and counts on from the root (R2). Some builds (2.1.2 of Debian 12) leave letters
# out here and there, of the root, of domains, of phyla below them.
_DOMAINS = frozenset({"Bacteria", "Archaea", "Eukaryota", "Viruses"})
# So many reads of Kraken2's are never all of one rank.
_MANY = 1000
_NO_RANK = ("", "R", "-")
# Names of viruses' kingdoms, and of realms above them, end so (ICTV's code of nomenclature).
_VIRAL_KINGDOM, _VIRAL_REALM = "virae", "viria"
_KINGDOMS = frozenset(
    [
        "Bacillati",
        "Fusobacteriati",
        "Pseudomonadati",
        "Thermotogati",
        "Methanobacteriati",
        "Nanobdellati",
        "Promethearchaeati",
        "Thermoproteati",
        "Fungi",
        "Metazoa",
        "Viridiplantae",
    ]
)


def recognise(source: Path) -> str:
    """Tell why a file is a report of reads that were counted."""
    form = "" if is_of_bracken(source) else report_form(source)
    return f"{form}, by Centrifuge or Kraken 1" if form and is_of_another(source) else form


def is_of_another(source: Path) -> bool:
    """Tell whether a report is of another program, which writes `-` for what has no rank."""
    if not report_form(source):
        return False
    with open_text(source) as handle:
        return any(line.split("\t")[-3:-2] == ["-"] for line in handle)


def is_of_bracken(source: Path) -> bool:
    """Tell whether a report is Bracken's, which writes its estimates in the same form.

    Those are of one rank, and nothing is unclassified. Of few reads that may be so in a report of
    Kraken2, too: then the name tells it.
    """
    own = _own_reads(source)
    if "U" in own or len({code[:1] for code in own}) != 1:
        return _is_called_bracken(source) and not own
    is_estimated = len(own) == 1 and sum(map(sum, own.values())) >= _MANY
    return _is_called_bracken(source) or is_estimated


def _is_called_bracken(source: Path) -> bool:
    return bool(re.search("bracken|breport", source.name, re.IGNORECASE))


def _own_reads(source: Path) -> dict[str, list[int]]:
    """Give the own reads of a report's taxa by rank code; nothing of what is no report."""
    own: defaultdict[str, list[int]] = defaultdict(list)
    if report_form(source):
        with open_text(source) as handle:
            for cells in (line.rstrip("\n").split("\t") for line in handle):
                if len(cells) > 5 and cells[2].strip() not in ("", "0"):
                    reads = cells[2].strip()
                    own[cells[-3].strip()].append(int(reads) if reads.isdigit() else 0)
    return own


def report_form(source: Path) -> str:
    """Tell why a file has the form of a report."""
    if not source.is_file():
        return ""
    with open_text(source) as handle:
        cells = handle.readline().rstrip("\n").split("\t")
    is_one = len(cells) in (6, 8) and cells[-2].strip().isdigit() and cells[-3][:1] in {*_RANKS, ""}
    return f"{len(cells)} columns, with rank codes and taxids" if is_one else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read reports; unclassified reads are a feature of their own."""
    taxids = str(options.get("taxids", "ncbi"))
    found = collect(
        sources,
        partial(_read, taxids=taxids),
        shares=False,
        method={"engine": "kraken2", "abundance": "sequence"},
        usual=OF_METAGENOMES,
    )
    found.notes.append(note_on(taxids))
    if others := [path.name for path in found.sources if is_of_another(path)]:
        del found.method["engine"]
        found.notes.append(
            f"{len(others)} reports are of Centrifuge or Kraken 1, which the rank code `-` tells,"
            f" such as {others[0]}: the engine is the one that is stated"
        )
    return found


def _read(source: Path, taxids: str) -> dict[str, list[Line]]:
    if is_of_bracken(source) and report_form(source):
        expected = (
            "reads that Kraken2 counted; these are Bracken's estimates, of the form `bracken`"
        )
        raise wrong(source, None, source.name, expected)
    return {library_of(source): list(lines_of(source, taxids))}


def lines_of(source: Path, taxids: str) -> Iterator[Line]:
    """Yield the taxa of a report that have reads of their own, and how many."""
    nodes = nodes_of(source)
    check_numbers(source, taxids, ((int(node.taxid), node.name) for node in nodes))
    for place, node in enumerate(nodes):
        if node.own:
            taxon_id = f"{taxids}:{node.taxid}"
            if node.taxid == _NO_TAXON and taxids != "ncbi":
                taxon_id = UNCLASSIFIED
            yield taxon_id, Taxon(lineage=lineage_of(nodes, place), taxon_id=taxon_id), node.own


def note_on(taxids: str) -> str:
    """Say whose numbers taxa are taken to have."""
    if taxids != "ncbi":
        return f"taxids are those of {taxids}"
    advice = "; `table: {taxids: gtdb}` in --method for another database"
    return Advised("taxids are taken for NCBI's", advice)


def check_numbers(
    source: Path,
    taxids: str,
    taxa: Iterable[tuple[int, str]],
    lowest: Iterable[tuple[int, str]] = (),
) -> None:
    """Refuse to call numbers NCBI's that are not: of a database of GTDB, or of one's own.

    `lowest` are numbers with the last names of their lineages.

    Raises
    ------
    InputError
        As `wrong` makes it.

    """
    if taxids == "ncbi" and (name := foreign_to_ncbi(taxa, lowest)):
        said = "numbers of NCBI's, or `table: {taxids: own}` (or gtdb) in --method"
        raise wrong(source, None, f"{name}, which has another number or name there", said)


def lineage_of(nodes: Sequence[Node], place: int) -> str:
    """Write the names above a line, and its own, each with the prefix of its rank."""
    names: list[str] = []
    while place >= 0:
        node = nodes[place]
        # Of codes with a number (G1) only the rank itself is one of ours.
        prefix = _RANKS[node.code] if len(node.code) == 1 else ""
        if prefix:
            names.append(f"{prefix}__{without_mark(node.name)}")
        place = node.above
    return "; ".join(reversed(names))


def nodes_of(source: Path) -> list[Node]:
    """Read the lines of a report, unclassified reads among them.

    Raises
    ------
    InputError
        If it is no report, or its reads do not add up.

    """
    nodes: list[Node] = []
    above: list[tuple[int, int]] = []  # indentation, place
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\n").split("\t")
            numbers = cells[1:-3]
            if len(cells) not in (6, 8) or not all(one.strip().isdigit() for one in numbers):
                raise wrong(source, number, line, "6 or 8 columns: share, reads, own reads, rank …")
            code, taxid, name = cells[-3].strip(), cells[-2].strip(), cells[-1]
            if code.rstrip("0123456789") not in {*_RANKS, ""} or not taxid.isdigit():
                raise wrong(source, number, f"{code} {taxid}", "a rank code and a taxid")
            depth = len(name) - len(name.lstrip())
            while above and above[-1][0] >= depth:
                above.pop()
            parent = above[-1][1] if above else -1
            if code.rstrip("0123456789") in _NO_RANK and _is_domain(name.strip()):
                code = "D"
            elif not code.rstrip("0123456789"):
                code = _missing_code(code, name.strip(), nodes[parent].code if above else "")
            above.append((depth, len(nodes)))
            reads = (int(cells[1]), int(cells[2]))
            minimizers = [int(one) for one in cells[3:5]] if len(cells) == 8 else []
            nodes.append(Node(taxid, code, name.strip(), *reads, parent, *minimizers))
    direct = sum(node.own for node in nodes)
    whole = sum(node.clade for node in nodes if node.above < 0)
    if direct != whole or not direct:
        found = f"{direct} reads of taxa, {whole} in all"
        raise wrong(source, None, found, "all taxa, so that their own reads add up")
    return nodes


def _is_domain(name: str) -> bool:
    return without_mark(name) in _DOMAINS


def _missing_code(number: str, name: str, above: str) -> str:
    """Give a line without a letter the rank that follows on that of the line above it.

    `number` is what stands in the letter's place: one for what lies between two ranks.
    """
    if not above or number:
        return f"{above[:1] or 'R'}{number}"
    if name.endswith(_VIRAL_REALM):
        return f"{above[:1]}1"
    if name in _KINGDOMS or name.endswith(_VIRAL_KINGDOM):
        return "K"
    following = {"D": "P", "K": "P", "P": "C", "C": "O", "O": "F", "F": "G", "G": "S"}
    return following.get(above[:1], "R1")
