"""What was done, as the text of a paper's methods section, with what to cite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import History, merges_of, pairs_of, read_history
from soilbio.diversity.comparable import hides_soils, laboratories_in, shared_soils, soils_in
from soilbio.report.content import plural
from soilbio.report.sampling import how_sampled
from soilbio.report.sources import (
    TREES,
    Making,
    Row,
    has_uchime3,
    is_looked_at_again,
    makings_of,
    sources_of,
)
from soilbio.report.summaries import libraries_once, number_of_features

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset

_SHOWN = 4
# What a profile's numbers are of; of marker genes nothing need be said.
_ABUNDANCE = {
    "sequence": "Its abundances are of sequenced DNA: large genomes weigh more.",
    "taxonomic": "Its abundances are of genomes, whatever their size (taxonomic abundance).",
    "marker": "Its counts are of reads of a marker gene.",
}


def methods_of(dataset: Dataset) -> str:
    """Write the methods of a dataset in Markdown: paragraphs, then references.

    What the dataset does not state is said to be not stated, so that an author adds it.
    """
    history = read_history(dataset.folder)
    of_one = soils_told(dataset, _soil_samples(dataset))
    first = " ".join(filter(None, (_what(dataset), of_one)))
    blocks = ["# Methods", first, how_sampled(dataset, _soil_samples(dataset))]
    assays = dataset.table("assays").sort("assay_id").to_dicts()
    makings = makings_of(dataset.folder, history)
    blocks += [_assay(assay, dataset) for assay in assays]
    trees = _trees(dataset)
    blocks += filter(None, (*_made(makings), trees, *merging_told(history), _terms(dataset)))
    text = "\n\n".join(blocks)
    sources = sources_of(assays, history, makings, also=[TREES] if trees else [])
    listed = "\n".join(f"{place}. {one}" for place, one in enumerate(sources, start=1))
    return f"{text}\n\n## References\n\n{listed}\n" if sources else f"{text}\n"


def _what(dataset: Dataset) -> str:
    import polars as pl

    libraries = dataset.table("libraries")
    samples = libraries.filter(pl.col("control_type").fill_null("") == "")["sample_id"].n_unique()
    once = libraries_once(dataset.tables)
    controls = sum(is_control for is_control, _ in once.values())
    known = [reads for _, reads in once.values() if reads is not None]
    features = number_of_features(dataset.tables)
    kept = f"{sum(known):,} reads, pairs counted once, were kept in" if known else "there are"
    were = "was" if samples == 1 else "were"
    return (
        f"{plural(samples, 'soil sample')} {were} sequenced in"
        f" {plural(len(once) - controls, 'library', 'libraries')}, beside"
        f" {plural(controls, 'control')}; {kept} {plural(features, 'feature')}."
    )


def _soil_samples(dataset: Dataset) -> list[str]:
    import polars as pl

    is_soil = pl.col("control_type").fill_null("") == ""
    return dataset.table("libraries").filter(is_soil)["sample_id"].to_list()


_HIDDEN = "Which samples of several laboratories are of one soil was not shared with us."


def soils_told(dataset: Dataset, samples: Iterable[str]) -> str:
    """Say how many of some samples are of one soil with others; empty if none is."""
    hidden = _HIDDEN if hides_soils(dataset, laboratories_in(dataset)) else ""
    shared = shared_soils(soils_in(dataset), samples)
    told = (
        f"{sum(map(len, shared.values())):,} of the samples are of {plural(len(shared), 'soil')},"
        " by the ids of their material: those of one soil are no replicates of each other."
    )
    return " ".join(filter(None, (told if shared else "", hidden)))


def _some(values: Sequence[object]) -> str:
    shown = ", ".join(map(str, values[:_SHOWN]))
    return shown if len(values) <= _SHOWN else f"{shown} and {len(values) - _SHOWN} others"


def _assay(row: Row, dataset: Dataset) -> str:
    import polars as pl

    number = dataset.table("libraries").filter(pl.col("assay_id") == row["assay_id"]).height
    return " ".join(
        [
            f"**{row['assay_id']}** ({plural(number, 'library', 'libraries')}).",
            *_sequenced(row),
            *_denoised(row),
            *_classified(row),
        ]
    )


def _sequenced(row: Row) -> Iterator[str]:
    if row["library_strategy"] != "AMPLICON":
        yield f"Library strategy: {row['library_strategy']}."
    else:
        region = f", {row['target_subfragment']}" if row["target_subfragment"] else ""
        pair = [_primer(row, side) for side in ("forward", "reverse")]
        primers = f" with the primers {' and '.join(pair)}" if all(pair) else ""
        yield f"{row['target_gene']}{region} was amplified{primers}."
        if not primers:
            yield "The primers are not stated."
    how = ", ".join(filter(None, (row["lib_layout"], row["seq_meth"])))
    yield f"Sequencing: {how}." if how else "Platform and layout are not stated."
    if row.get("trim_method"):
        yield f"Trimming: {row['trim_method']}."
    if row.get("screen_contam_method"):
        yield f"Screening: {row['screen_contam_method']}."


def _primer(row: Row, side: str) -> str:
    sequence, name = row[f"pcr_primer_{side}"], row[f"pcr_primer_name_{side}"]
    return f"{name} ({sequence})" if sequence and name else str(sequence or "")


def _denoised(row: Row) -> Iterator[str]:
    version = f" ({row['engine_version']})" if row["engine_version"] else ", version not stated"
    yield f"Features were made with {row['engine'] or 'a method that is not stated'}{version}."
    if row.get("abundance") in _ABUNDANCE and row["library_strategy"] == "WGS":
        yield _ABUNDANCE[row["abundance"]]
    parameters = row["engine_parameters"]
    if parameters and parameters != "{}":
        yield f"Parameters: {_parameters(parameters)}."
    if has_uchime3(row):
        yield "Chimeras were removed with UCHIME3 (vsearch), over all libraries."


def _parameters(text: str) -> str:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return text
    if not isinstance(found, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in sorted(found.items()))


def _classified(row: Row) -> Iterator[str]:
    if not row["reference"]:
        yield "Which reference lineages are from is not stated."
        return
    cut = row["confidence_cutoff"]
    by = f" by {row['classifier']}" if row["classifier"] else ""
    version = f" {row['reference_version']}" if row["reference_version"] else ", version not stated"
    support = f", where its confidence was {cut:g} at least" if cut else ""
    yield f"Lineages were given{by} with {row['reference']}{version}{support}."


def _made(makings: Iterable[Making]) -> Iterator[str]:
    """Tell how tables came to be; of a merged dataset, how those of each of its datasets did."""
    for name, run, imported in makings:
        of = f" of {name}" if name else ""
        yield _tools(run, f"Reads{of}")
        if not name:
            yield _truncated(run)
        yield _imported(imported, run, f"The tables{of}")


def _tools(made: Row, what: str) -> str:
    """Name the programs of a run of the workflow, with their versions."""
    if not made.get("is_workflow_run", True) or not made.get("tools"):
        return ""
    used = ", ".join(f"{tool['name']} {tool['version']}" for tool in made["tools"])
    return f"{what} were processed by the workflow of {_soilbio(made)}, which ran {used}."


def _trees(dataset: Dataset) -> str:
    """Tell how trees were built, which only the workflow does."""
    names = list(dataset.trees())
    if not names:
        return ""
    what = "A tree of the features of" if len(names) == 1 else "Trees of the features of"
    were = "was" if len(names) == 1 else "were each"
    return (
        f"{what} {_some(names)} {were} built with MAFFT and FastTree and rooted at the midpoint"
        " (scikit-bio)."
    )


def _truncated(made: Row) -> str:
    """Tell where reads were cut, by assay and run."""
    return " ".join(
        f"Reads of {assay} were cut at {' and '.join(str(own) for own in lengths if own)} bases"
        f" ({run})."
        for assay, runs in sorted(made.get("parameters", {}).get("truncation_bp", {}).items())
        for run, lengths in sorted(runs.items())
        if any(lengths)
    )


def _soilbio(made: Row) -> str:
    """Name the version that made something, where it is known."""
    return f"soilbio {made['soilbio_version']}" if made.get("soilbio_version") else "soilbio"


def _imported(found: Row, run: Row, what: str) -> str:
    if not found:
        return ""
    notes = "".join(f" {note[0].upper()}{note[1:]}." for note in found["notes"])
    return f"{what} were imported as {found['format']} with {_soilbio(run)}.{notes}"


def merging_told(history: History) -> Iterator[str]:
    """Tell how datasets were merged, each merging that led to this one, and why no finer."""
    told: dict[str, None] = {}  # two datasets may have one merging behind them
    for merging in merges_of(history):
        is_last = merging is history
        told |= dict.fromkeys(_merging(merging, "Harmonisation" if is_last else "Merged before"))
    yield from told
    reasons: dict[str, str] = {}
    for pair in pairs_of(history) if history else ():
        for rule in pair["rules"]:
            # Who says so of one's own rules is in no list of references, perhaps.
            own = f"; {rule['source']}" if rule.get("is_own") else ""
            told_as = f"{rule['because']} (finest: {rule['finest']}{own})"
            reasons.setdefault(rule["because"], told_as)
    if reasons:
        yield f"The level follows from these reasons: {'; '.join(sorted(reasons.values()))}."


def _merging(history: History, what: str) -> Iterator[str]:
    """Tell of one merging what was merged and how, what was found, and what was lost."""
    names = [one["name"] for one in history.get("datasets", ())]
    merged = f"{plural(len(names), 'dataset')} ({_some(names)})" if names else "Datasets"
    were = "was" if len(names) == 1 else "were"
    yield (
        f"**{what}.** {merged} {were} merged with {_soilbio(history)} by"
        f" {history['level']}; {_counts(history)}, and no number of two datasets was added up."
        f" {_notes(history)}".rstrip()
    )
    yield from _compared(history)
    losses = [one for one in history.get("losses", ()) if one["without_name"] is not None]
    if losses:
        what = "is of no clade" if "placement" in history else "has no name at that level"
        yield f"What {what}: {'; '.join(_unnamed(losses))}."


def _counts(history: History) -> str:
    """Say what became of the reads: those of features outside a common region are in no count."""
    if history.get("common_regions") and not history.get("losses"):
        return (
            "raw counts were kept, but for features outside the common region, which are in no"
            " count (whoever merged did not pass on how many)"
        )
    numbers = [(one.get("reads"), one.get("reads_after")) for one in history.get("losses", ())]
    known = [(reads, after) for reads, after in numbers if reads is not None and after is not None]
    reads, after = (sum(own) for own in zip(*known, strict=True)) if known else (0, 0)
    if after == reads:
        return "raw counts were kept"
    return (
        f"raw counts were kept but for {reads - after:,} of {reads:,} reads, of features outside"
        " the common region, which are in no count"
    )


def _compared(history: History) -> Iterator[str]:
    """Tell what sequences were compared with."""
    programs = history.get("programs", {})
    cutadapt, vsearch = (
        f"{name} {programs.get(name, '')}".rstrip() for name in ("cutadapt", "vsearch")
    )
    for gene, window in sorted(history.get("common_regions", {}).items()):
        pair = [window[name] for name in ("forward_primer", "reverse_primer")]
        region = f"the region between {' and '.join(pair)}" if all(pair) else "a common region"
        yield (
            f"Sequences of {gene} were trimmed to {region}, placed by alignment ({cutadapt}) on"
            f" {window['references_with_all_primers']:,} {_reference(history)}."
        )
    yield from _cut(history.get("common_lengths", {}))
    yield from _cut_at_ends(history.get("common_ends", {}))
    if is_looked_at_again(history):
        yield (
            "In what sequences have in common then, chimeras were looked for again (UCHIME3,"
            f" {vsearch}), within each dataset; they are flagged."
        )
    if history.get("reference") and not history.get("common_regions"):
        yield (
            f"Sequences were turned to the direction of {_reference(history)} ({vsearch}, orient)."
        )
    if known := history.get("classified"):
        yield (
            f"The sequences of all datasets were classified anew with {known['classifier']}"
            f" (vsearch, support of {known['confidence']:g} at the least) and {known['reference']}"
            f" {known['reference_version']}; the names that came with them stay verbatim."
        )
    if placed := history.get("placement"):
        yield _on_a_tree(placed)


def _reference(history: History) -> str:
    known = history.get("reference")
    if not known:
        return "reference sequences"
    return f"reference sequences of {known['name']} (SHA-256 {known['sha256'][:12]})"


def _on_a_tree(placed: Mapping[str, Any]) -> str:
    """Tell how sequences were placed on a common tree, and what a clade is."""
    raxml, mafft = (placed["programs"][name] for name in ("RAxML", "MAFFT"))
    return (
        f"The sequences of {', '.join(placed['assays'])} were added to an alignment of"
        f" {placed['tips']:,} genes (SHA-256 {placed['alignment_sha256'][:12]}) by MAFFT {mafft}"
        " (--addfragments, --keeplength, --6merpair) and placed on its tree (SHA-256"
        f" {placed['tree_sha256'][:12]}) by RAxML {raxml} (Evolutionary Placement Algorithm,"
        f" {placed['model']}, seed {placed['seed']}). The tree was cut into {placed['clades']:,}"
        f" clades whose tips are at most {placed['clade_diameter']:g} apart (Max Clade, as"
        f" TreeCluster's). A sequence is of a clade if at least {placed['least_weight']:g} of its"
        f" likelihood weight is there and it is to {placed['least_like']:g} at the least like one"
        " of the clade's tips; others stay as they are."
    )


def _cut(lengths: Mapping[str, int]) -> Iterator[str]:
    for length in sorted(set(lengths.values())):
        names = sorted(name for name, own in lengths.items() if own == length)
        yield (
            f"Sequences of {_some(names)} were cut at their ends to {length:,} bases, to which some"
            " of them had been cut before."
        )


def _cut_at_ends(ends: Mapping[str, Sequence[int]]) -> Iterator[str]:
    for start, end in sorted({(own[0], own[1]) for own in ends.values()}):
        names = sorted(name for name, own in ends.items() if (own[0], own[1]) == (start, end))
        yield (
            f"Sequences of {_some(names)} were cut by {plural(start, 'base')} at their start and"
            f" {plural(end, 'base')} at their end, where those of other assays begin and end."
        )


def _unnamed(losses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in losses:
        yield f"{row['dataset']}, {100 * row['without_name']:.1f} % of what was counted"


def _notes(history: History) -> str:
    return " ".join(
        f"{name.replace('_', ' ').capitalize()}: {number:,}."
        for name, number in sorted(history["notes"].items())
    )


def _terms(dataset: Dataset) -> str:
    names = ", ".join(sorted(dataset.agreements))
    return f"**Terms.** Each record carries its sharing agreement: {names}."
