"""A parametric model of Illumina qualities, and of the errors that go with them.

A quality is the instrument's best value less a deficit. The logarithm of the deficit rises along
the read (faster in the second read), and varies between reads and, as a first-order Markov
process, along each read. The numbers were chosen so that mean qualities and expected errors look
like a 2x250 MiSeq run (0.6 and 1.4 expected errors per read); they were not fitted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soilbio.simulate.design import Errors

BEST, WORST = 38, 2
# Quality bins of two-colour instruments: highest quality of a bin, and the value it is given.
BINS = ((2, 2), (14, 12), (30, 23), (93, 37))
# Of 100 substitutions of A, C, G, T (rows), how many are to A, C, G, T (columns). Illumina's
# frequent A>C, C>A, G>T and T>G, in the direction of Schirmer et al. 2015, Nucleic Acids Res.
# 43:e37; the numbers are round ones.
SUBSTITUTIONS = ((0, 50, 28, 22), (45, 0, 20, 35), (30, 20, 0, 50), (20, 40, 40, 0))
# The deficit is looked up, not computed, so that it is the same on every machine.
_TABLE_STEP, _TABLE_LOW, _TABLE_HIGH = 1 / 32, -4.0, 5.0


@dataclass(frozen=True, slots=True)
class ReadModel:
    """How the deficit of quality develops; `start` and `end` are its medians at cycles 1, 250."""

    start: float
    end: float
    power: float
    between_reads: float
    within_reads: float
    memory: float


READ_1 = ReadModel(1.3, 5.0, 2.0, between_reads=0.42, within_reads=0.80, memory=0.60)
READ_2 = ReadModel(1.8, 6.5, 1.5, between_reads=0.40, within_reads=0.78, memory=0.60)
# The first cycles are worse: instruments have not yet learnt their correction factors.
_WARM_UP_CYCLES, _WARM_UP_FACTOR = 5, 3.0


def _quality_table() -> NDArray[np.uint8]:
    steps = round((_TABLE_HIGH - _TABLE_LOW) / _TABLE_STEP) + 1
    deficits = [math.exp(_TABLE_LOW + step * _TABLE_STEP) for step in range(steps)]
    return np.array([max(WORST, BEST - math.floor(d)) for d in deficits], np.uint8)


def _log_deficit(cycle: int, model: ReadModel) -> float:
    """Median of the logarithm of the deficit at a cycle, counted from 0."""
    warm_up = max(0.0, 1 - cycle / _WARM_UP_CYCLES) * math.log(_WARM_UP_FACTOR)
    rise = math.log(model.end / model.start) * math.pow(cycle / 250, model.power)
    return math.log(model.start) + rise + warm_up


def draw_qualities(
    n_reads: int, length_bp: int, model: ReadModel, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Draw the qualities of reads.

    Returns
    -------
    ndarray of shape (n_reads, length_bp)
        Phred qualities from 2 to 38.

    """
    centre = [_log_deficit(cycle, model) for cycle in range(length_bp)]
    between = model.between_reads * rng.standard_normal(n_reads, np.float32)
    noise = rng.standard_normal((length_bp, n_reads), np.float32)
    fresh = np.float32(model.within_reads * math.sqrt(1 - model.memory**2))
    memory, state = np.float32(model.memory), noise[0] * np.float32(model.within_reads)
    indices = np.empty((length_bp, n_reads), np.int16)
    highest = round((_TABLE_HIGH - _TABLE_LOW) / _TABLE_STEP)
    for cycle in range(length_bp):
        if cycle:
            state = memory * state + fresh * noise[cycle]
        log = (state + between + np.float32(centre[cycle] - _TABLE_LOW)) / np.float32(_TABLE_STEP)
        indices[cycle] = np.clip(np.rint(log), 0, highest)
    return np.ascontiguousarray(_quality_table()[indices].T)


def error_probability(quality: int, calibration: float, floor: float) -> float:
    """Probability of an error: `calibration` times 10^(-Q/10), and `floor`; at most 3/4."""
    return min(0.75, calibration * math.pow(10, -quality / 10) + floor)


def add_errors(
    codes: NDArray[np.uint8],
    qualities: NDArray[np.uint8],
    errors: Errors,
    rng: np.random.Generator,
) -> None:
    """Put substitutions into reads, in place, as often as their qualities say.

    Parameters
    ----------
    codes : ndarray of shape (n_reads, length_bp)
        Bases as 0 to 3 for A, C, G, T.
    qualities : ndarray of shape (n_reads, length_bp)
        Phred qualities.
    errors : Errors
        `calibration`, errors per error that the qualities promise, and `floor`, errors per base
        whatever the quality.
    rng : Generator
        Source of randomness.

    """
    thresholds = np.array(
        [
            round(error_probability(quality, errors.calibration, errors.floor) * 2**32)
            for quality in range(94)
        ],
        np.uint64,
    )
    draws = rng.integers(0, 2**32, codes.shape, np.uint32)
    wrong = np.flatnonzero(draws < thresholds.astype(np.uint32)[qualities])
    limits = np.cumsum(np.array(SUBSTITUTIONS), axis=1)
    flat = codes.reshape(-1)
    picks = rng.integers(0, 100, len(wrong))
    flat[wrong] = (picks[:, None] >= limits[flat[wrong]]).sum(axis=1)


def to_bins(qualities: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replace qualities by those of two-colour instruments: 2, 12, 23 and 37."""
    highest, values = zip(*BINS, strict=True)
    table = np.array(values, np.uint8)[np.searchsorted(highest, range(94))]
    return np.asarray(table[qualities])
