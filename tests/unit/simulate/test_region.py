import re

import pytest

from soilbio.simulate.design import FORWARD, REVERSE, Region
from soilbio.simulate.region import PrimerSite, cut_region
from soilbio.standards.iupac import BASES, reverse_complement

START, END = "GTGCCAGCAGCCGCGGTAA", "ATTAGATACCCGGGTAGTCC"
GENE = "ACGTTGCA" * 10


def cut(records, lineages=None, **limits):
    named = lineages or {name: "k__Bacteria; g__G" for name, _ in records}
    return cut_region(records, named, (FORWARD, REVERSE), Region(**limits))


def test_the_stretch_between_the_primers_is_cut_out():
    found = cut([("a", f"TTT{START}{GENE}{END}TTT")])
    assert [(a.sequence, a.ids, a.genus) for a in found.amplicons] == [(GENE, ("a",), "G")]


@pytest.mark.parametrize(("allowed", "count"), [(0, 0), (1, 0), (2, 1), (3, 1)])
def test_mismatches_are_allowed_up_to_a_number(allowed, count):
    spoilt = "CTGCCAGCAGCCGCGGTAT"
    assert len(cut([("a", spoilt + GENE + END)], max_mismatches=allowed).amplicons) == count


@pytest.mark.parametrize(
    ("sequence", "reason"),
    [
        (GENE, "without_primers"),
        ("", "without_primers"),
        (START + GENE, "without_primers"),
        (GENE + END, "without_primers"),
        (END + GENE + START, "without_primers"),
        (reverse_complement(START + GENE + END), "without_primers"),
        (START + "ACGT" + END, "wrong_length"),
        (START + GENE[:40] + "N" + GENE[41:] + END, "ambiguous_bases"),
    ],
)
def test_what_gives_no_amplicon_is_counted_with_its_reason(sequence, reason):
    found = cut([("a", sequence)])
    assert not found.amplicons
    assert getattr(found, reason) == 1


def test_references_with_the_same_amplicon_are_one_unless_genera_differ():
    sequence = START + GENE + END
    other = START + GENE.replace("A", "C") + END
    records = [("b", sequence), ("a", sequence), ("c", other), ("d", other)]
    lineages = {"a": "g__G; s__x", "b": "g__G; s__", "c": "g__G", "d": "g__H"}
    found = cut(records, lineages)
    assert [(a.ids, a.lineage) for a in found.amplicons] == [(("a", "b"), "g__G; s__x")]
    assert found.several_genera == 1


def test_the_best_site_is_found_where_no_site_is_exact():
    site = PrimerSite("ACGTACGTAC", 2)
    assert site.find("TTACGTACCCAATTTTACGTACGTAA") == 16
    assert site.find("ACGT") == -1
    assert site.find("TTTTTTTTTTTTTTTT") == -1


def test_complements_go_both_ways():
    codes = "".join(BASES)
    assert reverse_complement(reverse_complement(codes)) == codes
    assert re.fullmatch("[ACGT]+", reverse_complement("ACGT"))
