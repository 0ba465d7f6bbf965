"""The RO-Crate of a dataset: what was run, on what, with which tools, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from rocrate.model import ContextEntity
    from rocrate.rocrate import ROCrate

CRATE = "ro-crate-metadata.json"
# The Workflow Run Crate profiles 0.5 rest on RO-Crate 1.1, not on the newer versions.
_VERSION = "1.1"
_PROCESS = ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5")
_WORKFLOW = ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5")
_WORKFLOW_FILE = (
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
    "Workflow RO-Crate",
    "1.0",
)
# RO-Crate 1.1 has no term for it; spelled out here, the crate needs no second context.
_TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
_MAIN = "provenance/Snakefile"
_SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
_FORMATS = {
    ".parquet": ("application/vnd.apache.parquet", "table"),
    ".tsv": ("text/tab-separated-values", "TSV view of a table"),
    ".biom": ("application/x-hdf5", "BIOM 2.1 view of an assay"),
    ".nwk": ("text/x-nh", "tree of the features of an assay"),
    ".json": ("application/json", "description"),
    ".yaml": ("application/yaml", "sharing agreement"),
    ".smk": ("text/plain", "rules of the workflow"),
}


def crate_of(
    files: Mapping[str, tuple[int, str]], provenance: Mapping[str, object]
) -> dict[str, object]:
    """Describe files and their making as a Workflow Run Crate 0.5 on RO-Crate 1.1.

    Without the workflow among the files it is a Process Run Crate.

    Parameters
    ----------
    files : mapping of path in the crate to size in bytes and SHA-256
        All files but the crate's own.
    provenance : mapping
        As `package.write_package` wants it, with `date`.

    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=_VERSION)
    crate.metadata.extra_terms = dict(_TERMS)
    root = crate.root_dataset
    root["name"] = str(provenance.get("title") or "Soil-biodiversity dataset")
    root["description"] = (
        "Soil-biodiversity dataset: samples, assays, libraries, features, counts and measurements,"
        " each row tagged with the sharing agreement that rules its use."
    )
    root["datePublished"] = str(provenance["date"])
    profiles: tuple[tuple[str, str, str], ...] = (_PROCESS,)
    if _MAIN in files:
        profiles = (_PROCESS, _WORKFLOW, _WORKFLOW_FILE)
        crate.metadata["conformsTo"] = [{"@id": crate.metadata.profile}, {"@id": _WORKFLOW_FILE[0]}]
    root["conformsTo"] = [_profile(crate, *profile) for profile in profiles]
    for name, (size, digest) in sorted(files.items()):
        _add_file(crate, name, size, digest)
    agreements = [
        crate.get(quote(name)) for name in sorted(files) if name.startswith("agreements/")
    ]
    root["license"] = agreements or "No agreement, no licence: all rights reserved."
    root["mentions"] = _action(crate, files, provenance)
    content: dict[str, object] = json.loads(json.dumps(crate.metadata.generate(), sort_keys=True))
    return content


def _profile(crate: ROCrate, identifier: str, name: str, version: str) -> ContextEntity:
    return _entity(crate, identifier, "CreativeWork", {"name": name, "version": version})


def _entity(
    crate: ROCrate, identifier: str, kind: str, properties: Mapping[str, object]
) -> ContextEntity:
    """Add a contextual entity; empty properties are left out."""
    from rocrate.model import ContextEntity

    known = {name: value for name, value in properties.items() if value not in ("", None, [])}
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **known}))


def _add_file(crate: ROCrate, name: str, size: int, digest: str) -> None:
    suffix = "." + name.rpartition(".")[2]
    encoding, kind = _FORMATS.get(suffix, ("text/plain", "file"))
    properties: dict[str, object] = {
        "name": f"{name.rpartition('/')[2]}: {kind}",
        "encodingFormat": encoding,
        "contentSize": str(size),
        "sha256": digest,
    }
    if suffix == ".yaml":
        properties["@type"] = ["File", "CreativeWork"]
        properties["description"] = "What recipients may do with the rows that name it."
    if name == _MAIN:
        properties["name"] = "soilbio workflow"
        properties["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    crate.add_file(None, dest_path=name, properties=properties)


def _action(
    crate: ROCrate, files: Mapping[str, tuple[int, str]], provenance: Mapping[str, object]
) -> ContextEntity:
    """Add the run: instrument, what went in, what came out."""
    tools = [_tool(crate, row) for row in rows_of(provenance, "tools")]
    version = str(provenance.get("soilbio_version") or "")
    if _MAIN in files:
        instrument = crate.get(_MAIN)
        instrument["version"] = version
        instrument["programmingLanguage"] = _entity(
            crate,
            _SNAKEMAKE,
            "ComputerLanguage",
            {"name": "Snakemake", "url": {"@id": "https://snakemake.readthedocs.io"}},
        )
        instrument["softwareRequirements"] = tools
        crate.mainEntity = instrument
    else:
        instrument = _entity(
            crate,
            "#soilbio",
            "SoftwareApplication",
            {"name": "soilbio", "softwareVersion": version, "softwareRequirements": tools},
        )
    made = [crate.get(quote(name)) for name in sorted(files) if not name.startswith("provenance/")]
    return _entity(
        crate,
        "#run",
        "CreateAction",
        {
            "name": "Making of the dataset",
            "description": f"Reads, metadata and agreements made a dataset by soilbio {version}",
            "instrument": instrument,
            "object": [
                *(_input(crate, row) for row in rows_of(provenance, "inputs")),
                *(_reference(crate, row) for row in rows_of(provenance, "references")),
                *_parameters(crate, provenance),
            ],
            "result": made,
            "startTime": provenance.get("started"),
            "endTime": provenance.get("ended"),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
    )


def rows_of(provenance: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Give the records of one part of the provenance; none when it is not there."""
    rows = provenance.get(name) or []
    if not isinstance(rows, list):
        raise TypeError(f"{name} of the provenance is to be a list")
    return rows


def _tool(crate: ROCrate, row: Mapping[str, object]) -> ContextEntity:
    name, version, url = str(row["name"]), str(row.get("version") or "not known"), row.get("url")
    return _entity(
        crate,
        f"#tool-{quote(name, safe='')}",
        "SoftwareApplication",
        {"name": name, "softwareVersion": version, "url": {"@id": str(url)} if url else None},
    )


def _input(crate: ROCrate, row: Mapping[str, object]) -> ContextEntity:
    """Add the reads of a library; they are no part of the crate, so only their name is told."""
    return _entity(
        crate,
        f"#reads-{quote(str(row['name']), safe='')}",
        "CreativeWork",
        {"name": f"Reads {row['name']}", "about": str(row["library_id"]), "sha256": row["sha256"]},
    )


def _reference(crate: ROCrate, row: Mapping[str, object]) -> ContextEntity:
    identifier = quote(f"{row['name']}-{row.get('version') or ''}", safe="")
    return _entity(
        crate,
        f"#reference-{identifier}",
        "CreativeWork",
        {
            "name": str(row["name"]),
            "version": str(row.get("version") or ""),
            "sha256": row.get("sha256"),
            "license": row.get("licence"),
        },
    )


def _parameters(crate: ROCrate, provenance: Mapping[str, object]) -> Iterator[ContextEntity]:
    for name, value in _flat("", provenance.get("parameters") or {}):
        yield _entity(
            crate,
            f"#parameter-{quote(name, safe='')}",
            "PropertyValue",
            {"name": name, "value": value},
        )


def _flat(prefix: str, value: object) -> Iterator[tuple[str, object]]:
    """Name nested values by their path, `amplicon.engine`; lists are written as JSON."""
    if isinstance(value, Mapping):
        for name in sorted(value):
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), value[name])
    elif value is not None:
        is_plain = isinstance(value, (str, int, float, bool))
        yield prefix, value if is_plain else json.dumps(value, sort_keys=True, default=str)
