"""Time `soilbio check` for many libraries.

Usage: python benchmarks/check_speed.py [--libraries 1000] [--folder FOLDER]
Writes a project of that many paired libraries (random reads of 250 bases behind the primers 515F-Y
and 806RB, gzip) and times the command, start-up included, three times. The files were just written
and are in the page cache; a disk that is cold or remote adds its own two reads per library.
"""

from __future__ import annotations

import argparse
import gzip
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASSAY, FORWARD, REVERSE = "16S-V4-515FY-806RB", "GTGCCAGCAGCCGCGGTAA", "GGACTACAAGGGTATCTAAT"
READS, LENGTH_BP, REPEATS = 1000, 250, 3
SOILBIO = Path(sys.executable).with_name("soilbio")
AGREEMENT = (
    Path(__file__).resolve().parents[1] / "config" / "agreements" / "soil-demo-open-1.0.yaml"
)


def main() -> None:
    """Write the project, time the check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--libraries", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where to write; else a temporary folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        config = write_project(Path(folder), args.libraries)
        for _ in range(REPEATS):
            start = time.perf_counter()
            command = [str(SOILBIO), "check", "--config", str(config)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            print(f"{args.libraries} libraries\t{time.perf_counter() - start:.2f} s")


def write_project(folder: Path, count: int) -> Path:
    """Write reads, sheets, agreement and configuration; give the configuration."""
    rng = random.Random(1)
    packed = [
        gzip.compress(reads(primer, rng, "", READS), 4, mtime=0) for primer in (FORWARD, REVERSE)
    ]
    libraries, samples = [], []
    for number in range(count):
        name = f"L{number:05d}"
        for end, primer in enumerate((FORWARD, REVERSE), start=1):
            # A first read of its own: files that begin alike are told as copies.
            own = gzip.compress(reads(primer, rng, f"{name}:", 1), 4, mtime=0)
            (folder / f"{name}_R{end}.fastq.gz").write_bytes(own + packed[end - 1])
        files = f"{name}_R1.fastq.gz\t{name}_R2.fastq.gz"
        libraries.append(f"{name}\tS{name}\t{ASSAY}\trun1\t{files}\tsoil-demo-open@1.0")
        samples.append(
            f"S{name}\t48.1364 11.2871\tGermany: Bavaria, Eichmoos\t2024-04-16\t6.5\t0-0.2"
        )
    header = "library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\tagreement"
    write_lines(folder / "libraries.tsv", [header, *libraries])
    header = "sample_id\tlat_lon\tgeo_loc_name\tcollection_date\tph\tdepth"
    write_lines(folder / "samples.tsv", [header, *samples])
    (folder / "agreements").mkdir()
    (folder / "agreements" / AGREEMENT.name).write_bytes(AGREEMENT.read_bytes())
    config = folder / "config.yaml"
    write_lines(
        config, ["libraries: libraries.tsv", "samples: samples.tsv", "agreements: agreements"]
    )
    return config


def reads(primer: str, rng: random.Random, prefix: str, count: int) -> bytes:
    """Make FASTQ records that begin with a primer."""
    records = []
    for number in range(count):
        bases = primer + "".join(rng.choices("ACGT", k=LENGTH_BP - len(primer)))
        qualities = "".join(rng.choices("#,:FI", weights=(1, 2, 4, 20, 40), k=LENGTH_BP))
        name = f"M00001:1:000000000-ABCDE:1:1101:{prefix}{number}:1"
        records.append(f"@{name} 1:N:0:1\n{bases}\n+\n{qualities}\n")
    return "".join(records).encode()


def write_lines(target: Path, lines: list[str]) -> None:
    """Write lines of text."""
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
