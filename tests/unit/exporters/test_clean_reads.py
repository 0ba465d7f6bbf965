"""Of a metagenome with reads to be removed only what a run kept leaves, and only if it is known."""

from __future__ import annotations

import json

import pytest

from soilbio.exporters.clean_reads import clean_reads

ROW = {"removed_by_genome": "human:3|phix:0|wheat:0", "reads_decontaminated": 7}
ACCOUNT = {
    "status": "ok",
    "removed": {"human": 3},
    # In the order of a configuration, PhiX last.
    "genomes": {"wheat": "c" * 64, "human": "a" * 64, "phix": "b" * 64},
    "reads_decontaminated": 7,
}


def kept(folder, *ends: int, of: int = 2, **changed):
    (folder / "L1.json").write_text(json.dumps(ACCOUNT | changed))
    for end in ends:
        (folder / f"L1_{end}.fastq.gz").write_bytes(b"reads")
    return clean_reads(ROW, "L1", folder, of)


@pytest.mark.parametrize("ends", [(1,), (1, 2)])
def test_the_files_of_the_run_that_made_the_dataset_are_given(tmp_path, ends):
    found = kept(tmp_path, *ends, of=len(ends))
    assert [path.name for path in found.files] == [f"L1_{end}.fastq.gz" for end in ends]
    assert (found.reads, found.fault) == (7, "")


@pytest.mark.parametrize(
    ("changed", "ends", "fault"),
    [
        ({}, (), "did not keep"),
        ({}, (2,), "did not keep"),
        ({}, (1,), "did not keep"),  # of a pair
        ({"removed": {"human": 2}}, (1, 2), "another run"),
        ({"genomes": {"human": "a" * 64}}, (1, 2), "another run"),
        ({"reads_decontaminated": 8}, (1, 2), "another run"),
        ({"genomes": None}, (1, 2), "no account"),
    ],
)
def test_files_that_are_not_known_to_be_clean_are_not_given(tmp_path, changed, ends, fault):
    found = kept(tmp_path, *ends, **changed)
    assert not found.files
    assert fault in found.fault


def test_without_an_account_there_is_a_fault(tmp_path):
    (tmp_path / "L1_1.fastq.gz").write_bytes(b"reads")
    assert "no account" in clean_reads(ROW, "L1", tmp_path, 1).fault


@pytest.mark.parametrize("status", ["failed", "empty"])
def test_of_what_has_nothing_left_nothing_is_given_without_a_fault(tmp_path, status):
    found = kept(tmp_path, 1, 2, status=status)
    assert (found.files, found.fault) == ((), "")
