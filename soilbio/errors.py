"""Problems that a user can mend, and how they are told: all at once, each with place and remedy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

_OF_SYSTEM = re.compile(r"^\[Errno \d+\] (.*?)(?:: b?'.*')?$", re.DOTALL)
# Of a problem that many rows share, the screen shows this many values, and rows of each.
_VALUES = 5
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what was found, what was expected, how to mend it.

    `row` counts as a spreadsheet does (the header is row 1); `code` is a stable kebab-case noun;
    `others` are the same problem in further rows.
    """

    code: str
    source: str
    expected: str
    fix: str
    row: int | None = None
    column: str | None = None
    found: str | None = None
    is_warning: bool = False
    others: tuple[Problem, ...] = ()

    def place(self) -> str:
        """Say where the problem lies, as `file:row column`."""
        where = self.source if self.row is None else f"{self.source}:{self.row}"
        return where if self.column is None else f"{where} {_shortened(self.column)}"

    def __str__(self) -> str:
        """Write the problem as one line, always with the same parts in the same order."""
        found = "" if self.found is None else f"found {_quote(self.found)}; "
        warning = "warning: " if self.is_warning else ""
        fix = self.fix if self.fix.endswith("?") else f"{self.fix.rstrip('.')}."
        return (
            f"{self.place()}: {warning}{found}expected {self.expected.rstrip('.')}."
            f" {fix}{self._more()} [{self.code}]"
        )

    def _more(self) -> str:
        """Say how many further rows have the problem; and what they hold, where that differs."""
        if not self.others:
            return ""
        count = f" And {len(self.others)} more row{'' if len(self.others) == 1 else 's'}"
        rows_of = defaultdict[str, list[int]](list)
        for other in self.others:
            rows_of[_quote(other.found or "")].append(other.row or 0)
        if rows_of.keys() <= {_quote(self.found or "")}:
            return f"{count}."
        rest = [value for value in rows_of if value != _quote(self.found or "")]
        told = [f"{value} in {_listed(rows_of[value])}" for value in rest[: _VALUES - 1]]
        left = len(rest) - len(told)
        end = f"; and {left} other value{'' if left == 1 else 's'}" if left else ""
        return f"{count}: {', '.join(told)}{end}."


def _shortened(column: str) -> str:
    """Show the begin of a column's name; some are sequences."""
    return column if len(column) <= _LONGEST else f"{column[: _LONGEST - 3]}..."


def _listed(rows: list[int]) -> str:
    """Name the first of some rows, and the number of the rest."""
    more = f" and {len(rows) - _VALUES} more" if len(rows) > _VALUES else ""
    return f"row{'' if len(rows) == 1 else 's'} {', '.join(map(str, rows[:_VALUES]))}{more}"


def nearest(name: str, names: Iterable[str], cutoff: float = 0.8) -> str:
    """Give the one of several names that is most like another, capitals aside; '' if none is."""
    by_fold = {one.casefold(): one for one in sorted(names, reverse=True)}
    like = get_close_matches(name.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[like[0]] if like else ""


def _quote(value: str) -> str:
    """Show a value on one line, with anything a terminal would act on made visible.

    Of what the system says only the words: its number and the path, which is told as the place, go.
    """
    value = _OF_SYSTEM.sub(r"\1", value)
    return "'" + "".join(c if c.isprintable() else repr(c)[1:-1] for c in value) + "'"


@dataclass(slots=True)
class Problems:
    """Collects the problems found in one source; raise them together when all was looked at."""

    source: str
    found: list[Problem] = field(default_factory=list)

    def add(  # noqa: PLR0913  a problem has these parts, no fewer
        self,
        code: str,
        *,
        expected: str,
        fix: str,
        row: int | None = None,
        column: str | None = None,
        found: str | None = None,
        source: str | None = None,
        is_warning: bool = False,
    ) -> None:
        """Note one problem."""
        place = source or self.source
        self.found.append(Problem(code, place, expected, fix, row, column, found, is_warning))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note problems that were found elsewhere."""
        self.found.extend(problems)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop the work; warnings are left out."""
        return [problem for problem in self.found if not problem.is_warning]

    def raise_if_any(self) -> None:
        """Raise `InputError` with all that was found, if any of it is an error."""
        if self.errors:
            raise InputError(self.found)


def fold(problems: Iterable[Problem]) -> list[Problem]:
    """Make one of a problem that many rows share: the first row, with the others."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        key = (
            problem.code,
            problem.source,
            problem.column,
            problem.expected,
            problem.fix,
            problem.is_warning,
            problem.found if problem.row is None else None,
        )
        known = groups.setdefault(key, [])
        if not known or problem.row is not None:
            known.append(problem)
    return [replace(first, others=tuple(others)) for first, *others in groups.values()]


class InputError(Exception):
    """The user's input has problems; carries all that were found.

    `whole` says where a list of all rows is to be had, for where the message shows some.
    """

    def __init__(self, problems: Iterable[Problem], *, whole: str = "") -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.whole = whole
        super().__init__(str(self))

    def __str__(self) -> str:
        """List the problems, those that many rows share on one line, and count them."""
        errors = sum(not problem.is_warning for problem in self.problems)
        folded = fold(self.problems)
        more = f" {self.whole}" if self.whole and any(one.others for one in folded) else ""
        count = f"{errors} problem{'' if errors == 1 else 's'} found.{more}"
        return "\n".join([*map(str, folded), count])


class Refused(Exception):  # noqa: N818  a decision, not an error
    """An agreement does not allow what was asked; the message names the clauses."""


def problem_of(  # noqa: PLR0913  the parts of a problem
    code: str,
    source: str,
    *,
    expected: str,
    fix: str,
    found: str | None = None,
    row: int | None = None,
    column: str | None = None,
) -> InputError:
    """Make the error for a single problem, where there is nothing else to collect."""
    return InputError([Problem(code, source, expected, fix, row, column, found)])


def disk_full(place: str) -> InputError:
    """Say that there is no room left; what was finished before is kept."""
    return problem_of(
        "disk-full",
        place,
        expected="room on the disk",
        fix="Free some space, or choose another --directory, and start again; finished work stays",
    )


def unwritable(place: str, reason: str) -> InputError:
    """Say that a file or folder is not what we may read or write there."""
    return problem_of(
        "folder-unwritable",
        place,
        found=reason,
        expected="a place that you may read and write",
        fix="Correct its name or permissions, or name another",
    )
