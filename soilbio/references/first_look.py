"""Whether the two files of a reference are what they should be, by their beginnings."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

from soilbio.errors import InputError, Problem
from soilbio.references.build import missing_lineage, no_sequence, nothing_in, read_sequences
from soilbio.references.lineages import read_lineages

# So many sequences, and so much of the lineages, are looked at: milliseconds, whatever their size.
_RECORDS = 20
_BYTES = 4 << 20


def look_at(sequences: Path, lineages: Path) -> list[Problem]:
    """List what building a classifier of a reference would stumble over at once."""
    problems: list[Problem] = []
    names: dict[str, int] = {}
    strange: Problem | None = None
    try:
        with closing(read_sequences(sequences)) as records:
            for row, (name, sequence) in enumerate(islice(records, _RECORDS), start=1):
                names.setdefault(name, row)
                strange = strange or no_sequence(name, sequence, row, sequences)
        problems += [strange] if strange else [] if names else [nothing_in(sequences)]
    except InputError as error:
        problems += error.problems
    try:
        lacking = names.keys() - read_lineages(lineages, most_bytes=_BYTES).keys()
        if lacking:
            # They may stand in another order than the sequences.
            lacking -= read_lineages(lineages).keys()
    except InputError as error:
        return [*problems, *error.problems]
    return [
        *problems,
        *(missing_lineage(name, row, sequences) for name, row in names.items() if name in lacking),
    ]
