"""Sections on composition: what lives in the soils, and found against true where truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soilbio.report.content import Block, Choice, Grid, Panel, Plot, Section, grid
from soilbio.report.figures import OTHER, UNKNOWN, UNNAMED, colours_of_names
from soilbio.report.figures_composition import SharesOf, composition_bars
from soilbio.report.material import Material, readable
from soilbio.report.results import Row, number
from soilbio.report.sections_engines import engine_grids
from soilbio.report.summaries import (
    TOP_NAMES,
    Composition,
    composition,
    features_per_library,
    mean_shares,
)
from soilbio.report.view import Subject, sorted_by_group
from soilbio.standards.sharing_classes import SharingClass as Share

SHOWN_RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus")
# Genomes tell species; a part of a marker gene seldom does.
RANKS_OF_METAGENOMES = (*SHOWN_RANKS, "species")
MOST_ROWS = 60
SCORES = {
    "expected_features": "expected",
    "found": "found",
    "true_positive": "true",
    "false_positive": "false",
    "false_negative": "missed",
    "precision": "precision",
    "recall": "recall",
    "bray_curtis": "Bray-Curtis",
    "genus_named": "genus known",
    "genus_called": "called",
    "genus_correct": "correct",
}


def composition_sections(material: Material) -> list[Section]:
    """Show composition by rank and group and, where the truth is known, beside it."""
    view = material.view
    if not view.audience.sees(Share.TAXONOMY, Share.COUNTS):
        text = "The agreement withholds taxa or their counts."
        return [Section("composition", "Composition", (text,))]
    found = _compositions(material)
    truth = _truth_section(material, found)
    return [_composition_section(material, found), *([truth] if truth else [])]


def _compositions(material: Material) -> dict[tuple[str, str], Composition]:
    """Sum the reads of every assay by name, at each rank that has any."""
    view = material.view
    own = {assay_id: view.of_assay(assay_id) for assay_id in material.assay_ids}
    found = {
        (assay_id, rank): composition(
            material.tables,
            [one.library_id for one in own[assay_id]],
            rank,
            [one.library_id for one in own[assay_id] if one.is_sample],
        )
        for assay_id in material.assay_ids
        for rank in (RANKS_OF_METAGENOMES if view.is_metagenome(assay_id) else SHOWN_RANKS)
    }
    return {key: one for key, one in found.items() if set(one.names) - {OTHER, UNNAMED, UNKNOWN}}


def _composition_section(
    material: Material, found: Mapping[tuple[str, str], Composition]
) -> Section:
    title = "Composition"
    if not found:
        text = "No library holds a named feature, so there is nothing to draw."
        return Section("composition", title, (text,))
    blocks: list[Block] = [
        f"Shares of reads by rank: the {TOP_NAMES} names of highest mean share in samples, and the "
        f"rest as “{OTHER}”. Features flagged as chloroplast, mitochondria or off target are left "
        "out; they stay in the dataset. Reads are not numbers of cells: gene copies differ between "
        "taxa."
    ]
    if any(material.view.is_metagenome(assay_id) for assay_id in material.assay_ids):
        blocks.append(
            "Of metagenomes, shares are of all reads: large genomes weigh more, and what nothing "
            f"in the database explains is “{UNKNOWN}”."
        )
    blocks.append(_panel(material, found))
    blocks.append(_table(material, found))
    blocks.append(_features_table(material))
    return Section("composition", title, tuple(blocks))


def _panel(material: Material, found: Mapping[tuple[str, str], Composition]) -> Panel:
    view = material.view
    variants: dict[tuple[str, ...], object] = {}
    is_thinned = False
    for (assay_id, rank), one in found.items():
        subjects = [s for s in view.of_assay(assay_id) if s.library_id in one.shares]
        is_thinned |= len(subjects) > MOST_ROWS
        for column in material.column_options:
            rows = bars_of(subjects, one, column or None)
            variants[assay_id, rank, readable(column)] = composition_bars(
                rows, one.names, colours_of_names(one.names)
            )
    ranks = tuple(rank for rank in RANKS_OF_METAGENOMES if any(key[1] == rank for key in found))
    lists = (
        Choice("assay", tuple(dict.fromkeys(key[0] for key in found))),
        Choice("rank", ranks, "phylum"),
        Choice("grouped by", tuple(readable(column) for column in material.column_options)),
    )
    note = (
        f"More than {MOST_ROWS} libraries: each bar is the mean of a group's libraries."
        if is_thinned
        else ""
    )
    plot = Plot(
        "composition",
        "Composition by rank",
        "A stacked bar per library, grouped: the share of reads of each taxon.",
        variants,
    )
    return Panel("panel-composition", (plot,), lists, note)


def bars_of(subjects: Sequence[Subject], one: Composition, column: str | None) -> list[SharesOf]:
    """Make a bar per library, or per group where libraries are too many to read."""
    ordered = sorted_by_group(subjects, column)
    if len(ordered) <= MOST_ROWS:
        return [SharesOf(s.label, s.group(column), one.shares[s.library_id]) for s in ordered]
    groups: dict[str, list[Mapping[str, float]]] = {}
    for subject in ordered:
        name = subject.group(column) or "all samples"
        groups.setdefault(name, []).append(one.shares[subject.library_id])
    return [
        SharesOf(f"{group} (n = {len(parts)})", "", mean_shares(parts, one.names))
        for group, parts in list(groups.items())[:MOST_ROWS]
    ]


def _table(material: Material, found: Mapping[tuple[str, str], Composition]) -> Grid:
    """List the mean share of each name in the samples, at every rank."""
    ids = {one.library_id for one in material.view.samples}
    rows = []
    for (assay_id, rank), one in found.items():
        parts = [shares for key, shares in one.shares.items() if key in ids]
        means = mean_shares(parts, one.names)
        rows += [
            (assay_id, rank, name, 100 * means[name], sum(name in part for part in parts))
            for name in one.names
        ]
    columns = ("assay", "rank", "name", "mean share in samples, %", "libraries with it")
    return grid("Mean composition of the samples", columns, rows)


def _features_table(material: Material) -> Grid:
    known = features_per_library(material.tables)
    rows = [
        (one.label, *known.get(one.library_id, (0, 0, 0)))
        for one in sorted_by_group(material.view.subjects, None)
    ]
    columns = ("library", "features", "reads", "reads in flagged features")
    return grid("Features per library", columns, rows)


def _truth_section(
    material: Material, found: Mapping[tuple[str, str], Composition]
) -> Section | None:
    """Show found beside true composition and the scores; none where no truth is known."""
    results, view = material.results, material.view
    if not results.scores and not results.compositions:
        return None
    title = "Found against true"
    if not view.audience.sees(Share.DERIVED):
        return Section("truth", title, ("The agreement withholds derived values.",))
    blocks: list[Block] = [
        "The true composition of these libraries is known, so the result can be judged."
    ]
    blocks += engine_grids(material)
    panel = _truth_panel(material, found)
    if panel:
        blocks += [panel, _truth_grid(material)]
    table = score_grid(material, [one.library_id for one in view.subjects])
    if table:
        blocks.append(table)
    return Section("truth", title, tuple(blocks))


def _truth_panel(material: Material, found: Mapping[tuple[str, str], Composition]) -> Panel | None:
    known = {row["library_id"] for row in material.results.compositions}
    by_assay = {
        assay_id: [s.library_id for s in material.view.of_assay(assay_id) if s.library_id in known]
        for assay_id in material.assay_ids
    }
    variants: dict[tuple[str, ...], object] = {}
    for assay_id, ids in by_assay.items():
        rows = [row for row in material.results.compositions if row["library_id"] in ids]
        for rank in (r for r in SHOWN_RANKS if any(row["rank"] == r for row in rows)):
            variants[assay_id, rank] = _truth_bars(
                material,
                [row for row in rows if row["rank"] == rank],
                [name for key, one in found.items() if key[1] == rank for name in one.names],
            )
    if not variants:
        return None
    libraries = max(len(ids) for ids in by_assay.values())
    note = f"The first {MOST_ROWS // 2} of {libraries:,} libraries are drawn."
    plot = Plot(
        "truth",
        "Found and true composition",
        "Two stacked bars per library: the true composition and the one found.",
        variants,
    )
    lists = (
        Choice("assay", tuple(dict.fromkeys(key[0] for key in variants))),
        Choice("rank", tuple(r for r in SHOWN_RANKS if any(k[1] == r for k in variants)), "phylum"),
    )
    return Panel("panel-truth", (plot,), lists, note if libraries > MOST_ROWS // 2 else "")


def _truth_grid(material: Material) -> Grid:
    """List true and found shares, the largest differences first."""
    labels = material.view.labels()
    rows = []
    for row in material.results.compositions:
        true, found = number(row["expected"]) or 0.0, number(row["found"]) or 0.0
        if row["library_id"] in labels and max(true, found) > 0:
            label = labels[row["library_id"]]
            rows.append((label, row["rank"], row["name"] or UNNAMED, 100 * true, 100 * found))
    rows.sort(key=lambda row: (-abs(row[3] - row[4]), row[:3]))
    columns = ("library", "rank", "name", "true, %", "found, %")
    return grid("Largest differences between true and found", columns, rows)


def _truth_bars(material: Material, rows: Sequence[Row], coloured: Sequence[str]) -> object:
    """Draw one rank: two bars for each library; names `coloured` first keep their colours."""
    shares: dict[str, dict[str, dict[str, float]]] = {}
    totals: dict[str, float] = {}
    for row in rows:
        name = row["name"] or UNNAMED
        for kind in ("expected", "found"):
            share = number(row[kind]) or 0.0
            part = shares.setdefault(row["library_id"], {}).setdefault(kind, {})
            part[name] = part.get(name, 0.0) + share
            totals[name] = totals.get(name, 0.0) + share
    named = sorted((n for n in totals if n not in (UNNAMED, OTHER)), key=lambda n: (-totals[n], n))
    order = {name: place for place, name in enumerate(coloured)}
    top = sorted(named[:TOP_NAMES], key=lambda name: order.get(name, len(order)))
    names = [*top, *(name for name in (OTHER, UNNAMED) if name in totals or len(named) > len(top))]
    bars = []
    subjects = [s for s in sorted_by_group(material.view.subjects, None) if s.library_id in shares]
    for subject in subjects[: MOST_ROWS // 2]:
        for kind, label in (("expected", "true"), ("found", "found")):
            part = shares[subject.library_id].get(kind, {})
            kept = {name: part.get(name, 0.0) for name in names}
            rest = sum(share for name, share in part.items() if name not in kept)
            kept[OTHER] = kept.get(OTHER, 0.0) + rest
            bars.append(SharesOf(label, subject.label, kept))
    return composition_bars(bars, names, colours_of_names([*coloured, *names]))


def score_grid(material: Material, library_ids: Sequence[str]) -> Grid | None:
    """Make the table of scores for some libraries."""
    labels = material.view.labels()
    wanted = [row for row in material.results.scores if row.get("library_id") in library_ids]
    if not wanted:
        return None
    present = [column for column in SCORES if column in wanted[0]]
    rows = [
        (labels[row["library_id"]], *(_cell(row[column]) for column in present)) for row in wanted
    ]
    note = (
        "Precision: share of the features found that are true. Recall: share of the true features "
        "that are found. Bray-Curtis: distance to the truth, 0 the same, 1 wholly different. "
        "Genus: true features whose genus is known, was called, and was called correctly."
    )
    columns = ("library", *(SCORES[column] for column in present))
    return grid("Scores against the truth", columns, rows, note=note, is_folded=False)


def _cell(text: str) -> object:
    value = number(text)
    if value is None:
        return text
    return int(value) if value == int(value) and "." not in text else value
