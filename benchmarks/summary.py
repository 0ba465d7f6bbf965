"""Write what was measured as tables, and sum it up."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import mean

import psutil  # type: ignore[import-untyped]  # it has none
from findings import Result
from ours import OURS
from pipelines import PEERS

_NOISE_CORES = 0.1
_PEAK_MB = 2000.0
_TITLES = {name: ours.title for name, ours in OURS.items()} | {
    name: peer.title for name, peer in PEERS.items()
}
_SCORES = (
    *("asvs", "true", "false", "missed", "false_bimera", "false_near", "false_other"),
    *("false_reads_share", "library_precision", "library_recall", "bray_curtis", "reads_kept"),
    *("genus_called", "genus_correct"),
)
_COUNTED = _SCORES[:7]
_VERSIONS = {
    "vsearch": (["vsearch", "--version"], r"v([\d.]+)"),
    "mothur": (["mothur", "--version"], r"version=([\d.]+)"),
    "cutadapt": (["cutadapt", "--version"], r"([\d.]+)"),
    "snakemake": (["snakemake", "--version"], r"([\d.]+)"),
    "soilbio": (["soilbio", "--version"], r"soilbio (\S+)"),
    "DADA2": (["Rscript", "--vanilla", "-e", 'packageVersion("dada2")'], r"([\d.]+)\W*$"),
    "R": (["Rscript", "--version"], r"version ([\d.]+)"),
}


def write_tables(results: Sequence[Result], folder: Path, threads: int) -> None:
    """Write `steps.tsv`, `accuracy.tsv` and `summary.md`."""
    _write(folder / "steps.tsv", _steps(results))
    _write(folder / "accuracy.tsv", _accuracy(results))
    _write(folder / "summary.md", _summary(results, folder, threads))


def _write(target: Path, lines: Iterable[str]) -> None:
    part = target.with_name(target.name + ".part")
    part.write_text("".join(f"{line}\n" for line in lines))
    part.replace(target)


def _steps(results: Sequence[Result]) -> Iterable[str]:
    yield "material\tcontender\tsetting\tstep\tpart_of\twall_s\tcpu_s\tpeak_mb"
    for result in results:
        for costs, part_of in ((result.steps, ""), (result.parts, "workflow")):
            for cost in costs:
                name, rest = cost.row().rstrip("\n").split("\t", 1)
                words = (result.material, result.contender, result.setting, name, part_of, rest)
                yield "\t".join(words)


def _accuracy(results: Sequence[Result]) -> Iterable[str]:
    yield "\t".join(("material", "contender", "setting", "is_usual", *_SCORES))
    for result in results:
        scores = [_score(result, name) for name in _SCORES]
        start = (result.material, result.contender, result.setting, str(result.is_usual).lower())
        yield "\t".join((*start, *scores))


def _score(result: Result, name: str) -> str:
    value = result.scores.get(name)
    if value is None:
        return ""
    return f"{value:.0f}" if name in _COUNTED else f"{value:.4f}"


def _summary(results: Sequence[Result], folder: Path, threads: int) -> Iterable[str]:
    yield "# Benchmark"
    yield ""
    yield "Written by `benchmarks/amplicon.py`. A peer's time is the sum of its steps, with the"
    yield "removal of primers; ours is that of the whole Snakemake run, from FASTQ to the dataset."
    yield "Best is the chimera setting whose ASVs come closest to the truth (F1)."
    yield ""
    yield from _machine(threads)
    for group, members in _groups(results).items():
        yield from ("", f"## {group}", "")
        yield from _table(members)
        yield from ("", *_verdicts(members))
        yield from _candidates(members)
    yield from _noise(results)
    fixed = folder / "fixed_cost.md"
    if fixed.is_file():
        yield from ("", fixed.read_text().rstrip("\n"))


def _machine(threads: int) -> Iterable[str]:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = psutil.virtual_memory().total / 1e9
    processor = model[1] if model else platform.machine()
    cores = f"{os.cpu_count()} cores ({processor})"
    yield f"- Machine: {cores}, {memory:.0f} GB; {threads} threads used"
    versions = ", ".join(f"{name} {_version(*how)}" for name, how in _VERSIONS.items())
    yield f"- Versions: {versions}, Python {platform.python_version()}"


def _version(command: Sequence[str], pattern: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "absent"
    found = re.search(pattern, done.stdout + done.stderr)
    return found[1] if found else "unknown"


def _groups(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results by material; simulations that differ in their seed alone are one group."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(re.sub(r"-seed\d+$", "", result.material), []).append(result)
    return groups


def _chosen(members: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    """Results by contender and kind of setting, usual or best; best only where it is another."""
    chosen: dict[tuple[str, str], list[Result]] = {}
    for contender in _TITLES:
        for material in sorted({member.material for member in members}):
            own = [m for m in members if (m.contender, m.material) == (contender, material)]
            best = max(own, key=lambda m: (m.closeness(), m.is_usual), default=None)
            for member in own:
                if member.is_usual:
                    chosen.setdefault((contender, "usual"), []).append(member)
                if member is best and len(own) > 1:
                    chosen.setdefault((contender, "best"), []).append(member)
        if all(member.is_usual for member in chosen.get((contender, "best"), [])):
            chosen.pop((contender, "best"), None)
    return chosen


def _candidates(members: Sequence[Result]) -> Iterable[str]:
    """List all chimera settings with their ASVs, sums over the seeds."""
    settings: dict[tuple[str, str], list[Result]] = {}
    for member in members:
        if "true" in member.scores:
            settings.setdefault((member.contender, member.setting), []).append(member)
    if not settings:
        return
    yield from (
        "",
        "| contender | chimera setting | n | true | false | missed | F1 |",
        "|---" * 7 + "|",
    )
    for (contender, setting), own in settings.items():
        sums = [sum(m.scores[name] for m in own) for name in ("true", "false", "missed")]
        closeness = 2 * sums[0] / max(1.0, 2 * sums[0] + sums[1] + sums[2])
        numbers = " | ".join(f"{number:.0f}" for number in sums)
        yield f"| {contender} | {setting} | {len(own)} | {numbers} | {closeness:.4f} |"


def _table(members: Sequence[Result]) -> Iterable[str]:
    names = ["true", "false", "missed", "library_precision", "library_recall", "bray_curtis"]
    names += ["reads_kept", "genus_called", "genus_correct"]
    yield (
        "| contender | setting | n | wall s | CPU s | peak MB | ASVs | true | false"
        " (bimera/near/other) | missed | precision | recall | Bray-Curtis | reads kept"
        " | genus called | correct |"
    )
    yield "|" + "---|" * 16
    for (contender, kind), own in _chosen(members).items():
        settings = ", ".join(dict.fromkeys(member.setting for member in own))
        costs = [
            _mean(own, lambda m: m.wall_s, ".1f"),
            _mean(own, lambda m: m.cpu_s, ".1f"),
            f"{max(member.peak_mb for member in own):.0f}",
        ]
        scores = {name: _mean_score(own, name) for name in ("asvs", *names, *_SCORES[4:7])}
        kinds = "/".join(scores[name] for name in _SCORES[4:7])
        scores["false"] += f" ({kinds})"
        cells = [_TITLES[contender], f"{kind}: {settings}", str(len(own)), *costs]
        yield "| " + " | ".join([*cells, scores["asvs"], *(scores[name] for name in names)]) + " |"


def _mean_score(own: Sequence[Result], name: str) -> str:
    known = [member for member in own if name in member.scores]
    shape = ".0f" if name in _COUNTED else ".3f"
    return _mean(known, lambda m: m.scores[name], shape)


def _mean(own: Sequence[Result], value: Callable[[Result], float], shape: str) -> str:
    return f"{mean(value(member) for member in own):{shape}}" if own else "-"


def _verdicts(members: Sequence[Result]) -> Iterable[str]:
    """Say of each aim whether it was reached, on means over the seeds."""
    chosen = _chosen(members)
    unoise, dada2 = (chosen.get((name, "usual"), []) for name in OURS)
    usual_dada2 = chosen.get(("dada2", "usual"), [])
    mapped = chosen.get(("vsearch-unique", "usual"), [])
    yield from _ratio("unoise is at least 8 times as fast as (a) DADA2", usual_dada2, unoise, 8.0)
    yield from _ratio("unoise is not slower than (c) vsearch, unique mapped", mapped, unoise, 1.0)
    yield from _ratio("dada2 takes no longer than (a) DADA2", usual_dada2, dada2, 1.0)
    for title, own in (("unoise", unoise), ("dada2", dada2)):
        if own:
            peak = max(member.peak_mb for member in own)
            yield f"- {_mark(peak <= _PEAK_MB)} {title} peaks at {peak:.0f} MB; aim {_PEAK_MB:.0f}"
    for (contender, kind), theirs in chosen.items():
        if contender in PEERS:
            yield from _accuracy_verdict(f"{contender}, {kind}", theirs, unoise, "unoise")
            if contender == "dada2":
                yield from _accuracy_verdict(f"{contender}, {kind}", theirs, dada2, "dada2")


def _ratio(
    aim: str, theirs: Sequence[Result], ours: Sequence[Result], at_least: float
) -> Iterable[str]:
    common = {m.material for m in theirs} & {m.material for m in ours}
    if common:
        times = [sum(m.wall_s for m in own if m.material in common) for own in (theirs, ours)]
        ratio = times[0] / times[1]
        yield f"- {_mark(ratio >= at_least)} {aim}: {ratio:.2f} times as fast"


def _accuracy_verdict(
    peer: str, theirs: Sequence[Result], ours: Sequence[Result], engine: str
) -> Iterable[str]:
    common = {m.material for m in theirs} & {m.material for m in ours}
    sums = [
        [sum(m.scores.get(name, 0) for m in own if m.material in common) for own in (ours, theirs)]
        for name in ("true", "false")
    ]
    if common and any(map(any, sums)):
        (true, their_true), (false, their_false) = sums
        is_reached = true >= their_true and false <= their_false
        yield (
            f"- {_mark(is_reached)} {engine} beside {peer}: true {true:.0f} and {their_true:.0f},"
            f" false {false:.0f} and {their_false:.0f} (sums over {len(common)})"
        )


def _mark(is_reached: bool) -> str:
    return "reached:" if is_reached else "NOT reached:"


def _noise(results: Sequence[Result]) -> Iterable[str]:
    """Name the runs whose times other programs disturbed."""
    noisy: dict[str, float] = {}
    for result in results:
        if result.others_cores > _NOISE_CORES:
            what = f"{result.material}, {result.contender}"
            noisy[what] = max(noisy.get(what, 0.0), result.others_cores)
    if noisy:
        yield from ("", "## Disturbed times", "")
        yield "Other programs kept processors busy meanwhile; these times are not to be quoted."
        yield ""
    for what, cores in noisy.items():
        yield f"- {what}: {cores:.2f} cores"
