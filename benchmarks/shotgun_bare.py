"""The bare tools run by hand, and what their own files say, read without our importers."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from pathlib import Path

from shotgun_material import SCALED, THRESHOLD_BP, Metagenomes
from stopwatch import Cost, measure, read_costs

from soilbio.simulate.genomes import RANKS, names_of
from soilbio.simulate.profile_score import Profile

_SCRIPT = Path(__file__).resolve().parent / "peers" / "shotgun.sh"
ENGINES = ("kraken2", "sylph", "sourmash")
# Letters of wider ranks are not looked at: Debian's Kraken2 leaves some out.
_CODES = {"G": "genus", "S": "species"}
_MIN_LENGTH_BP = 50


def run_bare(material: Metagenomes, out: Path, threads: int) -> tuple[Cost, list[Cost]]:
    """Run fastp and the profilers on all libraries; give the whole cost and that of each step."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    steps = out / "steps.tsv"
    environment = {
        **{"THREADS": str(threads), "PYTHON": sys.executable, "STEPS": str(steps)},
        "STOPWATCH": str(_SCRIPT.parent.parent / "stopwatch.py"),
        **{"SCALED": str(SCALED), "THRESHOLD_BP": str(THRESHOLD_BP)},
        **{"MIN_LENGTH_BP": str(_MIN_LENGTH_BP)},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = ["bash", str(_SCRIPT), material.reads, material.databases, out]
    whole = measure("all", command, log=out / "log", environment=environment)
    return whole, read_costs(steps)


def read_bare(material: Metagenomes, out: Path) -> list[Profile]:
    """Read what each tool says of each library as shares of names at each rank."""
    lineages = dict(line.split("\t") for line in material.lineages.read_text().splitlines())
    profiles = []
    for library in material.library_ids:
        shares = {
            "kraken2": _kraken2(out / f"{library}.kraken2"),
            "sylph": _genomes(_sylph(out / f"{library}.sylph"), lineages),
            "sourmash": _genomes(_sourmash(out / f"{library}.sourmash"), lineages),
        }
        profiles += [
            Profile(f"{library}-{engine}", f"bare-{engine}", engine, library, shares[engine])
            for engine in ENGINES
        ]
    return profiles


def _kraken2(path: Path) -> dict[str, dict[str, float]]:
    """Read a report: reads below each taxon of a rank; those of none are without a name."""
    shares: dict[str, dict[str, float]] = {rank: {} for rank in RANKS}
    total = 0
    for line in path.read_text().splitlines():
        _, below, own, code, _, name = line.split("\t")
        total += int(own)
        if code in _CODES:
            shares[_CODES[code]][name.strip()] = float(below)
    for names in shares.values():
        names[""] = total - sum(names.values())
    return {rank: {n: v / total for n, v in names.items()} for rank, names in shares.items()}


def _sylph(path: Path) -> dict[str, float]:
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return {genome: float(share) for genome, share, _ in rows}


def _sourmash(path: Path) -> dict[str, float]:
    if not path.is_file():
        return {}
    with path.open() as handle:
        return {row["name"]: float(row["f_unique_weighted"]) for row in csv.DictReader(handle)}


def _genomes(found: dict[str, float], lineages: dict[str, str]) -> dict[str, dict[str, float]]:
    shares: dict[str, dict[str, float]] = {rank: {} for rank in RANKS}
    for genome, share in found.items():
        for rank, name in names_of(lineages[genome]).items():
            shares[rank][name] = shares[rank].get(name, 0.0) + share
    for names in shares.values():
        names[""] = names.get("", 0.0) + max(0.0, 1 - sum(names.values()))
    return shares
