from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from soilbio.cli.main import main
from soilbio.cli.shotgun import _said
from soilbio.importers.shotgun import Told
from soilbio.metadata.assays import Assay
from soilbio.metadata.config import read_config
from soilbio.references.identity import identity_of


def written(path: Path, data: bytes) -> Path:
    """Write a file, always of one time: that of a copy tells nothing."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(data)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def kraken2(folder: Path, *, taxonomy: bytes = b"t", table: bytes = b"h") -> Path:
    for name, data in (("hash.k2d", table), ("opts.k2d", b"o"), ("taxo.k2d", taxonomy)):
        written(folder / name, data)
    return folder


def test_a_copy_is_the_same_and_other_content_of_that_size_and_time_is_not(tmp_path):
    one = written(tmp_path / "a" / "x.syldb", b"abc")
    copy = written(tmp_path / "b" / "x.syldb", b"abc")
    other = written(tmp_path / "c" / "x.syldb", b"abd")
    assert identity_of("sylph", one) == identity_of("sylph", copy) != identity_of("sylph", other)
    assert identity_of("sylph", tmp_path / "none") == identity_of("sylph", None) == ""


@pytest.mark.parametrize("change", [{"taxonomy": b"u"}, {"table": b"i"}])
def test_each_file_of_kraken2_counts(tmp_path, change):
    same = identity_of("kraken2", kraken2(tmp_path / "a"))
    assert identity_of("kraken2", kraken2(tmp_path / "b")) == same
    assert identity_of("kraken2", kraken2(tmp_path / "c", **change)) != same


def test_distributions_count_for_reestimates_alone(tmp_path):
    folder = kraken2(tmp_path / "a")
    before = {engine: identity_of(engine, folder) for engine in ("kraken2", "bracken")}
    written(folder / "database100mers.kmer_distrib", b"x")
    assert identity_of("kraken2", folder) == before["kraken2"]
    assert identity_of("bracken", folder) != before["bracken"]


@pytest.mark.parametrize("place", [0, -1])
def test_of_a_large_file_beginning_and_end_count(tmp_path, place):
    data = bytearray(random.Random(1).randbytes(1 << 20) * 70)
    one = identity_of("sylph", written(tmp_path / "a", bytes(data)))
    data[place] ^= 1
    assert identity_of("sylph", written(tmp_path / "b", bytes(data))) != one


@pytest.mark.parametrize("step", ["profile", "collect"])
def test_a_database_that_was_replaced_during_a_run_is_refused(tmp_path, capsys, step):
    (tmp_path / "config.yaml").write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "shotgun: {sylph_database: x.syldb}\n"
    )
    was = identity_of("sylph", written(tmp_path / "x.syldb", b"abc"))
    written(tmp_path / "x.syldb", b"another")
    more = {
        "profile": ["--clean", str(tmp_path / "1.fq.gz"), "--out", str(tmp_path / "out.tsv")],
        "collect": ["--assay", "w-sylph", "--results", str(tmp_path)],
    }
    words = ["shotgun", step, "sylph", "--config", str(tmp_path / "config.yaml"), *more[step]]
    assert main([*words, "--database-identity", was]) == 1
    assert "[shotgun-database-changed]" in capsys.readouterr().err


def test_the_checksum_in_a_dataset_is_of_all_of_kraken2s_database(tmp_path):
    def checksum(folder: Path) -> str:
        config = tmp_path / "config.yaml"
        config.write_text(
            "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
            f"shotgun: {{kraken2_database: {folder}, kraken2_taxids: own}}\n"
        )
        told = _said(Assay("WGS", engine="kraken2"), read_config(config), Told(), [], [])
        return told["taxonomy/{assay}/classifier.json"]["reference_sha256"]

    same = checksum(kraken2(tmp_path / "a"))
    assert len(same) == 64
    assert checksum(kraken2(tmp_path / "b")) == same
    os.utime(tmp_path / "b" / "hash.k2d")
    assert checksum(tmp_path / "b") == same
    assert checksum(kraken2(tmp_path / "c", table=b"other genomes")) != same
    (tmp_path / "b" / "opts.k2d").write_bytes(b"p")
    assert checksum(tmp_path / "b") != same
