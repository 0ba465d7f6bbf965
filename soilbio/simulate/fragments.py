"""Read pairs of random fragments of genomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soilbio.simulate.design import Errors
from soilbio.simulate.genomes import Genome, encode
from soilbio.simulate.metagenome_design import Metagenomes
from soilbio.simulate.quality import READ_1, READ_2, add_errors, draw_qualities, to_bins
from soilbio.simulate.reads import ADAPTERS

_SHORTEST_FRAGMENT_BP = 40


@dataclass(frozen=True, slots=True)
class Stretches:
    """All stretches of all genomes in one row of codes, and where each stretch and genome lies.

    Behind the last stretch `codes` has as many A as a read is long.
    """

    codes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    genome_starts: NDArray[np.int64]
    genome_lengths: NDArray[np.int64]


def to_stretches(genomes: Sequence[Genome], read_length_bp: int) -> Stretches:
    """Put genomes in a row; in memory one byte a base."""
    parts = [stretch for genome in genomes for stretch in genome.stretches]
    ends = np.cumsum([len(part) for part in parts])
    lengths = np.array([genome.length_bp for genome in genomes], np.int64)
    return Stretches(
        np.concatenate([*parts, np.zeros(read_length_bp, np.uint8)]),
        np.concatenate([[0], ends[:-1]]).astype(np.int64),
        ends.astype(np.int64),
        np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
        lengths,
    )


def draw_pairs(
    stretches: Stretches,
    origins: NDArray[np.int64],
    wanted: Metagenomes,
    errors: Errors,
    rng: np.random.Generator,
) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Sequence random fragments of genomes: codes and qualities of both reads.

    Parameters
    ----------
    stretches : Stretches
    origins : ndarray of shape (n_pairs,)
        Which genome each pair comes from.
    wanted : Metagenomes
        Length of reads and fragments.
    errors : Errors
        How often sequencing errors happen; PCR errors are not made.
    rng : Generator
        Source of randomness.

    """
    starts, ends = _draw_fragments(stretches, origins, wanted, rng)
    width = wanted.read_length_bp
    columns = np.arange(width)
    forward = stretches.codes[starts[:, None] + columns]
    backward = 3 - stretches.codes[np.maximum(ends[:, None] - 1 - columns, 0)]
    is_turned = rng.integers(0, 2, len(origins)).astype(bool)[:, None]
    templates = (
        np.where(is_turned, backward, forward),
        np.where(is_turned, forward, backward),
    )
    pairs = []
    for codes, model, adapter in zip(templates, (READ_1, READ_2), ADAPTERS, strict=True):
        _read_through(codes, ends - starts, adapter)
        qualities = draw_qualities(len(codes), width, model, rng)
        add_errors(codes, qualities, errors, rng)
        pairs.append((codes, to_bins(qualities) if errors.binned_quality else qualities))
    return pairs


def _draw_fragments(
    stretches: Stretches,
    origins: NDArray[np.int64],
    wanted: Metagenomes,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw where fragments start and end; longer stretches have more of them."""
    count = len(origins)
    places = stretches.genome_starts[origins]
    places = places + rng.integers(0, stretches.genome_lengths[origins])
    own = np.searchsorted(stretches.starts, places, side="right") - 1
    room = stretches.ends[own] - stretches.starts[own]
    drawn = wanted.fragment_bp + wanted.fragment_sd_bp * rng.standard_normal(count)
    lengths = np.clip(np.rint(drawn).astype(np.int64), _SHORTEST_FRAGMENT_BP, room)
    starts = stretches.starts[own] + rng.integers(0, room - lengths + 1)
    return starts, starts + lengths


def _read_through(codes: NDArray[np.uint8], lengths: NDArray[np.int64], adapter: str) -> None:
    """Put the adapter, then A, behind fragments that end within the read."""
    width = codes.shape[1]
    tail = encode(adapter.ljust(width, "A"))
    for row in np.flatnonzero(lengths < width).tolist():
        codes[row, lengths[row] :] = tail[: width - lengths[row]]
