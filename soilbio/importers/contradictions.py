"""What sources contradict each other in: one name of two sequences, two rows of one name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from soilbio.errors import Problems

_Value = TypeVar("_Value")
_OF_HITS = "Leave the right one; of several hits of a search the best, or what they agree on"


@dataclass(frozen=True, slots=True)
class Said:
    """The sequences that a source gives to names, in a file of sequences or beside something."""

    source: str
    sequences: Mapping[str, str]
    is_of_sequences: bool = False


def check_sequences(said: Iterable[Said]) -> list[str]:
    """Stop where two sources give one name different sequences; note those that one has shorter.

    Names such as ASV1 are given anew in each run: of two runs, lineages of the one would be put on
    sequences of the other. Files of sequences go before columns. A sequence that is a part of the
    other was cut (ITSx, trimming), and is of the same feature.

    Raises
    ------
    InputError
        With the files, and the first of these names.

    """
    first: dict[str, tuple[str, str]] = {}
    problems = Problems("")
    notes = []
    for one in sorted(said, key=lambda one: not one.is_of_sequences):
        others, cut = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        for name, sequence in one.sequences.items():
            source, there = first.setdefault(name, (one.source, sequence))
            if there != sequence:
                is_cut = there in sequence or sequence in there
                (cut if is_cut else others)[source].append(name)
        for source, names in others.items():
            more = f", as have {len(names) - 1} more" if len(names) > 1 else ""
            problems.add(
                "import-sequence",
                source=one.source,
                column=names[0],
                found=f"another sequence of the same name than in {source}{more}",
                expected="one sequence for each name",
                fix="Name the files of one run of the pipeline: each gives names such as ASV1 anew",
            )
        notes += [
            f"{len(names)} sequences are longer in one of two files, such as that of {names[0]};"
            f" those of {Path(source).name} are taken, not of {Path(one.source).name}"
            for source, names in cut.items()
        ]
    problems.raise_if_any()
    return notes


def each_once(
    rows: Iterable[tuple[str, _Value]], source: str, *, fix: str = _OF_HITS
) -> dict[str, _Value]:
    """Give what rows say by name; rows that say the same count once, those without a name not.

    Raises
    ------
    InputError
        With the names of which rows say different things: one of them would win.

    """
    found: dict[str, _Value] = {}
    twice: dict[str, None] = {}
    for name, value in rows:
        if name and found.setdefault(name, value) != value:
            twice[name] = None
    problems = Problems(source)
    if twice:
        more = f", and {len(twice) - 1} more" if len(twice) > 1 else ""
        problems.add(
            "import-name",
            column=next(iter(twice)),
            found=f"{next(iter(twice))} in several rows that differ{more}",
            expected="one row for each name",
            fix=fix,
        )
    problems.raise_if_any()
    return found
