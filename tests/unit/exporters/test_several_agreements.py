"""Features of several partners, each under an agreement of its own, as a recipient gets them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from merged_example import PARTY, SAME
from unit.exporters.test_merged_lots import BOUND, SAME_TERMS, SEMI, Library, laboratory

from soilbio.cli.main import main
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules

NAMED: dict[str, tuple[str | None, str | None]] = {SAME: ("Mollis", "Mollis una")}


@pytest.fixture
def merged(tmp_path: Path, request) -> Path:
    folders = []
    for name, tag in (("x", SEMI), ("y", request.param)):
        libraries: dict[str, Library] = {f"{name}-soil": ("", tag, NAMED)}
        folders.append(laboratory(tmp_path / name, libraries))
    harmonise(folders, tmp_path / "m", "genus", read_rules())
    return tmp_path / "m"


ASKED = ("--recipient", PARTY, "--purpose", "DUO:0000042")


def exported(merged: Path) -> tuple[pl.DataFrame, str]:
    """Export for a partner; give the features and DUTIES.txt."""
    out = merged.with_name("out")
    assert main(["export", "tables", str(merged), *ASKED, "--out", str(out)]) == 0
    return pl.read_parquet(next(out.rglob("features.parquet"))), (out / "DUTIES.txt").read_text()


@pytest.mark.parametrize("merged", [BOUND], indirect=True)
def test_what_is_bound_by_one_and_open_by_the_other_is_shared_as_bound(merged, capsys):
    features, duties = exported(merged)
    assert features["genus"].to_list() == ["Mollis"]
    told = f"Rows of several of {BOUND}, {SEMI}: all duties of each hold, and the licence"
    assert f"- {told} CC-BY-4.0 AND LicenseRef-agreement-only." in duties
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("merged", [SAME_TERMS], indirect=True)
def test_why_licences_that_do_not_fit_take_the_names_is_said(merged, capsys):
    features, duties = exported(merged)
    assert features["genus"].to_list() == [None]
    told = "nothing of them but an id is shared (no licence fits all of CC-BY-4.0, CC-BY-SA-4.0)"
    assert told in duties
    assert told in capsys.readouterr().out
    assert main(["export", "tables", str(merged), *ASKED, "--dry-run"]) == 0
    assert told in capsys.readouterr().out
    # A dataset needs the method of the assay that they have in common.
    assert main(["export", "partner", str(merged), *ASKED, "--out", f"{merged}-p"]) == 3
    assert "no licence fits" in capsys.readouterr().err
