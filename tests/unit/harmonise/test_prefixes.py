"""Samples that two datasets call alike are told apart by a prefix, however the datasets came."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from unit.harmonise.test_merge import merge, renamed, write
from unit.harmonise.test_same_samples import laboratory

from soilbio.cli.main import main
from soilbio.dataset.history import HISTORY, LOTS
from soilbio.dataset.read import read_dataset

TO = ("--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-06-01")
OTHER = {"lat_lon": "52.5 5.5", "ph": "4.1"}


def names(folder: str) -> set[str]:
    return set(read_dataset(Path(folder)).table("samples")["sample_id"])


def test_two_soils_of_one_pseudonym_are_told_apart(tmp_path):
    laboratory(tmp_path / "a", "")
    laboratory(tmp_path / "b", "", **OTHER)
    for one in "ab":
        words = [
            "export",
            "partner",
            str(tmp_path / one),
            *TO,
            "--out",
            str(tmp_path / f"to {one}"),
        ]
        assert main(words) in (0, None)
    one, other = (str(tmp_path / f"to {name}" / "dataset") for name in "ab")
    words = ["harmonise", one, other, "--out", str(tmp_path / "c")]
    assert main(words) == 1
    assert main([*words, "--prefix", f"{other}=b-"]) == 0
    assert names(f"{tmp_path}/c") == names(one) | {f"b-{name}" for name in names(other)}
    assert main(["dataset", "validate", str(tmp_path / "c")]) == 0


def test_what_was_merged_before_is_renamed_whole(tmp_path):
    folders = [write(tmp_path / name, renamed(f"{name} ")) for name in "ab"]
    merge(folders, tmp_path / "first")
    merge([write(tmp_path / "c", renamed("c ")), tmp_path / "first"], tmp_path / "plain")
    words = ["harmonise", str(tmp_path / "c"), str(tmp_path / "first")]
    words += ["--prefix", f"{tmp_path / 'first'}=z-", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    history = json.loads((tmp_path / "out" / HISTORY).read_text())
    libraries = set(read_dataset(tmp_path / "out").table("libraries")["library_id"])
    for what in ("libraries", LOTS):
        assert {one for own in history[what].values() for one in own} == libraries
    assert {one[:4] for one in libraries} >= {"z-a ", "z-b "}


@pytest.mark.parametrize(
    ("prefix", "code"),
    [("b", "harmonise-prefix"), ("elsewhere=b-", "harmonise-prefix"), ("b=b /", "id-format")],
)
def test_what_is_no_prefix_is_told(tmp_path, monkeypatch, capsys, prefix, code):
    for name in "ab":
        write(tmp_path / name, renamed(name))
    monkeypatch.chdir(tmp_path)
    assert main(["harmonise", "a", "b", "--prefix", prefix, "--out", "c"]) == 1
    assert f"[{code}]" in capsys.readouterr().err
