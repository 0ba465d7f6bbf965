import re

import numpy as np
import pytest

from soilbio.simulate.design import FORWARD, REVERSE, Errors
from soilbio.simulate.reads import (
    ADAPTERS,
    add_pcr_errors,
    draw_pairs,
    draw_templates,
    to_fastq,
    to_molecules,
)
from soilbio.standards.iupac import BASES, reverse_complement

rng_of = np.random.default_rng
GENE = "".join(rng_of(1).choice(list("ACGT"), 253))
FLAWLESS = Errors(calibration=0, floor=0, pcr_error_rate=0)


def pattern(primer):
    return "".join(f"[{BASES[letter]}]" for letter in primer)


def text(codes):
    return ["".join("ACGT"[code] for code in row) for row in codes]


def templates(genes, length_bp, n_reads=40):
    molecules = to_molecules(genes, (FORWARD, REVERSE), length_bp)
    origins = np.arange(n_reads) % len(genes)
    return [text(reads) for reads in draw_templates(molecules, origins, rng_of(2))]


def test_reads_start_with_their_primer_and_hold_the_gene():
    first, second = templates([GENE], 250)
    for read in first:
        assert re.fullmatch(pattern(FORWARD) + GENE[:231], read)
    for read in second:
        assert re.fullmatch(pattern(REVERSE) + reverse_complement(GENE)[:230], read)


def test_degenerate_bases_are_drawn():
    first, second = templates([GENE], 250, 400)
    assert len({read[:19] for read in first}) == 4
    assert len({read[:20] for read in second}) == 4 * 3 * 2


@pytest.mark.parametrize("length_bp", [50, 150, 300, 400])
def test_short_amplicons_are_read_through_into_primer_and_adapter(length_bp):
    gene = GENE[:100]
    first, second = templates([gene, GENE], length_bp)
    for pair in zip(first[::2], second[::2], strict=True):
        for read, own, other, insert, adapter in (
            (pair[0], FORWARD, REVERSE, gene, ADAPTERS[0]),
            (pair[1], REVERSE, FORWARD, reverse_complement(gene), ADAPTERS[1]),
        ):
            tail = adapter + "A" * length_bp
            start = len(own) + 100 + len(other)
            assert len(read) == length_bp
            assert re.match(pattern(own) + insert[: length_bp - len(own)], read)
            if length_bp > start:
                site = read[len(own) + 100 : start]
                assert re.fullmatch(pattern(reverse_complement(other)), site)
                assert read[start:] == tail[: length_bp - start]


def test_both_reads_of_a_pair_come_from_one_molecule():
    first, second = templates([GENE[:100]], 150)
    for one, other in zip(first, second, strict=True):
        assert one[:139] == reverse_complement(other[:139])


def test_pcr_errors_are_in_both_reads_alike():
    gene = GENE[:100]
    molecules = to_molecules([gene], (FORWARD, REVERSE), 139)
    origins = np.zeros(500, np.int64)
    reads = draw_templates(molecules, origins, rng_of(2))
    add_pcr_errors(reads, molecules, origins, 0.01, rng_of(3))
    first, second = text(reads[0]), text(reads[1])
    assert [reverse_complement(read) for read in second] == first
    changed = sum(a != b for read in first for a, b in zip(read[19:119], gene, strict=True))
    assert 0.8 * 500 < changed < 1.2 * 500


def test_flawless_reads_equal_their_templates():
    molecules = to_molecules([GENE], (FORWARD, REVERSE), 250)
    (codes, qualities), _ = draw_pairs(molecules, np.zeros(20, np.int64), FLAWLESS, rng_of(2))
    assert {read[19:] for read in text(codes)} == {GENE[:231]}
    assert qualities.shape == codes.shape


def test_fastq_is_written_with_numbered_names():
    codes = np.array([[0, 1, 2, 3], [3, 3, 3, 3]], np.uint8)
    qualities = np.array([[2, 38, 37, 12], [40, 40, 40, 40]], np.uint8)
    assert to_fastq(codes, qualities, "L.1", 9, 2) == (
        b"@SIM:L.1:000000009 2:N:0:1\nACGT\n+\n#GF-\n@SIM:L.1:000000010 2:N:0:1\nTTTT\n+\nIIII\n"
    )
