"""Kraken2: reports (`--report`), with or without minimizers; each taxon's own reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.grid import open_text
from soilbio.importers.profiles import Line, collect, library_of, wrong

_RANKS = {
    **{"D": "d", "R": "", "K": "k", "P": "p", "C": "c", "O": "o", "F": "f", "G": "g", "S": "s"},
    "U": "",
    "-": "",  # Centrifuge's reports in Kraken's form
}
# Since NCBI calls superkingdoms domains (2025), Kraken2 has no letter for them: codes '' and '1'.
_DOMAINS = frozenset({"2", "2157", "2759"})


def recognise(source: Path) -> str:
    """Tell why a file is a report."""
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
        sources, partial(_read, taxids=taxids), shares=False, method={"engine": "kraken2"}
    )
    found.notes.append(
        f"taxids are those of {taxids}; `table: {{taxids: gtdb}}` in --method for another database"
    )
    return found


def _read(source: Path, taxids: str) -> dict[str, list[Line]]:
    return {library_of(source): list(_lines(source, taxids))}


def _lines(source: Path, taxids: str) -> Iterator[Line]:
    above: list[tuple[int, str, str]] = []  # indentation, prefix, name
    direct = whole = 0
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\n").split("\t")
            if len(cells) not in (6, 8) or not cells[2].strip().isdigit():
                raise wrong(source, number, line, "6 or 8 columns: share, reads, own reads, rank …")
            code, taxid, name = cells[-3].strip(), cells[-2].strip(), cells[-1]
            if not code.rstrip("0123456789") and taxids == "ncbi":
                code = "D" if taxid in _DOMAINS else "R1"
            if code[:1] not in _RANKS or not taxid.isdigit():
                raise wrong(source, number, f"{code} {taxid}", "a rank code and a taxid")
            depth = len(name) - len(name.lstrip())
            while above and above[-1][0] >= depth:
                above.pop()
            # Of codes with a number (G1) only the rank itself is one of ours.
            prefix = _RANKS[code[0]] if len(code) == 1 else ""
            above.append((depth, prefix, name.strip()))
            own = int(cells[2])
            direct += own
            whole += 0 if depth else int(cells[1])
            if own:
                lineage = "; ".join(f"{mark}__{text}" for _, mark, text in above if mark)
                yield f"{taxids}:{taxid}", Taxon(lineage=lineage, taxon_id=f"{taxids}:{taxid}"), own
    if direct != whole or not direct:
        found = f"{direct} reads of taxa, {whole} in all"
        raise wrong(source, None, found, "all taxa, so that their own reads add up")
