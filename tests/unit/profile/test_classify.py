from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from soilbio.profile import classify as module
from soilbio.profile.classify import Database, classify


def dna(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


SEQUENCES = {f"ref{n}": dna(300, n) for n in range(12)}


@pytest.fixture
def database(tmp_path) -> Database:
    path = tmp_path / "reference.fasta"
    path.write_text(
        "".join(
            f">{name};tax=d:Bacteria,p:Phylum{n % 3},g:Genus{n};\n{sequence}\n"
            for n, (name, sequence) in enumerate(SEQUENCES.items())
        )
    )
    return Database(path, "tiny", "1", "0" * 64)


def write_features(path: Path, sequences: dict[str, str]) -> Path:
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in sequences.items()))
    return path


def test_features_get_the_lineage_of_what_they_are(tmp_path, database):
    features = write_features(tmp_path / "f.fasta", {"a": SEQUENCES["ref5"], "b": dna(300, 99)})
    classify(features, database, 0.8, tmp_path / "out", threads=1)
    rows = [line.split("\t") for line in (tmp_path / "out" / "sintax.tsv").read_text().splitlines()]
    assert [row[0] for row in rows] == ["a", "b"]
    assert rows[0][3] == "d:Bacteria,p:Phylum2,g:Genus5"
    assert "Genus" not in (rows[1][3] if len(rows[1]) > 3 else "")
    record = json.loads((tmp_path / "out" / "classifier.json").read_text())
    assert record["reference"] == "tiny"
    assert record["confidence_cutoff"] == 0.8


def test_the_number_of_threads_changes_no_byte(tmp_path, database, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 3)
    features = write_features(tmp_path / "f.fasta", {f"x{n}": dna(300, n) for n in range(11)})
    classify(features, database, 0.8, tmp_path / "one", threads=1)
    classify(features, database, 0.8, tmp_path / "two", threads=4)
    one, two = ((tmp_path / name / "sintax.tsv").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.count(b"\n") == 11


def test_no_features_are_no_lineages(tmp_path, database):
    features = write_features(tmp_path / "f.fasta", {})
    classify(features, database, 0.8, tmp_path / "out", threads=2)
    assert (tmp_path / "out" / "sintax.tsv").read_text() == ""
