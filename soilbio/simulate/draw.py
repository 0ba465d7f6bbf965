"""Simulate libraries: what is in each, its read pairs, and the truth about them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soilbio.errors import problem_of
from soilbio.references import Reference, locate
from soilbio.references.build import checked_sequences
from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import reference_of_files
from soilbio.simulate.chimeras import draw_chimeras
from soilbio.simulate.community import Pool, draw_pool, generator, quantised, weights_of
from soilbio.simulate.design import Design, Library
from soilbio.simulate.observed import Observed, read_observed
from soilbio.simulate.reads import draw_pairs, to_fastq, to_molecules
from soilbio.simulate.region import Cut, cut_region

# Pairs that are drawn at once; bounds the memory to about 100 MB, whatever the depth.
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all libraries of a design share: who can be found, and every real amplicon."""

    design: Design
    cut: Cut
    pool: Pool
    known: frozenset[str]
    observed: Observed | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a library: the first `n_real` sequences are real, the others chimeras."""

    library: Library
    sequences: tuple[str, ...]
    n_real: int
    reads: NDArray[np.int64]
    rng: np.random.Generator
    observed: Observed | None

    @property
    def chimeric_reads(self) -> int:
        """Pairs that come from chimeras."""
        return int(self.reads[self.n_real :].sum())


@dataclass(frozen=True, slots=True)
class TruthRow:
    """Pairs of a library that come from one real sequence, before any error."""

    library_id: str
    feature_id: str
    sequence: str
    lineage: str
    reads: int


def reference_of(design: Design) -> Reference:
    """Find the reference that a design names."""
    if design.sequences and design.lineages:
        name = design.sequences.name
        return reference_of_files(name, "", design.sequences, design.lineages)
    return locate(design.reference)


def prepare(design: Design) -> Prepared:
    """Cut the amplicons out of the reference and draw who can be found.

    Raises
    ------
    InputError
        `simulate-no-amplicon`, if the primers cut nothing out of the reference;
        `simulate-mock-member`, if a member that is named has no amplicon; and what reading real
        qualities raises.

    """
    reference = reference_of(design)
    lineages = read_lineages(reference.lineages)
    records = checked_sequences(reference, lineages)
    cut = cut_region(records, lineages, (design.forward, design.reverse), design.region)
    if not cut.amplicons:
        raise problem_of(
            "simulate-no-amplicon",
            str(reference.sequences),
            found=(
                f"{cut.without_primers} sequences without both primers, {cut.wrong_length} of"
                f" another length, {cut.ambiguous_bases} with ambiguous bases"
            ),
            expected=f"sequences between {design.forward} and {design.reverse}",
            fix="Correct the primers, 5' to 3', or the limits in `region`, or take a reference"
            " in the direction of the forward primer",
        )
    pool = draw_pool(cut.amplicons, design)
    _check_mock(design, pool)
    known = frozenset(a.sequence for a in cut.amplicons) | {a.sequence for a in pool.everyone}
    files = design.errors.quality_from
    observed = read_observed(files, design.read_length_bp) if files else None
    return Prepared(design, cut, pool, known, observed)


def _check_mock(design: Design, pool: Pool) -> None:
    """Note named members that the mock community has not got, and a mock without members."""
    ids = {name for amplicon in pool.mock for name in amplicon.ids}
    genera = {amplicon.genus for amplicon in pool.mock}
    missing = sorted({*design.mock.ids} - ids)
    if not design.mock.ids:
        missing = sorted({*design.mock.genera} - genera)
    has_mock = any(library.control_type == "mock" for library in design.libraries)
    if has_mock and (missing or not pool.mock):
        raise problem_of(
            "simulate-mock-member",
            design.source,
            column="mock",
            found=", ".join(missing) or "no member",
            expected="references that the primers amplify, and whose genus has a name",
            fix="Remove or correct these members",
        )


def draw_contents(prepared: Prepared, library: Library) -> Contents:
    """Draw how many pairs of a library come from each sequence; independent of other libraries."""
    design, pool = prepared.design, prepared.pool
    rng = generator(design.seed, "library", library.library_id)
    sequences = [amplicon.sequence for amplicon in pool.everyone]
    weights = weights_of(library, pool, design)
    chimeric = int(rng.binomial(library.pairs, design.chimeras.share))
    count = max(1, round(library.pairs * design.chimeras.per_1000_pairs / 1000)) if chimeric else 0
    chimeras = draw_chimeras(sequences, weights, count, rng, known=prepared.known)
    chimeric = chimeric if chimeras else 0
    reads = rng.multinomial(library.pairs - chimeric, weights)
    if chimeras:
        # A few chimeras formed early and were copied often: shares from gamma draws, shape 1/2.
        shares = quantised(rng.standard_gamma(0.5, len(chimeras)) + 1e-6)
        reads = np.concatenate([reads, rng.multinomial(chimeric, shares)])
    return Contents(library, (*sequences, *chimeras), len(sequences), reads, rng, prepared.observed)


def truth_of(prepared: Prepared, contents: Contents) -> list[TruthRow]:
    """List the real sequences that have reads, sorted by feature id."""
    rows = [
        TruthRow(
            contents.library.library_id,
            feature_id(amplicon.sequence),
            amplicon.sequence,
            amplicon.lineage,
            reads,
        )
        for amplicon, reads in zip(
            prepared.pool.everyone, contents.reads[: contents.n_real].tolist(), strict=True
        )
        if reads
    ]
    return sorted(rows, key=lambda row: row.feature_id)


def feature_id(sequence: str) -> str:
    """MD5 of an upper-case sequence, as the features of a dataset are named."""
    return hashlib.md5(sequence.encode(), usedforsecurity=False).hexdigest()


def sequence_pairs(contents: Contents, design: Design) -> Iterator[tuple[bytes, bytes]]:
    """Sequence a library: FASTQ of first and second reads, some thousand pairs at a time."""
    present = np.flatnonzero(contents.reads)
    molecules = to_molecules(
        [contents.sequences[index] for index in present.tolist()],
        (design.forward, design.reverse),
        design.read_length_bp,
    )
    origins = contents.rng.permutation(np.repeat(np.arange(len(present)), contents.reads[present]))
    for first in range(0, len(origins), _CHUNK):
        chunk = origins[first : first + _CHUNK]
        pairs = draw_pairs(molecules, chunk, design.errors, contents.rng, contents.observed)
        yield tuple(  # type: ignore[misc]  # of two
            to_fastq(codes, qualities, contents.library.library_id, first + 1, read)
            for read, (codes, qualities) in enumerate(pairs, start=1)
        )


def used_references(pool: Pool, share: float, seed: int) -> list[tuple[str, str]]:
    """List the references that a share of the pool comes from: their id and the feature's.

    Sequences are chosen, not references: all references that have a chosen sequence are listed,
    so that a classifier trained without them has not seen it. Strains are not listed; they go
    with the taxon that they were made from.
    """
    taxa = (*pool.soil[: pool.n_taxa], *pool.mock, *pool.contaminants)
    order = generator(seed, "used").permutation(len(taxa))
    chosen = [taxa[index] for index in order[: round(share * len(taxa))].tolist()]
    return sorted((name, feature_id(taxon.sequence)) for taxon in chosen for name in taxon.ids)
