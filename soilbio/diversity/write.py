"""All measures of an assay, written as tables; the same dataset and settings, the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.read import Dataset
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.diversity import alpha, permutation
from soilbio.diversity.beta import AXES, FEWEST, METRICS, distances, ordinate
from soilbio.diversity.community import Community, Depth, choose_depth, read_community

if TYPE_CHECKING:
    from skbio import DistanceMatrix, TreeNode


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
    assay's counts, sparse; dense, the libraries that are compared times the features there are (all
    libraries with reads, for Faith's PD).

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
    _write_rows(measured, alpha.COLUMNS, folder / "alpha.tsv")
    _write_rows(
        alpha.rarefaction_rows(community),
        ("library_id", "depth", "observed"),
        folder / "rarefaction.tsv",
    )
    matrices = distances(community, depth, settings.seed, tree)
    _write_matrices(matrices, folder / "distances")
    _write_ordination(matrices, folder / "ordination")
    tested = permutation.one_per_sample(community, depth.libraries)
    _write_rows(
        _tests(dataset, community, matrices, tested, settings),
        permutation.COLUMNS,
        folder / "tests.tsv",
    )
    notes += _notes(community, depth)
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
    _write_text(text + "\n", folder / "settings.json")
    return depth


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


def _write_matrices(matrices: Mapping[str, DistanceMatrix], folder: Path) -> None:
    for metric in METRICS:
        if metric in matrices:
            _write_matrix(matrices[metric], folder / f"{metric}.tsv")
        else:
            (folder / f"{metric}.tsv").unlink(missing_ok=True)


def _write_ordination(matrices: Mapping[str, DistanceMatrix], folder: Path) -> None:
    axes = [f"PC{axis + 1}" for axis in range(AXES)]
    explained = []
    for metric in sorted(METRICS):
        found = ordinate(matrices[metric]) if metric in matrices else None
        if found is None:
            (folder / f"{metric}.tsv").unlink(missing_ok=True)
            continue
        coordinates, shares = found
        rows = [
            {"library_id": name, **dict(zip(axes, map(float, place), strict=True))}
            for name, place in zip(matrices[metric].ids, coordinates, strict=True)
        ]
        _write_rows(rows, ("library_id", *axes), folder / f"{metric}.tsv")
        explained += [
            {"metric": metric, "axis": axis, "proportion": float(share)}
            for axis, share in zip(axes, shares, strict=True)
        ]
    _write_rows(explained, ("metric", "axis", "proportion"), folder / "explained.tsv")


def _tests(
    dataset: Dataset,
    community: Community,
    matrices: Mapping[str, DistanceMatrix],
    tested: list[str],
    settings: Settings,
) -> list[dict[str, object]]:
    samples = dataset.table("samples")
    row_of = {row["sample_id"]: row for row in samples.iter_rows(named=True)}
    matrices = {metric: matrix.filter(tested) for metric, matrix in matrices.items()}
    rows = []
    for column in settings.groups:
        group_of = None
        if column in samples.columns:
            values = {name: row_of[community.samples[name]][column] for name in tested}
            group_of = {
                name: str(value).strip() for name, value in values.items() if value is not None
            }
        rows += permutation.rows_of_column(
            matrices, column, group_of, (settings.permutations, settings.seed)
        )
    return rows


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


def _write_matrix(matrix: DistanceMatrix, target: Path) -> None:
    lines = ["\t".join(["library_id", *matrix.ids])]
    lines += [
        "\t".join([name, *map(_number, row)])
        for name, row in zip(matrix.ids, matrix.data.tolist(), strict=True)
    ]
    _write_text("\n".join(lines) + "\n", target)


def _write_rows(rows: Iterable[Mapping[str, object]], columns: Sequence[str], target: Path) -> None:
    lines = ["\t".join(columns)]
    lines += ["\t".join(_text(row.get(name)) for name in columns) for row in rows]
    _write_text("\n".join(lines) + "\n", target)


def _text(value: object) -> str:
    if value is None:
        return ""
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """Write a number with twelve digits: beyond them lies the rounding of the order of adding."""
    return f"{value:.12g}"


def _write_text(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
