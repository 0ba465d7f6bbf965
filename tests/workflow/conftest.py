"""Small projects with simulated reads, and a way to run the workflow on them as a user does."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# Enough of the reference for lineages of all phyla, little enough to classify in a second.
REFERENCE_SEQUENCES = 3000


@dataclass(frozen=True)
class Project:
    """A project folder with its configuration, and its run."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config" / "config.yaml"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    def command(self, *flags: str) -> list[str]:
        return [
            *(str(BIN / "soilbio"), "run", "--configfile", str(self.config)),
            *("--directory", str(self.folder), "--cores", "2", *flags),
        ]

    def run(self, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*flags),
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
            cwd=ROOT,
            env={**os.environ, **environment},
        )

    def log(self) -> str:
        path = self.results / "logs" / "run.log"
        return path.read_text() if path.exists() else ""


def dataset_bytes(folder: Path) -> dict[str, bytes]:
    """All files of a dataset by relative path; Snakemake's own marks left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".snakemake_timestamp"
    }


@pytest.fixture(scope="session")
def small_reference(tmp_path_factory) -> tuple[Path, Path]:
    """Every n-th sequence of the installed Greengenes, with its lineage."""
    from soilbio.references import locate

    reference = locate("greengenes-13_8")
    folder = tmp_path_factory.mktemp("reference")
    with gzip.open(reference.sequences, "rt") as handle:
        records = handle.read().split(">")[1:]
    chosen = records[:: max(1, len(records) // REFERENCE_SEQUENCES)]
    names = {record.split(None, 1)[0] for record in chosen}
    sequences, lineages = folder / "small.fasta.gz", folder / "small.tsv.gz"
    sequences.write_bytes(gzip.compress("".join(f">{r}" for r in chosen).encode(), 1, mtime=0))
    with gzip.open(reference.lineages, "rt") as handle:
        rows = [line for line in handle if line.split("\t", 1)[0] in names]
    lineages.write_bytes(gzip.compress("".join(rows).encode(), 1, mtime=0))
    return sequences, lineages


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    """Reads of the demo's design, few of them, with their truth."""
    folder = tmp_path_factory.mktemp("simulated") / "reads"
    subprocess.run(
        [
            *(str(BIN / "soilbio"), "simulate", "--out", str(folder), "--pairs", "500"),
            *("--design", str(ROOT / "resources" / "simulate" / "demo.yaml")),
        ],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    return folder


@pytest.fixture
def project(tmp_path, simulated, small_reference) -> Project:
    """The demo project on few reads and a small reference, in a folder of its own."""
    return make_project(tmp_path / "project", simulated, small_reference)


def make_project(
    folder: Path,
    reads: Path,
    reference: tuple[Path, Path],
    *,
    engine: str = "unoise",
    more: str = "",
) -> Project:
    """Copy the demo's sheets and agreement; its reads are linked, so that a test may spoil them."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    local = folder / "reads"
    shutil.copytree(reads, local)
    sheet = (config / "libraries.tsv").read_text()
    (config / "libraries.tsv").write_text(sheet.replace("../demo/reads/", "../reads/"))
    (config / "config.yaml").write_text(
        f"""title: Test soils
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
truth: ../reads/truth.tsv
amplicon: {{engine: {engine}}}
taxonomy:
  reference: small-greengenes
  version: "13_8"
  sequences: {reference[0]}
  lineages: {reference[1]}
diversity: {{groups: [cur_land_use], permutations: 99}}
exports:
  - {{target: dwca, recipient: public, purpose: "DUO:0000042", date: "2026-01-01"}}
{more}"""
    )
    return Project(folder)
