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
from soilbio.diversity.beta import AXES, METRICS, distances, ordinate
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


def measure(dataset: Dataset, assay: str, settings: Settings, folder: Path) -> None:
    """Write alpha, rarefaction, distances, ordination, tests and settings of an assay.

    Held in memory: the assay's counts, sparse; dense, the libraries that are compared times the
    features they have.
    """
    community = read_community(dataset, assay)
    depth = choose_depth(community, settings.depth)
    tree, notes = _tree(dataset, assay)
    coverage = alpha.common_coverage(community, depth.libraries)
    _write_rows(alpha.alpha_rows(community, coverage, tree), alpha.COLUMNS, folder / "alpha.tsv")
    _write_rows(
        alpha.rarefaction_rows(community),
        ("library_id", "depth", "observed"),
        folder / "rarefaction.tsv",
    )
    matrices = distances(community, depth, settings.seed, tree)
    for metric, matrix in matrices.items():
        _write_matrix(matrix, folder / "distances" / f"{metric}.tsv")
    _write_ordination(matrices, folder / "ordination")
    _write_tests(dataset, community, matrices, settings, folder / "tests.tsv")
    _write_settings(community, depth, coverage, settings, notes, folder / "settings.json")


def _tree(dataset: Dataset, assay: str) -> tuple[TreeNode | None, list[str]]:
    path = dataset.folder / "trees" / f"{assay}.nwk"
    if not path.exists() or not path.stat().st_size:
        return None, ["no tree: Faith's PD and UniFrac are left out"]
    from skbio import TreeNode

    return TreeNode.read(str(path), format="newick", convert_underscores=False), []


def _write_ordination(matrices: Mapping[str, DistanceMatrix], folder: Path) -> None:
    axes = [f"PC{axis + 1}" for axis in range(AXES)]
    explained = []
    for metric, matrix in sorted(matrices.items()):
        found = ordinate(matrix)
        if found is None:
            continue
        coordinates, shares = found
        rows = [
            {"library_id": name, **dict(zip(axes, map(float, place), strict=True))}
            for name, place in zip(matrix.ids, coordinates, strict=True)
        ]
        _write_rows(rows, ("library_id", *axes), folder / f"{metric}.tsv")
        explained += [
            {"metric": metric, "axis": axis, "proportion": float(share)}
            for axis, share in zip(axes, shares, strict=True)
        ]
    _write_rows(explained, ("metric", "axis", "proportion"), folder / "explained.tsv")


def _write_tests(
    dataset: Dataset,
    community: Community,
    matrices: Mapping[str, DistanceMatrix],
    settings: Settings,
    target: Path,
) -> None:
    samples = {row["sample_id"]: row for row in dataset.table("samples").iter_rows(named=True)}
    rows: list[dict[str, object]] = []
    if matrices:
        kept = permutation.one_per_sample(community, list(next(iter(matrices.values())).ids))
        matrices = {metric: matrix.filter(kept) for metric, matrix in matrices.items()}
        for column in settings.groups:
            group_of = {
                name: str(samples[community.samples[name]].get(column) or "") for name in kept
            }
            rows += permutation.rows_of_column(
                matrices, column, group_of, (settings.permutations, settings.seed)
            )
    _write_rows(rows, permutation.COLUMNS, target)


def _write_settings(
    community: Community,
    depth: Depth,
    coverage: float | None,
    settings: Settings,
    notes: Iterable[str],
    target: Path,
) -> None:
    content = {
        "depth": depth.reads,
        "depth_asked": settings.depth,
        "coverage": None if coverage is None else float(_number(coverage)),
        "seed": settings.seed,
        "permutations": settings.permutations,
        "groups": list(settings.groups),
        "libraries_compared": depth.libraries,
        "left_out": depth.left_out,
        "excluded_flags": list(EXCLUDING_FLAGS),
        "flagged_features": community.flagged_features,
        "metrics": METRICS,
        "notes": list(notes),
        "software": {"scikit-bio": version("scikit-bio"), "scipy": version("scipy")},
    }
    _write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", target)


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
