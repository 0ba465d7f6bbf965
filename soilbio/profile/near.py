"""Unique sequences that differ from a denoised one in a substitution or two: most of all reads.

An alignment costs vsearch about 0.15 ms whatever it finds, and nearly all unique sequences are a
denoised one with an error or two. Those are found here by comparing equal stretches; the few
others are left to vsearch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A sequence with at most two substitutions is equal to its origin in one of three stretches.
MAX_SUBSTITUTIONS = 2
_QUERIES_AT_ONCE = 10_000
_PAIRS_AT_ONCE = 20_000

_Stretch = tuple[int, int, bytes]


def assign_near(
    queries: Iterable[tuple[str, str, str]],
    denoised: Sequence[tuple[str, str]],
    identity: float,
    rest: Path,
) -> dict[str, str]:
    """Find for each sequence the denoised one of its length with the fewest substitutions.

    Parameters
    ----------
    queries : iterable of (name, size, sequence)
        Upper case, without ambiguous bases; `size` is written to `rest` as it is.
    denoised : sequence of (name, sequence)
        The most abundant first; of two that are equally near the first is taken.
    identity : float
        Share of equal bases (0 to 1) that is demanded.
    rest : Path
        Where queries go that have none within two substitutions, as FASTA.

    Returns
    -------
    dict
        Name of the query to name of the denoised sequence. Held in memory: this, the denoised
        sequences, and 10,000 queries.

    """
    targets = _Targets(denoised)
    found: dict[str, str] = {}
    stream = iter(queries)
    with rest.open("w", encoding="ascii") as handle:
        while block := list(islice(stream, _QUERIES_AT_ONCE)):
            nearest = targets.nearest([sequence.encode() for _, _, sequence in block], identity)
            for number, (name, size, sequence) in enumerate(block):
                if number in nearest:
                    found[name] = denoised[nearest[number]][0]
                else:
                    handle.write(f">{name};{size}\n{sequence}\n")
    return found


class _Targets:
    """Denoised sequences, to be found by any of the stretches that they consist of."""

    def __init__(self, denoised: Sequence[tuple[str, str]]) -> None:
        import numpy as np

        sequences = [sequence.encode() for _, sequence in denoised]
        by_stretch: dict[_Stretch, list[int]] = defaultdict(list)
        for number, sequence in enumerate(sequences):
            for stretch in _stretches(sequence):
                by_stretch[stretch].append(number)
        self._by_stretch: Mapping[_Stretch, NDArray[np.int64]] = {
            stretch: np.array(numbers) for stretch, numbers in by_stretch.items()
        }
        self._letters = _matrix(sequences)

    def nearest(self, queries: Sequence[bytes], identity: float) -> dict[int, int]:
        """Find the nearest one of each query, by numbers; a query that has none is left out."""
        import numpy as np

        pairs = list(self._candidates(queries))
        if not pairs:
            return {}
        rows = np.repeat([row for row, _ in pairs], [len(numbers) for _, numbers in pairs])
        columns = np.concatenate([numbers for _, numbers in pairs])
        differences = self._differences(_matrix(queries), rows, columns)
        lengths = np.array([len(query) for query in queries])
        # A hair's breadth for what 0.97 is not in binary.
        allowed = np.minimum((1 - identity) * lengths + 1e-9, MAX_SUBSTITUTIONS)
        near = differences <= allowed[rows]
        rows, columns, differences = rows[near], columns[near], differences[near]
        order = np.lexsort((columns, differences, rows))
        rows, first = np.unique(rows[order], return_index=True)
        return dict(zip(rows.tolist(), columns[order][first].tolist(), strict=True))

    def _candidates(self, queries: Sequence[bytes]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        for row, query in enumerate(queries):
            for stretch in _stretches(query):
                if stretch in self._by_stretch:
                    yield row, self._by_stretch[stretch]

    def _differences(
        self, letters: NDArray[np.uint8], rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Count the positions in which pairs differ; both of a pair have one length."""
        import numpy as np

        width = min(letters.shape[1], self._letters.shape[1])

        def count(part: slice) -> NDArray[np.int64]:
            ours, theirs = letters[rows[part], :width], self._letters[columns[part], :width]
            counted: NDArray[np.int64] = np.count_nonzero(ours != theirs, axis=1)
            return counted

        starts = range(0, len(rows), _PAIRS_AT_ONCE)
        return np.concatenate([count(slice(start, start + _PAIRS_AT_ONCE)) for start in starts])


def _stretches(sequence: bytes) -> Iterator[_Stretch]:
    """Cut a sequence into one stretch more than substitutions are allowed."""
    parts, length = MAX_SUBSTITUTIONS + 1, len(sequence)
    for part in range(parts):
        yield part, length, sequence[length * part // parts : length * (part + 1) // parts]


def _matrix(sequences: Sequence[bytes]) -> NDArray[np.uint8]:
    """Write sequences as rows of letters, shorter ones filled up with zeros."""
    import numpy as np

    width = max(map(len, sequences), default=0)
    joined = b"".join(sequence.ljust(width, b"\0") for sequence in sequences)
    return np.frombuffer(joined, np.uint8).reshape(len(sequences), width)
