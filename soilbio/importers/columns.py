"""Which columns of a table are numbers of libraries or features, and which are text beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from soilbio.errors import Problems
from soilbio.importers.rank_columns import rank_of, supports_in

_RANKS = (
    "domain|superkingdom|kingdom|supergroup|division|subdivision|phylum|class|order|family|genus|"
    "species"
)
# Headers of columns that are no library, whatever their cells look like.
_TEXT = re.compile(
    rf"^(?:taxonomy|taxon|taxa|lineage|consensus ?lineage|confidence|{_RANKS}|sequence|seq|"
    r"dna_?sequence|length|len|row\.?names|sh|size|representative|repseq|scientificname|"
    r"taxonomy_?id|tax_?id|ncbi_?tax(?:onomy)?_?id|pident|%[ _]?id|e_?value|bit_?score|"
    r".*[._]boot|boot[._].*)$",
    re.IGNORECASE,
)
# A rank with more behind it: supports, another database's name; or a library called Family_1.
_OF_RANK = re.compile(rf"^(?:{_RANKS})[._].*$", re.IGNORECASE)
# What people write where a number should be: decimal commas, thousands, limits, words for nothing.
_LIKE = re.compile(
    r"^(?:[<>~±≤≥]?\s*[-+]?\d[\d.,'  ]*\s*%?|n\.?\s?[ad]\.?|nd|bdl|b\.d\.l\.|-+|\?|x|\.)$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NOTHING = frozenset({"", "na", "nan", "null"})
_SOME = 100  # problems of one kind in one file are not told a thousand times


@dataclass(slots=True)
class Kinds:
    """Places of columns: of numbers, of text; `mixed` are of text that may be of numbers."""

    numbers: list[int] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)


def kinds_of(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    ignored: Collection[str],
    libraries: Collection[str],
) -> Kinds:
    """Tell columns of numbers from columns of text, by their headers and first rows.

    Names in `libraries` are of numbers, whatever else they may mean.
    """
    kinds = Kinds()
    for place in range(1, len(header)):
        name = header[place].strip()
        if name in ignored:
            continue
        cells = [row[place].strip() for row in rows if place < len(row)]
        is_number = name in libraries or _is_numbers(name, cells)
        (kinds.numbers if is_number else kinds.texts).append(place)
        may_be_number = not _OF_RANK.match(name) or (
            _looks_numeric(cells) and any(number_of(cell) is not None for cell in cells)
        )
        is_text = bool(_TEXT.match(name) or supports_in([name]))
        if not is_number and not is_text and may_be_number:
            kinds.mixed.append(place)
    return _without_marks(header, rows, kinds, libraries)


def _without_marks(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    kinds: Kinds,
    libraries: Collection[str],
) -> Kinds:
    """Take columns of marks (`?`, `x`, `-`) for text in a sheet of ranks that has no counts."""
    is_of_ranks = sum(bool(rank_of(name)) for name in header) > 1
    is_named = any(header[place].strip() in libraries for place in kinds.numbers)
    cells = (row[place] for place in kinds.numbers for row in rows if place < len(row))
    has_numbers = any(
        _DIGIT.search(cell) and (number_of(cell) is not None or _LIKE.match(cell.strip()))
        for cell in cells
    )
    if not is_of_ranks or is_named or has_numbers:
        return kinds
    return Kinds([], sorted(kinds.numbers + kinds.texts), kinds.mixed)


def _is_numbers(name: str, cells: Sequence[str]) -> bool:
    """Tell a column of numbers; not one called as text is, or one of several rows and no cell."""
    if _TEXT.match(name) or _OF_RANK.match(name):
        return False
    if len(cells) > 1 and not any(map(_is, cells)):
        return False
    return _looks_numeric(cells) and bool(name or any(cells))


def _looks_numeric(cells: Sequence[str]) -> bool:
    """Tell whether cells are meant as numbers: at least as many look like it as do not."""
    filled = [cell for cell in cells if _is(cell)]
    alike = sum(number_of(cell) is not None or bool(_LIKE.match(cell)) for cell in filled)
    return 2 * alike >= len(filled)


def number_of(text: str) -> float | None:
    """Read a number; none where it is none."""
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def check_mixed(
    texts: Mapping[str, Sequence[str]],
    rows: Sequence[int],
    names: Sequence[str],
    problems: Problems,
) -> None:
    """Note columns of text in which there are numbers: a library may be hidden in them."""
    for name in names:
        cells = texts[name]
        numbers = [at for at, cell in enumerate(cells) if number_of(cell) is not None and _is(cell)]
        if not numbers:
            continue
        others = [at for at, cell in enumerate(cells) if number_of(cell) is None and _is(cell)]
        places = others if len(others) <= len(numbers) else numbers
        for at in (places or numbers)[:_SOME]:
            problems.add(
                "import-column",
                row=rows[at],
                column=name,
                found=cells[at],
                expected=f"only numbers ({len(numbers)} are) or only text ({len(others)} are)",
                fix=f"Correct the cells; or, if it is no library, say `table: {{ignore_columns:"
                f" ['{name}']}}` in --method",
            )


def _is(cell: str) -> bool:
    return cell.lower() not in _NOTHING
