"""`make demo-shotgun` in small: the same design, sheets and settings, few reads, tiny genomes."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
import yaml

from tests.conftest import ROOT
from tests.workflow.conftest import BIN, Project

BUILT = ("kraken2", "sylph", "sourmash")
ENGINES = (*BUILT, "bracken")
OPTIONS = {
    "kraken2": ["--no-masking", "--read-length-bp", "150"],
    "sylph": ["--scaled", "5"],
    "sourmash": ["--scaled", "10"],
}


def soilbio(*words: object) -> None:
    subprocess.run(
        [str(BIN / "soilbio"), *map(str, words)], check=True, capture_output=True, cwd=ROOT
    )


@pytest.fixture
def demo(tmp_path, small_reference) -> Project:
    """The demo's folders as `make demo-shotgun` makes them."""
    folder = tmp_path / "demo-shotgun"
    design = yaml.safe_load((ROOT / "resources" / "simulate" / "demo-shotgun.yaml").read_text())
    design["metagenomes"] |= {
        "pairs": 2_500,
        "made_up": {"min_length_bp": 15_000, "max_length_bp": 30_000},
    }
    folder.mkdir()
    (folder / "design.yaml").write_text(yaml.safe_dump(design))
    soilbio(
        *("simulate", "--design", folder / "design.yaml", "--out", folder / "reads"),
        *("--pairs", "400"),
    )
    genomes = folder / "reads" / "database"
    for engine in BUILT:
        soilbio(
            *("reference", "build", "--for", engine, "--genomes", genomes / "genomes"),
            *("--lineages", genomes / "lineages.tsv", *OPTIONS[engine]),
            *("--out", folder / "databases" / engine),
        )
    shutil.copytree(ROOT / "config" / "agreements", folder / "agreements")
    shutil.copytree(ROOT / "config" / "shotgun", folder / "config")
    for path in (folder / "config").iterdir():
        path.write_text(path.read_text().replace("../../demo-shotgun/", "../"))
    project = Project(folder)
    config = yaml.safe_load(project.config.read_text())
    config["shotgun"] |= {"sourmash_scaled": 10, "sourmash_threshold_bp": 1000}
    config["taxonomy"] = {
        **{"reference": "small", "version": "1"},
        **{"sequences": str(small_reference[0]), "lineages": str(small_reference[1])},
    }
    project.config.write_text(yaml.safe_dump(config))
    return project


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_amplicons_and_metagenomes_of_one_mock_end_in_one_dataset_and_report(demo):
    done = demo.run()
    assert done.returncode == 0, demo.log() + done.stderr
    libraries = pl.read_parquet(demo.results / "dataset" / "libraries.parquet")
    of_sample = libraries.filter(pl.col("sample_id") == "arable-1")["library_id"]
    assert {"A1", *(f"A1-wgs-{engine}" for engine in ENGINES)} <= set(of_sample)
    assert set(libraries["status"]) == {"ok"}
    scores = {(row["engine"], row["rank"]): row for row in means(demo)}
    for engine in ENGINES:
        assert float(scores[engine, "species"]["f1"]) > 0.8, engine
        unknown = float(scores[engine, "species"]["unclassified_true"])
        assert 0.15 < unknown < 0.6
        # sylph estimates it from the identity of what it found.
        margin = 0.2 if engine == "sylph" else 0.12
        found = float(scores[engine, "species"]["unclassified_found"])
        assert found == pytest.approx(unknown, abs=margin), engine
    assert float(scores["combined", "species"]["f1"]) > 0.8
    scored = {row["library_id"] for row in rows(demo.results / "score" / "composition.tsv")}
    assert {"MOCK", "MOCK-wgs-kraken2"} <= scored
    report = (demo.results / "report.html").read_text(encoding="utf-8")
    assert "Engines against the truth" in report
    assert ">combined<" in report
    again = demo.run()
    assert again.returncode == 0
    assert "Nothing to do" in again.stderr


def means(demo: Project) -> list[dict[str, str]]:
    return rows(demo.results / "score" / "profiles-overall.tsv")
