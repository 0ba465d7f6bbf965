"""Amplicons of real genes by several primer pairs: trimmed to one window they are one, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.harmonise.common_region import Window, find_window, trim
from soilbio.references.build import read_sequences
from soilbio.simulate.region import PrimerSite
from soilbio.standards.iupac import reverse_complement

PAIRS = {
    "v4": ("GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"),
    "v3v4": ("CCTACGGGNGGCWGCAG", "GACTACHVGGGTATCTAATCC"),
    "v4v5": ("GTGYCAGCMGCCGCGGTAA", "CCGYCAATTYMTTTRAGTTT"),
}
V1V3 = ("AGAGTTTGATYMTGGCTCAG", "ATTACCGCGGCTGCTGG")
V5V7 = ("AACMGGATTAGATACCCKG", "ACGTCATCCCCACCTTCC")


@pytest.fixture
def genes(shared: Path) -> list[str]:
    path = shared / "data" / "ref_16S_gg97_subset" / "gg_13_8_97_subset.fasta.gz"
    return [sequence for _, sequence in read_sequences(path)]


def amplicon(sequence: str, pair: tuple[str, str]) -> str:
    """Cut by counting mismatches: another way than the window's, which aligns."""
    forward, reverse = PrimerSite(pair[0], 1), PrimerSite(reverse_complement(pair[1]), 1)
    site = forward.find(sequence)
    end = reverse.find(sequence, site + forward.length) if site >= 0 else -1
    return sequence[site + forward.length : end] if end > 0 else ""


def trimmed(genes: list[str], window: Window) -> list[dict[str, str]]:
    """Give what each gene's amplicons become; genes that lack an amplicon are left out."""
    found = []
    for sequence in genes:
        own = {name: amplicon(sequence, pair) for name, pair in PAIRS.items()}
        if all(own.values()):
            found.append({n: trim(one, window.cuts[n], window)[0] for n, one in own.items()})
    return found


def test_amplicons_of_one_gene_become_one_sequence_and_of_two_genes_two(genes):
    window = find_window(PAIRS, genes)
    assert window is not None
    assert (window.forward, window.reverse) == (PAIRS["v4"][0], PAIRS["v3v4"][1])
    found = trimmed(genes, window)
    assert len(found) > 2_000
    one = [own for own in found if len(set(own.values())) == 1 and own["v4"]]
    assert len(one) / len(found) > 0.99
    # What differs is left out by its length or site; no two are trimmed to other bases.
    inside = [{text for text in own.values() if text} for own in found]
    assert [texts for texts in inside if len(texts) > 1] == []


def test_regions_that_do_not_overlap_share_nothing(genes):
    for other in (V1V3, V5V7):
        assert find_window({"v4": PAIRS["v4"], "other": other}, genes) is None
