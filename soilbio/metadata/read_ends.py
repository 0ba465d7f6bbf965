"""Where single reads end behind their primer: if not all in one place, they are cut to one length.

Features are told apart by all their bases. Of reads that do not reach the other primer, those of
one organism would be as many features as there are lengths.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from soilbio.errors import Problem
from soilbio.metadata.assays import Assay
from soilbio.metadata.primer_sites import ReadStarts, hold
from soilbio.metadata.sheet import Library
from soilbio.standards.iupac import reverse_complement

# Adapter dimers and the like are as short as they are. Of nine in ten the tenth is lost.
_FEW, _FEWEST_READS = 0.1, 10


@dataclass(frozen=True, slots=True)
class Reach:
    """Bases behind the forward primer, of a library's reads that do not reach the other one.

    `most_bp` is what nine in ten have; `is_even` tells whether so many of them are of one length.
    Of all reads, where all but a few reach over the amplicon (`is_over`).
    """

    least_bp: int
    most_bp: int
    longest_bp: int
    is_even: bool
    is_over: bool = False


def reach_of(sequences: Sequence[bytes], assay: Assay, error_rate: float) -> Reach | None:
    """Measure how far single reads reach; None where too few have the primer to tell.

    Whether reads whose primers were removed reach over the amplicon is known of those alone that
    are shorter than it: they do not.
    """
    short, over = _behind(sequences, assay, error_rate)
    is_over = len(short) < max(_FEWEST_READS, _FEW * len(sequences))
    lengths = over if is_over else short
    if len(lengths) < _FEWEST_READS:
        return None
    ((commonest, number),) = Counter(lengths).most_common(1)
    ordered = sorted(lengths)
    is_even = number >= (1 - _FEW) * len(lengths)
    return Reach(
        ordered[0],
        commonest if is_even else ordered[int(_FEW * len(ordered))],
        ordered[-1],
        is_even,
        is_over,
    )


def _behind(
    sequences: Sequence[bytes], assay: Assay, error_rate: float
) -> tuple[list[int], list[int]]:
    """Give the bases behind the primer, of reads that do not reach the other one and that may."""
    short: list[int] = []
    over: list[int] = []
    if not assay.primers_in_reads:
        for bases in sequences:
            (short if len(bases) < assay.min_length_bp else over).append(len(bases))
        return short, over
    starts = ReadStarts(sequences).find(assay.forward_primer, error_rate)
    holds = hold(sequences, reverse_complement(assay.reverse_primer), error_rate)
    for bases, is_found, end_bp, is_over in zip(
        sequences, starts.is_found, starts.ends_bp, holds, strict=True
    ):
        if is_found:
            (over if is_over else short).append(len(bases) - int(end_bp))
    return short, over


def uneven_ends(
    reaches: Iterable[tuple[Library, Reach | None]], assays: Mapping[str, Assay], source: str
) -> list[Problem]:
    """Note libraries of single reads that end elsewhere than others of their assay, or anywhere.

    Reads over the amplicon end elsewhere than those that are shorter than any. Of what a control's
    few reads are nothing is known.
    """
    ofs = defaultdict[str, list[tuple[Library, Reach]]](list)
    for library, reach in reaches:
        if reach is not None and not library.control_type:
            ofs[library.assay].append((library, reach))
    problems = []
    for assay_id, own in ofs.items():
        assay = assays[assay_id]
        common = min((reach.most_bp for _, reach in own if not reach.is_over), default=None)
        if assay.truncate_1_bp is not None or common is None:
            continue
        problems += [
            _problem(library, reach, common, assay, source)
            for library, reach in own
            if (
                common < assay.min_length_bp
                if reach.is_over
                else not reach.is_even or reach.most_bp > common
            )
        ]
    return problems


def _problem(library: Library, reach: Reach, common: int, assay: Assay, source: str) -> Problem:
    lengths = (
        f"of {reach.most_bp}" if reach.is_even else f"of {reach.least_bp} to {reach.longest_bp}"
    )
    behind = " behind the primer" if assay.primers_in_reads else ""
    return Problem(
        "reads-ends",
        source,
        f"single reads of {assay.assay_id} that end in one place: one organism is a feature of its"
        " own for each length",
        f"Have them cut, with `assays: {{{assay.assay_id}: {{truncate_1_bp: {common}}}}}` in the"
        f" configuration: nine in ten reads of each library have {common} bases{behind}; or name"
        " reads as they were sequenced, if they were cut before",
        library.row,
        "fastq_1",
        f"reads {lengths} bases{behind}" + (", over the amplicon" if reach.is_over else ""),
        # Those whose other primer was cut off end where the amplicon does, in one place or not.
        is_warning=common >= assay.min_length_bp > 0,
    )
