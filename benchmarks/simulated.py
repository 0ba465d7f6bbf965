"""Simulated reads with truth, as material; made by `soilbio simulate`."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from accuracy import Truth
from material import Material

DESIGN = Path(__file__).resolve().parent / "soils.yaml"
_HELD_OUT_SHARE = 0.5


def simulate(
    seed: int, samples: int, pairs: int, work: Path, qualities: Sequence[Path] = ()
) -> Material:
    """Make soils with a seed, unless they are there; half of their references are held out.

    Qualities are those of a model, or of the read pairs in `qualities`. Needs the reference
    installed where SOILBIO_REFERENCES says.
    """
    kind = "soils-miseq" if qualities else "soils"
    name = f"{kind}-{samples}x{pairs}-seed{seed}"
    folder = work / name / "simulated"
    if not folder.is_dir():
        part = folder.with_name("simulated.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        command = [str(Path(sys.executable).parent / "soilbio"), "simulate", "--design"]
        command += [str(DESIGN), "--seed", str(seed), "--group", f"soil={samples}"]
        command += ["--pairs", str(pairs), "--out", str(part), "--used", str(part / "used.tsv")]
        command += ["--used-share", str(_HELD_OUT_SHARE)]
        if qualities:
            command += ["--quality-from", *map(str, qualities)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        part.rename(folder)
    counts, genera = _read_truth(folder / "truth.tsv")
    originals = sorted(counts, key=lambda library: int(library.rpartition("-")[2]))
    # mothur takes no hyphen in a library's name.
    names = {library: f"S{number:02d}" for number, library in enumerate(originals, start=1)}
    held_out = {line.split("\t")[0] for line in (folder / "used.tsv").read_text().splitlines()}
    return Material(
        name,
        f"simulated {kind}, {samples} libraries, {pairs:,} pairs each, seed {seed}",
        {
            short: (folder / f"{library}_R1.fastq.gz", folder / f"{library}_R2.fastq.gz")
            for library, short in names.items()
        },
        Truth(
            sequences=frozenset(sequence for reads in counts.values() for sequence in reads),
            counts={names[library]: reads for library, reads in counts.items()},
            genera=genera,
            pairs=samples * pairs,
        ),
        held_out=frozenset(held_out),
    )


def _read_truth(source: Path) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Read true reads by library and sequence, and the genus of each sequence that has one."""
    counts: dict[str, dict[str, float]] = {}
    genera: dict[str, str] = {}
    with source.open(newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            counts.setdefault(row["library_id"], {})[row["sequence"]] = float(row["reads"])
            genus = re.search(r"g__([^;]+)", row["lineage"])
            if genus:
                genera[row["sequence"]] = genus[1].strip()
    return counts, genera
