from __future__ import annotations

import gzip
import json
from hashlib import md5
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from soilbio.profile.unoise import Settings, denoise


def dna(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def name_of(sequence: str) -> str:
    return md5(sequence.encode()).hexdigest()


def changed(sequence: str, *places: int) -> str:
    turn = dict(zip("ACGT", "CGTA", strict=True))
    return "".join(turn[b] if n in places else b for n, b in enumerate(sequence))


def write_unique(path: Path, sizes: dict[str, int]) -> Path:
    rows = sorted(sizes.items(), key=lambda row: (-row[1], row[0]))
    text = "".join(f">{name_of(s)};size={n}\n{s}\n" for s, n in rows)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


A, B = dna(250, 1), dna(250, 2)
CHIMERA = A[:120] + B[120:]


def result(folder: Path) -> tuple[list[str], dict[tuple[str, str], int]]:
    lines = (folder / "features.fasta").read_text().splitlines()
    counts = pl.read_parquet(folder / "counts.parquet")
    return lines[1::2], {(row[0], row[1]): row[2] for row in counts.rows()}


def test_errors_are_counted_to_their_origin_and_chimeras_to_nobody(tmp_path):
    one = write_unique(tmp_path / "1.gz", {A: 200, B: 90, changed(A, 17): 3, CHIMERA: 20})
    two = write_unique(tmp_path / "2.gz", {B: 50, changed(B, 3, 90): 1})
    denoise({"one": one, "two": two}, Settings(), tmp_path / "out", threads=2)
    sequences, counts = result(tmp_path / "out")
    assert sequences == [A, B]
    assert counts == {
        ("one", name_of(A)): 203,
        ("one", name_of(B)): 90,
        ("two", name_of(B)): 51,
    }
    tracking = (tmp_path / "out" / "tracking.tsv").read_text().splitlines()
    assert tracking[1:] == ["one\t\t313\t293\t", "two\t\t51\t51\t"]


def test_the_number_of_threads_and_the_order_of_libraries_change_no_byte(tmp_path):
    rng = np.random.default_rng(5)
    sequences = [dna(250, n) for n in range(40)]
    files = {
        f"lib{n}": write_unique(
            tmp_path / f"{n}.gz", {s: int(rng.integers(1, 60)) for s in sequences}
        )
        for n in range(3)
    }
    denoise(files, Settings(), tmp_path / "one", threads=1)
    denoise(dict(reversed(files.items())), Settings(), tmp_path / "two", threads=2)
    for name in ("features.fasta", "counts.parquet", "tracking.tsv", "engine.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("sizes", [{}, {A: 1, B: 2}], ids=["no reads", "only rare reads"])
def test_reads_that_make_no_feature_are_a_result(tmp_path, sizes):
    file = write_unique(tmp_path / "a.gz", sizes)
    denoise({"a": file}, Settings(), tmp_path / "out", threads=1)
    assert result(tmp_path / "out") == ([], {})


def test_the_engine_is_recorded_with_its_version_and_settings(tmp_path):
    file = write_unique(tmp_path / "a.gz", {A: 10})
    denoise({"a": file}, Settings(min_size=8), tmp_path / "out", threads=1)
    engine = json.loads((tmp_path / "out" / "engine.json").read_text())
    assert engine["engine"] == "unoise"
    assert engine["engine_version"].startswith("vsearch 2.")
    assert engine["parameters"]["min_size"] == 8
