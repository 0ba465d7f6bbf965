"""What may not leave is told with what helps: each reason has its own remedy."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.metadata.config import read_config
from soilbio.metadata.sheet import Library
from soilbio.profile.clean import Account
from soilbio.profile.contaminants import Rule
from soilbio.profile.screened import to_send
from soilbio.references.manifest import sha256_of


@pytest.mark.parametrize(
    ("status", "genomes", "fix"),
    [
        ("failed", "same", "take its row out of the sheet"),
        ("failed", "none", "take its row out of the sheet"),
        ("ok", "none", "keep_clean: true"),
        ("ok", "same", "keep_clean: true"),
    ],
)
def test_the_remedy_is_of_the_reason(tmp_path, monkeypatch, status, genomes, fix):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "none"))
    host = tmp_path / "host.fa"
    host.write_text(">h\nACGT\n")
    (tmp_path / "config.yaml").write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "assays: {w: {library_strategy: WGS, profilers: [ssu]}}\n"
        "shotgun: {remove_phix: false, remove: [{name: host, fasta: host.fa}]}\n"
    )
    project = read_config(tmp_path / "config.yaml")
    asked = project.shotgun
    account = Account(
        "L1",
        status=status,
        status_reason="cannot be read: 2 forward reads and 1 reverse ones",
        genomes={"host": sha256_of(host)} if genomes == "same" else {},
        rule=Rule(asked["remove_min_aligned"], asked["remove_min_identity"]).record(),
    )
    folder = tmp_path / "results" / "shotgun" / "clean"
    folder.mkdir(parents=True)
    (folder / "L1.json").write_text(json.dumps(asdict(account)))
    library = Library("L1", "S1", "w", "r", Path("1.fq"), Path("2.fq"), "", "", "a", 2)
    with pytest.raises(InputError) as caught:
        to_send(project, {"L1": library})
    (problem,) = caught.value.problems
    assert problem.code == "reads-unscreened"
    assert fix in problem.fix
    assert ("forward reads" in problem.found) == (status == "failed")
