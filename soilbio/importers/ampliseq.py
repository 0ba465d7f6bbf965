"""nf-core/ampliseq: its output folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.importers.found import Found, first_of, one_of
from soilbio.importers.settings import read_newest
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated

_TABLE = ("dada2/ASV_table.tsv", "dada2/ASV_table.tsv.gz")
_SEQUENCES = ("dada2/ASV_seqs.fasta", "dada2/ASV_seqs.fasta.gz")
_LINEAGES = {
    "dada2 assignTaxonomy": ("dada2/ASV_tax_species.*.tsv", "dada2/ASV_tax.*.tsv"),
    "sintax": ("sintax/ASV_tax_sintax.*.tsv",),
    "QIIME 2 classify_sklearn": ("qiime2/taxonomy/taxonomy.tsv",),
}
_SETTINGS = ("pipeline_info/params*.json",)
_VERSIONS = ("pipeline_info/*versions.y*ml",)
# Steps after DADA2 that leave features out: their tables are smaller ones of the same.
_LATER = ("barrnap", "asv_length_filter", "codon_filter", "qiime2/abundance_tables")


def recognise(source: Path) -> str:
    """Tell why a folder is ampliseq's."""
    table = first_of(source, _TABLE) if source.is_dir() else None
    return f"it holds {table.relative_to(source)}" if table else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read ASVs as DADA2 left them, and their lineages."""
    told = stated(options)
    folder = sources[0]
    files = [one_of(folder, _TABLE, "the table of ASVs"), one_of(folder, _SEQUENCES, "sequences")]
    lineages = {
        name: path for name, names in _LINEAGES.items() if (path := first_of(folder, names))
    }
    files += lineages.values()
    found = together(files, sort_out(files, told), told, rows="features")
    run = read_newest(folder, _SETTINGS, _said)
    versions = read_newest(folder, _VERSIONS, _versions)
    settings = run.settings
    found.sources += tuple(one.path for one in (run, versions) if one.path)
    found.notes += [*run.notes, *versions.notes]
    found.method = dict(_method(settings, _versions(versions.settings)))
    if lineages:
        found.method["classifier"] = " / ".join(lineages)
        first = next(iter(lineages.values()))
        name = first.name.removesuffix(".tsv").partition(".")[2]
        # ampliseq names its databases with their versions: `silva=138.2`.
        database, _, version = str(settings.get("dada_ref_taxonomy") or name).partition("=")
        said = {"reference": database, "reference_version": version}
        found.method |= {column: value for column, value in said.items() if value}
    if len(lineages) > 1:
        found.notes.append(
            f"features have the names on which {' and '.join(lineages)} agree; all lineages stay"
        )
    later = [name for name in _LATER if (folder / name).is_dir()]
    if later:
        found.notes.append(f"tables of later steps are not taken: {', '.join(later)}")
    return found


def _said(settings: Mapping[str, Any]) -> dict[str, str]:
    """Give what is taken of the settings of a run."""
    reference = str(settings.get("dada_ref_taxonomy") or "")
    return {**dict(_method(settings, {})), "reference": reference}


def _versions(settings: Mapping[str, Any]) -> dict[str, str]:
    """Take the versions of tools, whichever process states them."""
    return {
        str(name): str(version)
        for part in settings.values()
        if isinstance(part, dict)
        for name, version in part.items()
    }


def _method(settings: Mapping[str, Any], versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "engine", "dada2"
    if version := versions.get("dada2"):
        yield "engine_version", version
    for side, name in (("forward", "FW_primer"), ("reverse", "RV_primer")):
        if settings.get(name):
            yield f"pcr_primer_{side}", str(settings[name]).upper()
    wanted = (
        "trunclenf",
        "trunclenr",
        "trunc_qmin",
        "max_ee",
        "min_len",
        "max_len",
        "sample_inference",
    )
    known = {name: settings[name] for name in wanted if settings.get(name) is not None}
    if known:
        yield "engine_parameters", json.dumps(known, sort_keys=True)
