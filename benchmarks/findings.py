"""What was measured, kept a file each, so that a run goes on where the last one ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from stopwatch import Cost


@dataclass(frozen=True, slots=True)
class Result:
    """A contender with a setting on a material: what it cost and how right it was.

    `parts` are costs inside a step, not to be added to them; `others_cores` is how many cores
    other programs kept busy during the stage that had most of that.
    """

    material: str
    contender: str
    setting: str
    is_usual: bool
    is_named: bool
    steps: Sequence[Cost]
    parts: Sequence[Cost]
    scores: Mapping[str, float]
    others_cores: float

    @property
    def wall_s(self) -> float:
        """Wall time of all steps."""
        return sum(step.wall_s for step in self.steps)

    @property
    def cpu_s(self) -> float:
        """Processor time of all steps."""
        return sum(step.cpu_s for step in self.steps)

    @property
    def peak_mb(self) -> float:
        """Highest memory of any step."""
        return max((step.peak_mb for step in self.steps), default=0.0)

    def closeness(self) -> float:
        """How close the ASVs are to the truth: F1, 0 where there is no truth."""
        true, false = self.scores.get("true", 0), self.scores.get("false", 0)
        return 2 * true / max(1, 2 * true + false + self.scores.get("missed", 0))


def write_result(result: Result, folder: Path) -> None:
    """Write as JSON, named after what it is of."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{result.material}.{result.contender}.{result.setting}.json"
    part = folder / f"{name}.part"
    part.write_text(json.dumps(asdict(result), indent=1) + "\n")
    part.replace(folder / name)


def read_results(folder: Path) -> list[Result]:
    """Read all results of a folder, sorted by file name."""
    results = []
    for source in sorted(folder.glob("*.json")):
        value = json.loads(source.read_text())
        steps, parts = ([Cost(**cost) for cost in value[name]] for name in ("steps", "parts"))
        results.append(Result(**{**value, "steps": steps, "parts": parts}))
    return results
