"""All measures of an assay, written as tables; the same dataset and settings, the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.read import Dataset
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.diversity import alpha, permutation
from soilbio.diversity.beta import AXES, FEWEST, METRICS, RAREFIED, distances, ordinate
from soilbio.diversity.community import Community, Depth, choose_depth, read_community
from soilbio.diversity.comparable import shared_soils, soils_in
from soilbio.standards.insdc import is_missing

if TYPE_CHECKING:
    from skbio import DistanceMatrix, TreeNode

EXPLAINED = ("metric", "axis", "proportion")
DEPTHS = ("file", "depth", "of")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is measured: tested columns, permutations, seed, depth (reads or `auto`)."""

    groups: tuple[str, ...] = ()
    permutations: int = 999
    seed: int = 1
    depth: int | str = "auto"


def measure(dataset: Dataset, assay: str, settings: Settings, folder: Path) -> Depth:
    """Write alpha, rarefaction, distances, ordination, tests and settings of an assay.

    What a former run wrote for metrics that are no longer measured is removed. Held in memory: the
    assay's counts, sparse; dense, the libraries that are compared times the features there are; the
    distances of one metric at a time.

    Returns
    -------
    Depth
        What libraries were rarefied to, and why some were not.

    """
    community = read_community(dataset, assay)
    depth = choose_depth(community, settings.depth)
    tree, notes = _tree(dataset, assay, community)
    coverage = alpha.common_coverage(community, depth.libraries)
    measured = alpha.alpha_rows(community, coverage, tree)
    write_rows(measured, alpha.COLUMNS, folder / "alpha.tsv")
    write_rows(
        alpha.rarefaction_rows(community),
        ("library_id", "depth", "observed"),
        folder / "rarefaction.tsv",
    )
    tested = permutation.one_per_sample(community, depth.libraries)
    soil_of = soils_in(dataset)
    group_of = groups_of(dataset, (community, soil_of), tested, settings.groups)
    explained, tests = [], []
    found = set()
    for metric, matrix in distances(community, depth, settings.seed, tree):
        found.add(metric)
        write_matrix(matrix, folder / "distances" / f"{metric}.tsv")
        explained += write_ordination(metric, matrix, folder / "ordination")
        tests += tests_of(metric, matrix.filter(tested), group_of, settings)
    for metric in set(METRICS) - found:
        for part in ("distances", "ordination"):
            (folder / part / f"{metric}.tsv").unlink(missing_ok=True)
    write_rows(
        sorted(explained, key=itemgetter("metric")), EXPLAINED, folder / "ordination/explained.tsv"
    )
    by_column = {column: place for place, column in enumerate(settings.groups)}
    tests.sort(key=lambda row: (by_column[str(row["column"])], str(row["metric"])))
    for row in tests:
        row["depth"] = _depth_of(str(row["metric"]), depth)
    write_rows(tests, (*permutation.COLUMNS, "depth"), folder / "tests.tsv")
    write_rows(_depths(sorted(found), folder, depth), DEPTHS, folder / "depths.tsv")
    notes += [*_notes(community, depth), *note_on_soils(community, soil_of, tested)]
    content = _settings(community, depth, settings) | {
        "coverage": _rounded(coverage),
        "hill_reads": {
            row["library_id"]: _rounded(row["hill_reads"])
            for row in measured
            if "hill_reads" in row
        },
        "libraries_tested": tested,
        "notes": notes,
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    write_lines([text], folder / "settings.json")
    return depth


def _depth_of(metric: str, depth: Depth) -> int | None:
    """Give the reads that each library has in a metric; None where it has all its own."""
    return depth.reads if metric in RAREFIED else None


def _depths(metrics: Sequence[str], folder: Path, depth: Depth) -> Iterator[dict[str, object]]:
    """List the tables that have no room to say how many reads a library has in them."""
    for part in ("distances", "ordination"):
        for metric in metrics:
            name = f"{part}/{metric}.tsv"
            if (folder / name).exists():
                yield {"file": name, "depth": _depth_of(metric, depth), "of": METRICS[metric]}


def _tree(dataset: Dataset, assay: str, community: Community) -> tuple[TreeNode | None, list[str]]:
    """Read the assay's tree if it can be used for all features; else say why not."""
    path = dataset.folder / "trees" / f"{assay}.nwk"
    out = "Faith's PD and UniFrac are left out"
    if not path.exists() or not path.stat().st_size:
        return None, [f"no tree: {out}"]
    from skbio import TreeNode

    tree = TreeNode.read(str(path), format="newick", convert_underscores=False)
    tips = {tip.name for tip in tree.tips(include_self=True)}
    missing = sum(name not in tips for name in community.features)
    if missing:
        return None, [f"{missing} features are not in the tree: {out}"]
    if any(node.length is None for node in tree.traverse(include_self=False)):
        return None, [f"the tree has no lengths: {out}"]
    if len(tree.children) > 2:
        rooted = tree.root_at_midpoint()
        rooted.bifurcate(insert_length=0)  # the midpoint may lie where three branches meet
        return rooted, ["the tree had no root of two branches: rooted at its midpoint"]
    return tree, []


def _notes(community: Community, depth: Depth) -> list[str]:
    notes = []
    if len(depth.libraries) < 2:
        notes.append("fewer than two libraries reach the depth: no distances, ordination or tests")
    elif len(depth.libraries) < FEWEST:
        notes.append("fewer than three libraries reach the depth: no ordination")
    if community.uncounted:
        notes.append(f"{community.uncounted} shares without reads are not measured")
    if not any((community.reads_of(place) == 1).any() for place in range(len(community.libraries))):
        notes.append("no library has singletons, so all coverage is estimated as 1")
    return notes


def write_ordination(metric: str, matrix: DistanceMatrix, folder: Path) -> list[dict[str, object]]:
    """Write the axes of a metric; give the rows on what they explain, none if there are no axes."""
    found = ordinate(matrix)
    if found is None:
        (folder / f"{metric}.tsv").unlink(missing_ok=True)
        return []
    axes = [f"PC{axis + 1}" for axis in range(AXES)]
    coordinates, shares = found
    rows = [
        {"library_id": name, **dict(zip(axes, map(float, place), strict=True))}
        for name, place in zip(matrix.ids, coordinates, strict=True)
    ]
    write_rows(rows, ("library_id", *axes), folder / f"{metric}.tsv")
    return [
        {"metric": metric, "axis": axis, "proportion": float(share)}
        for axis, share in zip(axes, shares, strict=True)
    ]


def groups_of(
    dataset: Dataset,
    known: tuple[permutation.Sampled, Mapping[str, str]],
    tested: list[str],
    columns: Sequence[str],
) -> dict[str, dict[str, str] | None]:
    """Find the value of each library in each column; None for a column that is not there.

    `known` are the samples of libraries, and the soil of each sample. Of the libraries of one soil
    and one value only the deepest has it: others are no replicates.
    """
    community, soil_of = known
    samples, depths = community.samples, community.depths()
    table = dataset.table("samples")
    row_of = {row["sample_id"]: row for row in table.iter_rows(named=True)}
    groups: dict[str, dict[str, str] | None] = {}
    for column in columns:
        if column not in table.columns:
            groups[column] = None
            continue
        values = {name: row_of[samples[name]][column] for name in tested}
        best: dict[tuple[str, str], str] = {}
        for name in sorted(tested, key=lambda name: (-depths[name], name)):
            if values[name] is not None and not is_missing(str(values[name])):
                best.setdefault((soil_of[samples[name]], str(values[name]).strip()), name)
        groups[column] = {name: value for (_, value), name in sorted(best.items(), key=_library)}
    return groups


def _library(one: tuple[tuple[str, str], str]) -> str:
    return one[1]


def note_on_soils(
    community: permutation.Sampled, soil_of: Mapping[str, str], tested: Iterable[str]
) -> list[str]:
    """Say how many samples are of one soil with others, and what tests make of them."""
    shared = shared_soils(soil_of, (community.samples[name] for name in tested))
    if not shared:
        return []
    return [
        f"{sum(map(len, shared.values()))} samples are of {len(shared)} soils (by accession, or by"
        " an id that several laboratories gave): in tests the deepest library stands for those of"
        " one soil that have the same value"
    ]


def tests_of(
    metric: str,
    matrix: DistanceMatrix,
    groups: Mapping[str, Mapping[str, str] | None],
    settings: Settings,
) -> list[dict[str, object]]:
    """Test each column on a metric; tested libraries are one a sample."""
    return [
        row
        for column, group_of in groups.items()
        for row in permutation.rows_of_column(
            {metric: matrix}, column, group_of, (settings.permutations, settings.seed)
        )
    ]


def _settings(community: Community, depth: Depth, settings: Settings) -> dict[str, object]:
    return {
        "depth": depth.reads,
        "depth_asked": settings.depth,
        "seed": settings.seed,
        "permutations": settings.permutations,
        "groups": list(settings.groups),
        "libraries_compared": depth.libraries,
        "left_out": depth.left_out,
        "excluded_flags": list(EXCLUDING_FLAGS),
        "flagged_features": community.flagged_features,
        "flagged_reads": community.flagged_reads,
        "metrics": METRICS,
        "software": {name: version(name) for name in ("numpy", "scikit-bio", "scipy")},
    }


def _rounded(value: object) -> float | None:
    return float(_number(value)) if isinstance(value, float) else None


def write_matrix(matrix: DistanceMatrix, target: Path) -> None:
    """Write distances."""
    heading = "\t".join(["library_id", *matrix.ids])
    rows = (
        "\t".join([name, *map(_number, row.tolist())])
        for name, row in zip(matrix.ids, matrix.data, strict=True)
    )
    write_lines(chain([heading], rows), target)


def write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], target: Path) -> None:
    """Write a table; what a row lacks is empty."""
    lines = ("\t".join(_text(row.get(name)) for name in columns) for row in rows)
    write_lines(chain(["\t".join(columns)], lines), target)


def _text(value: object) -> str:
    if value is None:
        return ""
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """Write a number with twelve digits: beyond them lies the rounding of the order of adding."""
    return f"{value:.12g}"


def write_lines(lines: Iterable[str], target: Path) -> None:
    """Write lines, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(f"{line}\n" for line in lines)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
