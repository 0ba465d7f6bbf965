"""Sequences are turned to the direction of genes only if these are theirs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from soilbio.harmonise.orientation import strands
from soilbio.standards.iupac import reverse_complement

RNG = random.Random(11)
GENES = ["".join(RNG.choices("ACGT", k=1400)) for _ in range(100)]


def changed(sequence: str, number: int) -> str:
    """Change every so many bases, as in a relative."""
    other = dict(zip("ACGT", "CGTA", strict=True))
    return "".join(other[base] if n % number == 0 else base for n, base in enumerate(sequence))


@pytest.fixture
def genes(tmp_path) -> Path:
    path = tmp_path / "genes.fasta"
    path.write_text("".join(f">g{n}\n{one}\n" for n, one in enumerate(GENES)))
    return path


def test_relatives_of_genes_are_told_and_what_is_of_none_is_not(tmp_path, genes):
    own = [gene[400:650] for gene in GENES[:20]]
    sequences = {
        **{f"same-{n}": one for n, one in enumerate(own)},
        **{f"turned-{n}": reverse_complement(one) for n, one in enumerate(own)},
        **{f"relative-{n}": changed(one, 20) for n, one in enumerate(own)},
        **{f"none-{n}": "".join(RNG.choices("ACGT", k=250)) for n in range(200)},
    }
    found = strands(sequences, genes, tmp_path)
    told = {
        kind: {found[one] for one in found if one.startswith(kind)} for kind in ("same", "none")
    }
    assert told == {"same": {"+"}, "none": {"?"}}
    assert {found[f"turned-{n}"] for n in range(20)} == {"-"}
    assert {found[f"relative-{n}"] for n in range(20)} == {"+"}
