"""What a check says of genomes whose reads are to be taken out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from soilbio.errors import Problems
from soilbio.metadata.config import read_config
from soilbio.metadata.genome_files import check_genomes

DNA = ">chr1 of a host\nACGTNNNNacgtn-RYK\r\nACGU\n\n>none\n>chr2\nAC*\n"
# Longer than what is read of it.
LONG = ">chr1\n" + "N" * 70_000 + "\nACGT\n"
PROTEIN = ">WP_1 a protein [Bos taurus]\nMKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        *((DNA, False), (LONG, False), (PROTEIN, True), (">chr1\nACGT\n" + PROTEIN, True)),
        *((">chr1\n>chr2\n", True), (">chr1\nNNNN\n", True), ("", True), ("ACGT\n", True)),
    ],
    ids=["dna", "long", "protein", "both", "headers", "unknown", "empty", "text"],
)
def test_what_is_no_genome_is_told(tmp_path: Path, text, pack, is_told):
    (tmp_path / "host.fa").write_bytes(pack(text.encode()))
    config = tmp_path / "config.yaml"
    config.write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "shotgun:\n  remove: [{name: host, fasta: host.fa}]\n"
    )
    problems = Problems(str(config))
    check_genomes(read_config(config), problems)
    told = [(one.code, one.column) for one in problems.found]
    assert told == ([("shotgun-genome", "shotgun.remove.0.fasta")] if is_told else [])
