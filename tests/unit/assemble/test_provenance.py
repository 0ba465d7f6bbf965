"""What a dataset says of its making."""

from __future__ import annotations

import json

import polars as pl
import pytest

from soilbio.assemble import provenance
from soilbio.metadata.assays import Assay
from soilbio.metadata.config import read_config
from soilbio.report.methods import _truncated

CONFIG = """title: t
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
assays:
  short: {library_strategy: WGS, profilers: [kraken2, ssu]}
  long: {library_strategy: WGS, long_reads: true, profilers: [kraken2]}
shotgun:
  kraken2_database: databases/k2
  remove: [{name: human, fasta: hosts/human.fa.gz}]
"""
TRUNCATION = {"V4": {"run1": (255, 235), "run2": (240, 0)}, "ITS": {}}
METHODS = {
    "short-kraken2": ("kraken2", "kraken2 2.1.2", False),
    "short-ssu": ("ssu", "minimap2 2.24-r1122", False),
    "long-kraken2": ("kraken2", "kraken2 2.1.2", True),
}


def made(tmp_path, monkeypatch, assays, genomes):
    monkeypatch.setattr(provenance, "tool_version", lambda command: f"of {command[0]}")
    (tmp_path / "config.yaml").write_text(CONFIG)
    project = read_config(tmp_path / "config.yaml")
    rows = []
    for name in assays:
        engine, version, is_long = METHODS[name]
        project.assays[name] = Assay(name, library_strategy="WGS", long_reads=is_long)
        told = {"assay_id": name, "engine": engine, "engine_version": version}
        told |= {"library_strategy": "WGS", "reference": "k", "reference_version": "1"}
        rows.append({**told, "reference_sha256": "0" * 64})
    return provenance.provenance_of(
        *(project, {}, pl.DataFrame(rows)), genomes=genomes, truncation=TRUNCATION
    )


@pytest.mark.parametrize(
    ("assays", "genomes", "tools"),
    [
        (["short-kraken2"], {}, {"fastp", "kraken2"}),
        (["short-kraken2"], {"phix": "1" * 64}, {"fastp", "kraken2", "minimap2"}),
        (["long-kraken2"], {}, {"cutadapt", "kraken2"}),
        (["short-ssu"], {}, {"fastp", "minimap2", "vsearch"}),
    ],
)
def test_every_tool_that_metagenomes_went_through_is_told(
    tmp_path, monkeypatch, assays, genomes, tools
):
    found = made(tmp_path, monkeypatch, assays, genomes)["tools"]
    assert {tool["name"] for tool in found} - {"soilbio"} == tools


def test_genomes_are_told_by_their_checksums_and_files_without_folders(tmp_path, monkeypatch):
    found = made(tmp_path, monkeypatch, ["short-kraken2"], {"human": "2" * 64})
    told = found["parameters"]["shotgun"]
    assert told["remove"] == [{"name": "human", "fasta": "human.fa.gz"}]
    assert told["removed_sha256"] == {"human": "2" * 64}
    assert str(tmp_path) not in json.dumps(found)


def test_the_lengths_that_reads_were_cut_to_are_told_and_stand_in_the_methods(
    tmp_path, monkeypatch
):
    found = made(tmp_path, monkeypatch, ["short-kraken2"], {})
    told = found["parameters"]["truncation_bp"]
    assert told == {"V4": {"run1": [255, 235], "run2": [240, 0]}}
    assert _truncated(found) == (
        "Reads of V4 were cut at 255 and 235 bases (run1)."
        " Reads of V4 were cut at 240 bases (run2)."
    )
    assert _truncated({}) == ""
