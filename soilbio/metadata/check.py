"""Check (interim)."""

from __future__ import annotations

from pathlib import Path


def check_project(path: Path, *, is_deep: bool = False) -> list:
    """Check."""
    return []
