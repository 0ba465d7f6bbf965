"""What the dataset's crate says of its making: tools, references, parameters, inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio import __version__
from soilbio.metadata.config import Config
from soilbio.metadata.sheet import Library
from soilbio.profile.tools import tool_version

if TYPE_CHECKING:
    import polars as pl


def provenance_of(
    project: Config, libraries: Mapping[str, Library], assays: pl.DataFrame
) -> dict[str, object]:
    """Gather what was run on what; no paths, no clock, so that the same run says the same."""
    tools = {"soilbio": __version__}
    if "AMPLICON" in assays["library_strategy"]:
        tools["cutadapt"] = tool_version(["cutadapt", "--version"])
        tools["vsearch"] = tool_version(["vsearch", "--version"])
    for row in assays.iter_rows(named=True):
        if row["engine"] == "dada2":
            tools["dada2"] = str(row["engine_version"])
        if row["library_strategy"] == "WGS":
            name, _, number = str(row["engine_version"]).partition(" ")
            tools |= {name: number, "fastp": tool_version(["fastp", "--version"])}
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
        "parameters": _parameters(project),
        "inputs": [
            {"library_id": library.library_id, "name": library.library_id, "sha256": None}
            for library in libraries.values()
        ],
    }


def _parameters(project: Config) -> dict[str, object]:
    taxonomy = {
        key: value
        for key, value in project.taxonomy.items()
        if key in {"reference", "version", "confidence"}
    }
    if own := project.taxonomy["by_assay"]:
        named = {name: (one["reference"], one["version"]) for name, one in own.items()}
        taxonomy["by_assay"] = named
    text = json.dumps(
        {
            "amplicon": dict(project.amplicon),
            "taxonomy": taxonomy,
            "tree": dict(project.tree),
            "diversity": dict(project.diversity),
            **({"shotgun": _shotgun(project)} if _has_shotgun(project) else {}),
            "assays": {name: asdict(assay) for name, assay in project.assays.items()},
        },
        sort_keys=True,
        default=str,
    )
    parameters: dict[str, object] = json.loads(text)
    return parameters


def _has_shotgun(project: Config) -> bool:
    return any(assay.is_shotgun for assay in project.assays.values())


def _shotgun(project: Config) -> dict[str, object]:
    """Give the options; of files only their names."""
    return {
        name: value.name if isinstance(value, Path) else value
        for name, value in project.shotgun.items()
    }
