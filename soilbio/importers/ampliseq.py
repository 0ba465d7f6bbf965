"""nf-core/ampliseq: its output folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.importers.found import Found, first_of, one_of
from soilbio.importers.settings import read_newest
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated

_TABLE = ("dada2/ASV_table.tsv", "dada2/ASV_table.tsv.gz")
# ASVs put together by VSEARCH, by the name of that in their middle; only these are classified.
_CLUSTERS = ("vsearch_cluster/ASV_post_clustering_filtered.table.tsv",)
_SEQUENCES = ("dada2/ASV_seqs.fasta", "dada2/ASV_seqs.fasta.gz")
# Of one database the first that is there: species and UNITE's hypotheses are added to the others.
_BEGINNINGS = ("ASV_tax_species_SH", "ASV_tax_SH", "ASV_tax_species", "ASV_tax")
_LINEAGES = {
    "dada2 assignTaxonomy": tuple(
        f"dada2/{name}{end}" for name in _BEGINNINGS for end in (".*.tsv", ".tsv")
    ),
    "sintax": ("sintax/ASV_tax_sintax_SH.*.tsv", "sintax/ASV_tax_sintax.*.tsv"),
    "QIIME 2 classify_sklearn": ("qiime2/taxonomy/taxonomy.tsv",),
    "Kraken2": ("kraken2/ASV_tax.*.kraken2.into-qiime2.tsv",),
    "VSEARCH LCA": ("vsearch_lca/ASV_tax_vsearch_lca.*.tsv",),
}
# Settings that name the databases of classifiers, with their versions.
_DATABASES = ("dada_ref_taxonomy", "sintax_ref_taxonomy", "kraken2_ref_taxonomy")
# Folders of classifiers; of placement into a tree nothing is read.
_CLASSIFIERS = ("dada2", "sintax", "qiime2", "kraken2", "vsearch_lca", "pplace")
_PRIMERS = {"forward": ("FW_primer", "primer_fwd"), "reverse": ("RV_primer", "primer_rev")}
# Whatever else is said, reads of these are single ones.
_SINGLE = ("single_end", "iontorrent", "pacbio")
_SETTINGS = ("pipeline_info/params*.json",)
_VERSIONS = ("pipeline_info/*versions.y*ml",)
# Steps after DADA2 that leave features out: their tables are smaller ones of the same.
_LATER = ("barrnap", "asv_length_filter", "codon_filter", "qiime2/abundance_tables")


def recognise(source: Path) -> str:
    """Tell why a folder is ampliseq's."""
    table = first_of(source, _TABLE) if source.is_dir() else None
    return f"it holds {table.relative_to(source)}" if table else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read ASVs as DADA2 left them, or OTUs if they were clustered then; and their lineages."""
    told = stated(options)
    folder = sources[0]
    asvs, clusters = one_of(folder, _TABLE, "the table of ASVs"), first_of(folder, _CLUSTERS)
    files = [clusters or asvs, one_of(folder, _SEQUENCES, "sequences")]
    lineages = {
        name: paths for name, names in _LINEAGES.items() if (paths := _by_database(folder, names))
    }
    files += [path for paths in lineages.values() for path in paths.values()]
    found = together(files, sort_out(files, told), told, rows="features")
    run = read_newest(folder, _SETTINGS, _said)
    versions = read_newest(folder, _VERSIONS, _versions)
    settings = run.settings
    found.sources += tuple(one.path for one in (run, versions) if one.path)
    found.notes += [*run.notes, *versions.notes]
    found.method = dict(_method(settings, _versions(versions.settings)))
    if clusters:
        found.method |= _clustered(found.method, settings)
        found.notes.append(
            f"features are OTUs of {clusters.relative_to(folder)}: other ASVs than their centroids"
            f" have no lineage; {asvs.relative_to(folder)} is not taken"
        )
    if lineages:
        found.method["classifier"] = " / ".join(lineages)
        found.method |= dict(_reference(next(iter(lineages.values())), settings))
    many = [name for name, paths in lineages.items() for _ in paths]
    if len(many) > 1:
        found.notes.append(
            f"features have the names on which {' and '.join(lineages)} agree, of {len(many)}"
            f" tables ({', '.join(path.name for path in files[2:])}); all lineages stay"
        )
    read_of = {path.relative_to(folder).parts[0] for path in files[2:]}
    unread = [
        name
        for name in _CLASSIFIERS
        if name not in read_of and any(folder.glob(f"{name}/*tax*.tsv"))
    ]
    if unread:
        found.notes.append(f"classifications in {', '.join(unread)} are not taken")
    later = [name for name in _LATER if (folder / name).is_dir()]
    if later:
        found.notes.append(f"tables of later steps are not taken: {', '.join(later)}")
    return found


def _by_database(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    """Find a classifier's table of each database: ASV_tax.silva_138_2.tsv is of silva_138_2."""
    found: dict[str, Path] = {}
    for name in names:
        for path in sorted(folder.glob(name)):
            database = path.name.removesuffix(".tsv").partition(".")[2]
            found.setdefault(database.removesuffix(".kraken2.into-qiime2"), path)
    return dict(sorted(found.items()))


def _reference(databases: Iterable[str], settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the databases of lineages with their versions, as the settings do: `silva=138.2`.

    Older versions name no database in the table. A user's own, whose table is called `user`, is
    named by nobody here.
    """
    said = [
        text.strip()
        for key in _DATABASES
        for text in str(settings.get(key) or "").split(",")
        if text.strip() or key == _DATABASES[0]
    ]
    stated = {"": said[0], **{_plain(text): text for text in said}}
    given = [stated.get(_plain(name), name) for name in databases if name != "user"]
    parts = [text.partition("=")[::2] for text in given]
    for column, values in (
        ("reference", [name for name, _ in parts]),
        ("reference_version", [version for _, version in parts]),
    ):
        if values and all(values):
            yield column, " / ".join(values)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower())


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
    for side, names in _PRIMERS.items():
        if primer := next((settings[name] for name in names if settings.get(name)), None):
            yield f"pcr_primer_{side}", str(primer).upper()
    if any(settings.get(name) is True for name in _SINGLE):
        yield "lib_layout", "single"
    elif settings.get("single_end") is False:
        yield "lib_layout", "paired"
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


def _clustered(method: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """Say that ASVs were clustered, at which identity if it is told."""
    known = json.loads(method.get("engine_parameters", "{}"))
    identity = settings.get("vsearch_cluster_id")
    known["then"] = "vsearch --cluster_smallmem" + (f" --id {identity}" if identity else "")
    return {
        "engine": "dada2, then vsearch OTUs",
        "engine_parameters": json.dumps(known, sort_keys=True),
    }
