"""Datasets of several laboratories: who brought what, what they share, what drives the differences.

Batch effects are measured, never corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soilbio.dataset.pools import is_unclassified
from soilbio.diversity.beta import ordinate
from soilbio.diversity.community import Community, is_left_out, read_community
from soilbio.diversity.comparable import Group, groups_of
from soilbio.diversity.design import LABORATORY, Known
from soilbio.diversity.shared_out import is_shared_out, shared_out
from soilbio.diversity.sparse import bray_curtis, rarefied
from soilbio.diversity.standard import Standard
from soilbio.taxonomy.codes import genus_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix

    from soilbio.dataset.history import History
    from soilbio.dataset.read import Dataset

Row = dict[str, Any]


@dataclass(slots=True)
class Gene:
    """What was measured of assays that may be compared; those of others stand beside them.

    `points` are principal coordinates by library; `parts` fractions of variation by column.
    """

    gene: str
    assays: list[str]
    standard: Standard
    community: Community
    comparable: Any  # csr_array of the libraries of `standard`
    points: list[Row] = field(default_factory=list)
    explained: tuple[float, ...] = ()
    tests: list[Row] = field(default_factory=list)
    parts: list[Row] = field(default_factory=list)
    overlap: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def brought(dataset: Dataset, laboratory_of: Mapping[str, str]) -> list[Row]:
    """Count what each laboratory brought: libraries, samples, controls, reads, agreements."""
    rows: dict[str, Row] = {}
    for library in dataset.table("libraries").iter_rows(named=True):
        name = laboratory_of[library["library_id"]]
        row = rows.setdefault(
            name,
            {LABORATORY: name, "libraries": 0, "controls": Counter(), "reads": 0}
            | {"samples": set(), "assays": set(), "agreements": set()},
        )
        row["libraries"] += 1
        row["samples"].add(library["sample_id"])
        row["assays"].add(library["assay_id"])
        row["agreements"].add(library["agreement_id"])
        row["reads"] += library["reads_nonchimeric"] or 0
        if library["control_type"]:
            row["controls"][library["control_type"]] += 1
    return [
        {
            **row,
            "samples": len(row["samples"]),
            "assays": ", ".join(sorted(row["assays"])),
            "agreements": ", ".join(sorted(row["agreements"])),
            "controls": ", ".join(f"{n} {kind}" for kind, n in sorted(row["controls"].items())),
        }
        for _, row in sorted(rows.items())
    ]


def measure_genes(
    dataset: Dataset,
    history: History,
    laboratory_of: Mapping[str, str],
    columns: Sequence[str],
    settings: tuple[int, int],
    *,
    standard: Callable[[Community, Mapping[str, str]], Standard],
) -> Iterator[Gene]:
    """Measure together what may be compared: the assays of a gene that no rule keeps apart.

    Parameters
    ----------
    dataset : Dataset
    history : History
        How it was merged.
    laboratory_of : mapping of library to laboratory
    columns : sequence of str
        Columns of `samples` that say what soils differ in.
    settings : (permutations, seed)
    standard : callable
        Gives what the libraries of a community are drawn to, without replacement, by who made
        each and how.

    """
    for group in groups_of(dataset, history, laboratory_of):
        community = read_community(dataset, *group.assays, libraries=group.libraries)
        yield _measure(
            group, community, dataset, (history, laboratory_of, columns, settings, standard)
        )


def _measure(group: Group, community: Community, dataset: Dataset, asked: tuple[Any, ...]) -> Gene:
    history, laboratory_of, columns, settings, standardise = asked
    if is_shared_out(dataset, group, community):
        community, depth, drawn = shared_out(dataset, history, group, laboratory_of)
    else:
        rows = dataset.table("libraries").select("library_id", "assay_id").iter_rows()
        makers = {name: f"{laboratory_of[name]} ({assay})" for name, assay in rows}
        depth = standardise(community, makers)
        places = [community.place_of(name) for name in depth.libraries]
        sizes = list(depth.sizes.values())
        drawn = rarefied(community.counts[places], depth.libraries, sizes, settings[1])
    found = Gene(group.name, list(group.assays), depth, community, drawn, notes=list(depth.notes))
    found.notes += _left_out(depth, community, laboratory_of)
    found.overlap = list(_overlap(dataset, community, laboratory_of))
    if len(depth.libraries) < 3:
        found.notes.append("fewer than three libraries reach the depth: nothing is compared")
        return found
    known = Known(dataset, community, depth.libraries, laboratory_of, columns)
    matrix = _distances(drawn, depth.libraries)
    ordination = ordinate(matrix)
    if ordination is None:
        found.notes.append("libraries do not differ: there is nothing to compare")
        return found
    found.explained = tuple(float(share) for share in ordination[1][:2])
    found.points = list(_points(matrix.ids, ordination[0], known.groups))
    found.notes += known.notes
    own = matrix.filter(known.replicates())
    found.tests = list(known.tests(own, settings))
    found.parts = list(known.parts(own, settings))
    return found


def _left_out(
    standard: Standard, community: Community, laboratory_of: Mapping[str, str]
) -> Iterator[str]:
    """Say whose soils take no part, and why the first of them does not."""
    soils = [name for name in community.libraries if not community.is_control[name]]
    number = Counter(laboratory_of[name] for name in soils)
    lost: dict[str, list[str]] = {}
    for name in soils:
        if name in standard.left_out:
            lost.setdefault(laboratory_of[name], []).append(name)
    for laboratory, names in sorted(lost.items()):
        yield (
            f"{len(names)} of {number[laboratory]} libraries of {laboratory}'s soils take no part"
            f" ({names[0]}: {standard.left_out[names[0]]})"
        )


def _distances(drawn: Any, libraries: list[str]) -> DistanceMatrix:
    from skbio import DistanceMatrix

    # Of libraries of one number of reads, shares differ as reads do.
    total = drawn.sum(axis=1)
    shares = drawn if len(set(total)) == 1 else drawn.multiply(1 / total[:, None]).tocsr()
    return DistanceMatrix(bray_curtis(shares), libraries)


def _points(
    libraries: Sequence[str],
    coordinates: NDArray[np.float64],
    groups: Mapping[str, Mapping[str, str]],
) -> Iterator[Row]:
    for name, point in zip(libraries, coordinates, strict=True):
        values = {column: group.get(name, "") for column, group in groups.items()}
        yield {"library_id": name, "pc1": float(point[0]), "pc2": float(point[1]), **values}


def _overlap(
    dataset: Dataset, community: Community, laboratory_of: Mapping[str, str]
) -> Iterator[Row]:
    """Count features and genera that each laboratory has, and those of each two in common.

    Of shares as of reads; what a profiler gives no name is no feature.
    """
    import polars as pl

    soils = [name for name in community.libraries if not community.is_control[name]]
    there = (
        dataset.tables["counts"]
        .filter(pl.col("library_id").is_in(soils), ~is_unclassified())
        .filter(pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance") > 0)
        .select(pl.col("library_id").replace_strict(laboratory_of).alias("one"), "feature_id")
        .unique()
        .join(dataset.tables["features"].filter(~is_left_out()), on="feature_id")
        .select("one", "feature_id", genus_of().alias("genus"))
        .collect()
    )
    features: dict[str, set[str]] = {laboratory_of[name]: set() for name in soils}
    named: dict[str, set[str]] = {name: set() for name in features}
    for laboratory, feature, genus in there.iter_rows():
        features[laboratory].add(feature)
        if genus:
            named[laboratory].add(genus)
    for one in sorted(features):
        for other in sorted(features):
            yield {
                "one": one,
                "other": other,
                "features": len(features[one] & features[other]),
                "genera": len(named[one] & named[other]),
            }
