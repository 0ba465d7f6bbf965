"""PERMANOVA and adjusted R2 where soils have libraries of several laboratories or methods.

Libraries of one soil are no replicates of each other. What differs within soils (laboratory,
method) is permuted within them, what differs between soils (land use) with all libraries of a soil
together: Anderson & ter Braak 2003, J Stat Comput Simul 73:85. Scikit-bio has no such permutations;
the statistic is the same (Anderson 2001, Austral Ecol. 26:32). R2 is adjusted by what the same
permutations explain on average, which for free ones is the adjusted R2 of Peres-Neto et al. 2006
(Ecology 87:2614).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import factorial, prod
from typing import TYPE_CHECKING, Any

from soilbio.diversity.permutation import rows_of_column, why_not, why_not_here
from soilbio.diversity.ways import MOST_WAYS, TIE, partitions, ways_to_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix

    Labels = NDArray[np.int64]

FREELY, WITHIN, WHOLE = "freely", "within", "whole"
Row = dict[str, Any]


def in_blocks(
    matrix: DistanceMatrix,
    column: str,
    group_of: Mapping[str, str],
    block_of: Mapping[str, str],
    settings: tuple[int, int],
) -> list[Row]:
    """Test a column by PERMANOVA, as its groups lie in blocks.

    Parameters
    ----------
    matrix : DistanceMatrix
    column : str
        The column's name.
    group_of : mapping of library to value
        Libraries without a value are left out.
    block_of : mapping of library to block
        The soil of each, or for soils themselves what made the library.
    settings : (permutations, seed)

    Returns
    -------
    list of dict
        As `rows_of_column` gives them, and how was `permuted`: a row of the blocks that have
        several groups, and one of those that have one, if there are any with several groups.

    """
    ids = [name for name in matrix.ids if group_of.get(name)]
    several = set(blocks_of_several(ids, group_of, block_of))
    inner = [name for name in ids if block_of[name] in several]
    outer = [name for name in ids if block_of[name] not in several]
    rows = []
    if inner:
        rows.append(_within(matrix, column, inner, (group_of, block_of), settings))
    if not inner or len({group_of[name] for name in outer}) > 1:
        rows.append(_between(matrix, column, outer, (group_of, block_of), settings))
    return rows


def blocks_of_several(
    ids: Sequence[str], group_of: Mapping[str, str], block_of: Mapping[str, str]
) -> list[str]:
    """List the blocks that have libraries of several groups."""
    groups: dict[str, set[str]] = {}
    for name in ids:
        groups.setdefault(block_of[name], set()).add(group_of[name])
    return sorted(block for block, own in groups.items() if len(own) > 1)


def _between(
    matrix: DistanceMatrix,
    column: str,
    ids: Sequence[str],
    maps: tuple[Mapping[str, str], Mapping[str, str]],
    settings: tuple[int, int],
) -> Row:
    """Permute groups among blocks; where each block is one library, that is as scikit-bio does."""
    group_of, block_of = maps
    if len({block_of[name] for name in ids}) == len(ids):
        known = {name: group_of[name] for name in ids}
        rows = rows_of_column({"bray_curtis": matrix}, column, known, settings)
        (row,) = (row for row in rows if row["test"] == "permanova")
        return {**row, "permuted": FREELY}
    own = {block_of[name]: group_of[name] for name in ids}
    blocks = sorted(own)
    sizes = Counter(own.values())
    row = _row(column, ids, Counter(group_of[name] for name in ids), WHOLE)
    reason = why_not(sizes).replace("library", "sample").replace("libraries", "samples")
    reason = reason or why_not_here("permanova", matrix.filter(ids), [group_of[n] for n in ids])
    if reason:
        return {**row, "note": f"not tested: {reason}"}
    place = {block: at for at, block in enumerate(blocks)}
    of_library = [place[block_of[name]] for name in ids]
    ways = ways_to_part(list(sizes.values()))
    every = (tuple(way) for way in partitions(list(sizes.values())))
    return _tested(
        _Statistic(matrix.filter(ids), of_library),
        _coded([own[block] for block in blocks]),
        (ways, 1, every, _shuffled_whole),
        settings,
        row,
    )


def _within(
    matrix: DistanceMatrix,
    column: str,
    ids: Sequence[str],
    maps: tuple[Mapping[str, str], Mapping[str, str]],
    settings: tuple[int, int],
) -> Row:
    """Permute groups within blocks; groups of a single library are left out, and told."""
    group_of, block_of = maps
    kept, alone = list(ids), set[str]()
    while single := {
        name for name, size in Counter(group_of[one] for one in kept).items() if size < 2
    }:
        alone |= single
        kept = [name for name in kept if group_of[name] not in single]
        several = set(blocks_of_several(kept, group_of, block_of))
        kept = [name for name in kept if block_of[name] in several]
    groups = [group_of[name] for name in kept]
    row = _row(column, kept or ids, Counter(groups or [group_of[one] for one in ids]), WITHIN)
    left = f"; left out, with one library each: {', '.join(sorted(alone))}" if alone else ""
    reason = "no two groups have two libraries each" if not kept else ""
    reason = reason or why_not_here("permanova", matrix.filter(kept), groups)
    if reason:
        return {**row, "note": f"not tested: {reason}{left}"}
    codes = _coded(groups)
    blocks = _places([block_of[name] for name in kept])
    own = [Counter(int(codes[at]) for at in places) for places in blocks]
    ways = prod(factorial(sum(one.values())) // prod(map(factorial, one.values())) for one in own)
    # Groups that are as often in each block may change names: that is no other way.
    alike = Counter(tuple(one[group] for one in own) for group in set(codes.tolist()))
    same = prod(map(factorial, alike.values()))
    tried = blocks
    once = [at for at, one in enumerate(own) if set(one.values()) == {1}]
    if len(alike) == 1 and once:
        # So one block that has each of them once is left as it is.
        at = once[0]
        tried = [*blocks[:at], *blocks[at + 1 :]]
        ways, same = ways // same, 1
    found = _tested(
        _Statistic(matrix.filter(kept), range(len(kept))),
        codes,
        (ways, same, _every_way(codes, tried), _shuffler(blocks)),
        settings,
        row,
    )
    found["note"] += left
    return found


def _row(column: str, ids: Sequence[str], sizes: Mapping[str, int], permuted: str) -> Row:
    return {
        **{"metric": "bray_curtis", "column": column, "test": "permanova"},
        **{"n_libraries": len(ids), "permuted": permuted},
        "groups": ", ".join(f"{name} ({sizes[name]})" for name in sorted(sizes)),
    }


class _Statistic:
    """Pseudo-F of PERMANOVA; groups are given for units, and each library is of one."""

    def __init__(self, matrix: DistanceMatrix, unit_of: Sequence[int]) -> None:
        import numpy as np

        self.squared = matrix.data**2
        self.units = np.array(unit_of, dtype=np.int64)
        self.total = float(self.squared.sum()) / (2 * len(self.squared))

    def of(self, codes: Labels) -> float:
        """Give F, infinite where nothing differs within groups."""
        import numpy as np

        number, groups = len(self.squared), int(codes.max()) + 1
        member = np.eye(groups)[codes[self.units]]
        sizes = member.sum(axis=0)
        within = float(((self.squared @ member) * member).sum(axis=0) @ (1 / (2 * sizes)))
        if within <= TIE * self.total:
            return float("inf")
        return (self.total - within) / (groups - 1) / (within / (number - groups))


def _tested(
    statistic: _Statistic,
    codes: Labels,
    how: tuple[int, int, Iterator[Any], Any],
    settings: tuple[int, int],
    row: Row,
) -> Row:
    """Compare the statistic with those of permutations; `same` ways of all give the same groups."""
    import numpy as np

    ways, same, every, shuffled = how
    permutations, seed = settings
    own = statistic.of(codes)
    least = own if own == float("inf") else own - TIE * abs(own)
    if ways <= min(permutations, MOST_WAYS):
        hits = sum(statistic.of(np.array(way)) >= least for way in every)
        p_value, tried, kind = hits / ways, ways, f"all {ways} ways to permute tried; "
        floor = same / ways
    else:
        rng = np.random.default_rng(seed)
        hits = sum(statistic.of(shuffled(codes, rng)) >= least for _ in range(permutations))
        floor = max(same / ways, 1 / (permutations + 1))
        # Fewer hits than there must be are chance of drawing.
        p_value, tried, kind = max(floor, (hits + 1) / (permutations + 1)), permutations, ""
    groups, number = int(codes.max()) + 1, len(statistic.squared)
    between = own * (groups - 1)
    r2 = 1.0 if own == float("inf") else between / (between + number - groups)
    note = f"{kind}p is {floor:.3g} at the least"
    found = {"statistic": own, "p_value": p_value, "permutations": tried, "r2": r2}
    return {**row, **found, "note": note, "least_p": floor}


def _coded(groups: Sequence[str]) -> Labels:
    import numpy as np

    place = {name: at for at, name in enumerate(sorted(set(groups)))}
    return np.array([place[name] for name in groups], dtype=np.int64)


def _places(blocks: Sequence[str]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for at, block in enumerate(blocks):
        found.setdefault(block, []).append(at)
    return [found[block] for block in sorted(found)]


def _every_way(codes: Labels, blocks: Sequence[Sequence[int]]) -> Iterator[Labels]:
    """Yield every way to hand the groups of each block to its libraries."""
    ways = [list(_orders(sorted(int(codes[at]) for at in places))) for places in blocks]
    for chosen in product(*ways):
        found = codes.copy()
        for places, groups in zip(blocks, chosen, strict=True):
            found[list(places)] = groups
        yield found


def _orders(groups: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the different orders of groups, some of which are the same."""
    if not groups:
        yield ()
        return
    for first in sorted(set(groups)):
        rest = list(groups)
        rest.remove(first)
        for order in _orders(rest):
            yield (first, *order)


def _shuffled_whole(codes: Labels, rng: np.random.Generator) -> Labels:
    return rng.permutation(codes)


def _shuffler(blocks: Sequence[Sequence[int]]) -> Any:
    def shuffle(codes: Labels, rng: np.random.Generator) -> Labels:
        found = codes.copy()
        for places in blocks:
            found[list(places)] = rng.permutation(codes[list(places)])
        return found

    return shuffle


def shuffled(groups: Sequence[str], blocks: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Hand groups to other libraries by chance, as `in_blocks` does.

    Within blocks that have several groups, and among the blocks that have one.
    """
    places: dict[str, list[int]] = {}
    for at, block in enumerate(blocks):
        places.setdefault(block, []).append(at)
    found = list(groups)
    whole = []
    for block in sorted(places):
        own = [groups[at] for at in places[block]]
        if len(set(own)) == 1:
            whole.append(block)
            continue
        for at, group in zip(
            places[block], (own[at] for at in rng.permutation(len(own))), strict=True
        ):
            found[at] = group
    for block, at in zip(whole, rng.permutation(len(whole)), strict=True):
        group = groups[places[whole[at]][0]]
        for place in places[block]:
            found[place] = group
    return found


def every_whole(groups: Sequence[str], blocks: Sequence[str]) -> list[list[str]]:
    """List all ways to hand the groups of whole blocks to other blocks; none, if they are many."""
    group_of = dict(zip(blocks, groups, strict=True))
    sizes = list(Counter(group_of.values()).values())
    if ways_to_part(sizes) > MOST_WAYS:
        return []
    found = []
    for way in partitions(sizes):
        number = dict(zip(sorted(group_of), way, strict=True))
        found.append([str(number[block]) for block in blocks])
    return found
