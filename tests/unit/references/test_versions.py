"""Databases that were cut short, by a full disk or on their way, are known."""

from __future__ import annotations

import hashlib
import json
import random
import struct
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.profile.clean import Cleaned
from soilbio.profile.shotgun import sylph
from soilbio.references.kinds import check_kind
from soilbio.references.own import OwnDatabase, add_database, damaged
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


@pytest.fixture
def few(monkeypatch):
    """Let a file of three sketches be one of many, of which first and last alone are looked at."""
    monkeypatch.setattr("soilbio.references.sketch_files._FEW", 0)


def checked(engine: str, path: Path) -> None:
    """Look at a database as `soilbio check` does."""
    check_kind(engine, path)
    check_version(engine, path)


@pytest.mark.parametrize("length", [0, 100, 16, -1, -4, -8, -32, -33, -100, -2000, 9])
def test_check_sees_sketches_that_are_cut_or_go_on(tmp_path, sketches, few, length):
    data = sketches.read_bytes()
    check_version("sylph", sketches)
    cut = tmp_path / "cut.syldb"
    cut.write_bytes(data[:length] if length not in (0, 9) else data + b"x" * (length + 1))
    with pytest.raises(InputError) as caught:
        checked("sylph", cut)
    assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]


def test_a_file_of_few_sketches_that_is_cut_between_two_is_seen(tmp_path, sketches):
    data = sketches.read_bytes()
    cut = tmp_path / "cut.syldb"
    cut.write_bytes(data[: data.rindex((31).to_bytes(8, "little"), 0, -32) + 24])
    assert cut.read_bytes()[-32:-16] == data[-32:-16]  # it ends as a whole one does
    with pytest.raises(InputError, match="shotgun-database"):
        check_version("sylph", cut)


@pytest.mark.parametrize("is_deep", [False, True])
def test_sketches_of_two_kinds_are_refused(tmp_path, few, is_deep):
    import pysylph

    bases = "".join(random.Random(1).choices("ACGT", k=20_000)).encode()
    made = [pysylph.Sketcher(c=c, k=31).sketch_genome(f"g{c}", [bases]) for c in (100, 200)]
    pysylph.Database(made).dump(str(tmp_path / "two.syldb"))
    with pytest.raises(InputError, match="shotgun-database"):
        (check_whole if is_deep else check_version)("sylph", tmp_path / "two.syldb")


def test_verify_knows_a_database_that_was_cut_before_it_was_installed(tmp_path, sketches):
    root = tmp_path / "refs"
    folder = add_database(OwnDatabase("mine", "1", "C", "sylph", sketches), root=root)
    assert damaged(root=root) == {"mine": False}
    data = sketches.read_bytes()[:-100]
    (folder / "database.syldb").write_bytes(data)
    told = json.loads((folder / "reference.json").read_text())
    told["files"] = {"database.syldb": hashlib.sha256(data).hexdigest()}
    (folder / "reference.json").write_text(json.dumps(told))
    assert damaged(root=root) == {"mine": True}


def test_the_step_goes_through_all_sketches_before_they_are_loaded(tmp_path, sketches, few):
    data = bytearray(sketches.read_bytes())
    place = data.index(b"g1") - 8  # how long the second sketch's name is
    data[place : place + 8] = b"\xff" * 8
    broken = tmp_path / "broken.syldb"
    broken.write_bytes(data)
    check_version("sylph", broken)  # its beginning and end are right
    reads = tmp_path / "reads.fastq"
    reads.write_text("@r\nACGT\n+\nIIII\n")
    with pytest.raises(InputError, match=r"\[shotgun-database\]"):
        sylph(Cleaned(reads, None), broken, 95.0, tmp_path / "out.tsv")
