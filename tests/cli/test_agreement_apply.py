"""`soilbio agreement apply`: a new version in the place of a dataset's former one, recorded."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import polars as pl
import pytest
from example_dataset import (
    AGREEMENTS,
    CLOSED,
    EXTRA_COLUMNS,
    PROVENANCE,
    PUBLIC,
    example_dataset,
    example_tables,
)

from soilbio.agreements.signatures import add_signature
from soilbio.cli.main import main
from soilbio.dataset.folder import SHARED
from soilbio.dataset.history import ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset, write_tables

NEW = f"{CLOSED.partition('@')[0]}@3.0"
PARTY = "https://ror.org/0prov0001"


def amended(text: str, *, old: str = CLOSED, version: str = "3.0") -> str:
    """Make the next version of an agreement's text, which lets the public have counts."""
    grant = (
        "{name: opened, recipient: public, purposes: [DUO:0000004],"
        " classes: {counts: allow, method: allow}}"
    )
    lines = [line for line in text.splitlines() if not line.startswith("version:")]
    lines[lines.index("grants: []")] = f"grants: [{grant}]"
    return "\n".join([*lines, f'version: "{version}"', f"amends: {old}", ""])


@pytest.fixture
def dataset(tmp_path) -> Path:
    return example_dataset(tmp_path)


@pytest.fixture
def new(tmp_path) -> Path:
    path = tmp_path / "new.yaml"
    path.write_text(amended(AGREEMENTS[CLOSED]))
    return path


def apply(new: Path, dataset: Path, *options: str) -> int:
    return main(["agreement", "apply", str(new), str(dataset), "--date", "2026-05-01", *options])


def contents(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_every_row_of_the_former_version_names_the_new_one_and_no_other_changes(dataset, new):
    before = {name: table.collect() for name, table in read_dataset(dataset).tables.items()}
    assert apply(new, dataset) == 0
    after = read_dataset(dataset)
    assert set(after.agreements) == {PUBLIC, NEW}
    assert after.agreements[NEW] == new.read_text()
    for name, table in before.items():
        column = "agreement_ids" if "agreement_ids" in table.columns else "agreement_id"
        expected = table.with_columns(pl.col(column).str.replace_all(CLOSED, NEW, literal=True))
        assert after.table(name).equals(expected), name


def test_the_dataset_is_valid_afterwards_and_keeps_its_tree_and_its_making(dataset, new):
    tree = next((dataset / "trees").glob("*.nwk")).read_bytes()
    run = (dataset / "provenance" / "run.json").read_bytes()
    assert apply(new, dataset) == 0
    assert main(["dataset", "validate", str(dataset)]) == 0
    assert next((dataset / "trees").glob("*.nwk")).read_bytes() == tree
    assert (dataset / "provenance" / "run.json").read_bytes() == run


def test_terms_and_what_merged_features_were_made_of_stay_and_bind_the_new_one(tmp_path, new):
    terms = {"recipient": PARTY, "purpose": "DUO:0000042", "date": "2026-01-01", "until": None}
    features = example_tables()["features"].with_columns(pl.lit(CLOSED).alias("agreement_ids"))
    features.write_parquet(tmp_path / "origins.parquet")
    dataset = tmp_path / "held"
    write_dataset(
        *(example_tables(), AGREEMENTS, dataset),
        extra_columns=EXTRA_COLUMNS,
        provenance=PROVENANCE,
        files={
            SHARED: json.dumps([{**terms, "agreements": [CLOSED]}]),
            ORIGINS: tmp_path / "origins.parquet",
            "provenance/imported.json": "{}",
        },
    )
    assert apply(new, dataset) == 0
    assert main(["dataset", "validate", str(dataset)]) == 0
    after = read_dataset(dataset)
    assert after.shared == [{**terms, "agreements": sorted([CLOSED, NEW])}]
    assert set(after.origins.collect()["agreement_ids"]) == {NEW}
    assert (dataset / "provenance" / "imported.json").read_text() == "{}"


def test_what_was_done_and_the_former_text_stay_on_record(dataset, new, tmp_path):
    assert apply(new, dataset) == 0
    third = tmp_path / "third.yaml"
    text = new.read_text().replace('version: "3.0"', 'version: "4.0"')
    third.write_text(text.replace(f"amends: {CLOSED}", f"amends: {NEW}"))
    assert apply(third, dataset) == 0
    history = dataset / "provenance" / "agreements.tsv"
    with history.open(newline="") as handle:
        lines = list(csv.DictReader(handle, delimiter="\t"))
    assert [line["replaces"] for line in lines] == [CLOSED, NEW]
    assert lines[0]["applied"] == "2026-05-01"
    assert lines[0]["samples"] == lines[1]["samples"] == "1"
    former = dataset / "provenance" / "agreements"
    assert (former / f"{CLOSED}.yaml").read_text() == AGREEMENTS[CLOSED]
    assert (former / f"{NEW}.yaml").read_text() == new.read_text()


def test_what_is_decided_afterwards_is_the_new_version(dataset, new, tmp_path):
    export = ["export", "tsv", str(dataset), "--recipient", "public", "--purpose", "DUO:0000042"]
    shared = []
    for name in ("before", "after"):
        assert main([*export, "--date", "2026-05-01", "--out", str(tmp_path / name)]) == 0
        shared.append(pl.read_csv(tmp_path / name / "libraries.tsv", separator="\t").height)
        if name == "before":
            assert apply(new, dataset) == 0
    assert shared[1] == shared[0] + 1


def test_a_trial_says_who_gains_what_and_writes_nothing(dataset, new, capsys):
    before = contents(dataset)
    assert apply(new, dataset, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "counts" in told
    assert "samples 1" in told
    assert contents(dataset) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('version: "3.0"', "version: 2.1.0"), "agreement-immutable"),
        ((f"amends: {CLOSED}", f"amends: {PUBLIC}"), "agreement-not-amending"),
        (
            (f"amends: {CLOSED}", f"amends: {CLOSED.partition('@')[0]}@0.9"),
            "agreement-not-amending",
        ),
        (
            (f"amends: {CLOSED}", "covers: {samples: [other*]}\namends: " + CLOSED),
            "agreement-not-covering",
        ),
    ],
)
def test_what_is_no_new_version_of_a_dataset_s_agreement_is_not_applied(
    change, code, dataset, new, capsys
):
    text = new.read_text()
    assert change[0] in text
    new.write_text(text.replace(*change))
    before = contents(dataset)
    assert apply(new, dataset) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert contents(dataset) == before


def test_a_version_that_is_in_force_already_is_told_so(dataset, new, capsys):
    assert apply(new, dataset) == 0
    assert apply(new, dataset) == 1
    assert "[agreement-in-force]" in capsys.readouterr().err


def test_who_had_to_sign_the_former_version_must_have_signed_the_new_one(tmp_path, capsys):
    keys = [tmp_path / "provider", tmp_path / "stranger"]
    for path in keys:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)]
        subprocess.run(command, check=True)
    public = [path.with_suffix(".pub").read_text().strip() for path in keys]
    head, _, rest = AGREEMENTS[CLOSED].partition("parties:\n")
    party = '  - {{name: Signer, id: "' + PARTY + '", role: provider, key: "{}"}}\n'
    bare = head + "parties:\n{}" + rest.rstrip() + "\n"
    former = bare.replace("{}", party.format(public[0])) + f'signed_by: ["{PARTY}"]\n'
    dataset = example_dataset(tmp_path)
    read = read_dataset(dataset)
    tables = {name: table.collect() for name, table in read.tables.items()}
    texts = {**AGREEMENTS, CLOSED: add_signature(former, PARTY, keys[0])}
    provenance = (dataset / "provenance" / "run.json").read_text()
    write_tables(tables, texts, dataset, extra_columns=read.extra_columns)
    (dataset / "provenance").mkdir()
    (dataset / "provenance" / "run.json").write_text(provenance)

    new = tmp_path / "new.yaml"
    forged = amended(bare.replace("{}", party.format(public[1]))) + f'signed_by: ["{PARTY}"]\n'
    new.write_text(add_signature(forged, PARTY, keys[1]))
    assert apply(new, dataset) == 1
    assert "[amendment-unsigned]" in capsys.readouterr().err

    new.write_text(add_signature(amended(former), PARTY, keys[0]))
    assert apply(new, dataset) == 0
    assert set(read_dataset(dataset).agreements) == {PUBLIC, NEW}


def test_a_dataset_that_does_not_say_how_it_was_made_is_left_alone(dataset, new, capsys):
    (dataset / "provenance" / "run.json").unlink()
    assert apply(new, dataset) == 1
    assert "[provenance-missing]" in capsys.readouterr().err
