"""How a dataset was merged of others: `provenance/harmonised.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HISTORY = "provenance/harmonised.json"
History = Mapping[str, Any]


def read_history(folder: Path) -> History:
    """Read how a dataset was merged; empty for one that was not."""
    path = folder / HISTORY
    if not path.is_file():
        return {}
    found: History = json.loads(path.read_text(encoding="utf-8"))
    return found


def pairs_of(history: History) -> list[Mapping[str, Any]]:
    """Give the pairs of assays that were compared, those of earlier merging first."""
    earlier = [pair for one in history.get("before", ()) for pair in pairs_of(one)]
    return [*earlier, *history["pairs"]]
