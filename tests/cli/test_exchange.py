"""docs/exchange.md, command by command, between two folders that play two institutes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from example_dataset import EXTRA_COLUMNS, PROVENANCE, example_tables

from soilbio.agreements.templates import fill
from soilbio.dataset.write import write_dataset
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "exchange.md").read_text(encoding="utf-8")
A = "https://ror.org/00000aa11"


def commands() -> list[tuple[str, int]]:
    """List the commands with the exit code that each is to have."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    found = []
    for line in lines:
        command, _, code = line.partition(" # exit ")
        found.append((command, int(code or 0)))
    return found


def dataset(name: str, template: str, folder: Path) -> None:
    """Write a dataset of A under one of the models; the names in it are its own."""
    values = {
        **{"id": name, "contact": "data@a.example", "provider": "Institute A"},
        **{"provider_id": A, "consortium": "Soil consortium", "embargo": "2028-01-01"},
        "title": {"north": "Northern soils", "south": "Southern farms"}[name],
    }
    agreement = f"{name}@1.0"
    tables = example_tables()
    own = {"samples": ["sample_id"], "measurements": ["subject"]}
    own |= {"libraries": ["sample_id", "library_id"], "counts": ["library_id"]}
    for table, columns in own.items():
        tables[table] = tables[table].with_columns(
            (pl.lit(f"{name} ") + pl.col(one)).alias(one) for one in columns
        )
    for table, frame in tables.items():
        column = "agreement_id" if "agreement_id" in frame.columns else "agreement_ids"
        tables[table] = frame.with_columns(pl.lit(agreement).alias(column))
    text = fill(template, values)
    write_dataset(
        tables, {agreement: text}, folder, extra_columns=EXTRA_COLUMNS, provenance=PROVENANCE
    )


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> dict[str, str]:
    """Run the commands in order; return what each printed."""
    folder = tmp_path_factory.mktemp("exchange")
    for name in ("a", "b"):
        (folder / name).mkdir()
    dataset("north", "consortium-embargo", folder / "a" / "north")
    dataset("south", "location-generalised", folder / "a" / "south")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = {}
    for command, code in commands():
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        told[command] = done.stdout + done.stderr
    told["folder"] = str(folder)
    return told


def said(walked: dict[str, str], *words: str) -> str:
    (found,) = [text for command, text in walked.items() if all(w in command for w in words)]
    return " ".join(found.split())


def test_the_walk_through_is_true(walked):
    assert len(walked) - 1 == len(commands()) > 25


def test_the_refusals_name_the_clause_and_the_terms(walked):
    refused = said(walked, "b/north/dataset", "2028-07-01")
    quoted = " ".join(TEXT.partition("```\nRefused")[2].partition("```")[0].split())
    assert f"Refused{quoted}" in refused
    assert "no clause of north@1.0 permits it" in said(walked, "b/north/dataset", "2026-07-01")
    assert "The package is for consortium, not for https://ror.org/00000cc33" in said(
        walked, "--as https://ror.org/00000cc33"
    )
    assert "[package-key]" in said(walked, "verify", "--key a/id_ed25519")
    assert "commercial use" in said(walked, "b/sold")


def test_only_the_southern_rows_leave_and_their_places_are_coarse(walked):
    public = Path(walked["folder"]) / "b" / "public"
    samples = pl.read_csv(public / "samples.tsv", separator="\t", infer_schema=False)
    assert set(samples["agreement_id"]) == {"south@1.0"}
    places = {place for place in samples["lat_lon"] if place}
    assert all(re.fullmatch(r"-?\d+\.5 -?\d+\.5", place) for place in places), places
    text = "".join(path.read_text(encoding="utf-8") for path in public.glob("*.tsv"))
    for secret in ("north soil", "Huber-Hof", "48.1", "Freising"):
        assert secret not in text


def test_the_ledgers_say_who_has_what(walked):
    shown = said(walked, "ledger show", "a/ledger")
    assert shown.count(" export consortium ") == shown.count(" seal consortium ") == 2
    assert "1 hold something of a/north" in said(walked, "ledger recall")
    assert "attribution: Credit: Institute A, Northern soils" in said(walked, "ledger due")
    assert said(walked, "ledger show", "b/ledger").count("receive https://ror.org/00000aa11") == 2
