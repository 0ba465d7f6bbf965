"""What a merged dataset says of its making."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from soilbio import __version__
from soilbio.dataset.history import LOTS, MAKING, SOURCES, laboratory_of_libraries
from soilbio.dataset.package import sha256_of
from soilbio.harmonise.lots import all_lots
from soilbio.harmonise.ways import CONFIDENCE

if TYPE_CHECKING:
    from pathlib import Path

    from soilbio.dataset.history import History
    from soilbio.harmonise.compare import Pair
    from soilbio.harmonise.lots import Lots
    from soilbio.harmonise.placed import Placing
    from soilbio.harmonise.sources import Source
    from soilbio.harmonise.ways import Told, Ways
    from soilbio.references.manifest import Reference


def history_of(
    sources: Sequence[Source],
    ways: Ways,
    pairs: Sequence[Pair],
    told: Told,
    names: Mapping[str, str],
    lots: Lots,
) -> History:
    """Say what was merged and why so; of what was merged before, its parts and its own history.

    `names` are those that assays (`dataset: assay`) have in the merged dataset, `lots` its
    libraries as they are shared.
    """
    datasets: dict[str, str] = {}
    libraries: dict[str, list[str]] = {}
    parts: dict[str, list[str]] = {}
    for source, unique, digest, own in _all_parts(sources):
        datasets[unique] = digest
        libraries[unique] = sorted(own)
        parts.setdefault(source.name, []).append(unique)
    cut, ends = ways.trimming.lengths, ways.trimming.ends
    before = [source.history for source in sources if source.history]
    return {
        "soilbio_version": __version__,
        "level": ways.level,
        "datasets": [{"name": name, "sha256": datasets[name]} for name in sorted(datasets)],
        "libraries": dict(sorted(libraries.items())),
        # Which datasets each of those that were named now was merged of: `pairs` tell of these.
        "parts": {name: sorted(own) for name, own in sorted(parts.items())},
        "assays": dict(sorted(names.items())),
        LOTS: all_lots(lots),
        "pairs": [asdict(pair) for pair in pairs],
        "common_regions": ways.trimming.told() if ways.is_trimmed else {},
        **({"common_lengths": dict(sorted(cut.items()))} if ways.is_trimmed and cut else {}),
        **({"common_ends": {one: [*ends[one]] for one in sorted(ends)}} if ends else {}),
        "programs": ways.programs(),
        **({"reference": _file(ways.reference_used)} if ways.reference_used else {}),
        "notes": dict(sorted(told.notes.items())),
        "losses": told.losses,
        **({"classified": _classified(ways.classifier)} if ways.classifier else {}),
        **({"placement": _placed(ways.by_clades, names)} if ways.by_clades else {}),
        **({"before": before} if before else {}),
    }


def _file(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": sha256_of(path)}


def _placed(placing: Placing, names: Mapping[str, str]) -> dict[str, object]:
    return {**placing.told(), "assays": sorted({names[one] for one in placing.assays})}


def _classified(reference: Reference) -> dict[str, object]:
    return {
        "classifier": "SINTAX",
        "confidence": CONFIDENCE,
        "reference": reference.name,
        "reference_version": reference.version,
        "reference_sha256": reference.sha256,
    }


def owners_of_samples(sources: Sequence[Source]) -> list[dict[str, list[str]]]:
    """Tell of each dataset which laboratories its samples are of: itself, or its parts.

    Those that have a library in common are one.
    """
    found: dict[str, dict[str, set[str]]] = {source.name: {} for source in sources}
    sample_of = {
        source.name: dict(
            source.dataset.table("libraries").select("library_id", "sample_id").iter_rows()
        )
        for source in sources
    }
    every: dict[str, set[str]] = {}
    for _, unique, _, libraries in _all_parts(sources):
        every.setdefault(unique, set()).update(libraries)
    laboratory_of = laboratory_of_libraries({"libraries": every})
    for source, _, _, libraries in _all_parts(sources):
        for library in libraries:
            if sample := sample_of[source.name].get(library):
                found[source.name].setdefault(sample, set()).add(laboratory_of[library])
    return [
        {sample: sorted(own) for sample, own in found[source.name].items()} for source in sources
    ]


def _all_parts(sources: Sequence[Source]) -> Iterator[tuple[Source, str, str, list[str]]]:
    """Yield the datasets of all merging, under names of which no two are alike."""
    datasets: dict[str, str] = {}
    for source in sources:
        for name, digest, own in _parts(source):
            unique = name if datasets.get(name, digest) == digest else f"{name}-{digest[:8]}"
            datasets[unique] = digest
            yield source, unique, digest, own


def _parts(source: Source) -> list[tuple[str, str, list[str]]]:
    """Give name, checksum and libraries of a dataset, or of those that it was merged of."""
    if not source.history:
        own = source.dataset.table("libraries")["library_id"].to_list()
        return [(source.name, source.digest, own)]
    digests = {one["name"]: one["sha256"] for one in source.history["datasets"]}
    return [
        (name, digests[name], libraries) for name, libraries in source.history["libraries"].items()
    ]


def makings_of(sources: Sequence[Source]) -> dict[str, Path]:
    """Find how each dataset was made, or those that it was merged of, by the path to keep it at."""
    found: dict[str, Path] = {}
    for source in sources:
        folder = source.dataset.folder
        if source.history:
            kept = [path for path in sorted((folder / SOURCES).rglob("*")) if path.is_file()]
            found |= {path.relative_to(folder).as_posix(): path for path in kept}
            continue
        for name in MAKING:
            path = folder / "provenance" / name
            if path.is_file():
                found[f"{SOURCES}/{source.digest[:16]}/{name}"] = path
    return found
