"""Names to look up: a list, one on each line, or a table with columns of lineages or ranks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.importers.columns import number_of
from soilbio.importers.known import bare_row, read_lineages
from soilbio.importers.lineage_columns import columns_of, is_called_lineage, lineages_of
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.ranked_names import are_binomials
from soilbio.importers.supports import accepted, is_of_sintax
from soilbio.importers.text import read_texts, rows_of, without_comments
from soilbio.taxonomy.alone import lineage_alone

# An id, the text as it stands there, and the names in it by rank.
Asked = tuple[str, str, dict[str, str]]
_YEAR = re.compile(r"1[78]\d\d|19\d\d|20[0-4]\d")
_NAMES = re.compile(r"(?:scientific[ _]?)?names?$", re.IGNORECASE)


def read_names(source: Path) -> list[Asked]:
    """Read what is asked; of a list each name once, of a table each row by its id.

    Raises
    ------
    InputError
        If it is no text, or a table without such columns.

    """
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise problem_of(
            "names-unreadable",
            str(source),
            found=str(error),
            expected="a dataset, or a text file (UTF-8) with a name or lineage on each line",
            fix="Correct the path or the encoding",
        ) from error
    lines = without_comments([line.strip() for line in text.splitlines() if line.strip()])
    if lines and (_is_table(lines) or _has_numbers(lines)):
        return _of_table(source)
    if lines and _is_header(lines[0]):
        del lines[0]
    texts = list(dict.fromkeys(map(_without_marks, lines)))
    return [(str(place), one, lineage_alone(one)) for place, one in enumerate(texts, start=1)]


def _is_table(lines: Sequence[str]) -> bool:
    """Tell a table by its first line: columns, one of them called as names or ranks are.

    Tabs in most lines make one, too, below a title. Lineages with the words of ranks in them
    (`Bacteria;domain;…`) have these on the next line, too. SINTAX's may begin with
    sequences of which it tells nothing.
    """
    is_tabbed = "\t" in lines[0] or 2 * sum("\t" in line for line in lines) > len(lines)
    if is_tabbed or any(is_of_sintax(line.split("\t")) for line in lines):
        return True
    mark = max(",;", key=lines[0].count)
    above, *below = ([cell.strip("\"' ") for cell in line.split(mark)] for line in lines[:2])
    if len(above) < 2 or not any(map(_is_header, above)):
        return False
    return bool(below) and not any(
        one == other for one, other in zip(above, below[0], strict=False) if _is_header(one)
    )


def _has_numbers(lines: Sequence[str]) -> bool:
    """Tell a table by numbers beside most rows, which its header has not; a year is an author's."""
    mark = max(",;", key="\n".join(lines).count)
    cells = [[cell.strip("\"' ") for cell in line.split(mark)] for line in lines]
    counted = [any(map(_is_count, row[1:])) or _is_count(row[0]) for row in cells]
    return len(cells[0]) > 1 and not counted[0] and 2 * sum(counted[1:]) > len(counted) - 1


def _is_count(cell: str) -> bool:
    return number_of(cell) is not None and not _YEAR.fullmatch(cell)


def _is_header(text: str) -> bool:
    text = text.strip("\"' ")
    return bool(rank_of(text)) or is_called_lineage(text) or bool(_NAMES.fullmatch(text))


def _without_marks(text: str) -> str:
    """Take off the marks that spreadsheets write behind the only cell of a row."""
    bare = text.rstrip(";, ")
    return text if ";" in bare or "__" in bare else bare


def _of_table(source: Path) -> list[Asked]:
    if bare_row(source):
        pairs = [(name, taxon.lineage) for name, taxon in read_lineages(source).items()]
        return [(name, text, _parsed(text)) for name, text in pairs]
    header, rows = read_texts(source)
    texts = {name: [row.get(name, "") for row in rows] for name in header}
    columns = columns_of(texts, str(source))
    names = [name for name in header if _NAMES.fullmatch(name.strip())]
    if columns.has_lineages:
        found = lineages_of(texts, columns)
    elif names or (names := [name for name in header if are_binomials(texts[name])][:1]):
        found = texts[names[0]]
    else:
        raise _without_names(source, header)
    is_id = header[0] not in {*columns.taken, *names[:1]}
    own = texts[header[0]] if is_id else []
    rows_below = (str(number) for number, _ in islice(rows_of(source), 1, None))
    ids = own if len(set(own)) == len(found) else list(rows_below)
    return [(name, text, _parsed(text)) for name, text in zip(ids, found, strict=True)]


def _parsed(text: str) -> dict[str, str]:
    names, _ = accepted(text)
    return lineage_alone(names) if names else {}


def _without_names(source: Path, header: Sequence[str]) -> Exception:
    return problem_of(
        "names-unreadable",
        str(source),
        row=1,
        found=", ".join(header[:8]),
        expected="a column of lineages (Taxon) or names (scientificName), or one for each rank",
        fix="Name the columns so; or write the names into a file of their own, one on each line",
    )
