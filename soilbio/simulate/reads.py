"""From molecules to read pairs: primers, read-through, PCR and sequencing errors, FASTQ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soilbio.simulate.design import Errors
from soilbio.simulate.observed import Observed
from soilbio.simulate.quality import READ_1, READ_2, add_errors, draw_qualities, to_bins
from soilbio.standards.iupac import BASES, reverse_complement

# What a read holds beyond the opposite primer: the TruSeq adapters (read 1, read 2), then A.
ADAPTERS = (
    "AGATCGGAAGAGCACACGTCTGAACTCCAGTCA",
    "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT",
)
_CODES = np.zeros(256, np.uint8)
_CODES[np.frombuffer(b"ACGT", np.uint8)] = range(4)
_LETTERS = np.frombuffer(b"ACGT", np.uint8)
_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Strand:
    """One read direction of all molecules, as codes 0 to 3 behind the primer of that direction.

    `primers` and `opposite` hold every sequence that the degenerate primers stand for; `opposite`
    is as this read sees it, reverse-complemented.
    """

    primers: NDArray[np.uint8]
    opposite: NDArray[np.uint8]
    bodies: NDArray[np.uint8]
    adapter: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Molecules:
    """What is sequenced: amplicons without primers, and both read directions of them."""

    lengths: NDArray[np.int64]
    amplicons: NDArray[np.uint8]
    strands: tuple[Strand, Strand]
    read_length_bp: int


def _encode(sequence: str) -> NDArray[np.uint8]:
    return _CODES[np.frombuffer(sequence.encode(), np.uint8)]


def _stack(sequences: Sequence[str], width: int) -> NDArray[np.uint8]:
    """Codes of sequences in rows of one width, cut or filled with A."""
    return np.array([_encode(s[:width].ljust(width, "A")) for s in sequences], np.uint8)


def _variants(primer: str) -> list[str]:
    """All sequences that a degenerate primer stands for."""
    return ["".join(bases) for bases in itertools.product(*(BASES[letter] for letter in primer))]


def to_molecules(
    sequences: Sequence[str], primers: tuple[str, str], read_length_bp: int
) -> Molecules:
    """Prepare amplicons for sequencing; in memory O(n_sequences x read length)."""
    turned = [reverse_complement(sequence) for sequence in sequences]
    forward, reverse = primers
    strands = tuple(
        Strand(
            primers=_stack(_variants(own), len(own)),
            opposite=_stack([reverse_complement(v) for v in _variants(other)], len(other)),
            bodies=_stack(bodies, max(0, read_length_bp - len(own))),
            adapter=_stack([adapter], read_length_bp)[0],
        )
        for own, other, bodies, adapter in (
            (forward, reverse, sequences, ADAPTERS[0]),
            (reverse, forward, turned, ADAPTERS[1]),
        )
    )
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    return Molecules(
        lengths,
        _stack(sequences, int(lengths.max(initial=1))),
        (strands[0], strands[1]),
        read_length_bp,
    )


def draw_templates(
    molecules: Molecules, origins: NDArray[np.int64], rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """Draw the error-free reads of molecules: a primer each, read-through where they are short.

    Returns
    -------
    list of two ndarrays of shape (n_origins, read_length_bp)
        First and second reads as codes.

    """
    first, second = molecules.strands
    choices = [rng.integers(len(strand.primers), size=len(origins)) for strand in (first, second)]
    templates = []
    for strand, own, other in ((first, choices[0], choices[1]), (second, choices[1], choices[0])):
        reads = np.empty((len(origins), molecules.read_length_bp), np.uint8)
        width = strand.primers.shape[1]
        reads[:, :width] = strand.primers[own][:, : molecules.read_length_bp]
        reads[:, width:] = strand.bodies[origins]
        _read_through(reads, strand, width + molecules.lengths[origins], other)
        templates.append(reads)
    return templates


def _read_through(
    reads: NDArray[np.uint8],
    strand: Strand,
    ends: NDArray[np.int64],
    other: NDArray[np.int64],
) -> None:
    """Fill what lies behind amplicons that end within the read: opposite primer, adapter."""
    width = reads.shape[1]
    for end in np.unique(ends[ends < width]).tolist():
        rows = np.flatnonzero(ends == end)
        primer = strand.opposite[other[rows]][:, : width - end]
        reads[rows, end : end + primer.shape[1]] = primer
        after = end + primer.shape[1]
        reads[rows, after:] = strand.adapter[: width - after]


def add_pcr_errors(
    reads: list[NDArray[np.uint8]],
    molecules: Molecules,
    origins: NDArray[np.int64],
    rate: float,
    rng: np.random.Generator,
) -> None:
    """Put substitutions into both reads of a pair alike, in place; `rate` is per base."""
    count = int(rng.poisson(rate * float(molecules.lengths[origins].sum()))) if rate else 0
    rows = rng.integers(len(origins), size=count)
    places = (rng.random(count) * molecules.lengths[origins[rows]]).astype(np.int64)
    new = (molecules.amplicons[origins[rows], places] + rng.integers(1, 4, count)) % 4
    first = molecules.strands[0].primers.shape[1] + places
    second = molecules.strands[1].primers.shape[1] + molecules.lengths[origins[rows]] - 1 - places
    for read, columns, codes in ((reads[0], first, new), (reads[1], second, 3 - new)):
        inside = columns < read.shape[1]
        read[rows[inside], columns[inside]] = codes[inside]


def draw_pairs(
    molecules: Molecules,
    origins: NDArray[np.int64],
    errors: Errors,
    rng: np.random.Generator,
    observed: Observed | None = None,
) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Sequence molecules: codes and qualities of the first and of the second reads.

    Parameters
    ----------
    molecules : Molecules
        What there is.
    origins : ndarray of shape (n_pairs,)
        Which molecule each pair comes from.
    errors : Errors
        How often errors happen.
    rng : Generator
        Source of randomness.
    observed : Observed, optional
        Real qualities to draw from, as long as the reads; else a model makes them.

    """
    templates = draw_templates(molecules, origins, rng)
    add_pcr_errors(templates, molecules, origins, errors.pcr_error_rate, rng)
    real = observed.draw(len(origins), rng) if observed else None
    pairs = []
    for end, (codes, model) in enumerate(zip(templates, (READ_1, READ_2), strict=True)):
        qualities = real[end] if real else draw_qualities(len(codes), codes.shape[1], model, rng)
        add_errors(codes, qualities, errors, rng)
        pairs.append((codes, to_bins(qualities) if errors.binned_quality else qualities))
    return pairs


def to_fastq(
    codes: NDArray[np.uint8], qualities: NDArray[np.uint8], library_id: str, first: int, read: int
) -> bytes:
    """Write reads as FASTQ, numbered from `first`; names tell nothing of their origin."""
    n_reads = len(codes)
    name = np.frombuffer(f"@SIM:{library_id}:".encode(), np.uint8)
    numbers = np.arange(first, first + n_reads)[:, None]
    digits = numbers // 10 ** np.arange(_NUMBER_DIGITS - 1, -1, -1) % 10 + ord("0")
    parts = [
        np.broadcast_to(name, (n_reads, len(name))),
        digits.astype(np.uint8),
        np.broadcast_to(np.frombuffer(f" {read}:N:0:1\n".encode(), np.uint8), (n_reads, 9)),
        _LETTERS[codes],
        np.broadcast_to(np.frombuffer(b"\n+\n", np.uint8), (n_reads, 3)),
        qualities + np.uint8(33),
        np.full((n_reads, 1), ord("\n"), np.uint8),
    ]
    return np.concatenate(parts, axis=1).tobytes()
