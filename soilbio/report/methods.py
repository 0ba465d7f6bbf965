"""What was done, as the text of a paper's methods section, with what to cite."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from soilbio.dataset.history import laboratory_of_libraries, read_history
from soilbio.diversity.comparable import hides_soils, laboratories_in, shared_soils, soils_in
from soilbio.report.content import plural
from soilbio.report.methods_merging import merging_told, soilbio_of
from soilbio.report.references import References
from soilbio.report.sampling import how_sampled
from soilbio.report.sources import (
    OF_OTHERS,
    TREES,
    Making,
    Row,
    has_uchime3,
    makings_of,
    values_of,
    works_of_primers,
)
from soilbio.report.summaries import libraries_once, number_of_features

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset

_SHOWN = 4
_STATED_IN = {"platform": "seq_meth", "layout": "lib_layout"}
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
    owners, cite = laboratory_of_libraries(history), References()
    blocks += [_assay(assay, dataset, owners, cite) for assay in assays]
    blocks += filter(None, (*_made(makings, cite), _trees(dataset, cite)))
    blocks += [*merging_told(history, cite), _terms(dataset)]
    text = "\n\n".join(blocks)
    listed = "\n".join(f"{place}. {one}" for place, one in enumerate(cite.listed, start=1))
    return f"{text}\n\n## References\n\n{listed}\n" if cite.listed else f"{text}\n"


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


def _assay(row: Row, dataset: Dataset, owners: Mapping[str, str], cite: References) -> str:
    import polars as pl

    own = dataset.table("libraries").filter(pl.col("assay_id") == row["assay_id"])["library_id"]
    number = plural(len(own), "library", "libraries")
    whose = Counter(owners[name] for name in own if name in owners)
    parts = [f"{name}'s {many:,}" for name, many in sorted(whose.items())]
    of = f" of {next(iter(whose))}" if len(whose) == 1 else f": {', '.join(parts)}" if whose else ""
    return " ".join(
        [
            f"**{row['assay_id']}** ({number}{of}).",
            *_sequenced(row, cite),
            *_denoised(row, cite),
            *_classified(row, cite),
        ]
    )


def _sequenced(row: Row, cite: References) -> Iterator[str]:
    if row["library_strategy"] != "AMPLICON":
        yield f"Library strategy: {row['library_strategy']}."
    else:
        region = f", {row['target_subfragment']}" if row["target_subfragment"] else ""
        pair = [_primer(row, side) for side in ("forward", "reverse")]
        primers = f" with the primers {' and '.join(pair)}" if all(pair) else ""
        cited = cite.said(*works_of_primers([row]))
        yield f"{row['target_gene']}{region} was amplified{primers}{cited}."
        if not primers:
            yield "The primers are not stated."
    how = ", ".join(filter(None, (row["lib_layout"], row["seq_meth"])))
    if how:
        yield f"Sequencing: {how}."
    lacking = [what for what in ("platform", "layout") if not row[_STATED_IN[what]]]
    if lacking:
        yield f"{' and '.join(lacking).capitalize()} {_are(lacking)} not stated."
    if row.get("trim_method"):
        yield f"Trimming: {row['trim_method']}{cite.used(row['trim_method'])}."
    if row.get("screen_contam_method"):
        yield f"Screening: {row['screen_contam_method']}{cite.used(row['screen_contam_method'])}."


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _primer(row: Row, side: str) -> str:
    sequence, name = row[f"pcr_primer_{side}"], row[f"pcr_primer_name_{side}"]
    return f"{name} ({sequence})" if sequence and name else str(sequence or "")


def _denoised(row: Row, cite: References) -> Iterator[str]:
    version = f" ({row['engine_version']})" if row["engine_version"] else ", version not stated"
    engine = f"{row['engine'] or 'a method that is not stated'}{version}"
    cited = cite.used(f"{row['engine'] or ''} {row['engine_version'] or ''}")
    yield f"Features were made with {engine}{cited}."
    if row.get("abundance") in _ABUNDANCE and row["library_strategy"] == "WGS":
        yield _ABUNDANCE[row["abundance"]]
    parameters = row["engine_parameters"]
    if parameters and parameters != "{}":
        yield f"Parameters: {_parameters(parameters)}{cite.used(*values_of(parameters))}."
    if has_uchime3(row):
        cited = cite.used("uchime3")
        yield f"Chimeras were removed with UCHIME3 (vsearch){cited}, over all libraries."


def _parameters(text: str) -> str:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return text
    if not isinstance(found, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in sorted(found.items()))


def _classified(row: Row, cite: References) -> Iterator[str]:
    if not row["reference"]:
        told = f" Lineages were given{_by(row, cite)}." if row["classifier"] else ""
        yield f"Which reference lineages are from is not stated.{told}"
        return
    version = f" {row['reference_version']}" if row["reference_version"] else ", version not stated"
    reference = f"{row['reference']}{version}"
    cut = row["confidence_cutoff"]
    support = f", where its confidence was {cut:g} at least" if cut else ""
    by = _by(row, cite)
    cited = cite.used(row["reference"], row["reference_version"])
    yield f"Lineages were given{by} with {reference}{cited}{support}."
    # A profiler of metagenomes is its own classifier.
    if row["library_strategy"] == "AMPLICON":
        lacking = ["classifier"] if not row["classifier"] else []
        lacking += ["least confidence of a name"] if cut is None else []
        if lacking:
            yield f"The {' and the '.join(lacking)} {_are(lacking)} not stated."


def _by(row: Row, cite: References) -> str:
    if not row["classifier"]:
        return ""
    version = row["classifier_version"]
    cited = cite.used(row["classifier"], version)
    return f" by {row['classifier']} ({version or 'version not stated'}){cited}"


def _made(makings: Iterable[Making], cite: References) -> Iterator[str]:
    """Tell how tables came to be; of a merged dataset, how those of each of its datasets did."""
    for name, run, imported in makings:
        of = f" of {name}" if name else ""
        yield _tools(run, f"Reads{of}", cite)
        if not name:
            yield _truncated(run)
        yield _imported(imported, run, f"The tables{of}", cite)


def _tools(made: Row, what: str, cite: References) -> str:
    """Name the programs of a run of the workflow, with their versions."""
    if not made.get("is_workflow_run", True) or not made.get("tools"):
        return ""
    used = ", ".join(
        f"{tool['name']} {tool['version']}{cite.used(tool['name'])}" for tool in made["tools"]
    )
    return f"{what} were processed by the workflow of {soilbio_of(made)}, which ran {used}."


def _trees(dataset: Dataset, cite: References) -> str:
    """Tell how trees were built, which only the workflow does."""
    names = list(dataset.trees())
    if not names:
        return ""
    what = "A tree of the features of" if len(names) == 1 else "Trees of the features of"
    were = "was" if len(names) == 1 else "were each"
    return (
        f"{what} {_some(names)} {were} built with MAFFT and FastTree and rooted at the midpoint"
        f" (scikit-bio){cite.used(TREES)}."
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


def _imported(found: Row, run: Row, what: str, cite: References) -> str:
    if not found:
        return ""
    notes = "".join(f" {note[0].upper()}{note[1:]}." for note in found["notes"])
    form = str(found["format"])
    # Other programs write reports of this form, too.
    cited = "" if form in OF_OTHERS else cite.used(form)
    return f"{what} were imported as {form}{cited} with {soilbio_of(run)}.{notes}"


def _terms(dataset: Dataset) -> str:
    names = ", ".join(sorted(dataset.agreements))
    return f"**Terms.** Each record carries its sharing agreement: {names}."
