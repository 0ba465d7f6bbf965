"""QIIME 2 artifacts (.qza): table, sequences, taxonomy; read without QIIME, provenance kept."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.archive import copy_entry, opened, yaml_of
from soilbio.importers.biom import add_beside, read_biom
from soilbio.importers.found import Found
from soilbio.importers.known import read_fasta, read_lineages
from soilbio.importers.qiime2_steps import inputs_of, later_of, method_of, together
from soilbio.importers.sides import Parts
from soilbio.importers.stated import stated

_TABLES = ("FeatureTable[Frequency]", "FeatureTable[RelativeFrequency]")
_SEQUENCES = "FeatureData[Sequence]"
_TAXONOMY = "FeatureData[Taxonomy]"
_FILES = {
    **dict.fromkeys(_TABLES, "feature-table.biom"),
    _SEQUENCES: "dna-sequences.fasta",
    _TAXONOMY: "taxonomy.tsv",
}
_EXPECTED = f"one of {', '.join(_FILES)}"
_WHOLE = "a whole artifact of QIIME 2 (.qza)"


def recognise(source: Path) -> str:
    """Tell why a file is an artifact, and of what."""
    if not source.is_file() or not zipfile.is_zipfile(source):
        return ""
    return f"an artifact of QIIME 2: {_kind(source)}"


def is_taken(source: Path) -> bool:
    """Tell whether an artifact of a folder is taken; QIIME 2 leaves many that are not read."""
    return _kind(source) in _FILES


def _kind(source: Path) -> str:
    with opened(source, _WHOLE, "import-artifact") as archive:
        return _about(archive, source)["type"]


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read artifacts that belong together: one table, and sequences and taxonomy if there are."""
    told = stated(options)
    _check_kinds(sources)
    parts = Parts()
    tables: list[Found] = []
    steps: dict[str, dict[str, Any]] = {}
    is_share = False
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources):
            kind, content, own = _unpacked(source, Path(folder) / str(number))
            steps = together(steps, own)
            if kind in _TABLES:
                tables.append(replace(read_biom(content), sources=(source,)))
                is_share = kind != _TABLES[0]
            elif kind == _SEQUENCES:
                parts.add_sequences(str(source), read_fasta(content))
            else:
                parts.add_lineages(str(source), read_lineages(content))
    if len(tables) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(tables)} artifacts of {' or '.join(_TABLES)}{_named(tables)}",
            expected="one, beside FeatureData[Sequence] and FeatureData[Taxonomy]",
            fix="Name the artifacts of one analysis",
        )
    found = tables[0]
    found.shares = is_share
    add_beside(found, parts, sources, told)
    found.method = method_of(steps)
    found.notes += later_of(steps)
    found.history["qiime2_actions"] = [steps[name] for name in sorted(steps)]
    return found


def _named(tables: Sequence[Found]) -> str:
    names = ", ".join(source.name for found in tables for source in found.sources)
    return f": {names}" if names else ""


def _check_kinds(sources: Sequence[Path]) -> None:
    """Tell all that is of no type that is read, so that nobody leaves them out one by one."""
    problems = Problems(", ".join(source.name for source in sources))
    for source in sources:
        try:
            if source.is_dir():
                raise _nothing_in(source)
            kind = _kind(source)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if kind not in _FILES:
            problems.add(
                "import-artifact",
                source=str(source),
                found=kind,
                expected=_EXPECTED,
                fix="Leave it out; or name the folder, of which only what is read is taken",
            )
    problems.raise_if_any()


def _nothing_in(folder: Path) -> InputError:
    """Say what a folder holds of which no artifact is taken."""
    names = [one.name for one in sorted(folder.iterdir()) if one.suffix in (".qza", ".qzv")]
    return problem_of(
        "import-artifact",
        str(folder),
        found=", ".join(names)[:200] or "no .qza in it",
        expected=f"among the artifacts in it {_EXPECTED}",
        fix="Name the folder that has the table, or the table itself",
    )


def _about(archive: zipfile.ZipFile, source: Path) -> dict[str, str]:
    """Read what an artifact is; it stands at `<uuid>/metadata.yaml`."""
    name = next((n for n in archive.namelist() if _inside(n) == "metadata.yaml"), None)
    content = _yaml(archive, source, name) if name else None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise problem_of(
            "import-artifact",
            str(source),
            expected="an artifact of QIIME 2 (.qza), with metadata.yaml in it",
            fix="Name the .qza that QIIME 2 wrote, not one that was unpacked and zipped again",
        )
    return {str(key): str(value) for key, value in content.items()}


def _yaml(archive: zipfile.ZipFile, source: Path, name: str) -> Any:
    try:
        return yaml_of(archive, name)
    except ValueError as error:
        raise _damaged(source, str(error).replace("\n", " ")[:200]) from error


def _damaged(source: Path, found: str) -> InputError:
    return problem_of(
        "import-artifact", str(source), found=found, expected=_WHOLE, fix="Get the file again"
    )


def _inside(name: str) -> str:
    return name.partition("/")[2]


def _unpacked(source: Path, folder: Path) -> tuple[str, Path, dict[str, dict[str, Any]]]:
    """Unpack the file we read of an artifact into a folder of ours, under our own name for it.

    Gives its type, where the file is, and what was done, by the artifacts' uuids.
    """
    with opened(source, _WHOLE, "import-artifact") as archive:
        about = _about(archive, source)
        name = _FILES[about["type"]]
        entry = next((n for n in archive.namelist() if _inside(n) == f"data/{name}"), None)
        if entry is None:
            raise _damaged(source, f"no data/{name}")
        folder.mkdir()
        copy_entry(archive, entry, folder / name)
        steps = dict(_steps(archive, source, about))
    return about["type"], folder / name, steps


def _steps(
    archive: zipfile.ZipFile, source: Path, about: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what was done to get here: plugin, action, version, parameters, by artifact."""
    own = about.get("uuid", "")
    for name in archive.namelist():
        path = _inside(name)
        if not path.startswith("provenance/") or not path.endswith("action/action.yaml"):
            continue
        parts = path.split("/")
        uuid = parts[2] if parts[1] == "artifacts" else own
        content = _yaml(archive, source, name)
        try:
            step = _step(content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(source, f"{name}: no description of an action") from error
        kind = about["type"] if uuid == own else ""
        yield uuid, {"artifact": uuid, "given_as": kind, **step}


def _step(content: Any) -> dict[str, Any]:
    """Take from the description of an action what is kept of it; `inputs` is what it took."""
    action = content["action"]
    plugin = str(action.get("plugin", "")).rpartition(":")[2]
    plugins = (content.get("environment") or {}).get("plugins") or {}
    manifest = action.get("manifest") or []
    return {
        "inputs": inputs_of(action),
        "plugin": plugin,
        "action": str(action.get("action") or action.get("type") or ""),
        "version": str((plugins.get(plugin) or {}).get("version", "")),
        "parameters": _flat(action.get("parameters")),
        "imported": sorted(str(one.get("name")) for one in manifest),
    }


def _flat(parameters: Any) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for one in parameters or []:
        flat |= {str(name): value for name, value in dict(one).items()}
    return flat
