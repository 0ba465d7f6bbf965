"""Cells that are objects or lists, as BIOM's metadata and text made of them → columns of text."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from soilbio.errors import InputError, problem_of
from soilbio.importers.lineage_columns import (
    columns_of,
    is_called_lineage,
    lineages_of,
)
from soilbio.importers.rank_columns import PREFIX, rank_of

# Objects name ranks by letters, too: {"k": "Bacteria", "p__": "Bacillota"}.
_LETTERS = {letter: rank for rank, letter in PREFIX.items() if rank != "superkingdom"}
_OPENS = ('{"', "{'", '["', "['", "[{", "[[")


def spelled_out(values: Mapping[str, Sequence[Any]], source: str = "") -> dict[str, list[str]]:
    """Give columns of text: an object of ranks and names is a lineage, and so is a list of names.

    What else is in such objects gets columns of its own.

    Raises
    ------
    InputError
        If a column that is called as lineages are holds objects in which no ranks are told.

    """
    opened = _with_ranks_beside(
        {name: [_opened(value) for value in cells] for name, cells in values.items()}
    )
    texts: dict[str, list[str]] = {}
    more: dict[str, list[str]] = {}
    for name, cells in opened.items():
        if is_called_lineage(name) and any(map(_is_nested, cells)):
            raise _untold(name, next(filter(_is_nested, cells)), source)
        if any(isinstance(cell, dict) for cell in cells):
            texts[name], others = _of_objects(name, cells, source)
            for key, column in others.items():
                more[f"{name}.{key}" if key in opened or key in more else key] = column
        else:
            texts[name] = [_text(cell) for cell in cells]
    return texts | more


def has_objects(cells: Sequence[str]) -> bool:
    """Tell whether cells of text hold objects or lists, as programs write them."""
    return any(cell.startswith(_OPENS) for cell in cells)


def _opened(value: Any) -> Any:
    """Read text that is an object or a list; give ranks with their names as one object."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    value = _decoded(value)
    if isinstance(value, str) and value.startswith(_OPENS):
        value = _parsed(value)
    if isinstance(value, dict):
        return (_ranked([value]) or value) or None
    if isinstance(value, list | tuple):
        parts = list(map(_decoded, value))
        return _ranked(parts) or list(map(_alone, parts))
    return value


def _decoded(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _alone(part: Any) -> Any:
    """Take a name out of a list of its own, as R writes them."""
    return part[0] if isinstance(part, list) and len(part) == 1 else part


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _ranked(parts: Sequence[Any]) -> dict[str, Any]:
    """Give names by rank where each part is a rank and its name; else nothing."""
    if all(isinstance(part, dict) and {"rank", "name"} <= part.keys() for part in parts):
        return {str(part["rank"]): part["name"] for part in parts}
    if all(isinstance(part, list | tuple) and len(part) == 2 for part in parts):
        pairs = {str(rank): name for rank, name in parts}
        return pairs if any(map(_rank, pairs)) else {}
    return {}


def _with_ranks_beside(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Give names their ranks where a column of lists has these: taxonomy and taxonomy_ranks."""
    ranks = next((name for name, cells in columns.items() if _are_ranks(cells)), "")
    if not ranks:
        return dict(columns)
    joined = {
        name: [
            dict(zip(words, cell, strict=True)) if cell else cell
            for words, cell in zip(columns[ranks], cells, strict=True)
        ]
        for name, cells in columns.items()
        if name != ranks and _are_parallel(cells, columns[ranks])
    }
    if not joined:
        return dict(columns)
    return {name: joined.get(name, cells) for name, cells in columns.items() if name != ranks}


def _are_ranks(cells: Sequence[Any]) -> bool:
    """Tell whether cells are lists of the words of ranks."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(
        isinstance(cell, list) and all(str(part).lower() in PREFIX for part in cell)
        for cell in filled
    )


def _are_parallel(cells: Sequence[Any], ranks: Sequence[Any]) -> bool:
    pairs = [(cell, words) for cell, words in zip(cells, ranks, strict=True) if cell]
    return bool(pairs) and all(
        isinstance(cell, list) and isinstance(words, list) and len(cell) == len(words)
        for cell, words in pairs
    )


def _of_objects(
    name: str, cells: Sequence[Any], source: str
) -> tuple[list[str], dict[str, list[str]]]:
    """Give the lineage of each object, and what else is in them by key."""
    keys = dict.fromkeys(key for cell in cells if isinstance(cell, dict) for key in cell)
    first = next(cell for cell in cells if isinstance(cell, dict))
    inner: dict[str, list[str]] = {}
    for key in keys:
        column = [_text(cell.get(key)) if isinstance(cell, dict) else "" for cell in cells]
        header = _header(str(key))
        inner[str(key) if header in inner else header] = column
    try:
        columns = columns_of(inner, source)
    except InputError as error:
        raise _untold(name, first, source) from error
    if not columns.has_lineages:
        if is_called_lineage(name):
            raise _untold(name, first, source)
        return [_text(cell) for cell in cells], {}
    lineages = lineages_of(inner, columns)
    named = {columns.whole, *columns.numbered, *columns.lowest, *dict(columns.ranks)}
    return (
        [
            lineage if isinstance(cell, dict) else _text(cell)
            for cell, lineage in zip(cells, lineages, strict=True)
        ],
        {key: column for key, column in inner.items() if key not in named},
    )


def _rank(key: str) -> str:
    return rank_of(key) or _LETTERS.get(key.strip(" _").lower(), "")


def _header(key: str) -> str:
    """Write a key as the header of a column: a letter as its rank, a number as a rank's."""
    return f"Rank{key}" if key.isdigit() else key if rank_of(key) else _rank(key) or key


def _is_nested(cell: Any) -> bool:
    """Tell whether a list holds what is no name."""
    return isinstance(cell, list) and any(isinstance(part, dict | list) for part in cell)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join("" if part is None else str(part) for part in value).rstrip("; ")
    return str(value).strip()


def _untold(name: str, cell: Any, source: str) -> InputError:
    return problem_of(
        "import-lineages",
        source,
        column=name,
        found=str(cell)[:80],
        expected='names by rank (`{"Phylum": "Bacillota"}`), or a list of names from domain down',
        fix="Write it with the words of ranks or as a list; or leave it out of the table",
    )
