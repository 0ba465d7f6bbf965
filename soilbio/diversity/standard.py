"""Libraries made comparable: drawn to one number of reads, or to one coverage of their communities.

Equal reads: rarefaction. Equal coverage: each library is drawn to the number of reads at which the
same share of its community is expected to be seen (Chao & Jost 2012, Ecology 93:2533), so that
rich soils keep more reads than poor ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from soilbio.diversity.community import Community, Depth, choose_depth
from soilbio.diversity.coverage import coverage_of, size_at
from soilbio.errors import problem_of


@dataclass(frozen=True, slots=True)
class Standard:
    """Reads that each library is drawn to; `coverage` is None where all are drawn to the same.

    Where nothing is drawn, `shares_of` says what is compared by its shares.
    """

    sizes: Mapping[str, int]
    left_out: Mapping[str, str]
    coverage: float | None = None
    notes: tuple[str, ...] = field(default=())
    shares_of: str = ""

    @property
    def libraries(self) -> list[str]:
        """Name the libraries that take part, sorted."""
        return list(self.sizes)

    @property
    def told(self) -> str:
        """Say what libraries are drawn to, if they are."""
        if self.shares_of:
            return f"as shares of {self.shares_of}"
        drawn = "drawn without replacement"
        if self.coverage is None:
            return f"{drawn} to {next(iter(self.sizes.values()), 0):,} reads each"
        least, most = min(self.sizes.values(), default=0), max(self.sizes.values(), default=0)
        each = f"to a coverage of {self.coverage:.4f} each, which is {least:,} to {most:,} reads"
        return f"{drawn} {each}"


def equal_reads(community: Community, _: Mapping[str, str], *, asked: int | str) -> Standard:
    """Draw all libraries to one number of reads; `auto` as `choose_depth` has it."""
    depth = choose_depth(community, asked)
    return Standard(dict.fromkeys(depth.libraries, depth.reads), depth.left_out)


def equal_coverage(
    community: Community, makers: Mapping[str, str], *, asked: float | str
) -> Standard:
    """Draw all libraries to one coverage.

    Parameters
    ----------
    community : Community
    makers : mapping of library to who made it, and how
    asked : float or "auto"
        A coverage between 0 and 1; `auto` is the least of the libraries that are not far smaller
        than the others, so that nothing is extrapolated.

    Raises
    ------
    InputError
        If the coverage is none, or some engines kept what was seen once and others did not.

    """
    depth = choose_depth(community, "auto")
    own = {name: coverage_of(community.reads_of(community.place_of(name))) for name in _of(depth)}
    chosen = min(own.values(), default=0.0) if asked == "auto" else _between(asked)
    left_out = dict(depth.left_out)
    sizes: dict[str, int] = {}
    for name, coverage in own.items():
        if coverage < chosen:
            left_out[name] = f"a coverage of {coverage:.4f}, less than {chosen:.4f}"
        else:
            reads = community.reads_of(community.place_of(name))
            sizes[name] = max(1, min(int(reads.sum()), round(size_at(reads, chosen))))
    return Standard(
        sizes, dict(sorted(left_out.items())), chosen, _warnings(community, sizes, makers)
    )


def _of(depth: Depth) -> list[str]:
    return sorted(depth.libraries)


def _between(asked: float | str) -> float:
    try:
        value = float(asked)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise problem_of(
            "coverage-range",
            "--coverage",
            found=str(asked),
            expected="auto, or a share between 0 and 1",
            fix="Such as 0.95",
        )
    return value


def _warnings(
    community: Community, sizes: Mapping[str, int], makers: Mapping[str, str]
) -> tuple[str, ...]:
    """Say where coverage cannot be estimated, since denoising took what was seen once.

    Where it did so in some laboratories and not in others, there is nothing to compare.
    """
    lacking: dict[str, list[bool]] = {}
    for name in sizes:
        has_one = bool((community.reads_of(community.place_of(name)) == 1).any())
        lacking.setdefault(makers[name], []).append(not has_one)
    without = {maker: sum(own) for maker, own in sorted(lacking.items())}
    drop = {maker for maker, own in lacking.items() if 2 * sum(own) >= len(own)}
    if 0 < len(drop) < len(lacking):
        told = [f"{maker}: {number} of {len(lacking[maker])}" for maker, number in without.items()]
        raise problem_of(
            "coverage-singletons",
            "--coverage",
            found=f"libraries without any feature of one read, {'; '.join(told)}",
            expected="laboratories whose engines all keep, or all drop, what was seen once:"
            " coverage is estimated from that",
            fix="Leave out --coverage, so that libraries are drawn to equal reads",
        )
    if not drop:
        return ()
    return (
        f"{sum(without.values())} of {len(sizes)} libraries have no feature of one read: engines"
        " that drop them leave nothing to estimate coverage by, and equal reads are the safer"
        " choice",
    )
