"""Bring our workflow and the peers through one material; a result for each setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from accuracy import Found, score
from findings import Result
from jobs import Done, run_stage
from material import Material
from ours import OURS, read_ours, rule_costs, running, write_project
from pipelines import PEERS, Place, restore_ends, trimming
from training import Training


@dataclass(frozen=True, slots=True)
class Bench:
    """A material and what all contenders share on it; `folder` is where they work."""

    material: Material
    training: Training
    alignment: Path
    folder: Path
    threads: int


def run_contender(bench: Bench, name: str, *, usual_only: bool) -> Iterator[Result]:
    """Run one of `OURS` or `PEERS`; with `usual_only`, no other chimera settings."""
    return _run_ours(bench, name) if name in OURS else _run_peer(bench, name, usual_only)


def _run_ours(bench: Bench, name: str) -> Iterator[Result]:
    ours = OURS[name]
    for number, (setting, values) in enumerate(ours.settings.items()):
        folder = bench.folder / name / setting
        amplicon = {"engine": ours.engine, **values}
        project = bench.folder / "projects" / f"{name}.{setting}"
        config = write_project(bench.material, amplicon, bench.training, project)
        done = run_stage(running(config, folder, bench.threads))
        result = _result(
            bench, (name, setting), [done], score(read_ours(folder), bench.material.truth)
        )
        yield replace(result, is_usual=number == 0, parts=rule_costs(folder))


def _run_peer(bench: Bench, name: str, usual_only: bool) -> Iterator[Result]:
    """Yield a result for each chimera setting; the usual and the closest get names too."""
    peer, place = PEERS[name], _place(bench, name)
    shared = [*_trimmed(bench, place), run_stage(peer.denoising(place))]
    results: dict[str, Result] = {}
    chosen = [peer.usual] if usual_only else list(peer.settings)
    for setting in chosen:
        done = [*shared, run_stage(peer.removing_chimeras(place, setting))]
        scores = score(_read_peer(bench, name, setting), bench.material.truth)
        result = _result(bench, (name, setting), done, scores)
        results[setting] = replace(result, is_usual=setting == peer.usual, is_named=False)
    best = max(results.values(), key=lambda result: (result.closeness(), result.is_usual))
    for setting, result in results.items():
        if setting not in {peer.usual, best.setting}:
            yield result
            continue
        named = run_stage(peer.naming(place, setting))
        yield replace(
            result,
            steps=[*result.steps, *named.costs],
            others_cores=max(result.others_cores, named.others_cores),
            scores=score(_read_peer(bench, name, setting), bench.material.truth),
            is_named=True,
        )


def _place(bench: Bench, name: str) -> Place:
    trimmed = bench.folder / ("trimmed" if bench.material.has_primers else "reads")
    return Place(trimmed, bench.training, bench.alignment, bench.folder / name, bench.threads)


def _trimmed(bench: Bench, place: Place) -> list[Done]:
    """Remove primers, once for all peers; nothing to do where there are none."""
    reads = bench.material.link_reads(bench.folder / "reads")
    if not bench.material.has_primers:
        return []
    return [run_stage(trimming(reads, bench.material.primers, place.trimmed, place))]


def _read_peer(bench: Bench, name: str, setting: str) -> Found:
    found = PEERS[name].read(bench.folder / name / setting)
    return restore_ends(found, sorted(bench.material.truth.sequences))


def _result(
    bench: Bench, what: tuple[str, str], done: Sequence[Done], scores: Mapping[str, float]
) -> Result:
    return Result(
        material=bench.material.name,
        contender=what[0],
        setting=what[1],
        is_usual=True,
        is_named=True,
        steps=[cost for stage in done for cost in stage.costs],
        parts=[],
        scores=scores,
        others_cores=max(stage.others_cores for stage in done),
    )
