"""The lineages of a reference: reading their table, and which name stands at which rank."""

from __future__ import annotations

import gzip
import re
import zlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from soilbio.errors import Problems, problem_of
from soilbio.taxonomy.pr2 import NINE, canonical_ranks

# Ranks by their letter, as SINTAX, Greengenes, GTDB and UNITE abbreviate them.
RANK_LETTERS = "dkpcofgs"
_POSITIONS = "dpcofgs"
_DOMAINS = frozenset({"Archaea", "Bacteria", "Eukaryota", "Eukarya", "Viruses"})
_PREFIXED = re.compile(r"([a-z]{1,2})__(.*)")
# Printable ASCII that a SINTAX name can hold; the others, and `%`, become %XX.
# What the column of lineages is called in tables that have more, as GTDB-Tk's summaries.
_LINEAGE_HEADERS = frozenset({"classification", "gtdb_taxonomy", "lineage", "taxonomy"})
_SAFE = "".join(
    chr(code) for code in range(33, 127) if not chr(code).isalnum() and chr(code) not in ",;:()%"
)


def read_lineages(path: Path, *, most_bytes: int = -1) -> dict[str, str]:
    """Read a table of id and lineage, `id<tab>lineage`, verbatim; O(rows) in memory.

    With `most_bytes` only the whole lines in so much text are read.

    Raises
    ------
    InputError
        `reference-lineage-format` for lines without a tab, `reference-duplicate` for ids that
        come twice with different lineages.

    """
    problems = Problems(str(path))
    lineages: dict[str, str] = {}
    place: int | None = None  # of the lineages, where a header tells it
    for row, line in enumerate(_lines(path, most_bytes), start=1):
        name, *cells = line.split("\t")
        if not line:
            continue
        if row == 1 and len(cells) > 1 and (named := {*cells} & _LINEAGE_HEADERS):
            place = cells.index(min(named))
            continue
        # A table of more columns says in its header which one has the lineages.
        is_whole = len(cells) == 1 if place is None else len(cells) > place
        lineage = cells[place or 0] if is_whole else ""
        if not is_whole:
            problems.add(
                "reference-lineage-format",
                row=row,
                found=line[:60],
                expected="an id, a tab and a lineage; or, of more columns, a header that calls one"
                f" {', '.join(sorted(_LINEAGE_HEADERS))}",
                fix="Correct the line, or give the lineages as a table of two columns",
            )
        elif lineages.setdefault(name, lineage.strip()) != lineage.strip():
            problems.add(
                "reference-duplicate",
                row=row,
                found=name,
                expected="each id once",
                fix="Remove one of the lines",
            )
    problems.raise_if_any()
    return lineages


def _lines(path: Path, most_bytes: int) -> list[str]:
    """Lines of a plain or gzip file, without their ends."""
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if is_packed else path.open("rb") as handle:
            data = handle.read(most_bytes)
        if len(data) == most_bytes:
            data = data[: data.rfind(b"\n") + 1]
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise problem_of(
            "reference-file-unreadable",
            str(path),
            found=str(error),
            expected="a whole text file in UTF-8, plain or gzip",
            fix="Get the file again, or correct the path",
        ) from error
    return [line.rstrip("\r") for line in text.split("\n")]


def is_of_pr2(lineage: str) -> bool:
    """Tell whether a lineage has PR2's nine names, without prefixes."""
    parts = lineage.rstrip("; ").split(";")
    return len(parts) == len(NINE) and not any(_PREFIXED.fullmatch(part.strip()) for part in parts)


def ranks_of(lineage: str) -> dict[str, str]:
    """Name at each rank that has one, by the rank's letter, in order.

    Names are verbatim. Greengenes, GTDB and UNITE prefixes (`k__`, `d__`, `p__` ...) are
    understood; without prefixes up to seven names are domain to species, nine are PR2's
    (`taxonomy.pr2`). What Greengenes calls kingdom (`k__Bacteria`) is the domain; `k__Fungi` stays
    a kingdom.
    """
    parts = [part.strip() for part in lineage.rstrip("; ").split(";")]
    matches = [_PREFIXED.fullmatch(part) for part in parts]
    if any(matches):
        named = {match[1]: match[2].strip() for match in matches if match}
        if "d" not in named and named.get("k") in _DOMAINS:
            named["d"] = named.pop("k")
    else:
        is_pr2 = is_of_pr2(lineage)
        ranks = canonical_ranks(NINE, parts) if is_pr2 else _POSITIONS[: len(parts)]
        is_known = is_pr2 or len(parts) <= len(_POSITIONS)
        named = {rank[:1]: name for rank, name in zip(ranks, parts, strict=False) if is_known}
    return {letter: named[letter] for letter in RANK_LETTERS if named.get(letter)}


@lru_cache(maxsize=1 << 16)
def to_sintax_name(name: str) -> str:
    """Write a name so that SINTAX can hold it; `from_sintax_name` gives it back."""
    return quote(name, safe=_SAFE)


def from_sintax_name(name: str) -> str:
    """Give back the name that `to_sintax_name` wrote."""
    return unquote(name)
