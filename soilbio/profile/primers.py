"""How cutadapt is told to find, turn and remove the primers of an assay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dnaio import SequenceRecord

# A read may lack the first bases of its primer; more missing than this is not that primer.
_MISSING_BP = 4
# Read-through into the opposite primer is removed from this overlap on; shorter ones are chance.
_READ_THROUGH_BP = 10


@dataclass(frozen=True, slots=True)
class Primers:
    """A primer pair, IUPAC, 5' to 3', and the share of mismatches that is accepted."""

    forward: str
    reverse: str
    error_rate: float = 0.1


def cutadapt_options(primers: Primers, *, is_paired: bool, is_merged: bool = False) -> list[str]:
    """Options that demand the primer at the start of each read and cut read-through at its end.

    Reads in the other orientation are turned (`--revcomp`); what lacks a primer is discarded and
    counted. For single reads only the forward primer is demanded. Merging cuts off what reaches
    beyond the other read's start, so reads that are merged next keep their read-through.
    """
    start = _required if is_merged else _linked
    flags = ("-g", "-G") if is_merged else ("-a", "-A")
    options = [
        "--revcomp",
        "--error-rate",
        f"{primers.error_rate:g}",
        "--discard-untrimmed",
        "--minimum-length",
        "1",
        flags[0],
        start(primers.forward, primers.reverse),
    ]
    return [*options, flags[1], start(primers.reverse, primers.forward)] if is_paired else options


def _required(start: str, _opposite: str) -> str:
    return f"{start};min_overlap={max(1, len(start) - _MISSING_BP)}"


def _linked(start: str, opposite: str) -> str:
    """Write cutadapt's linked adapter: `start` required, what follows `opposite` optional."""
    end = SequenceRecord("", opposite).reverse_complement().sequence
    return (
        f"{start};required;min_overlap={max(1, len(start) - _MISSING_BP)}"
        f"...{end};optional;min_overlap={min(len(end), _READ_THROUGH_BP)}"
    )


def read_counts(report: dict[str, object], keys: Sequence[str]) -> int:
    """Take a number out of cutadapt's JSON report by its keys; absent or null means 0."""
    value: object = report
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return int(value) if isinstance(value, int) else 0
