from __future__ import annotations

import pytest

from soilbio.taxonomy.canonical import canonical, changed_names
from soilbio.taxonomy.flags import Target, flags_of

SIXTEEN_S = Target(("Bacteria", "Archaea"), 245, 260)


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Firmicutes", "Bacillota"),
        ("Proteobacteria", "Pseudomonadota"),
        ("Actinobacteriota", "Actinomycetota"),
        ("Firmicutes_D", "Bacillota_D"),
        ("Thermi", "Deinococcota"),
        ("Bacillota", "Bacillota"),
        ("AD3", "AD3"),
        ("Rokubacteria", "Candidatus Rokuibacteriota"),
        ("Candidatus Rokubacteria", "Candidatus Rokuibacteriota"),
        ("Candidatus Eremiobacteraeota", "Vulcanimicrobiota"),
        ("candidate division WPS-2", "Vulcanimicrobiota"),
        ("candidate division NC10", "Candidatus Methylomirabilota"),
        ("Candidatus Bathyarchaeota", "Candidatus Bathyarchaeota"),
    ],
)
def test_phyla_have_today_s_names(former, today):
    assert canonical({"phylum": former}).ranks["phylum"] == today


def test_a_change_is_told_with_its_basis():
    (change,) = canonical({"domain": "Bacteria", "phylum": "Firmicutes"}).changes
    assert (change.rank, change.former, change.today) == ("phylum", "Firmicutes", "Bacillota")
    assert (change.source, change.date) == ("Oren & Garrity 2021, IJSEM 71:005056", "2021")


def test_every_change_has_its_source_and_a_date_is_a_year():
    for change in changed_names().values():
        assert change.source
        assert change.date in ("", "2021", "2022", "2023", "2024")


@pytest.mark.parametrize(
    ("rank", "former", "today"),
    [
        # One name, and another change at each rank.
        ("class", "Actinobacteria", "Actinomycetes"),
        ("class", "Gemmatimonadetes", "Gemmatimonadia"),
        ("order", "Actinobacteria", "Actinobacteria"),
        # As SILVA 138 and Greengenes write what NCBI and the code call otherwise.
        ("phylum", "Halobacterota", "Halobacteriota"),
        ("class", "Acidobacteriae", "Terriglobia"),
        ("class", "Acidobacteriia", "Terriglobia"),
        ("order", "Acidobacteriales", "Terriglobales"),
        ("order", "Rhizobiales", "Hyphomicrobiales"),
        ("order", "Rhizobiales_A", "Hyphomicrobiales_A"),
        # SILVA has these as two orders, so that one is no former name of the other.
        ("order", "Clostridiales", "Clostridiales"),
    ],
)
def test_names_change_at_their_rank(rank, former, today):
    assert canonical({rank: former}).ranks[rank] == today


def test_no_name_changes_twice():
    assert not {change.today for change in changed_names().values()} & {
        former for _, former in changed_names()
    }


def test_absent_ranks_are_none():
    ranks = canonical({}).ranks
    assert set(ranks.values()) == {None}


@pytest.mark.parametrize(
    ("lineage", "verbatim", "length", "expected"),
    [
        ({"domain": "Bacteria", "phylum": "X"}, "d:Bacteria", 253, ()),
        (
            {"domain": "Bacteria"},
            "p:Cyanobacteria(1.00),c:Chloroplast(1.00)",
            253,
            ("chloroplast",),
        ),
        ({"domain": "Bacteria"}, "f:mitochondria(0.99)", 253, ("mitochondria",)),
        ({"domain": "Bacteria"}, "d:Bacteria", 300, ("off-target-length",)),
        ({"domain": "Eukaryota"}, "d:Eukaryota", 253, ("off-target-domain",)),
        (
            {"domain": "Eukaryota"},
            "Eukaryota:plas;Archaeplastida:plas",
            253,
            ("chloroplast", "off-target-domain"),
        ),
        ({}, "", 100, ("off-target-length", "unclassified")),
        ({"domain": "Bacteria"}, "D_3__Chloroplast;D_4__Zea mays", 253, ("chloroplast",)),
        ({"domain": "Bacteria"}, "o__Chloroplast_unclassified", 253, ("chloroplast",)),
        ({}, "D_1__Archaeplastida;D_2__Chloroplastida;D_3__Chlorophyta", 253, ("unclassified",)),
    ],
)
def test_what_is_unwanted_is_flagged(lineage, verbatim, length, expected):
    assert flags_of(canonical(lineage).ranks, verbatim, length, SIXTEEN_S) == expected
