"""Sections on diversity: within libraries, between them, and with growing depth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from soilbio.report.content import Block, Choice, Grid, Panel, Plot, Section, grid, plural
from soilbio.report.figures import NO_GROUP
from soilbio.report.figures_diversity import Point, alpha_by_group, ordination, rarefaction
from soilbio.report.material import Material, readable
from soilbio.report.results import Diversity, Row, number
from soilbio.report.sections_tests import METRICS, tests_blocks
from soilbio.report.view import sorted_by_group
from soilbio.standards.sharing_classes import SharingClass as Share

Item = TypeVar("Item")

MEASURES = {
    "observed": ("Features observed", "features"),
    "shannon": ("Shannon", "Shannon index"),
    "faith_pd": ("Faith's phylogenetic diversity", "branch length"),
    "hill_q0": ("Hill number q = 0", "features at equal coverage"),
    "hill_q1": ("Hill number q = 1", "common features"),
    "hill_q2": ("Hill number q = 2", "dominant features"),
}
MOST_POINTS = 100
MOST_CURVES = 200


def diversity_sections(material: Material) -> list[Section]:
    """Make the sections on alpha diversity, ordination and rarefaction."""
    makers = (
        ("alpha", "Diversity within libraries", "Diversity", _alpha_blocks),
        ("ordination", "Differences between libraries", "Differences", _ordination_blocks),
        ("rarefaction", "Rarefaction", "", _rarefaction_blocks),
    )
    sections = []
    for section_id, title, short_title, make in makers:
        if not material.view.audience.sees(Share.DERIVED):
            blocks: tuple[Block, ...] = ("The agreement withholds derived values.",)
        elif not any(map(_is_measured, material.results.diversity.values())):
            blocks = (_unmeasured(material),)
        else:
            blocks = tuple(make(material))
        sections.append(Section(section_id, title, blocks, short_title))
    return sections


def _is_measured(one: Diversity) -> bool:
    return bool(one.settings or one.alpha)


def _unmeasured(material: Material) -> str:
    """Say why nothing is here: a dataset alone has no measures."""
    if material.origin.results:
        return "No diversity was measured in the results that this page was made of."
    told = "This page was made of the dataset alone, to which measures of diversity do not belong"
    if material.view.audience.is_holder:
        return (
            f"{told} (soilbio diversity … --out RESULTS/diversity/ASSAY makes them, and"
            " soilbio report … --results RESULTS shows them here)."
        )
    return f"{told}."


def _grouped(material: Material, rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    """Sort rows of samples into groups, in the order in which groups get their colours."""
    by_id: dict[str, list[Row]] = {}
    for row in rows:
        by_id.setdefault(row["library_id"], []).append(row)
    groups: dict[str, list[Row]] = {}
    for subject in sorted_by_group(material.view.samples, column or None):
        if subject.library_id in by_id:
            group = subject.group(column or None) or NO_GROUP
            groups.setdefault(group, []).extend(by_id[subject.library_id])
    return groups


def _alpha_blocks(material: Material) -> Iterator[Block]:
    found = {key: one.alpha for key, one in material.results.diversity.items() if one.alpha}
    if not found:
        yield "No diversity measures were computed."
        return
    plots = []
    for measure, (title, _) in MEASURES.items():
        variants: dict[tuple[str, ...], Any] = {}
        for assay_id, rows in found.items():
            for column in material.column_options:
                groups = _grouped(material, rows, column)
                variants.update(_alpha_variant(material, groups, measure, (assay_id, column)))
        if variants:
            description = f"{title} of each library as a point, by group, with a box for each."
            plots.append(Plot(f"alpha-{measure.replace('_', '-')}", title, description, variants))
    yield _alpha_text(material)
    if plots:
        yield Panel("panel-alpha", tuple(plots), _assay_and_column(material, list(found)))
    else:
        yield "No library of a sample has a measure to draw."
    yield _alpha_table(material, found)
    yield from _refused(material)


def _alpha_variant(
    material: Material, groups: dict[str, list[Row]], measure: str, key: tuple[str, str]
) -> dict[tuple[str, ...], Any]:
    """Draw one measure for one choice, if any library has a value."""
    labels = material.view.labels()
    values = {
        group: [
            (labels[row["library_id"]], value)
            for row in rows
            if (value := number(row.get(measure))) is not None
        ]
        for group, rows in groups.items()
    }
    if not any(values.values()):
        return {}
    return {(key[0], readable(key[1])): alpha_by_group(values, MEASURES[measure][1])}


def _assay_and_column(material: Material, assay_ids: Sequence[str]) -> tuple[Choice, ...]:
    columns = tuple(readable(column) for column in material.column_options)
    return (Choice("assay", tuple(assay_ids)), Choice("group", columns))


def _alpha_text(material: Material) -> str:
    coverages = [
        f"{100 * value:.1f} % ({assay_id})"
        if len(material.assay_ids) > 1
        else f"{100 * value:.1f} %"
        for assay_id, one in material.results.diversity.items()
        if (value := _coverage(one.settings, one.alpha)) is not None
    ]
    text = (
        "Each point is a library; a box (median and quartiles) stands behind four or more. "
        "Controls are left out of the plots, flagged features of all measures. "
        "Observed features and Shannon are of all reads of a library, so they grow with depth. "
    )
    if coverages:
        text += (
            "Hill numbers are comparable between libraries: they are standardised to an equal "
            f"sample coverage of {' and '.join(coverages)}. q = 0 counts all features alike, q = 1 "
            "weighs by abundance, q = 2 counts the dominant ones."
        )
    return text


def _coverage(settings: Any, alpha: Sequence[Row]) -> float | None:
    value = settings.get("coverage")
    if isinstance(value, int | float):
        return float(value)
    known = [cover for row in alpha if (cover := number(row.get("coverage"))) is not None]
    return min(known) if known else None


def _alpha_table(material: Material, found: dict[str, list[Row]]) -> Grid:
    labels = material.view.labels()
    every = [row for rows in found.values() for row in rows if row["library_id"] in labels]
    columns = [name for name in dict.fromkeys(chain(*every)) if name != "library_id"]
    order = {s.library_id: place for place, s in enumerate(material.view.subjects)}
    rows = [
        (labels[row["library_id"]], *(number(row.get(column)) for column in columns))
        for row in sorted(every, key=lambda row: order[row["library_id"]])
    ]
    names = [MEASURES[name][0] if name in MEASURES else readable(name) for name in columns]
    return grid("All measures per library", ("library", *names), rows)


def _refused(material: Material) -> Iterator[Block]:
    """Name the measures that are not sound for profiles of metagenomes, with the reason."""
    assays: dict[tuple[str, str], list[str]] = {}
    for assay_id, one in material.results.diversity.items():
        for measure, reason in (one.settings.get("refused") or {}).items():
            assays.setdefault((measure, reason), []).append(assay_id)
    if assays:
        yield (
            "Of profiles of metagenomes Shannon and Simpson are of the species named in each "
            "library, of a marker gene's reads of the genera; the table above says which share of "
            "the reads that is. What is not sound for them is not measured:"
        )
        rows = [
            (readable(measure), reason, ", ".join(names))
            for (measure, reason), names in sorted(assays.items())
        ]
        columns = ("measure", "why it is not measured", "assays")
        yield grid("Measures that are refused", columns, rows)


def _ordination_blocks(material: Material) -> Iterator[Block]:
    labels = material.view.labels()
    variants: dict[tuple[str, ...], Any] = {}
    metrics, assay_ids = set(), []
    for assay_id, one in material.results.diversity.items():
        for metric in [name for name in METRICS if one.ordination.get(name)]:
            metrics.add(metric)
            assay_ids.append(assay_id)
            explained = [one.explained.get((metric, pc)) for pc in ("PC1", "PC2")]
            for column in material.column_options:
                groups = {
                    group: [
                        Point(labels[row["library_id"]], x, number(row.get("PC2")) or 0.0)
                        for row in rows
                        if (x := number(row.get("PC1"))) is not None
                    ]
                    for group, rows in _grouped(material, one.ordination[metric], column).items()
                }
                if any(groups.values()):
                    figure = ordination(groups, explained)
                    variants[assay_id, readable(metric), readable(column)] = figure
    if not variants:
        is_left = any(one.settings.get("left_out") for one in material.results.diversity.values())
        yield (
            "No ordination was made: it needs at least three libraries of samples that can be "
            f"compared.{' Problems tells which were left out, and why.' if is_left else ''}"
        )
    else:
        shown = tuple(readable(metric) for metric in METRICS if metric in metrics)
        lists = (
            Choice("assay", tuple(dict.fromkeys(assay_ids))),
            Choice("distance", shown),
            *_assay_and_column(material, ())[1:],
        )
        yield (
            "Principal coordinates: libraries that lie close together hold similar communities; "
            f"each axis says how much of the variation it shows. {_depth_text(material)}"
        )
        description = "Libraries as points on the first two principal coordinates, by group."
        plot = Plot("ordination", "Principal coordinates", description, variants)
        yield Panel("panel-ordination", (plot,), lists)
        yield _coordinates(material)
    yield from tests_blocks(material)


def _coordinates(material: Material) -> Grid:
    """List the coordinates, for those who cannot see the plot."""
    labels = material.view.labels()
    rows = [
        (labels[row["library_id"]], readable(metric), number(row["PC1"]), number(row.get("PC2")))
        for one in material.results.diversity.values()
        for metric in METRICS
        for row in one.ordination.get(metric, [])
        if row["library_id"] in labels
    ]
    return grid("Coordinates", ("library", "distance", "PC1", "PC2"), rows)


def _depth_text(material: Material) -> str:
    """Say the depth to which libraries were rarefied for distances."""
    parts = []
    for assay_id, one in material.results.diversity.items():
        depth = one.settings.get("depth")
        if isinstance(depth, int | float) and depth:
            where = f" ({assay_id})" if len(material.assay_ids) > 1 else ""
            parts.append(f"{int(depth):,} reads{where}")
    texts = [f"Distances are of libraries rarefied to {' and '.join(parts)}."] if parts else []
    if any(one.settings.get("refused") for one in material.results.diversity.values()):
        texts.append(
            "Profiles of metagenomes are compared by the shares of their named species, reads "
            f"of a marker gene by those of genera, without rarefying, {_profiled_text(material)}."
        )
    return " ".join(texts)


def _profiled_text(material: Material) -> str:
    """Say how many reads were profiled: what is found depends on that."""
    reads = [
        depth
        for one in material.results.diversity.values()
        for name, depth in (one.settings.get("reads_profiled") or {}).items()
        if name in one.settings.get("libraries_compared", ())
    ]
    if not reads:
        return "and none has any"
    few, most = min(reads), max(reads)
    return f"{few:,} reads each" if few == most else f"from {few:,} to {most:,} reads each"


def _rarefaction_blocks(material: Material) -> Iterator[Block]:
    found = {k: one for k, one in material.results.diversity.items() if one.rarefaction}
    labels = material.view.labels()
    variants: dict[tuple[str, ...], Any] = {}
    rows = []
    for assay_id, one in found.items():
        depth = one.settings.get("depth")
        for column in material.column_options:
            groups = {
                group: thinned(_curves(parts, labels), MOST_CURVES)
                for group, parts in _grouped(material, one.rarefaction, column).items()
            }
            if groups:
                mark = float(depth) if isinstance(depth, int | float) and depth else None
                variants[assay_id, readable(column)] = rarefaction(groups, mark)
        rows += [
            (label, points[-1][0], points[-1][1])
            for label, points in _curves(one.rarefaction, labels)
        ]
    if not variants:
        yield "No rarefaction curves were made."
        return
    yield (
        "Features expected when only part of a library's reads is drawn. A curve that has become "
        "flat found nearly all there is to find in its library. "
        f"{_marked(material)}Controls are left out of the plot."
    )
    plot = Plot(
        "rarefaction",
        "Rarefaction curves",
        "A curve per library: features observed against reads drawn.",
        variants,
    )
    note = (
        f"Of a group with more than {MOST_CURVES} libraries only {MOST_CURVES} curves are drawn, "
        "evenly chosen."
        if len(rows) > MOST_CURVES
        else ""
    )
    yield Panel("panel-rarefaction", (plot,), _assay_and_column(material, list(found)), note)
    yield grid("Ends of the curves", ("library", "reads", "features"), rows)


def _marked(material: Material) -> str:
    """Explain the dotted rule, and name what the depth left out."""
    texts = []
    soils = {subject.library_id for subject in material.view.samples}
    for one in material.results.diversity.values():
        depth = one.settings.get("depth")
        left_out = soils.intersection(one.settings.get("left_out") or ())
        if isinstance(depth, int | float) and depth:
            left = f", which leaves out {plural(len(left_out), 'library', 'libraries')}"
            texts.append(
                f"The dotted line is the depth used for distances, {int(depth):,} reads"
                f"{left if left_out else ''}. "
            )
    return texts[0] if len(texts) == 1 else ""


def _curves(
    rows: Sequence[Row], labels: dict[str, str]
) -> list[tuple[str, list[tuple[float, float]]]]:
    """Collect the points of each library, thinned to `MOST_POINTS` by an even step."""
    points: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        depth, observed = number(row["depth"]), number(row["observed"])
        if row["library_id"] in labels and depth is not None and observed is not None:
            points.setdefault(row["library_id"], []).append((depth, round(observed, 1)))
    curves = []
    for library_id, curve in points.items():
        curves.append((labels[library_id], thinned(sorted(curve), MOST_POINTS)))
    return curves


def thinned(items: Sequence[Item], most: int) -> list[Item]:
    """Choose at most `most` items, evenly, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]
