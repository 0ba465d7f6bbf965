"""Numbers that are shares, or of metagenomes' profiles, as laboratories are compared by them.

Reads that a profiler gives no name are no organism, and shares without reads cannot be drawn. So
named taxa are taken, made up to 1 in each library, as `profiles` measures one assay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import RANKS
from soilbio.diversity.community import Community
from soilbio.diversity.profiles import FEATURES, PLURALS, Profiles, is_profile, read_profiles
from soilbio.diversity.standard import Standard

if TYPE_CHECKING:
    from soilbio.dataset.history import History
    from soilbio.dataset.read import Dataset
    from soilbio.diversity.comparable import Group


@dataclass(frozen=True, slots=True)
class SharedOut(Community):
    """Shares of named taxa in the libraries of some assays, in place of reads (`counts`).

    `reads` are those that were profiled, by library.
    """

    reads: Mapping[str, int] | None = None

    def depths(self) -> dict[str, int]:
        """Give the reads of each library."""
        return dict(self.reads or {})


def is_shared_out(dataset: Dataset, group: Group, community: Community) -> bool:
    """Tell whether a group is of metagenomes, or of numbers without reads."""
    return bool(community.uncounted) or any(is_profile(dataset, one) for one in group.assays)


def shared_out(
    dataset: Dataset, history: History, group: Group, laboratory_of: Mapping[str, str]
) -> tuple[SharedOut, Standard, Any]:
    """Give the shares of a group's libraries, which of these are compared, and by what.

    Returns
    -------
    community : SharedOut
    standard : Standard
        `sizes` are the reads that were profiled.
    shares : csr_array of shape (n_compared, n_taxa)
        Made up to 1.

    """
    found = _named(dataset, history, group)
    bars = found.bars
    community = SharedOut(
        found.libraries,
        found.taxa,
        found.shares,
        found.samples,
        {name: bars.get(name) == "a control" for name in found.libraries},
        0,
        reads=found.reads,
    )
    taxa = PLURALS[found.rank]
    standard = Standard(
        {name: found.reads[name] for name in found.compared()},
        dict(sorted(bars.items())),
        shares_of=taxa,
        notes=tuple(_notes(found, taxa, laboratory_of)),
    )
    rows = community.counts[[community.place_of(name) for name in standard.libraries]]
    return community, standard, rows.multiply(1 / rows.sum(axis=1)[:, None]).tocsr()


def _named(dataset: Dataset, history: History, group: Group) -> Profiles:
    """Read the shares of species, or of the finest wider rank that has any names.

    Of marker genes it is genera at best; where datasets were merged by a rank, that or a wider one.
    What was amplified has features.
    """
    if not any(is_profile(dataset, one) for one in group.assays):
        return read_profiles(dataset, *group.assays, libraries=group.libraries, rank=FEATURES)
    level = str(history.get("level", ""))
    found = read_profiles(dataset, *group.assays, libraries=group.libraries)
    ranks = [found.rank, level] if level in RANKS else [found.rank]
    finest = min(map(RANKS.index, ranks))
    for rank in reversed(RANKS[: finest + 1]):
        found = read_profiles(dataset, *group.assays, libraries=group.libraries, rank=rank)
        if found.taxa:
            break
    return found


def _notes(found: Profiles, taxa: str, laboratory_of: Mapping[str, str]) -> Iterator[str]:
    """Say what is compared, and how much of each laboratory's numbers that is."""
    yield f"numbers are shares of {taxa}, made up to 1 in each library: nothing is drawn"
    named: dict[str, list[float]] = {}
    totals = dict(zip(found.libraries, found.shares.sum(axis=1).tolist(), strict=True))
    for name in found.compared():
        named.setdefault(laboratory_of[name], []).append(totals[name])
    for laboratory, own in sorted(named.items()):
        yield (
            f"of {laboratory}, {min(own):.1%} to {max(own):.1%} of a library is of {taxa} that are"
            " compared; what has no name is no organism, and takes no part"
        )
