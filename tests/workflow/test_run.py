from __future__ import annotations

import csv
import gzip
import os
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from soilbio.dataset.read import read_dataset
from soilbio.report.methods import methods_of
from soilbio.transfer.ledger import NAME
from tests.workflow.conftest import dataset_bytes, make_project

OTHER = "16S-V4-515F-806R"


@pytest.mark.parametrize("engine", ["unoise", "dada2"])
def test_reads_become_a_dataset_its_exports_and_a_report(
    tmp_path, simulated, small_reference, engine
):
    project = make_project(tmp_path / "p", simulated, small_reference, engine=engine)
    first = project.run()
    assert first.returncode == 0, project.log() + first.stderr
    assert "Libraries: " in first.stdout
    libraries = pl.read_parquet(project.results / "dataset" / "libraries.parquet")
    assert libraries.height == 8
    assert libraries["agreement_id"].unique().to_list() == ["soil-demo-open@1.0"]
    assert (libraries["reads_raw"] >= libraries["reads_nonchimeric"]).all()
    counts = pl.read_parquet(project.results / "dataset" / "counts.parquet")
    by_library = dict(counts.group_by("library_id").agg(pl.col("count").sum()).rows())
    for row in libraries.iter_rows(named=True):
        assert row["reads_nonchimeric"] == by_library.get(row["library_id"], 0)
    assert (project.results / "report.html").stat().st_size > 100_000
    methods = methods_of(read_dataset(project.results / "dataset"))
    assert "which ran cutadapt" in methods
    assert "doi:10.14806/ej.17.1.200" in methods
    assert (project.results / "exports" / "0-dwca-public" / "decision.json").exists()
    with (project.results / "score" / "score.tsv").open() as handle:
        scores = list(csv.DictReader(handle, delimiter="\t"))
    assert scores
    assert all(float(row["precision"]) > 0.8 for row in scores if row["library_id"] != "BLANK")

    before = dataset_bytes(project.results / "dataset")
    second = project.run()
    assert second.returncode == 0
    assert "Nothing to do" in second.stderr
    assert dataset_bytes(project.results / "dataset") == before


def test_two_projects_with_the_same_input_have_the_same_dataset(
    tmp_path, simulated, small_reference
):
    one = make_project(tmp_path / "one", simulated, small_reference)
    two = make_project(tmp_path / "two's & more, {} or {1", simulated, small_reference)
    for project in (one, two):
        # Snakemake has a meaning of its own for words in braces.
        text = project.config.read_text().replace("Test soils", "Soils of {this}")
        project.config.write_text(text)
    assert one.run("--until", "build_dataset").returncode == 0
    assert two.run("--until", "build_dataset", "--cores", "1").returncode == 0
    first, second = (dataset_bytes(p.results / "dataset") for p in (one, two))
    assert first == second
    assert len(first) > 10


def test_a_wrong_configuration_is_named_before_anything_starts(project):
    project.config.write_text(project.config.read_text().replace("title:", "titel:"))
    done = project.run()
    assert done.returncode == 1
    assert "titel" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.results / "profile").exists()


@pytest.mark.parametrize(
    "flags",
    [("--bogus",), ("--cores", "x"), ("--profile", "nowhere"), ("--bogus", "--dry-run")],
)
def test_a_flag_that_snakemake_does_not_take_is_a_wrong_command(project, flags):
    done = project.run(*flags)
    assert done.returncode == 2
    assert flags[0].lstrip("-") in done.stderr
    assert "Libraries:" not in done.stdout


def test_plain_snakemake_names_a_wrong_sheet_too(project):
    sheet = project.folder / "config" / "libraries.tsv"
    sheet.write_text(sheet.read_text().replace("extraction_blank", "nonsense"))
    words = project.command()
    snakemake = [str(Path(words[0]).with_name("snakemake")), "--cores", "1"]
    import subprocess

    done = subprocess.run(
        [*snakemake, "--configfile", str(project.config), "--directory", str(project.folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=words[0].rpartition("/.venv")[0] or None,
    )
    assert done.returncode == 1
    assert "Nothing was run." in done.stderr
    assert "nonsense" in done.stderr


def test_a_missing_tool_is_named_with_both_ways_to_install_it(project, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "sh", "env", "python3", "fastp", "mafft", "fasttree", "Rscript"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    done = project.run(PATH=os.fspath(tools))
    told = done.stderr + project.log()
    assert done.returncode == 1
    assert "apt-get install vsearch" in told
    assert "--sdm conda" in told
    assert not (project.results / "profile").exists()


def test_a_changed_parameter_reruns_what_depends_on_it_and_no_more(project):
    assert project.run("--until", "denoise_unoise").returncode == 0
    text = project.config.read_text()
    project.config.write_text(text.replace("{engine: unoise}", "{engine: unoise, min_size: 8}"))
    done = project.run("--until", "denoise_unoise", "--dry-run")
    assert done.returncode == 0
    log = project.log()
    assert "rule denoise_unoise" in log
    assert "rule prepare_unoise" in log  # its unique sequences were temporary
    assert "rule choose_truncation" not in log


def test_each_assay_is_named_by_its_own_reference(project, small_reference):
    sequences, lineages = small_reference
    changed = project.folder / "changed.tsv.gz"
    with gzip.open(lineages, "rt") as handle:
        changed.write_bytes(gzip.compress(handle.read().replace("g__", "g__X").encode(), mtime=0))
    sheet = project.folder / "config" / "libraries.tsv"
    header, *rows = sheet.read_text().rstrip("\n").split("\n")
    other = [row.replace("16S-V4-515FY-806RB", OTHER) for row in rows[:3]]
    sheet.write_text("\n".join([header, *other, *rows[3:]]) + "\n")
    own = f"{{reference: mine, version: 2, sequences: {sequences}, lineages: {changed}}}"
    config = project.config.read_text().replace("truth: ../reads/truth.tsv\n", "")
    of_assay = f"taxonomy:\n  by_assay:\n    {OTHER}: {own}\n"
    project.config.write_text(config.replace("taxonomy:\n", of_assay))
    done = project.run("--until", "build_dataset")
    assert done.returncode == 0, project.log() + done.stderr
    dataset = read_dataset(project.results / "dataset")
    named = {
        row["assay_id"]: (row["reference"], row["reference_version"])
        for row in dataset.table("assays").to_dicts()
    }
    assert named == {"16S-V4-515FY-806RB": ("small-greengenes", "13_8"), OTHER: ("mine", "2")}
    libraries = dataset.table("counts").join(dataset.table("libraries"), on="library_id")
    genera = libraries.join(dataset.table("features"), on="feature_id").drop_nulls("genus")
    begins = {
        assay: set(rows["verbatim_lineage"].str.contains("g:X|g__X"))
        for (assay,), rows in genera.group_by("assay_id")
    }
    assert begins[OTHER] == {True}


def test_what_is_no_longer_asked_for_is_in_no_result_and_a_changed_reference_is_read(project):
    lineages = project.folder / "own.tsv.gz"
    text = project.config.read_text()
    place = re.search(r"lineages: (.*)", text).group(1)
    shutil.copy(place, lineages)
    text = text.replace(place, str(lineages))
    project.config.write_text(text)
    assert project.run().returncode == 0, project.log()
    report = project.results / "report.html"
    assert "Scores against the truth" in report.read_text(encoding="utf-8")
    # Another export leaves the dataset and the other exports what they are.
    ledger = (project.results / NAME).read_text().splitlines()
    written = (project.results / "dataset" / "datapackage.json").stat().st_mtime_ns
    more = '  - {target: tables, recipient: public, purpose: "DUO:0000042", date: "2026-01-01"}\n'
    project.config.write_text(f"# Edited.\n{text}{more}")
    assert project.run().returncode == 0, project.log()
    assert (project.results / "dataset" / "datapackage.json").stat().st_mtime_ns == written
    assert (project.results / "exports" / "1-tables-public" / "decision.json").exists()
    lines = (project.results / NAME).read_text().splitlines()
    assert (lines[:-1], len(lines)) == (ledger, len(ledger) + 1)
    names = gzip.decompress(lineages.read_bytes()).replace(
        b"p__Acidobacteria", b"p__Madeupobacteria"
    )
    lineages.write_bytes(gzip.compress(names, 1, mtime=0))
    os.utime(lineages, (10**9, 10**9))  # older than what was made of the former
    text = re.sub(r"truth: .*\n", "", text)
    project.config.write_text(text[: text.index("exports:")] + "tree: {build: false}\n")
    done = project.run()
    assert done.returncode == 0, project.log()
    assert "Export:" not in done.stdout
    assert "0-dwca-public" in done.stderr
    dataset = project.results / "dataset"
    assert "Madeupobacteria" in (dataset / "views" / "features.tsv").read_text(encoding="utf-8")
    assert not (dataset / "trees").exists()
    page = report.read_text(encoding="utf-8")
    assert "Scores against the truth" not in page
    assert "FastTree" not in page
