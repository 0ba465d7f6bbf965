"""What a merged dataset says of its making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.dataset.history import History
    from soilbio.harmonise.compare import Pair
    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.trimming import Trimming


def history_of(
    sources: Sequence[Source],
    level: str,
    pairs: Sequence[Pair],
    trimming: Trimming,
    notes: Mapping[str, int],
) -> History:
    """Say what was merged and why so; of what was merged before, its parts and its own history."""
    datasets: dict[str, str] = {}
    libraries: dict[str, list[str]] = {}
    for source in sources:
        for name, digest, own in _parts(source):
            unique = name if datasets.get(name, digest) == digest else f"{name}-{digest[:8]}"
            datasets[unique] = digest
            libraries[unique] = sorted(own)
    before = [source.history for source in sources if source.history]
    return {
        "level": level,
        "datasets": [{"name": name, "sha256": datasets[name]} for name in sorted(datasets)],
        "libraries": dict(sorted(libraries.items())),
        "pairs": [asdict(pair) for pair in pairs],
        "common_regions": trimming.told() if level == "feature" else {},
        "notes": dict(sorted(notes.items())),
        **({"before": before} if before else {}),
    }


def _parts(source: Source) -> list[tuple[str, str, list[str]]]:
    """Give name, checksum and libraries of a dataset, or of those that it was merged of."""
    if not source.history:
        own = source.dataset.table("libraries")["library_id"].to_list()
        return [(source.name, source.digest, own)]
    digests = {one["name"]: one["sha256"] for one in source.history["datasets"]}
    return [
        (name, digests[name], libraries) for name, libraries in source.history["libraries"].items()
    ]
