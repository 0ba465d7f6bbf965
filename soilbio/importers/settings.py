"""What a pipeline wrote down of its run (JSON or YAML), as far as it can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import InputError, problem_of
from soilbio.yaml_rows import TextLoader


def read_settings(path: Path | None) -> dict[str, Any]:
    """Read keys and values, of YAML as they are written; nothing where there is no file.

    Raises
    ------
    InputError
        If the file is damaged, or holds something else than keys and values.

    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        is_json = path.suffix == ".json"
        content = json.loads(text) if is_json else yaml.load(text, TextLoader)  # noqa: S506  safe
        reason = "no keys and values"
    except (OSError, ValueError, RecursionError, TypeError, yaml.YAMLError) as error:
        content, reason = None, " ".join(str(error).split())[:200]
    if not isinstance(content, dict):
        raise problem_of(
            "import-settings",
            str(path),
            found=reason,
            expected="what the pipeline wrote down of its run, as JSON or YAML",
            fix="Get it again; or move it out of the folder, and state the method in --method",
        )
    return content


@dataclass(frozen=True, slots=True)
class Newest:
    """The settings of the newest run, their file, and what is to be said of others."""

    settings: dict[str, Any]
    path: Path | None
    notes: list[str]


def read_newest(
    folder: Path, names: tuple[str, ...], taken: Callable[[Mapping[str, Any]], Mapping[str, str]]
) -> Newest:
    """Read the settings of the newest run, by the time in the files' names.

    Every run writes its own, one that was resumed as well. Where others differ in what is `taken`
    of them, it is noted.

    Raises
    ------
    InputError
        If the newest cannot be read.

    """
    paths = next((found for name in names if (found := [*folder.glob(name)])), [])
    if not paths:
        return Newest({}, None, [])
    *others, newest = sorted(paths, key=lambda path: (_time_of(path), path.name))
    settings = read_settings(newest)
    own = taken(settings)
    differing = {
        key
        for path in others
        for key, value in _others(path, taken).items()
        if own.get(key) != value
    }
    notes = [
        f"of {len(paths)} settings the newest, {newest.name}, counts; others differ in"
        f" {', '.join(sorted(differing))}: is the table of that run?"
    ]
    return Newest(settings, newest, notes if differing else [])


def _others(
    path: Path, taken: Callable[[Mapping[str, Any]], Mapping[str, str]]
) -> Mapping[str, str]:
    try:
        return taken(read_settings(path))
    except InputError:
        return {}


def _time_of(path: Path) -> str:
    """Give the digits of a name, in which a date and time stand; later ones sort behind."""
    return "".join(re.findall(r"\d+", path.name))
