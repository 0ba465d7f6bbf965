"""Where to cut reads before DADA2, so that most pairs pass the filter and overlap well.

The trade between length and expected errors that FIGARO states (Weinstein et al. 2019,
bioRxiv 610394), by trying all pairs of cuts on a sample of the reads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEP_BP = 5
_READS_PER_LIBRARY = 1000
_LIBRARIES = 20
# Longer overlaps catch more errors, shorter reads pass more often: up to this share of the pairs
# that could pass is given for length. docs/engines.md has the figures.
_PASSING = 0.9


@dataclass(frozen=True, slots=True)
class Demand:
    """What a pair must fulfil: the amplicon's length, the overlap, the errors of each read."""

    min_length_bp: int
    max_length_bp: int
    min_overlap_bp: int
    max_expected_errors: float
    primer_bp: tuple[int, int]


def choose_truncation(pairs: Sequence[tuple[Path, Path | None]], demand: Demand) -> tuple[int, int]:
    """Choose the lengths, after primers, that both reads of a pair are cut to.

    Up to 20 libraries and 1,000 pairs of each are looked at, and all pairs of lengths that still
    overlap over the longest amplicon. The longest is chosen that 90 % of the pairs still pass that
    pass the best. 0 means no cut: for single reads, and where no pair of lengths can overlap.

    Returns
    -------
    (int, int)
        Lengths in base pairs.

    """
    import numpy as np

    chosen = list(pairs)[:: max(1, len(pairs) // _LIBRARIES)][:_LIBRARIES]
    if not chosen or any(reverse is None for _, reverse in chosen):
        return 0, 0
    forward, reverse = (
        np.concatenate(curves) if curves else np.empty((0, 0))
        for curves in _curves(chosen, demand.primer_bp)
    )
    if not len(forward):
        return 0, 0
    need = demand.max_length_bp + demand.min_overlap_bp
    # A read that runs through its amplicon ends with it; a longer cut would discard the read.
    longest = min(forward.shape[1], demand.min_length_bp)
    options = []
    for length_1 in range(_STEP_BP, longest + 1, _STEP_BP):
        passes_1 = forward[:, length_1 - 1] <= demand.max_expected_errors
        shortest = max(_STEP_BP, -(-(need - length_1) // _STEP_BP) * _STEP_BP)
        for length_2 in range(shortest, longest + 1, _STEP_BP):
            passes = passes_1 & (reverse[:, length_2 - 1] <= demand.max_expected_errors)
            options.append((float(passes.mean()), length_1, length_2))
    enough = _PASSING * max((passing for passing, _, _ in options), default=0.0)
    kept = [option for option in options if option[0] >= enough]
    _, length_1, length_2 = max(
        kept, key=lambda option: (option[1] + option[2], option), default=(0.0, 0, 0)
    )
    return length_1, length_2


def _curves(
    pairs: Sequence[tuple[Path, Path | None]], primer_bp: tuple[int, int]
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Cumulative expected errors after the primer, a row a read; infinite beyond its end."""
    import dnaio
    import numpy as np

    found: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = ([], [])
    rows: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for forward, reverse in pairs:
        try:
            with dnaio.open(str(forward), str(reverse)) as reader:
                for pair in islice(reader, _READS_PER_LIBRARY):
                    rows.append(
                        tuple(  # type: ignore[arg-type]
                            _cumulative(record.qualities[skip:])
                            for record, skip in zip(pair, primer_bp, strict=True)
                        )
                    )
        except (dnaio.FileFormatError, EOFError, OSError):
            continue  # the library is reported as failed where it is prepared
    width = max((len(curve) for row in rows for curve in row), default=0)
    for row in rows:
        for side, curve in zip(found, row, strict=True):
            padded = np.full((1, width), np.inf)
            padded[0, : len(curve)] = curve
            side.append(padded)
    return found


def _cumulative(qualities: str) -> NDArray[np.float64]:
    import numpy as np

    scores = np.frombuffer(qualities.encode("ascii"), np.uint8).astype(np.float64) - 33
    return np.cumsum(10 ** (-scores / 10))


def write_truncation(lengths: tuple[int, int], target: Path) -> None:
    """Write the lengths as JSON."""
    part = target.with_name(target.name + ".part")
    part.write_text(json.dumps({"truncate_1_bp": lengths[0], "truncate_2_bp": lengths[1]}) + "\n")
    part.replace(target)


def read_truncation(source: Path) -> tuple[int, int]:
    """Read the lengths that `write_truncation` wrote."""
    lengths = json.loads(source.read_text(encoding="utf-8"))
    return int(lengths["truncate_1_bp"]), int(lengths["truncate_2_bp"])
