"""Metagenomes before their profiles: hosts removed, rRNA reads as amplicons, kill and resume."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest

from soilbio.cli.main import main
from soilbio.errors import InputError
from soilbio.metadata.config import read_config
from soilbio.metadata.sheet import read_sheet
from soilbio.profile.screened import to_send
from soilbio.standards.iupac import reverse_complement
from tests.workflow.conftest import ROOT, Project, dataset_bytes, make_project

GENOME_BP, PAIRS, READ_BP = 30_000, 3_000, 120
CONFIG = """
assays:
  soil-wgs:
    library_strategy: WGS
    profilers: [ssu]
shotgun:
  remove:
    - {{name: human, fasta: {0}/host.fa.gz}}
"""


def sequence(seed: int, length: int = GENOME_BP) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


HOST, PHIX = sequence(11), sequence(12, 5_400)


def genes(reference: tuple[Path, Path]) -> list[str]:
    """Take long genes of the reference, without letters that stand for several bases."""
    with gzip.open(reference[0], "rt") as handle:
        records = handle.read().split(">")[1:]
    texts = ["".join(record.split("\n")[1:]) for record in records]
    return [text for text in texts if len(text) > 1350 and not set(text) - set("ACGT")][:4]


def write_library(folder: Path, library: str, shares: dict[str, float]) -> None:
    """Draw pairs of pieces from genomes; mates are called as archives call them."""
    rng = random.Random(library)
    ends: tuple[list[str], list[str]] = ([], [])
    for number, genome in enumerate(rng.choices(list(shares), list(shares.values()), k=PAIRS)):
        start = rng.randrange(len(genome) - 250)
        piece = genome[start : start + 250]
        piece = reverse_complement(piece) if rng.random() < 0.5 else piece
        for end, text in enumerate((piece[:READ_BP], reverse_complement(piece)[:READ_BP])):
            ends[end].append(f"@{library}.{number}\n{text}\n+\n{'I' * READ_BP}\n")
    for end, records in enumerate(ends, start=1):
        path = folder / f"{library}_R{end}.fastq.gz"
        path.write_bytes(gzip.compress("".join(records).encode(), 1, mtime=0))


@pytest.fixture
def hosted(tmp_path, simulated, small_reference, monkeypatch) -> Project:
    """Metagenomes of a soil with a tenth of its reads of a host, and of the host alone."""
    references = tmp_path / "references"
    (references / "phix").mkdir(parents=True)
    packed = gzip.compress(f">NC_001422.1\n{PHIX}\n".encode(), mtime=0)
    (references / "phix" / "genome.fasta.gz").write_bytes(packed)
    monkeypatch.setenv("SOILBIO_REFERENCES", str(references))
    (tmp_path / "host.fa.gz").write_bytes(gzip.compress(f">1\n{HOST}\n".encode(), mtime=0))
    project = make_project(tmp_path / "p", simulated, small_reference, more=CONFIG.format(tmp_path))
    reads = project.folder / "wgs"
    reads.mkdir()
    soil = {
        sequence(20 + n) + gene + sequence(40 + n): 0.2
        for n, gene in enumerate(genes(small_reference))
    }
    write_library(reads, "M1", {**soil, HOST: 0.1, PHIX: 0.1})
    write_library(reads, "M2", {HOST: 1.0})
    sheet = project.folder / "config" / "libraries.tsv"
    lines = sheet.read_text().rstrip("\n").split("\n")
    header = lines[0].split("\t")
    rows = []
    for library, line in zip(("M1", "M2"), lines[1:3], strict=True):
        values = {
            **{"library_id": library, "sample_id": line.split("\t")[1], "assay": "soil-wgs"},
            **{"run": "wgs", "agreement": "soil-demo-open"},
            **{f"fastq_{end}": f"../wgs/{library}_R{end}.fastq.gz" for end in (1, 2)},
        }
        rows.append("\t".join(values.get(name, "") for name in header))
    sheet.write_text("\n".join([lines[0], *rows]) + "\n")
    samples = project.folder / "config" / "samples.tsv"
    samples.write_text("\n".join(samples.read_text().split("\n")[:3]) + "\n")
    config = project.config.read_text().split("\n")
    project.config.write_text("\n".join(one for one in config if not one.startswith("truth:")))
    return project


def codes_of_sending(project: Project) -> set[str]:
    """Say what an archive's records would be refused for; nothing if there are files to send."""
    config = read_config(project.config)
    try:
        sent = to_send(config, read_sheet(config.libraries, config.assays))
    except InputError as error:
        return {problem.code for problem in error.problems}
    assert set(sent) == {"M1"}
    assert str(sent["M1"].fastq_1).startswith(str(project.results))
    return set()


def export_of_reads(project: Project, out: str) -> int:
    """Export the reads to the consortium, after the embargo of the demo's agreement."""
    sheet, dataset = project.folder / "config" / "libraries.tsv", project.results / "dataset"
    asked = ("--recipient", "consortium", "--purpose", "DUO:0000042", "--date", "2028-02-01")
    files = ("--reads", str(sheet), "--out", str(project.folder / out))
    return main(["export", "reads", str(dataset), *asked, *files])


def accounts(project: Project) -> dict[str, dict]:
    folder = project.results / "shotgun" / "clean"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def test_reads_of_hosts_are_counted_and_never_leave_and_rrna_reads_are_named(hosted):
    assert codes_of_sending(hosted) == {"reads-unscreened"}
    hosted.config.write_text(
        hosted.config.read_text().replace("shotgun:", "shotgun:\n  keep_clean: true")
    )
    done = hosted.run()
    assert done.returncode == 0, hosted.log() + done.stderr
    left = accounts(hosted)
    of_m1 = left["M1"]["removed"]
    assert of_m1["human"] == pytest.approx(0.1 * PAIRS, abs=60)
    assert of_m1["phix"] == pytest.approx(0.1 * PAIRS, abs=60)
    assert left["M2"]["status"] == "empty"
    libraries = {
        row["library_id"]: row
        for row in pl.read_parquet(hosted.results / "dataset" / "libraries.parquet").to_dicts()
    }
    own = libraries["M1-ssu"]
    assert own["reads_decontaminated"] == own["reads_filtered"] - sum(of_m1.values())
    assert own["removed_by_genome"] == f"human:{of_m1['human']}|phix:{of_m1['phix']}"
    assert 0.5 < own["community_coverage"] <= 1
    assert libraries["M2-ssu"]["status"] == "empty"
    # Every tenth base of a soil's genome is of its rRNA gene, as these are made.
    counts = pl.read_parquet(hosted.results / "dataset" / "counts.parquet")
    named = counts.filter(library_id="M1-ssu")["count"].sum()
    share = 1380 / (2 * GENOME_BP + 1380)
    assert named == pytest.approx(own["reads_decontaminated"] * share, rel=0.5)
    assay = pl.read_parquet(hosted.results / "dataset" / "assays.parquet").to_dicts()[0]
    assert (assay["classifier"], assay["abundance"]) == ("SINTAX", "marker")
    page = (hosted.results / "report.html").read_text()
    assert "of the community seen" in page
    made = (hosted.results / "dataset" / "provenance" / "run.json").read_text()
    told = {tool["name"]: tool["version"] for tool in json.loads(made)["tools"]}
    assert {"fastp", "minimap2", "vsearch"} <= {*told}
    assert "unknown" not in told.values()
    assert json.loads(made)["parameters"]["shotgun"]["removed_sha256"] == left["M1"]["genomes"]
    assert str(hosted.folder.parent) not in made
    kept = hosted.results / "shotgun" / "clean" / "M1_1.fastq.gz"
    texts = gzip.decompress(kept.read_bytes()).decode().split("\n")[1::4]
    both = (HOST, reverse_complement(HOST), PHIX, reverse_complement(PHIX))
    assert not any(text in genome for text in texts for genome in both)
    assert codes_of_sending(hosted) == set()
    assert export_of_reads(hosted, "out") == 0
    table = pl.read_csv(hosted.folder / "out" / "reads.tsv", separator="\t").to_dicts()
    assert [row["library_id"] for row in table] == ["M1-ssu"]  # nothing is left of M2
    assert table[0]["reads"] == own["reads_decontaminated"]
    sent = gzip.decompress((hosted.folder / "out" / table[0]["file_1"]).read_bytes()).decode()
    assert sent.split("\n")[1::4] == texts
    kept.unlink()
    assert export_of_reads(hosted, "none") == 3
    assert not (hosted.folder / "none").exists()
    other = hosted.config.read_text().replace("name: human", "name: other")
    hosted.config.write_text(other)
    assert codes_of_sending(hosted) == {"reads-unscreened"}


def test_reads_are_kept_by_the_run_after_the_one_that_let_them_go(hosted):
    done = hosted.run("--until", "collect_ssu")
    assert done.returncode == 0, hosted.log() + done.stderr
    assert not list((hosted.results / "shotgun" / "clean").glob("*.fastq.gz"))
    assert codes_of_sending(hosted) == {"reads-unscreened"}
    hosted.config.write_text(
        hosted.config.read_text().replace("shotgun:", "shotgun:\n  keep_clean: true")
    )
    done = hosted.run("--until", "collect_ssu")
    assert done.returncode == 0, hosted.log() + done.stderr
    assert codes_of_sending(hosted) == set()


def test_a_library_that_comes_later_leaves_the_others_as_they_are(hosted):
    sheet = hosted.folder / "config" / "libraries.tsv"
    rows = sheet.read_text()
    *first, last = rows.rstrip("\n").split("\n")
    sheet.write_text("\n".join(first) + "\n")
    done = hosted.run("--until", "collect_ssu")
    assert done.returncode == 0, hosted.log() + done.stderr
    made = [hosted.results / "shotgun" / path for path in ("clean/M1.json", "ssu/M1.tsv")]
    before = [path.stat().st_mtime_ns for path in made]
    assert last.startswith("M2")
    sheet.write_text(rows)
    done = hosted.run("--until", "collect_ssu")
    assert done.returncode == 0, hosted.log() + done.stderr
    assert set(accounts(hosted)) == {"M1", "M2"}
    assert [path.stat().st_mtime_ns for path in made] == before
    # Nor does an assay of amplicons that the same reference names.
    amplicon = (ROOT / "config" / "libraries.tsv").read_text().split("\n")[1]
    sheet.write_text(f"{rows}{amplicon.replace('../demo/reads/', '../reads/')}\n")
    planned = hosted.run("--dry-run")
    assert planned.returncode == 0
    assert "prepare_unoise" in planned.stdout
    assert "cut_reference" in planned.stdout
    assert "clean_shotgun" not in planned.stdout


def test_rrna_reads_have_the_reference_of_16s_amplicons_where_that_of_all_is_another(hosted):
    rows = hosted.config.read_text().split("\n")
    start = rows.index("taxonomy:") + 1
    own, rest = [row.strip() for row in rows[start : start + 4]], rows[start + 4 :]
    other = hosted.folder / "config" / "its"
    other.with_suffix(".fa").write_text(f">a\n{sequence(90, 600)}\n")
    other.with_suffix(".tsv").write_text("a\tk__Fungi;p__Ascomycota\n")
    ours = ["  reference: its", "  sequences: its.fa", "  lineages: its.tsv", "  by_assay:"]
    ours.append(f"    16S-V4-515FY-806RB: {{{', '.join(own)}}}")
    hosted.config.write_text("\n".join([*rows[:start], *ours, *rest]))
    done = hosted.run("--until", "build_dataset")
    assert done.returncode == 0, hosted.log() + done.stderr
    assays = pl.read_parquet(hosted.results / "dataset" / "assays.parquet").to_dicts()
    assert [row["reference"] for row in assays] == ["small-greengenes"]
    libraries = pl.read_parquet(hosted.results / "dataset" / "libraries.parquet")
    assert libraries.filter(library_id="M1-ssu")["status"].to_list() == ["ok"]


def test_a_run_that_was_killed_ends_with_the_same_bytes(hosted, tmp_path):
    whole = Project(tmp_path / "whole")
    shutil.copytree(hosted.folder, whole.folder)
    assert whole.run("--until", "build_dataset").returncode == 0
    running = subprocess.Popen(
        hosted.command("--until", "build_dataset"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    account = hosted.results / "shotgun" / "clean" / "M1_1.fastq.gz"
    deadline = time.monotonic() + 300
    while not account.exists() and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (hosted.results / "dataset").exists()
    done = hosted.run("--until", "build_dataset")
    assert done.returncode == 0, hosted.log() + done.stderr
    names = ("counts.parquet", "features.parquet", "libraries.parquet", "assays.parquet")
    one, two = dataset_bytes(hosted.results / "dataset"), dataset_bytes(whole.results / "dataset")
    assert {name: one[name] for name in names} == {name: two[name] for name in names}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("host.fa.gz", "none.fa.gz", "shotgun-genome"),
        ("profilers: [ssu]", "profilers: [ssu]\n    long_reads: true", "reads-short"),
    ],
)
def test_a_genome_that_is_not_there_and_short_reads_as_long_ones_are_told(hosted, old, new, code):
    hosted.config.write_text(hosted.config.read_text().replace(old, new))
    done = hosted.run()
    assert done.returncode != 0
    assert f"[{code}]" in done.stderr
    assert not (hosted.results / "shotgun").exists()
