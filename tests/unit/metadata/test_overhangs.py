"""What is ordered with a primer, and is none of it, is known by its sequence."""

from __future__ import annotations

import pytest

from soilbio.metadata.overhangs import bare_primer, bare_primers

FORWARD, REVERSE = "GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"
NEXTERA = "TCGTCGGCAGCGTCAGATGTGTATAAGAGACAG"


@pytest.mark.parametrize(
    "before",
    [
        "",
        NEXTERA,
        NEXTERA.lower(),
        f"{NEXTERA}NNNN",  # a spacer behind it
        "GTCTCGTGGGCTCGGAGATGTGTATAAGAGACAG",
        "ACACTCTTTCCCTACACGACGCTCTTCCGATCT",
        "GTGACTGGAGTTCAGACGTGTGCTCTTCCGATCT",
        "ACACTGACGACATGGTTCTACA",
        # The Earth Microbiome Project's: adapter, barcode, pad and linker of its own.
        "AATGATACGGCGACCACCGAGATCTACACGCTNNNNNNNNNNNNTATGGTAATTGT",
    ],
)
@pytest.mark.parametrize("primer", [FORWARD, REVERSE])
def test_adapters_barcodes_and_spacers_are_no_part_of_a_primer(before, primer):
    assert bare_primer(before + primer) == primer


@pytest.mark.parametrize(
    ("whole", "primer"),
    [
        (f"{NEXTERA}CAGCMGCCGCGGTAATWC", "CAGCMGCCGCGGTAATWC"),  # one that nobody knows
        ("CAGCMGCCGCGGTAATWC", "CAGCMGCCGCGGTAATWC"),
        (f"GT{FORWARD}", f"GT{FORWARD}"),  # so little may be of another primer
        (NEXTERA, NEXTERA),
        ("AYTGGGYITAAAGNG", "AYTGGGYITAAAGNG"),
    ],
)
def test_what_is_not_known_to_be_none_of_a_primer_stays(whole, primer):
    assert bare_primer(whole) == primer


def test_an_assay_has_the_primers_that_it_states():
    assay = {"pcr_primer_forward": NEXTERA + FORWARD, "pcr_primer_reverse": None}
    assert bare_primers(assay) == {"pcr_primer_forward": FORWARD}
