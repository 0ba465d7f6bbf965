from __future__ import annotations

import json
from pathlib import Path

import pytest
from example_dataset import CLOSED, PUBLIC, example_dataset

from soilbio.cli.main import main


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return example_dataset(tmp_path)


def export(target: str, dataset: Path, *words: str, recipient: str = "public") -> int:
    request = ["--recipient", recipient, "--purpose", "DUO:0000042", "--date", "2026-01-01"]
    return main(["export", target, str(dataset), *request, *words])


@pytest.mark.parametrize(
    ("target", "files"),
    [
        ("biom", {"16S-V4-515FY-806RB.biom", "ITS2-ITS3-ITS4.biom"}),
        ("dwca", {"dwca.zip", "events.zip"}),
        (
            "tsv",
            {
                "samples.tsv",
                "assays.tsv",
                "libraries.tsv",
                "features.tsv",
                "counts.tsv",
                "measurements.tsv",
                "data-dictionary.tsv",
            },
        ),
    ],
)
def test_each_format_is_written_with_decision_and_duties(target, files, dataset, tmp_path, capsys):
    out = tmp_path / "out"
    assert export(target, dataset, "--out", str(out)) == 0
    assert {path.name for path in out.iterdir()} == {
        *(*files, "decision.json", "DUTIES.txt", "losses.tsv")
    }
    assert capsys.readouterr().out.splitlines()[-1] == str(out)
    assert (tmp_path / "pseudonym.key").stat().st_mode & 0o777 == 0o600


def test_a_dry_run_prints_the_same_table_and_writes_nothing(dataset, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    assert export("tsv", dataset, "--dry-run") == 0
    dry = capsys.readouterr().out
    assert sorted(tmp_path.rglob("*")) == before
    assert export("tsv", dataset, "--out", str(tmp_path / "out")) == 0
    assert capsys.readouterr().out.startswith(dry)
    lines = [" ".join(line.split()) for line in dry.splitlines()]
    assert "location generalise 0.1 0 2 0 4" in lines
    assert "counts 8 2" in lines
    assert lines[lines.index("withhold: identity") + 1].startswith(f"{PUBLIC}, results for")
    assert lines[lines.index("withhold: raw_reads") + 1] == f"no clause of {PUBLIC} permits it"


def test_names_stay_the_same_as_long_as_the_key_does(dataset, tmp_path):
    key = ["--pseudonym-key", str(tmp_path / "my.key")]
    for name in ("one", "two"):
        export("tsv", dataset, "--out", str(tmp_path / name), *key)
    export("tsv", dataset, "--out", str(tmp_path / "three"))
    one, two, three = (
        (tmp_path / name / "samples.tsv").read_bytes() for name in ("one", "two", "three")
    )
    assert one == two != three


def test_a_refusal_leaves_with_3_names_the_clauses_and_writes_nothing(tmp_path, capsys):
    dataset = example_dataset(tmp_path)
    words = ["--recipient", "public", "--purpose", "soil:commercial", "--date", "2026-01-01"]
    out = tmp_path / "out"
    for more in (["--out", str(out)], ["--dry-run"]):
        assert main(["export", "tsv", str(dataset), *words, *more]) == 3
        told = capsys.readouterr()
        assert PUBLIC in told.err
        assert CLOSED in told.err
        assert not told.out
        assert not out.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--recipient", "everybody", "--purpose", "DUO:0000042"], "recipient-unknown"),
        (["--recipient", "public", "--purpose", "research"], "purpose-unknown"),
        (["--recipient", "public", "--purpose", "DUO:0000042", "--date", "May"], "date-form"),
    ],
)
def test_a_request_with_a_mistake_leaves_with_1_and_the_choices(words, code, dataset, capsys):
    out = dataset.parent / "out"
    assert main(["export", "tsv", str(dataset), *words, "--out", str(out)]) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_to_write_is_needed(dataset, capsys):
    assert export("tsv", dataset) == 1
    assert "[export-out]" in capsys.readouterr().err


def test_the_consortium_gets_another_decision(dataset, tmp_path):
    out = tmp_path / "out"
    assert export("dwca", dataset, "--out", str(out), recipient="consortium") == 0
    decision = json.loads((out / "decision.json").read_text(encoding="utf-8"))
    assert decision["recipient"] == "consortium"
    assert decision["values"]["location"]["generalised"] == 0


def test_nothing_is_exported_that_the_ledger_could_not_tell_of(dataset, tmp_path, capsys):
    (tmp_path / "ledger.jsonl").write_text("my notes\n")
    assert export("tsv", dataset, "--out", str(tmp_path / "out")) == 1
    assert "[ledger-changed]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    absent = str(tmp_path / "absent" / "ledger.jsonl")
    assert export("tsv", dataset, "--out", str(tmp_path / "out"), "--ledger", absent) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_each_export_is_a_line_of_the_ledger_and_a_trial_is_none(dataset, tmp_path):
    export("tsv", dataset, "--dry-run")
    assert not (tmp_path / "ledger.jsonl").exists()
    for name in ("one", "two"):
        export("tsv", dataset, "--out", str(tmp_path / name))
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["export", "export"]


@pytest.mark.parametrize("table", ["counts", "features", "samples"])
def test_a_damaged_table_is_no_traceback_wherever_the_damage_is(table, dataset, tmp_path, capsys):
    path = dataset / f"{table}.parquet"
    whole = path.read_bytes()
    for share in range(1, 10):
        damaged = bytearray(whole)
        damaged[len(whole) * share // 10] ^= 0xFF
        path.write_bytes(damaged)
        assert main(["dataset", "validate", str(dataset)]) == 1
        assert export("tsv", dataset, "--dry-run") in (0, 1)
        assert "Traceback" not in capsys.readouterr().err
