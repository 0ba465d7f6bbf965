"""A project folder to fill in: configuration, sheets, agreement, and a page that explains them."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.metadata.assays import SSU, known_assays
from soilbio.metadata.classifiers import suggested_for
from soilbio.metadata.explore import WGS_LONG, Explored
from soilbio.metadata.pairing import to_id
from soilbio.references.entries import read_manifest
from soilbio.references.machine import memory_bytes
from soilbio.references.plan import suggested
from soilbio.standards import shipped
from soilbio.standards.mixs import SLOTS

SHEET_COLUMNS = (
    *("library_id", "sample_id", "assay", "run", "fastq_1", "fastq_2", "accession"),
    *("control_type", "agreement"),
)
SAMPLE_COLUMNS = (
    *("sample_id", "project_name", "samp_taxon_id", "collection_date", "geo_loc_name", "lat_lon"),
    *("coordinate_uncertainty_m", "elev", "depth", "soil_horizon", "env_broad_scale"),
    *("env_local_scale", "env_medium", "cur_land_use", "cur_vegetation", "tillage", "ph"),
    *("ph_meth", "tot_org_carb", "tot_nitro_content", "farm_name", "landowner", "recorded_by"),
)
_TAXON = "soil metagenome [NCBITaxon:410658]"
# What names reads of metagenomes in a new project, beside rRNA genes; sourmash is much slower.
_PROFILERS = ("sylph", "kraken2")
# Most samples a README lists by name; the sheet has them all.
_NAMED = 20


def refuse_existing(target: Path) -> None:
    """Stop where there is a project already: nothing is ever overwritten."""
    if (target / "config").exists():
        raise problem_of(
            "project-exists",
            str(target / "config"),
            expected="a place without a project",
            fix="Choose another --out; nothing was changed",
        )


def write_project(explored: Explored, target: Path) -> list[Path]:
    """Write `config/` of a new project, whole or not at all; give the files.

    Raises
    ------
    InputError
        If there is a `config/` already: nothing is ever overwritten.

    """
    config, part = target / "config", target / "config.part"
    refuse_existing(target)
    agreement_id = _agreement_id(target)
    files = {
        "config.yaml": _config_text(explored, target),
        "libraries.tsv": _libraries_text(explored, config, agreement_id),
        "samples.tsv": _samples_text(explored, target),
        f"agreements/{agreement_id}-1.0.yaml": _agreement_text(agreement_id, target),
        "README.md": _readme_text(explored),
    }
    shutil.rmtree(part, ignore_errors=True)
    for name, text in files.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    part.replace(config)
    return [config / name for name in files]


def _title(target: Path) -> str:
    return target.resolve().name or "soils"


def _agreement_id(target: Path) -> str:
    words = to_id(_title(target)).lower().replace("_", "-").replace(".", "-")
    return f"{words.strip('-')}-sharing"


def _config_text(explored: Explored, target: Path) -> str:
    text = _template("config.yaml")
    own = [f"  {assay}: {{primers_in_reads: false}}" for assay in explored.without_primers]
    shotgun = ""
    if explored.metagenomes:
        databases = databases_for(explored)
        for assay in explored.metagenomes:
            is_long = assay == WGS_LONG
            used = [engine for engine in databases if _is_for(engine, assay)]
            profilers = ", ".join([*used, SSU])
            own += [f"  {assay}:", "    library_strategy: WGS", f"    profilers: [{profilers}]"]
            own += ["    long_reads: true"] if is_long else []
        lines = "".join(f"  {engine}_database: {name}\n" for engine, name in databases.items())
        shotgun = _template("shotgun.yaml").replace("@DATABASES@\n", lines) + "\n"
    assays = "\n".join(["assays:", *own]) if own else "assays: {}"
    values = {
        "@TITLE@": _quoted(_title(target)),
        "@ASSAYS@": assays,
        "@SHOTGUN@\n": shotgun,
        "@REFERENCE@": _reference_text(explored),
    }
    for place, value in values.items():
        text = text.replace(place, value)
    return text


def _reference_text(explored: Explored) -> str:
    """Write what names features: one for all, and those of assays of other genes."""
    references = references_for(explored)
    own = {assay: name for assay, name in references.items() if assay}
    usual = references[""]
    text = f"  reference: {usual}  # `soilbio reference list` shows what is installed\n"
    lines = [
        f"    {assay}: {{reference: {name}}}\n" for assay, name in own.items() if name != usual
    ]
    return text + "".join(["  by_assay:\n", *lines] if lines else [])


def references_for(explored: Explored) -> dict[str, str]:
    """Name a reference of each amplicon's gene, by assay, and under '' that of the project.

    That of the project is of 16S wherever there is any, or metagenomes, whose rRNA genes it names.
    """
    found = {library.assay for library in explored.libraries} - {*explored.metagenomes}
    own = {assay: suggested_for(known_assays()[assay].target_gene) for assay in sorted(found)}
    default = suggested_for(None)
    is_usual = explored.metagenomes or not own or default in own.values()
    return {"": default if is_usual else next(iter(own.values())), **own}


def databases_for(explored: Explored) -> dict[str, str]:
    """Name databases for the profilers of metagenomes: installed ones, else what fits here."""
    if not explored.metagenomes:
        return {}
    manifest, memory = read_manifest(), memory_bytes()
    found = {
        engine: suggested(engine, manifest, memory)
        for engine in _PROFILERS
        if any(_is_for(engine, assay) for assay in explored.metagenomes)
    }
    return {engine: name for engine, name in found.items() if name}


def _is_for(engine: str, assay: str) -> bool:
    """Tell whether an engine profiles an assay's reads: sylph is of short ones."""
    return engine != "sylph" or assay != WGS_LONG


def _agreement_text(agreement_id: str, target: Path) -> str:
    text = _template("agreement.yaml")
    return text.replace("@ID@", agreement_id).replace("@TITLE@", _quoted(_title(target)))


def _quoted(text: str) -> str:
    """Quote a text for YAML, where it may hold anything a folder's name may."""
    return "'" + text.replace("'", "''") + "'"


def _template(name: str) -> str:
    return shipped(f"resources/template/{name}").read_text(encoding="utf-8")


def _libraries_text(explored: Explored, config: Path, agreement_id: str) -> str:
    rows = [
        {
            "library_id": library.library_id,
            "sample_id": library.sample_id,
            "assay": library.assay,
            "run": library.run,
            "fastq_1": _relative(library.first, config),
            "fastq_2": _relative(library.second, config),
            "control_type": library.control_type,
            "agreement": f"{agreement_id}@1.0",
        }
        for library in explored.libraries
    ]
    return _table(SHEET_COLUMNS, rows)


def _relative(path: Path | None, folder: Path) -> str:
    # A link keeps the name that its owner gave it: what it points at may be any store's.
    return (
        "" if path is None else os.path.relpath(path.parent.resolve() / path.name, folder.resolve())
    )


def _samples_text(explored: Explored, target: Path) -> str:
    """Write one row per sample; controls need nothing filled in."""
    controls = {lib.sample_id: lib.control_type for lib in explored.libraries}
    known = {"project_name": _title(target), "samp_taxon_id": _TAXON}
    rows = [
        {"sample_id": sample_id, **({} if control else known)}
        for sample_id, control in controls.items()
    ]
    return _table(SAMPLE_COLUMNS, rows)


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _readme_text(explored: Explored) -> str:
    controls = [lib for lib in explored.libraries if lib.control_type]
    guessed = [f"- `{lib.sample_id}`: {lib.control_type}" for lib in controls[:_NAMED]]
    if len(controls) > _NAMED:
        guessed.append(f"- and {len(controls) - _NAMED} more")
    text = _template("README.md").replace("@CONTROLS@", "\n".join(guessed) or "None.")
    return text.replace("@SLOTS@", _slots_text())


def _slots_text() -> str:
    """List the metadata columns with unit, MIxS id and sharing class."""
    lines = ["| column | unit | MIxS | sharing class |", "|---|---|---|---|"]
    for name in SAMPLE_COLUMNS[1:]:
        slot = SLOTS[name]
        lines.append(f"| `{name}` | {slot.unit} | {slot.mixs_id} | {slot.sharing_class} |")
    return "\n".join(lines)
