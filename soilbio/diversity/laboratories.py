"""Datasets of several laboratories: who brought what, what they share, what drives the differences.

Batch effects are measured, never corrected. PERMANOVA: Anderson 2001, Austral Ecol. 26:32.
Partitioning of variation: Borcard et al. 1992, Ecology 73:1045, on principal coordinates
(Legendre & Anderson 1999, Ecol. Monogr. 69:1), R2 adjusted (Peres-Neto et al. 2006, Ecology
87:2614).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soilbio.diversity.beta import ordinate
from soilbio.diversity.community import Community, read_community
from soilbio.diversity.permutation import one_per_sample, rows_of_column
from soilbio.diversity.sparse import bray_curtis, rarefied
from soilbio.diversity.standard import Standard
from soilbio.taxonomy.codes import genus_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from skbio import DistanceMatrix

    from soilbio.dataset.read import Dataset

LABORATORY, METHOD = "laboratory", "method"
Row = dict[str, Any]


@dataclass(slots=True)
class Gene:
    """What was measured of the assays of one gene: they are compared, others stand beside them.

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
    laboratory_of: Mapping[str, str],
    columns: Sequence[str],
    settings: tuple[int, int],
    *,
    standard: Callable[[Community], Standard],
) -> Iterator[Gene]:
    """Measure the assays of each gene together.

    Parameters
    ----------
    dataset : Dataset
    laboratory_of : mapping of library to laboratory
    columns : sequence of str
        Columns of `samples` that say what soils differ in.
    settings : (permutations, seed)
    standard : callable
        Gives what the libraries of a community are drawn to, without replacement.

    """
    by_gene: dict[str, list[str]] = {}
    for row in dataset.table("assays").iter_rows(named=True):
        name = row["target_gene"] or row["library_strategy"]
        by_gene.setdefault(str(name), []).append(row["assay_id"])
    for gene, assays in sorted(by_gene.items()):
        community = read_community(dataset, *assays)
        yield _measure(
            gene, assays, community, dataset, (laboratory_of, columns, settings, standard)
        )


def _measure(
    gene: str, assays: list[str], community: Community, dataset: Dataset, asked: tuple[Any, ...]
) -> Gene:
    laboratory_of, columns, settings, standardise = asked
    depth = standardise(community)
    places = [community.place_of(name) for name in depth.libraries]
    sizes = list(depth.sizes.values())
    drawn = rarefied(community.counts[places], depth.libraries, sizes, settings[1])
    found = Gene(gene, sorted(assays), depth, community, drawn, notes=list(depth.notes))
    found.overlap = list(_overlap(dataset, community, laboratory_of))
    if len(depth.libraries) < 3:
        found.notes.append("fewer than three libraries reach the depth: nothing is compared")
        return found
    groups = _groups(dataset, community, depth.libraries, laboratory_of, columns)
    matrix = _distances(drawn, depth.libraries)
    ordination = ordinate(matrix)
    if ordination is None:
        found.notes.append("libraries do not differ: there is nothing to compare")
        return found
    found.explained = tuple(float(share) for share in ordination[1][:2])
    found.points = list(_points(matrix.ids, ordination[0], groups))
    tested = matrix.filter(one_per_sample(community, depth.libraries))
    for column, group_of in groups.items():
        rows = rows_of_column({"bray_curtis": tested}, column, group_of, settings)
        found.tests += [row for row in rows if row["test"] == "permanova"]
    found.parts = list(_parts(tested, groups, columns))
    return found


def _distances(drawn: Any, libraries: list[str]) -> DistanceMatrix:
    from skbio import DistanceMatrix

    # Of libraries of one number of reads, shares differ as reads do.
    total = drawn.sum(axis=1)
    shares = drawn if len(set(total)) == 1 else drawn.multiply(1 / total[:, None]).tocsr()
    return DistanceMatrix(bray_curtis(shares), libraries)


def _groups(
    dataset: Dataset,
    community: Community,
    libraries: Sequence[str],
    laboratory_of: Mapping[str, str],
    columns: Sequence[str],
) -> dict[str, dict[str, str] | None]:
    """Give laboratory, method and soil columns of libraries; None for a column not there."""
    samples = dataset.table("samples")
    assay_of = dict(dataset.table("libraries").select("library_id", "assay_id").iter_rows())
    groups: dict[str, dict[str, str] | None] = {
        LABORATORY: {name: laboratory_of[name] for name in libraries},
        METHOD: {name: assay_of[name] for name in libraries},
    }
    for column in columns:
        if column not in samples.columns:
            groups[column] = None
            continue
        value_of = dict(samples.select("sample_id", column).iter_rows())
        groups[column] = {name: value_of[community.samples[name]] or "" for name in libraries}
    return groups


def _points(
    libraries: Sequence[str],
    coordinates: NDArray[np.float64],
    groups: Mapping[str, Mapping[str, str] | None],
) -> Iterator[Row]:
    for name, point in zip(libraries, coordinates, strict=True):
        values = {column: (group or {}).get(name, "") for column, group in groups.items()}
        yield {"library_id": name, "pc1": float(point[0]), "pc2": float(point[1]), **values}


def _parts(
    matrix: DistanceMatrix,
    groups: Mapping[str, Mapping[str, str] | None],
    columns: Sequence[str],
) -> Iterator[Row]:
    """Part variation into what laboratory, soil, both together, and nothing known explain."""
    for column in columns:
        soil_of, laboratory_of = groups[column] or {}, groups[LABORATORY] or {}
        ids = [name for name in matrix.ids if soil_of.get(name)]
        soils = [soil_of[name] for name in ids]
        laboratories = [laboratory_of[name] for name in ids]
        row: Row = {"column": column, "libraries": len(ids)}
        if len(set(soils)) < 2 or len(set(laboratories)) < 2:
            yield {**row, "note": "not parted: there are not two laboratories and two soils"}
            continue
        yield {**row, **partition(matrix.filter(ids), laboratories, soils)}


def partition(matrix: DistanceMatrix, laboratories: Sequence[str], soils: Sequence[str]) -> Row:
    """Part the variation between libraries; fractions are adjusted R2 and can be below 0.

    Returns
    -------
    dict
        `laboratory_only`, `soil_only`, `shared`, `unexplained`, which add up to 1, and `note`.

    """
    from skbio.stats.ordination import pcoa

    result = pcoa(matrix, dimensions=len(matrix.ids), warn_neg_eigval=False)
    axes = result.samples.to_numpy()[:, result.eigvals.to_numpy() > 1e-12]
    one, other = _dummies(laboratories), _dummies(soils)
    first, second, both = (_adjusted(axes, part) for part in (one, other, _beside(one, other)))
    if both is None or first is None or second is None:
        return {"note": "not parted: too few libraries for so many groups"}
    note = ""
    if _rank(_beside(one, other)) <= max(_rank(one), _rank(other)):
        note = "laboratory and soil cannot be told apart: each soil is of one laboratory, or each"
        note += " laboratory of one soil"
    return {
        "laboratory_only": both - second,
        "soil_only": both - first,
        "shared": first + second - both,
        "unexplained": 1 - both,
        "note": note,
    }


def _dummies(groups: Sequence[str]) -> NDArray[np.float64]:
    import numpy as np

    names = sorted(set(groups))
    return np.array([[float(group == name) for name in names[1:]] for group in groups])


def _beside(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.hstack([one, other])


def _rank(columns: NDArray[np.float64]) -> int:
    import numpy as np

    return int(np.linalg.matrix_rank(columns - columns.mean(axis=0)))


def _adjusted(axes: NDArray[np.float64], columns: NDArray[np.float64]) -> float | None:
    """Give the adjusted R2 of a regression of all axes on columns; None without freedom left."""
    import numpy as np

    size, rank = len(axes), _rank(columns)
    if size - rank - 1 < 1:
        return None
    centred, design = axes - axes.mean(axis=0), columns - columns.mean(axis=0)
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    explained = float((fitted**2).sum() / (centred**2).sum())
    return 1 - (1 - explained) * (size - 1) / (size - rank - 1)


def _overlap(
    dataset: Dataset, community: Community, laboratory_of: Mapping[str, str]
) -> Iterator[Row]:
    """Count features and genera that each laboratory has, and those of each two in common."""
    import polars as pl

    named_features = dataset.tables["features"].filter(pl.col("genus").is_not_null())
    genera = dict(named_features.select("feature_id", genus_of()).collect().iter_rows())
    features: dict[str, set[str]] = {}
    for place, library in enumerate(community.libraries):
        if community.is_control[library]:
            continue
        own = slice(community.counts.indptr[place], community.counts.indptr[place + 1])
        names = {community.features[at] for at in community.counts.indices[own]}
        features.setdefault(laboratory_of[library], set()).update(names)
    named = {
        name: {genus for one in own if (genus := genera.get(one))} for name, own in features.items()
    }
    for one in sorted(features):
        for other in sorted(features):
            yield {
                "one": one,
                "other": other,
                "features": len(features[one] & features[other]),
                "genera": len(named[one] & named[other]),
            }
