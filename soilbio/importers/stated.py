"""What a user states of a table in the section `table` of the method; what is none, is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from soilbio.errors import Problems
from soilbio.importers.text import DIRECTIVE, SEPARATORS

VALUES = ("counts", "shares", "percent", "shares-with-rest", "percent-with-rest")
_WORDS = {
    "rows": ("features", "libraries"),
    "separator": tuple(SEPARATORS),
    "values": VALUES,
    "totals": ("none",),
    "sequences": ("incomplete",),
    "features": ("exact",),
}
_LISTS = ("ignore_columns", "ignore_rows")
_TEXTS = ("names", "sheet", "label", "taxids", "abundance", "rank", "profiler")
_TABLE = ("ignore_columns", "ignore_rows", "totals", "values", "sequences")
_SPREADSHEET = (*_TABLE, "rows", "names", "separator", "sheet", "features")
# What each format asks for; what it does not, would be ignored in silence.
OPTIONS = {
    **dict.fromkeys(("table", "phyloseq", "dada2", "mgnify", "mdt"), _SPREADSHEET),
    **dict.fromkeys(("ampliseq", "dadasnake", "lotus2", "qiime2"), _TABLE),
    "biom": (*_TABLE, "features"),
    "mothur": (*_TABLE, "label"),
    "dwca": ("values", "sequences", "features"),
    **dict.fromkeys(("kraken2", "bracken"), ("taxids",)),
    "sylph": ("abundance",),
    "sourmash": ("rank",),
    "taxpasta": ("profiler", "taxids", "totals"),
    "metaphlan": (),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of a table; `libraries` are names that the user's sheets have.

    `names` is the header above the names of rows.
    """

    rows: str = ""
    names: str = ""
    sheet: str = ""
    separator: str = ""
    values: str = ""
    totals: str = ""
    sequences: str = ""
    label: str = ""
    ignore_columns: tuple[str, ...] = ()
    ignore_rows: tuple[str, ...] = ()
    libraries: frozenset[str] = frozenset()


def stated(options: Mapping[str, object]) -> Stated:
    """Take what is stated of a table from the options of an importer."""
    known: dict[str, Any] = {
        one.name: options[one.name] for one in fields(Stated) if one.name in options
    }
    for name in _LISTS:
        if name in known:
            known[name] = tuple(str(part) for part in known[name])
    texts = {name: str(value) for name, value in known.items() if isinstance(value, int | float)}
    return Stated(**(known | texts))


def check_options(
    options: Mapping[str, object], form: str, rows: Mapping[str, int], problems: Problems
) -> None:
    """Note options that the format does not have, and values that are none.

    `rows` are the lines of the method's file on which each stands.
    """
    known = OPTIONS.get(form, ())
    for name, value in options.items():
        if name not in known:
            like = get_close_matches(name, known, n=1)
            _note(
                problems,
                rows,
                name,
                f"one of {', '.join(known)}" if known else f"nothing: {form} has no options",
                f"Did you mean table.{like[0]}?" if like else "Remove it, or correct its name",
            )
        elif expected := _wrong(name, value):
            _note(problems, rows, name, expected, "Correct it", found=str(value))


def _wrong(name: str, value: object) -> str:
    """Tell what was expected of a value; empty where it is right."""
    if name in _LISTS:
        is_list = isinstance(value, list) and all(isinstance(part, str | int) for part in value)
        return "" if is_list else "names in brackets: [one, another]"
    words = _WORDS.get(name, ())
    if words:
        return "" if value in words else f"one of {', '.join(words)}"
    return "" if isinstance(value, str | int | float) else "a word"


def _note(
    problems: Problems,
    rows: Mapping[str, int],
    name: str,
    expected: str,
    fix: str,
    *,
    found: str | None = None,
) -> None:
    problems.add(
        "import-method-key",
        row=rows.get(name),
        column=f"table.{name}",
        found=found,
        expected=expected,
        fix=fix,
    )


def check_ignored(
    names: Iterable[str], there: Iterable[str], side: str, problems: Problems
) -> None:
    """Note names to be ignored that are not there: they are misspelt, or of another table."""
    known = list(there)
    # QIIME 2's directives are no rows to us, whether that is said or not.
    absent = {name for name in names if not name.lower().startswith(DIRECTIVE)} - set(known)
    for name in sorted(absent):
        like = get_close_matches(name, known, n=1)
        problems.add(
            "import-ignored",
            column=name if side == "column" else None,
            found=name,
            expected=f"a {side} that the table has",
            fix=f"Did you mean {like[0]}?" if like else "Correct table.ignore_" + side + "s",
        )


def check_names(told: Stated, headers: Iterable[str], problems: Problems) -> None:
    """Note a header of the names of rows that is not there."""
    known = list(headers)
    if told.names and told.names not in known:
        like = get_close_matches(told.names, known, n=1)
        problems.add(
            "import-name",
            column="table.names",
            found=told.names,
            expected="the header of a column that the table has",
            fix=f"Did you mean {like[0]}?" if like else "Correct table.names in --method",
        )
