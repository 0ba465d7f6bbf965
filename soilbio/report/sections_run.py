"""Sections on the run itself: the summary, how it was done, and problems."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from soilbio.dataset.history import PLACEMENT
from soilbio.harmonise.compare import kind_of_features
from soilbio.report.content import (
    Block,
    Cards,
    Grid,
    Section,
    grid,
    percent,
    plural,
)
from soilbio.report.figures import OTHER, UNKNOWN, UNNAMED
from soilbio.report.material import Material, readable
from soilbio.report.methods_merging import merging_told
from soilbio.report.sections_metagenomes import not_classified_text
from soilbio.report.sections_reads import kept_text, picked_text
from soilbio.report.summaries import composition, mean_shares, number_of_features, shares_named
from soilbio.report.view import Subject, View
from soilbio.standards.ranks import RANKS
from soilbio.standards.sharing_classes import SharingClass as Share

# Below this share of reads with any name something is wrong: of soils nearly all have a domain.
_FEW_NAMED = 0.5
# What features are, by how they were made, and of merged datasets by their level.
_KINDS = {
    "exact": "distinct sequences",
    "clusters": "clusters of sequences",
    "unknown": "sequences, or clusters of them: how they were made is not known",
    "taxa": "taxa or genomes of a profiler",
}
_OF_LEVEL = {
    "sh": "species hypotheses",
    PLACEMENT: "clades of a tree, and sequences that are of none with certainty",
}


def summary_blocks(material: Material) -> tuple[Block, ...]:
    """Make the first paragraph and a few numbers to see at a glance."""
    view = material.view
    samples = {one.sample for one in view.samples}
    sequenced = view.sequenced_once(view.subjects)
    groups = _groups_text(material)
    text = [
        f"{plural(len(samples), 'soil sample')}{groups}{_controls_text(view)} were "
        f"sequenced in {plural(len(sequenced), 'library', 'libraries')}{_markers(material)}."
    ]
    text += [material.soils] if material.soils else []
    cards = [
        (f"{len(samples):,}", "soil samples"),
        (f"{len(sequenced):,}", "libraries"),
    ]
    if view.audience.sees(Share.COUNTS):
        features = number_of_features(material.tables)
        picked = picked_text(sequenced)
        belong = f".{picked} These belong" if picked else "; they belong"
        if not any(reads is not None for one in sequenced for reads in one.reads):
            belong = ". The results belong"  # shares alone have no reads
        text.append(
            f"{kept_text(sequenced, material.reads_unit)}{belong} to"
            f" {plural(features, 'feature')} ({_kind(material)})."
        )
        cards += [*_reads_cards(sequenced, material.reads_unit), (f"{features:,}", "features")]
        text += _dominant(material)
        text += not_classified_text(material)
    if view.audience.sees(Share.METHOD):
        troubled = len({one.sequenced for one in view.subjects if one.status != "ok"})
        some = " (of metagenomes: with one or more of their profilers)" if _has_wgs(view) else ""
        text.append(
            f"{plural(troubled, 'library', 'libraries')} gave no result{some}; see Problems."
            if troubled
            else "Every library gave a result."
        )
    return (" ".join(text), Cards(tuple(cards)))


def _reads_cards(sequenced: Sequence[Subject], unit: str) -> list[tuple[str, str]]:
    """Give numbers of reads; a share of those sequenced only where that is known of all."""
    kept = sum(one.reads_kept for one in sequenced)
    if not all(one.is_raw_stated or one.is_unread for one in sequenced):
        return [(f"{kept:,}", f"{unit} in the dataset")] if kept else []
    raw = sum(one.reads_left()[0] for one in sequenced)
    return [(f"{raw:,}", f"{unit} in"), (percent(kept, raw), "of them kept")]


def _has_wgs(view: View) -> bool:
    return any(str(assay.get("library_strategy") or "") == "WGS" for assay in view.assays)


def _controls_text(view: View) -> str:
    """Count the controls; where they are withheld, "0 controls" would be untrue."""
    if not view.audience.sees(Share.CONTROLS):
        return " (controls are withheld)"
    controls = [one for one in view.sequenced_once(view.subjects) if not one.is_sample]
    return f" and {plural(len(controls), 'control')}"


def _groups_text(material: Material) -> str:
    if not material.view.columns:
        return ""
    column = material.view.columns[0]
    names = sorted({one.group(column) for one in material.view.samples})
    if not 1 < len(names) <= 4:
        return ""
    return f" ({', '.join(names)})"


def _markers(material: Material) -> str:
    found = [
        " ".join(str(part) for part in (a.get("target_gene"), a.get("target_subfragment")) if part)
        for a in material.view.assays
    ]
    names = [name for name in dict.fromkeys(found) if name]
    if _has_wgs(material.view):
        names.append("whole metagenomes")
    return f" for {' and '.join(names)}" if names and len(names) < 4 else ""


def _dominant(material: Material) -> list[str]:
    if not material.view.audience.sees(Share.TAXONOMY) or len(material.assay_ids) != 1:
        return []
    one = composition(material.tables, [s.library_id for s in material.view.samples], "phylum")
    means = mean_shares(list(one.shares.values()), one.names)
    names = [name for name in one.names if name not in (OTHER, UNNAMED, UNKNOWN)][:3]
    if not names:
        return []
    shares = [f"{name} ({100 * means[name]:.0f} %)" for name in names]
    return [f"The most common phyla in the soils are {', '.join(shares)}."]


def methods_section(material: Material) -> Section:
    """State what was done, with versions and defaults."""
    if not material.view.audience.sees(Share.METHOD):
        return Section("methods", "Methods", ("The agreement withholds the methods.",))
    blocks: list[Block] = [_ALL_SETTINGS if material.settings else _SETTINGS_TOLD]
    blocks += (text.replace("**", "") for text in merging_told(material.history))
    blocks += [_assays_grid(material), _engines_grid(material), _parameters(material)]
    blocks.append(_software(material))
    return Section("methods", "Methods", tuple(blocks))


# Only a run's configuration has all; a dataset alone has what was stated when it was made.
_ALL_SETTINGS = (
    "Every setting that was in force is listed, defaults included, so that the run can be repeated."
)
_SETTINGS_TOLD = "Listed is what the dataset tells of its methods."


def _software(material: Material) -> Grid:
    rows = sorted(material.software.items())
    return grid("Software", ("name", "version"), rows, is_printed=True)


def _assays_grid(material: Material) -> Grid:
    rows = [
        (
            a["assay_id"],
            " ".join(str(a.get(key) or "") for key in ("target_gene", "target_subfragment")),
            _primer(a, "forward"),
            _primer(a, "reverse"),
            a.get("lib_layout"),
            a.get("seq_meth"),
        )
        for a in material.view.assays
    ]
    columns = ("assay", "target", "forward primer", "reverse primer", "layout", "instrument")
    return grid("Assays", columns, rows, is_folded=False)


def _engines_grid(material: Material) -> Grid:
    rows = [
        (
            a["assay_id"],
            _versioned(a, "engine"),
            _versioned(a, "classifier"),
            a.get("confidence_cutoff"),
            _versioned(a, "reference"),
            str(a.get("reference_sha256") or "")[:12],
            "built" if material.results.has_tree.get(str(a["assay_id"])) else "not built",
        )
        for a in material.view.assays
    ]
    columns = ("assay", "engine", "classifier", "support needed", "reference", "SHA-256", "tree")
    return grid("Engine, classifier and reference", columns, rows, is_folded=False)


def _primer(assay: Mapping[str, object], side: str) -> str:
    name = assay.get(f"pcr_primer_name_{side}") or ""
    sequence = assay.get(f"pcr_primer_{side}") or ""
    return f"{name} {sequence}".strip()


def _versioned(assay: Mapping[str, object], name: str) -> str:
    """Name a tool with its version, which may begin with its name."""
    tool, version = (str(assay.get(column) or "") for column in (name, f"{name}_version"))
    return version if tool and version.startswith(tool) else f"{tool} {version}".strip()


def _parameters(material: Material) -> Grid:
    rows: list[tuple[str, str, str]] = []
    for assay in material.view.assays:
        text = str(assay.get("engine_parameters") or "{}")
        try:
            known = json.loads(text)
        except ValueError:
            known = {"parameters": text}
        rows += [
            (str(assay["assay_id"]), readable(key), _said(known[key])) for key in sorted(known)
        ]
    rows += [
        (f"configuration: {part}", readable(key), _said(value))
        for part, values in sorted(material.settings.items())
        for key, value in sorted(values.items())
        if (part, key) != ("diversity", "groups") or not material.view.hidden_columns
    ]
    return grid("Settings in force", ("of", "setting", "value"), rows, is_printed=True)


def _said(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return "" if value is None else str(value)


def problems_section(material: Material) -> Section:
    """List what went wrong, or say that nothing did."""
    if not material.view.audience.sees(Share.METHOD, Share.DERIVED):
        return Section("problems", "Problems", ("The agreement withholds what went wrong.",))
    blocks = list(_library_problems(material))
    blocks += list(_left_out(material))
    blocks += list(_nameless(material))
    # Words of a warning quote the sheets, so others than the holder see codes alone.
    shown = ("code", "expected", "fix") if material.view.audience.is_holder else ("code",)
    counts = Counter(
        tuple(row.get(name, "") for name in shown) for row in material.results.warnings
    )
    if counts:
        rows = [(*key, count) for key, count in sorted(counts.items())]
        columns = (*("code", "expected", "what to do")[: len(shown)], "times")
        blocks.append(grid("Warnings of the check", columns, rows, is_folded=False))
    return Section("problems", "Problems", tuple(blocks or ["No problem was found."]))


def _library_problems(material: Material) -> Iterator[Block]:
    troubled = [one for one in material.view.subjects if one.status != "ok"]
    if troubled:
        rows = [(one.label, one.sample, one.status, one.status_reason) for one in troubled]
        columns = ("library", "sample", "status", "reason")
        yield grid("Libraries without a result", columns, rows, is_folded=False)


def _left_out(material: Material) -> Iterator[Block]:
    # That controls are left out is no problem.
    labels = {one.library_id: one.label for one in material.view.subjects if one.is_sample}
    rows = [
        (labels[library_id], reason)
        for one in material.results.diversity.values()
        for library_id, reason in sorted((one.settings.get("left_out") or {}).items())
        if library_id in labels
    ]
    if rows:
        columns = ("library", "reason")
        yield grid("Left out of comparisons of diversity", columns, rows, is_folded=False)


def _nameless(material: Material) -> Iterator[Block]:
    """Tell of assays most of whose reads have no name: as a rule the reference is another's."""
    if not material.view.audience.sees(Share.TAXONOMY, Share.COUNTS):
        return
    references = {str(assay.get("assay_id")): assay for assay in material.view.assays}
    rows = [
        (assay_id, f"{share:.0%}", str(references.get(assay_id, {}).get("reference") or ""))
        for assay_id, share in shares_named(material.tables).items()
        if share < _FEW_NAMED
    ]
    if rows:
        yield grid(
            "Assays most of whose reads have no name; is the reference of their gene?",
            ("assay", "reads with a name", "reference"),
            rows,
            is_folded=False,
        )


def _kind(material: Material) -> str:
    """Say what features are: of a merged dataset by its level, else by how they were made."""
    if material.level in RANKS:
        return f"names at {material.level}, or at a higher rank where there is none"
    if material.level in _OF_LEVEL:
        return _OF_LEVEL[material.level]
    kinds = {
        kind_of_features(assay) for assay in material.view.assays if "library_strategy" in assay
    }
    return ", or ".join(words for name, words in _KINDS.items() if name in kinds) or "features"
