"""The IUPAC codes of nucleotides: the bases that each letter of a primer stands for.

Source: Cornish-Bowden 1985, Nucleic Acids Research 13, 3021-3030.
"""

from __future__ import annotations

BASES = {
    "A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT",
    "K": "GT", "M": "AC", "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
# The same as bits, A the lowest: letters overlap where their bits do.
BITS = {letter: sum(1 << "ACGT".index(base) for base in bases) for letter, bases in BASES.items()}
COMPLEMENTS = dict(zip("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN", strict=True))
_COMPLEMENT = str.maketrans(COMPLEMENTS)


def reverse_complement(sequence: str) -> str:
    """Read a sequence of capitals, IUPAC codes included, on the other strand."""
    return sequence.translate(_COMPLEMENT)[::-1]
