"""Databases that were cut short, by a full disk or on their way, are known."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.references.own import OwnDatabase, add_database
from soilbio.references.versions import check_version, check_whole


@pytest.fixture
def kraken2(tmp_path) -> Path:
    """The files of a small Kraken2 database, as far as their heads tell of them."""
    folder = tmp_path / "k2"
    folder.mkdir()
    (folder / "hash.k2d").write_bytes(struct.pack("<4Q", 1000, 10, 16, 16) + b"\0" * 4000)
    (folder / "taxo.k2d").write_bytes(b"K2TAXDAT" + struct.pack("<3Q", 3, 20, 10) + b"\1" * 198)
    (folder / "opts.k2d").write_bytes(struct.pack("<8Q", 35, 31, 1, 1, 1, 0, 1, 0))
    return folder


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *(("hash.k2d", size) for size in (4000, 8)),
        *(("taxo.k2d", size) for size in (229, 20, 0)),
        *(("opts.k2d", size) for size in (0, 39)),
    ],
)
def test_a_kraken2_database_of_which_a_file_is_cut_is_refused(kraken2, name, size):
    check_version("kraken2", kraken2, 31)
    with (kraken2 / name).open("r+b") as handle:
        handle.truncate(size)
    with pytest.raises(InputError) as caught:
        check_version("kraken2", kraken2, 31)
    assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]
    assert name in caught.value.problems[0].found


def test_options_of_nothing_are_refused(kraken2):
    (kraken2 / "opts.k2d").write_bytes(b"\0" * 64)
    with pytest.raises(InputError, match=r"opts\.k2d"):
        check_version("kraken2", kraken2, 31)


@pytest.fixture(scope="module")
def sketches(tmp_path_factory) -> Path:
    import pysylph

    path = tmp_path_factory.mktemp("sylph") / "made.syldb"
    sketcher = pysylph.Sketcher(c=100, k=31)
    genomes = ["".join(random.Random(seed).choices("ACGT", k=20_000)) for seed in (1, 2, 3)]
    made = [sketcher.sketch_genome(f"g{n}", [bases.encode()]) for n, bases in enumerate(genomes)]
    pysylph.Database(made).dump(str(path))
    return path


def test_whole_sketches_are_taken(sketches):
    check_whole("sylph", sketches)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_sketches_that_are_cut_are_not_added(tmp_path, sketches, share):
    data = sketches.read_bytes()
    cut = tmp_path / "cut.syldb"
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError) as caught:
        add_database(OwnDatabase("mine", "1", "C", "sylph", cut), root=tmp_path / "refs")
    assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]
    assert not (tmp_path / "refs" / "mine").exists()


def test_a_cut_kraken2_database_is_not_added(tmp_path, kraken2):
    (kraken2 / "opts.k2d").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        add_database(OwnDatabase("mine", "1", "C", "kraken2", kraken2), root=tmp_path / "refs")
    assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]
