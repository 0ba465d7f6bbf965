"""What the dataset's crate says of its making: tools, references, parameters, inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from soilbio import __version__
from soilbio.metadata.assays import SSU
from soilbio.metadata.config import Config
from soilbio.metadata.sheet import Library
from soilbio.metadata.told import shotgun_settings
from soilbio.profile.tools import tool_version

if TYPE_CHECKING:
    import polars as pl


def provenance_of(
    project: Config,
    libraries: Mapping[str, Library],
    assays: pl.DataFrame,
    *,
    genomes: Mapping[str, str],
    truncation: Mapping[str, Mapping[str, tuple[int, int]]],
) -> dict[str, object]:
    """Gather what was run on what; no paths, no clock, so that the same run says the same.

    `genomes` are those whose reads were taken out, each with the SHA-256 of its file; `truncation`
    the lengths at which reads were cut, by assay and run.
    """
    tools = _tools(project, assays, has_genomes=bool(genomes))
    references = {
        (row["reference"], row["reference_version"], row["reference_sha256"])
        for row in assays.iter_rows(named=True)
    }
    return {
        "title": project.title,
        "soilbio_version": __version__,
        "tools": [{"name": name, "version": tools[name]} for name in sorted(tools)],
        "references": [
            {"name": name, "version": version, "sha256": digest}
            for name, version, digest in sorted(references)
        ],
        "parameters": _parameters(project, genomes) | _cut(truncation),
        "inputs": [
            {"library_id": library.library_id, "name": library.library_id, "sha256": None}
            for library in libraries.values()
        ],
    }


def _cut(truncation: Mapping[str, Mapping[str, tuple[int, int]]]) -> dict[str, object]:
    found = {
        assay: {run: list(lengths) for run, lengths in own.items()}
        for assay, own in truncation.items()
        if own
    }
    return {"truncation_bp": found} if found else {}


def _tools(project: Config, assays: pl.DataFrame, *, has_genomes: bool) -> dict[str, str]:
    """Give what ran, by name, with its version."""
    used, tools = set[str](), {"soilbio": __version__}
    for row in assays.iter_rows(named=True):
        if row["engine"] == "dada2":
            tools["dada2"] = str(row["engine_version"])
        if row["library_strategy"] == "WGS":
            name, _, number = str(row["engine_version"]).partition(" ")
            tools[name] = number
            used.add("cutadapt" if project.assays[row["assay_id"]].long_reads else "fastp")
            used |= {"minimap2"} if has_genomes else set()
            used |= {"vsearch"} if row["engine"] == SSU else set()
        else:
            used |= {"cutadapt", "vsearch"}
    return tools | {name: tool_version([name, "--version"]) for name in used - {*tools}}


def _parameters(project: Config, genomes: Mapping[str, str]) -> dict[str, object]:
    taxonomy = {
        key: value
        for key, value in project.taxonomy.items()
        if key in {"reference", "version", "confidence"}
    }
    if own := project.taxonomy["by_assay"]:
        named = {name: (one["reference"], one["version"]) for name, one in own.items()}
        taxonomy["by_assay"] = named
    shotgun = shotgun_settings(project)
    if genomes:
        shotgun["removed_sha256"] = dict(genomes)
    text = json.dumps(
        {
            "amplicon": dict(project.amplicon),
            "taxonomy": taxonomy,
            "tree": dict(project.tree),
            "diversity": dict(project.diversity),
            **({"shotgun": shotgun} if _has_shotgun(project) else {}),
            "assays": {name: asdict(assay) for name, assay in project.assays.items()},
        },
        sort_keys=True,
        default=str,
    )
    parameters: dict[str, object] = json.loads(text)
    return parameters


def _has_shotgun(project: Config) -> bool:
    return any(assay.is_shotgun for assay in project.assays.values())
