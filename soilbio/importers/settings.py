"""What a pipeline wrote down of its run (JSON or YAML), as far as it can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import problem_of


def read_settings(path: Path | None) -> dict[str, Any]:
    """Read keys and values; nothing where there is no file.

    Raises
    ------
    InputError
        If the file is damaged, or holds something else than keys and values.

    """
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
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
