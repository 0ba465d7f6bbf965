"""The stretch of a gene that several primer pairs share, and sequences trimmed to it.

Primers are placed on reference sequences of the gene by alignment (cutadapt's: IUPAC, insertions
and deletions). Where the way from an assay's own primer to the window is of one length in nearly
all references, sequences are cut by so many bases; else the window's primer is looked for in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from soilbio.standards.iupac import reverse_complement

# How unlike its site a primer may be: the site with the fewest errors counts, not the first.
_ERROR_RATES = (0.0, 0.1, 0.2)
# So many references must hold all primers, or the reference is not of this gene.
FEWEST = 20
# A primer that was left in a sequence begins, or ends, so near its end.
_NEAR_END_BP = 3
# A way to the window is of one length if it is so in this share of the references.
_SAME = 0.99
# Shorter windows tell too little: V4 has 250 bases, the shortest region in use (V6) about 60.
SHORTEST_BP = 60
# Windows of references vary in length; sequences may by a tenth more than nearly all of them.
_TRIM, _MARGIN = 0.005, 0.1
_ENOUGH = 2_000


@dataclass(frozen=True, slots=True)
class Cut:
    """How sequences of an assay are cut at one end: by `bases`, or behind a primer (None)."""

    primer: str
    bases: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A reference that holds all primers: where forward ones end, and where reverse ones begin."""

    sequence: str
    starts: Mapping[str, int]
    ends: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Window:
    """What the assays share: its primers, lengths in references, and how each assay is cut."""

    forward: str
    reverse: str
    shortest_bp: int
    longest_bp: int
    references: int
    cuts: Mapping[str, tuple[Cut, Cut]]

    def told(self) -> dict[str, Any]:
        """Give what is to be recorded of it."""
        return {
            "forward_primer": self.forward,
            "reverse_primer": self.reverse,
            "length_bp": [self.shortest_bp, self.longest_bp],
            "references_with_all_primers": self.references,
            "cuts": {
                name: [
                    cut.bases if cut.bases is not None else f"behind {cut.primer}" for cut in cuts
                ]
                for name, cuts in sorted(self.cuts.items())
            },
        }


def find_window(
    primers: Mapping[str, tuple[str, str]],
    references: Iterable[str],
    found: Counter[str] | None = None,
) -> Window | None:
    """Find the stretch between the innermost primers of all assays; None where there is none.

    `primers`, `references` and `found` are as `place_primers` takes them.
    """
    return window_between(primers, place_primers(primers, references, found))


def place_primers(
    primers: Mapping[str, tuple[str, str]],
    references: Iterable[str],
    found: Counter[str] | None = None,
) -> list[Placed]:
    """Place primers on references; give those that hold all of them.

    Parameters
    ----------
    primers : mapping of assay to (forward, reverse)
        IUPAC, 5' to 3'.
    references : iterable of str
        Sequences of the gene in the direction of the forward primers, upper case; reading ends
        when enough of them hold all primers.
    found : Counter of str, optional
        How many of the references that were read hold each primer is added.

    """
    forward = sorted({pair[0] for pair in primers.values()})
    reverse = sorted({pair[1] for pair in primers.values()})
    placed: list[Placed] = []
    for sequence in references:
        starts = {one: _end_of(one, sequence) for one in forward}
        ends = {one: _start_of(one, sequence) for one in reverse}
        if found is not None:
            found.update(one for one, place in (*starts.items(), *ends.items()) if place >= 0)
        if min(*starts.values(), *ends.values()) >= 0:
            placed.append(Placed(sequence, starts, ends))
        if len(placed) == _ENOUGH:
            break
    return placed


def window_between(
    primers: Mapping[str, tuple[str, str]], placed: Sequence[Placed]
) -> Window | None:
    """Give the stretch between the innermost of primers that were placed; None if there is none."""
    if len(placed) < FEWEST:
        return None
    forward = sorted({pair[0] for pair in primers.values()})
    reverse = sorted({pair[1] for pair in primers.values()})
    inner_forward = _innermost(forward, [one.starts for one in placed], last=True)
    inner_reverse = _innermost(reverse, [one.ends for one in placed], last=False)
    shortest, longest = nearly_all(
        one.ends[inner_reverse] - one.starts[inner_forward] for one in placed
    )
    if shortest < SHORTEST_BP:
        return None
    cuts = {}
    for name, (own_forward, own_reverse) in primers.items():
        left = _way([one.starts[inner_forward] - one.starts[own_forward] for one in placed])
        right = _way([one.ends[own_reverse] - one.ends[inner_reverse] for one in placed])
        cuts[name] = Cut(inner_forward, left), Cut(inner_reverse, right)
    margin = int(_MARGIN * longest)
    return Window(
        inner_forward, inner_reverse, shortest - margin, longest + margin, len(placed), cuts
    )


def nearly_all(lengths: Iterable[int]) -> tuple[int, int]:
    """Give the least and the greatest of some lengths but for a few at either end."""
    ordered = sorted(lengths)
    few = int(_TRIM * len(ordered))
    return ordered[few], ordered[-1 - few]


def _innermost(primers: Sequence[str], sites: Sequence[Mapping[str, int]], *, last: bool) -> str:
    """Give the primer whose site is the innermost in most references."""
    pick = max if last else min
    votes = Counter(pick((at[one], one) for one in primers)[1] for at in sites)
    return max(sorted(votes), key=votes.__getitem__)


def _way(lengths: Sequence[int]) -> int | None:
    """Give the one length that nearly all have; None where they differ."""
    bases, number = Counter(lengths).most_common(1)[0]
    return bases if bases >= 0 and number >= _SAME * len(lengths) else None


@cache
def _finders(primer: str) -> list[Any]:
    from cutadapt.adapters import BackAdapter

    length = len(primer)
    return [
        BackAdapter(primer, max_errors=rate, min_overlap=length, adapter_wildcards=True)
        for rate in _ERROR_RATES
    ]


def _site(primer: str, sequence: str) -> Any:
    """Find the site of a primer with the fewest errors; None where there is none."""
    matches = (finder.match_to(sequence) for finder in _finders(primer))
    return next((match for match in matches if match), None)


def _end_of(primer: str, sequence: str) -> int:
    """Give where a forward primer ends in a sequence; -1 where it is not."""
    match = _site(primer, sequence)
    return match.rstop if match else -1


def _start_of(primer: str, sequence: str) -> int:
    """Give where the site of a reverse primer begins; -1 where it is not."""
    match = _site(reverse_complement(primer), sequence)
    return match.rstart if match else -1


def without_primers(sequence: str, primers: tuple[str, str]) -> str:
    """Cut an assay's own primers off where a sequence still begins or ends with them."""
    start, end = _own_ends(sequence, primers)
    return sequence[start:end]


def begin_with_primers(sequences: Iterable[str], primers: tuple[str, str]) -> bool:
    """Tell whether any of some sequences still has a primer of its assay at an end."""
    return any(_own_ends(one, primers) != (0, len(one)) for one in sequences)


def has_both_primers(sequence: str, primers: tuple[str, str]) -> bool:
    """Tell whether a sequence has both primers of its assay at its ends, on either strand."""
    for pair in (primers, primers[::-1]):
        start, end = _own_ends(sequence, pair)
        if start > 0 and end < len(sequence):
            return True
    return False


def begins_with_primer(sequence: str, primers: tuple[str, str]) -> bool:
    """Tell whether a sequence begins with either primer of its assay."""
    return any(_own_ends(sequence, pair)[0] > 0 for pair in (primers, primers[::-1]))


def _own_ends(sequence: str, primers: tuple[str, str]) -> tuple[int, int]:
    start, end = 0, len(sequence)
    forward = _site(primers[0], sequence[: len(primers[0]) + 2 * _NEAR_END_BP])
    if forward and forward.rstart <= _NEAR_END_BP:
        start = forward.rstop
    last = max(start, end - len(primers[1]) - 2 * _NEAR_END_BP)
    reverse = _site(reverse_complement(primers[1]), sequence[last:])
    if reverse and last + reverse.rstop >= end - _NEAR_END_BP:
        end = last + reverse.rstart
    return start, end


def trim(
    sequence: str, cuts: tuple[Cut, Cut], window: Window, length: int | None = None
) -> tuple[str, str]:
    """Trim a sequence to the window, or to its first bases, if a length is given.

    Returns
    -------
    inside, reason : str
        An empty sequence if it is outside, and why: `no-forward-site`, `no-reverse-site` and
        `length`.

    """
    left, right = cuts
    start = left.bases if left.bases is not None else _end_of(left.primer, sequence)
    if start < 0:
        return "", "no-forward-site"
    if length is not None:
        inside = sequence[start : start + length]
        return (inside, "") if len(inside) == length else ("", "length")
    if right.bases is not None:
        end = len(sequence) - right.bases
    else:
        end = _start_of(right.primer, sequence[start:])
        if end < 0:
            return "", "no-reverse-site"
        end += start
    inside = sequence[start:end]
    if not window.shortest_bp <= len(inside) <= window.longest_bp:
        return "", "length"
    return inside, ""
