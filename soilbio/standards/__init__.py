"""The standards as data and look-ups, each with its version and source."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped"]

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """Find a file that comes with soilbio, such as `resources/assays.yaml` or `Snakefile`.

    A wheel carries these inside the package; a source tree has them at its root.
    """
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.exists() else _PACKAGE.parent / name
