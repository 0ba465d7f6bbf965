"""Which settings of a configuration a report lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.metadata.config import read_config
from soilbio.report.gather import _from_here, _settings

CONFIG = """title: t
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
shotgun:
  kraken2_database: databases/k2
  remove: [{name: human, fasta: hosts/human.fa.gz}]
"""
AMPLICON = {"library_strategy": "AMPLICON", "engine": "unoise"}
KRAKEN2 = {"library_strategy": "WGS", "engine": "kraken2"}


@pytest.mark.parametrize(
    ("assays", "parts"),
    [
        ((AMPLICON,), {"amplicon", "tree"}),
        ((KRAKEN2,), {"shotgun"}),
        ((AMPLICON, KRAKEN2), {"amplicon", "tree", "shotgun"}),
    ],
)
def test_settings_are_of_what_ran(tmp_path, assays, parts):
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    told = _settings(read_config(path), assays)
    assert {*told} - {"taxonomy", "diversity"} == parts
    if "shotgun" in parts:
        own = told["shotgun"]
        assert own["remove"] == [{"name": "human", "fasta": "human.fa.gz"}]
        assert (own["remove_min_aligned"], own["kraken2_database"]) == (0.5, "k2")
        assert not [name for name in own if name.startswith(("sylph", "sourmash"))]


def test_a_page_says_paths_from_the_folder_of_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _from_here(tmp_path / "config" / "c.yaml") == "config/c.yaml"
    assert _from_here(Path("/elsewhere/c.yaml")) == "/elsewhere/c.yaml"
    assert _from_here(None) == ""
