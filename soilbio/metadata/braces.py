"""Paths with a word in braces, a wildcard for Snakemake wherever a rule names a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import Problems
from soilbio.references.manifest import references_root
from soilbio.yaml_rows import Place, dotted

if TYPE_CHECKING:
    from soilbio.metadata.config import Config

# As Snakemake has it: `{word}`, or `{word,regular expression}`; it knows no way to write a brace.
_WILDCARD = re.compile(r"\{\s*[.\w]+\s*(?:,(?:[^{}]|\{\d+(?:,\d+)?\})*)?\}")


def names_with_braces(path: Path) -> list[str]:
    """List the parts of a path that Snakemake would not take as they are."""
    return [name for name in path.parts if _WILDCARD.search(name)]


def note_braces(
    path: Path, problems: Problems, *, beside: Path, row: int | None, column: str | None
) -> None:
    """Note a path that Snakemake would not take as it is, but for what `beside` has as well."""
    known = names_with_braces(beside)
    names = [name for name in names_with_braces(path) if name not in known]
    if names:
        problems.add(
            "path-braces",
            row=row,
            column=column,
            found=str(path),
            expected="a path without a word in braces, which Snakemake takes for a wildcard",
            fix=f"Rename {', '.join(repr(name) for name in names)}",
        )


def check_braces(config: Config, problems: Problems) -> None:
    """Note files of a configuration that Snakemake would not find; a folder of all of them once."""
    own = config.path.resolve()
    note_braces(own, problems, beside=Path(), row=None, column=None)
    for place, path in _named(config):
        note_braces(path, problems, beside=own, row=config.row(*place), column=dotted(place))


def _named(config: Config) -> Iterator[tuple[Place, Path]]:
    """Give the files and folders that a configuration names, with the key."""
    yield from _paths({part.name: getattr(config, part.name) for part in fields(config)}, ())
    yield ("taxonomy", "reference"), references_root()
    for path in sorted(config.agreements.glob("*.yaml")):
        yield ("agreements",), Path(path.name)


def _paths(value: object, place: Place) -> Iterator[tuple[Place, Path]]:
    """Find the paths in a value, however deep."""
    if isinstance(value, Path):
        yield place, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _paths(part, (*place, key))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _paths(part, place)
