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
_DADA2 = "dada2 assignTaxonomy"
_HYPOTHESES = "assignsh"
# Of one database the first that is there: UNITE's hypotheses and species are added to the others.
_BEGINNINGS = (
    *(f"{folder}/ASV_tax{of}_SH" for folder in (_HYPOTHESES, "dada2") for of in ("_species", "")),
    *(f"dada2/ASV{cut}_tax{of}" for cut in ("", "_ITS") for of in ("_species", "")),
)
_LINEAGES = {
    _DADA2: tuple(f"{name}{end}" for name in _BEGINNINGS for end in (".*.tsv", ".tsv")),
    "sintax": ("sintax/ASV_tax_sintax_SH.*.tsv", "sintax/ASV_tax_sintax.*.tsv"),
    "QIIME 2 classify_sklearn": ("qiime2/taxonomy/taxonomy.tsv",),
    "Kraken2": ("kraken2/ASV_tax.*.kraken2.into-qiime2.tsv",),
    "VSEARCH LCA": ("vsearch_lca/ASV_tax_vsearch_lca.*.tsv",),
}
# Settings that name the databases of classifiers, with their versions.
_DATABASES = ("dada_ref_taxonomy", "sintax_ref_taxonomy", "kraken2_ref_taxonomy")
# Folders of classifiers; of placement into a tree nothing is read.
_CLASSIFIERS = (_HYPOTHESES, "dada2", "sintax", "qiime2", "kraken2", "vsearch_lca", "pplace")
# What ITSx cut out of the sequences, for classifiers only.
_CUT_OUT = {"full": "the ITS region", "its1": "ITS1", "its2": "ITS2"}
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
    settings, used = run.settings, _versions(versions.settings)
    found.sources += tuple(one.path for one in (run, versions) if one.path)
    found.notes += [*run.notes, *versions.notes]
    found.method = dict(_method(settings, used))
    if clusters:
        found.method |= _clustered(found.method, settings)
        found.notes.append(
            f"features are OTUs of {clusters.relative_to(folder)}: other ASVs than their centroids"
            f" have no lineage; {asvs.relative_to(folder)} is not taken"
        )
    if lineages:
        found.method["classifier"] = _classifier(lineages, settings, used)
        found.method |= dict(_reference(next(iter(lineages.values())), settings))
    many = [name for name, paths in lineages.items() for _ in paths]
    if len(many) > 1:
        found.notes.append(
            f"features have the names on which {' and '.join(lineages)} agree, of {len(many)}"
            f" tables ({', '.join(path.name for path in files[2:])}); all lineages stay"
        )
    found.notes += _not_taken(folder, files[2:])
    return found


def _not_taken(folder: Path, taken: Iterable[Path]) -> Iterator[str]:
    """Name what further classifiers say, and tables of later steps."""
    read_of = {path.relative_to(folder).parts[0] for path in taken}
    if _HYPOTHESES in read_of:
        read_of.add("dada2")  # its lineages are in those tables, too
    unread = [
        name
        for name in _CLASSIFIERS
        if name not in read_of and any(folder.glob(f"{name}/*tax*.tsv"))
    ]
    if unread:
        yield f"classifications in {', '.join(unread)} are not taken"
    later = [name for name in _LATER if (folder / name).is_dir()]
    if later:
        yield f"tables of later steps are not taken: {', '.join(later)}"


def _by_database(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    """Find a classifier's table of each database: ASV_tax.silva_138_2.tsv is of silva_138_2."""
    found: dict[str, Path] = {}
    for name in names:
        # What SINTAX itself wrote (.raw.tsv) is in the table beside it.
        for path in sorted(one for one in folder.glob(name) if ".raw." not in one.name):
            database = path.name.removesuffix(".tsv").partition(".")[2]
            found.setdefault(database.removesuffix(".kraken2.into-qiime2"), path)
    bare = found.get("")
    if bare and bare.parent.name == _HYPOTHESES and len(found) == 2:
        # Versions that name no database here do so elsewhere; there is one then.
        del found[""]
        found = dict.fromkeys(found, bare)
    return dict(sorted(found.items()))


def _classifier(
    lineages: Mapping[str, Mapping[str, Path]],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
) -> str:
    """Say what gave lineages, and to which part of the sequences."""
    names = list(lineages)
    tables = (path.name.partition(".")[0] for path in lineages.get(_DADA2, {}).values())
    if any(name.endswith("_SH") for name in tables):
        # Where a reference is that much alike, over 90 % of the sequence, and of one hypothesis.
        vsearch = f"VSEARCH {versions.get('vsearch', '')}".rstrip()
        names[0] += f", then species hypotheses by {vsearch} (usearch_global, 98.5 % alike)"
    said = " / ".join(names)
    cut = _CUT_OUT.get(str(settings.get("cut_its")))
    return f"{said}, of {cut} cut out by ITSx {versions.get('ITSx', '')}".rstrip() if cut else said


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
    cut = str(settings.get("cut_its") or "")
    return {**dict(_method(settings, {})), "reference": reference, "cut_its": cut}


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
