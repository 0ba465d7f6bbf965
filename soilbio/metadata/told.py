"""Settings as they are told to others: the same wherever a project lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from soilbio.metadata.config import Config


def shotgun_settings(project: Config) -> dict[str, Any]:
    """Give the options of metagenomes; of files only their names."""
    return {name: _without_folders(value) for name, value in project.shotgun.items()}


def _without_folders(value: object) -> object:
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {name: _without_folders(one) for name, one in value.items()}
    return [_without_folders(one) for one in value] if isinstance(value, list) else value
