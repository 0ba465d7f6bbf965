"""Profiles of an earlier run: given again if all is the same, else made."""

from __future__ import annotations

import gzip

import pytest

from soilbio.profile.clean import Cleaned
from soilbio.profile.earlier import give_or_make

MADE_OF = {"engine": "kraken2 2.1.3", "database": "aaaa", "options": "0.1"}


@pytest.fixture
def reads(tmp_path) -> Cleaned:
    files = tmp_path / "L_1.fastq.gz", tmp_path / "L_2.fastq.gz"
    for path in files:
        path.write_bytes(gzip.compress(b"@r\nACGT\n+\nIIII\n", mtime=0))
    return Cleaned(*files)


@pytest.fixture
def profile(tmp_path, reads):
    """Run the step as Snakemake does, which removes its output before; return what made it."""
    target = tmp_path / "kraken2" / "L.tsv"
    target.parent.mkdir()
    runs = []

    def run(made_of=MADE_OF):
        target.unlink(missing_ok=True)
        runs.append("given")

        def make():
            runs[-1] = "made"
            target.write_text(f"profile {len(runs)}\n")

        give_or_make(target, reads, made_of, make)
        return runs[-1], target.read_text()

    return run


def test_what_is_made_of_the_same_is_given_again_whenever_the_reads_were_written(profile, reads):
    assert profile() == ("made", "profile 1\n")
    content = reads.forward.read_bytes()
    reads.forward.unlink()
    reads.forward.write_bytes(content)
    assert profile() == ("given", "profile 1\n")


@pytest.mark.parametrize("what", [*MADE_OF])
def test_what_is_made_of_anything_else_is_made(profile, what):
    profile()
    assert profile({**MADE_OF, what: "other"}) == ("made", "profile 2\n")
    assert profile() == ("made", "profile 3\n")


@pytest.mark.parametrize("end", ["forward", "reverse"])
def test_other_reads_are_profiled(profile, reads, end):
    profile()
    getattr(reads, end).write_bytes(gzip.compress(b"@r\nACGA\n+\nIIII\n", mtime=0))
    assert profile()[0] == "made"


@pytest.mark.parametrize("spoilt", ["", "[]", '{"made_of": '])
def test_a_copy_that_is_spoilt_is_none(profile, tmp_path, spoilt):
    profile()
    (tmp_path / "kraken2" / "made" / "L.json").write_text(spoilt)
    assert profile() == ("made", "profile 2\n")


def test_a_profile_that_failed_leaves_none_to_be_given(tmp_path, reads):
    target = tmp_path / "L.tsv"

    def fail():
        raise ChildProcessError

    with pytest.raises(ChildProcessError):
        give_or_make(target, reads, MADE_OF, fail)
    assert not (tmp_path / "made").exists()
