"""QIIME 2 artifacts (.qza): table, sequences, taxonomy; read without QIIME, provenance kept."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import InputError, problem_of
from soilbio.importers.biom import read_biom
from soilbio.importers.found import Found
from soilbio.importers.known import joined, read_fasta, read_lineages, together_with
from soilbio.importers.qiime2_steps import inputs_of, method_of, together
from soilbio.importers.sides import Parts

_MOST_BYTES = 20_000_000_000
_TABLES = ("FeatureTable[Frequency]", "FeatureTable[RelativeFrequency]")
_SEQUENCES = "FeatureData[Sequence]"
_TAXONOMY = "FeatureData[Taxonomy]"


class _Loader(yaml.SafeLoader):
    """Reads QIIME's own tags (`!ref`, `!cite` …) as the text behind them."""


def _text(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    del suffix
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    return loader.construct_mapping(node) if isinstance(node, yaml.MappingNode) else node.value


_Loader.add_multi_constructor("!", _text)


def recognise(source: Path) -> str:
    """Tell why a file is an artifact, and of what."""
    if not source.is_file() or not zipfile.is_zipfile(source):
        return ""
    with zipfile.ZipFile(source) as archive:
        kind = _about(archive, source).get("type", "")
    return f"an artifact of QIIME 2: {kind}" if kind else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read artifacts that belong together: one table, and sequences and taxonomy if there are."""
    del options
    parts = Parts()
    tables: list[Found] = []
    steps: dict[str, dict[str, Any]] = {}
    is_share = False
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            kind, content, own = _unpacked(source, Path(folder))
            steps = together(steps, own)
            if kind in _TABLES:
                tables.append(read_biom(content / "feature-table.biom"))
                is_share = kind != _TABLES[0]
            elif kind == _SEQUENCES:
                parts.sequences |= read_fasta(content / "dna-sequences.fasta")
            elif kind == _TAXONOMY:
                more = read_lineages(content / "taxonomy.tsv")
                parts.lineages = together_with(parts.lineages, more)
            else:
                raise _unused(source, kind)
    if len(tables) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(tables)} artifacts of {' or '.join(_TABLES)}",
            expected="one, beside FeatureData[Sequence] and FeatureData[Taxonomy]",
            fix="Name the artifacts of one analysis",
        )
    found = tables[0]
    found.sources, found.shares = tuple(sources), is_share
    found.features = joined(found.features, parts.sequences, parts.lineages)
    found.method = method_of(steps)
    found.history["qiime2_actions"] = [steps[name] for name in sorted(steps)]
    return found


def _unused(source: Path, kind: str) -> InputError:
    return problem_of(
        "import-artifact",
        str(source),
        found=kind,
        expected=f"one of {', '.join((*_TABLES, _SEQUENCES, _TAXONOMY))}",
        fix="Leave it out",
    )


def _about(archive: zipfile.ZipFile, source: Path) -> dict[str, str]:
    """Read what an artifact is; it stands at `<uuid>/metadata.yaml`."""
    name = next((n for n in archive.namelist() if _inside(n) == "metadata.yaml"), None)
    content = yaml.load(archive.read(name), _Loader) if name else None  # noqa: S506  a safe one
    if not isinstance(content, dict) or "type" not in content:
        raise problem_of(
            "import-artifact",
            str(source),
            expected="an artifact of QIIME 2 (.qza), with metadata.yaml in it",
            fix="Name the .qza that QIIME 2 wrote, not one that was unpacked and zipped again",
        )
    return {str(key): str(value) for key, value in content.items()}


def _inside(name: str) -> str:
    return name.partition("/")[2]


def _unpacked(source: Path, folder: Path) -> tuple[str, Path, dict[str, dict[str, Any]]]:
    """Unpack an artifact's data; give its type, where the data are, and what was done, by uuid."""
    try:
        with zipfile.ZipFile(source) as archive:
            about = _about(archive, source)
            target = folder / about["uuid"]
            target.mkdir(exist_ok=True)
            _unpack_data(archive, target)
            steps = dict(_steps(archive, about["uuid"], about["type"]))
    except (zipfile.BadZipFile, OSError, EOFError, yaml.YAMLError) as error:
        raise problem_of(
            "import-artifact",
            str(source),
            found=str(error)[:200],
            expected="a whole artifact of QIIME 2 (.qza)",
            fix="Get the file again",
        ) from error
    return about["type"], target, steps


def _unpack_data(archive: zipfile.ZipFile, target: Path) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
        raise zipfile.BadZipFile("more than 20 GB unpacked")
    for entry in archive.infolist():
        where, _, name = _inside(entry.filename).rpartition("/")
        if where == "data" and name:
            (target / name).write_bytes(archive.read(entry))


def _steps(archive: zipfile.ZipFile, own: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what was done to get here: plugin, action, version, parameters, by artifact.

    `given_as` is the type of the artifact itself, `inputs` what it was made of.
    """
    for name in archive.namelist():
        path = _inside(name)
        if not path.startswith("provenance/") or not path.endswith("action/action.yaml"):
            continue
        parts = path.split("/")
        uuid = parts[2] if parts[1] == "artifacts" else own
        content = yaml.load(archive.read(name), _Loader)  # noqa: S506  a safe one
        action = content.get("action", {})
        plugin = str(action.get("plugin", "")).rpartition(":")[2]
        plugins = content.get("environment", {}).get("plugins", {})
        yield (
            uuid,
            {
                "artifact": uuid,
                "given_as": kind if uuid == own else "",
                "inputs": inputs_of(action),
                "plugin": plugin,
                "action": str(action.get("action") or action.get("type") or ""),
                "version": str(plugins.get(plugin, {}).get("version", "")),
                "parameters": _flat(action.get("parameters")),
                "imported": sorted(str(one.get("name")) for one in action.get("manifest") or []),
            },
        )


def _flat(parameters: Any) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for one in parameters or []:
        flat |= {str(name): value for name, value in dict(one).items()}
    return flat
