"""Small projects with made-up reads, sound unless a test spoils them."""

from __future__ import annotations

import gzip
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

FORWARD, REVERSE = "GTGCCAGCAGCCGCGGTAA", "GGACTACAAGGGTATCTAAT"
ASSAY = "16S-V4-515FY-806RB"
AGREEMENT = "soil-demo-open@1.0"


def fastq(
    begin: str, *, count: int = 40, length_bp: int = 200, name: str = "read", seed: str = ""
) -> bytes:
    """FASTQ records that begin with some bases; the same for the same arguments."""
    rng = random.Random(begin + seed)
    return "".join(
        f"@{name}{n} 1:N:0:1\n{(begin + ''.join(rng.choices('ACGT', k=length_bp)))[:length_bp]}\n"
        f"+\n{'I' * (length_bp - 1)}H\n"
        for n in range(count)
    ).encode()


def write_gzip(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, 1, mtime=0))


@dataclass(frozen=True)
class Project:
    """A project's folder: `config/` and `reads/`."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config" / "config.yaml"

    @property
    def sheet(self) -> Path:
        return self.folder / "config" / "libraries.tsv"

    @property
    def samples(self) -> Path:
        return self.folder / "config" / "samples.tsv"

    def reads(self, library: str, end: int) -> Path:
        return self.folder / "reads" / f"{library}_R{end}.fastq.gz"

    def change(self, path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


def make_project(folder: Path) -> Project:
    """Two soils and a blank, paired reads with the primers of V4."""
    project = Project(folder)
    (folder / "reads").mkdir(parents=True)
    for library in ("L1", "L2", "NTC"):
        for end, primer in ((1, FORWARD), (2, REVERSE)):
            write_gzip(project.reads(library, end), fastq(primer, seed=library))
    rows = [
        "library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\taccession\tcontrol_type\tagreement",
        *(
            f"{name}\tS-{name}\t{ASSAY}\trun1\t../reads/{name}_R1.fastq.gz"
            f"\t../reads/{name}_R2.fastq.gz\t\t{'pcr_blank' if name == 'NTC' else ''}\t{AGREEMENT}"
            for name in ("L1", "L2", "NTC")
        ),
    ]
    samples = [
        "sample_id\tlat_lon\tgeo_loc_name\tcollection_date\tph\tdepth\tcur_land_use",
        "S-L1\t48.1364 11.2871\tGermany: Bavaria, Eichmoos\t2024-04-16\t6.5\t0-0.2\tmeadows",
        "S-L2\t48.1365 11.2872\tGermany: Bavaria, Eichmoos\t2024-04-16\t6.6\t0-0.2\trow crops",
    ]
    config = folder / "config"
    (config / "agreements").mkdir(parents=True)
    agreement = "soil-demo-open-1.0.yaml"
    shutil.copy(ROOT / "config" / "agreements" / agreement, config / "agreements" / agreement)
    project.sheet.write_text("\n".join(rows) + "\n")
    project.samples.write_text("\n".join(samples) + "\n")
    project.config.write_text(
        "libraries: libraries.tsv\nsamples: samples.tsv\nagreements: agreements\n"
    )
    return project


@pytest.fixture
def project(tmp_path) -> Project:
    return make_project(tmp_path / "project")
