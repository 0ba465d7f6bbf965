"""Chimeras: sequences that PCR joined of two others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

# A half-made strand goes on where it anneals: this many bases must be the same in both parents.
_SHARED_BP = 8
# How far from the drawn place such a stretch is looked for, and how far from it in the other.
_REACH_BP = 40
_END_BP = 20
_TRIES = 20


def join(left: str, right: str, place: int) -> str | None:
    """Join the start of one sequence to the end of another, where the two are alike.

    Parameters
    ----------
    left, right : str
        The parents.
    place : int
        Where in `left` to join; the nearest stretch that both share is taken.

    Returns
    -------
    str or None
        None, if the parents share nothing near the place.

    """
    for distance in range(_REACH_BP):
        for start in (place + distance, place - distance):
            word = left[start : start + _SHARED_BP] if start >= _END_BP else ""
            if len(word) == _SHARED_BP and start + _SHARED_BP <= len(left) - _END_BP:
                found = right.find(word, max(0, start - _REACH_BP), start + _REACH_BP)
                if found >= 0:
                    return left[:start] + right[found:]
    return None


def draw_chimeras(
    sequences: Sequence[str],
    weights: NDArray[np.float64],
    count: int,
    rng: np.random.Generator,
    *,
    known: Collection[str] = (),
) -> list[str]:
    """Draw distinct chimeras of two parents each; common sequences are parents more often.

    Parameters
    ----------
    sequences : sequence of str
        Possible parents.
    weights : ndarray of shape (n_sequences,)
        Shares of the parents, summing to 1.
    count : int
        How many to make; fewer come back where no more can be made.
    rng : Generator
        Source of randomness.
    known : collection of str
        Real sequences; a chimera that equals one of them would be no error, and is not made.

    """
    if np.count_nonzero(weights) < 2:
        return []
    made: dict[str, None] = {}
    for _ in range(count * _TRIES):
        if len(made) == count:
            break
        left, right = rng.choice(len(sequences), 2, replace=False, p=weights).tolist()
        place = int(rng.integers(_END_BP, max(_END_BP + 1, len(sequences[left]) - _END_BP)))
        chimera = join(sequences[left], sequences[right], place)
        if chimera is not None and chimera not in known and chimera not in made:
            made[chimera] = None
    return list(made)
