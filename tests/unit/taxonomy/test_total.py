"""No lineage whatever ends in an error: what cannot be told is absent."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.lineage import parse_lineage

WORDS = (
    *("root", "cellular organisms", "Bacteria", "Archaea", "Eukaryota", "Viruses", "Riboviria"),
    *("Fungi", "Metazoa", "Viridiplantae", "Alveolata", "Obazoa", "TSAR", "Pseudomonadati"),
    *("Bacillota", "Firmicutes", "Terrabacteria group", "Ascomycota", "Negarnaviricota"),
    *("Gammaproteobacteria", "Anaerolineae", "Insecta", "Haploviricotina", "Mononegavirales"),
    *("Rickettsiales", "Rickettsieae", "Rickettsia", "spotted fever group", "Isotominae"),
    *("unclassified spotted fever group", "Rickettsia sp. Tms-11-248", "Isotoma", "CCD24_fa"),
    *("Bacillus_A_289472", "Chlorellales_XX", "Chlorella:plas", "[", "]", "'", '"', "(100)"),
    *("Aspergillus subgen. Circumdati", "Candidatus", "Candidatus Caccocola", "", " ", "_", "__"),
    *("D_0__Bacteria", "k__", "p__Firmicutes", "s__", "x__a", "sdv__Fungi", "Bacillus subtilis"),
)
PARTS = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.from_regex(
        r"[A-Z][a-z]{1,6}(ales|aceae|idae|inae|ini|ina|eae|viridae|virus)", fullmatch=True
    ),
    st.from_regex(r"(D_\d{1,5}|[dkpcofgstx])_{1,2}[A-Za-z_ .]{0,9}", fullmatch=True),
)


@given(
    parts=st.lists(PARTS, max_size=14),
    mark=st.sampled_from([";", "; ", "|", ",", " > "]),
)
@example(["D_" + "9" * 5000 + "__Bacteria"], ";")
@settings(max_examples=400, deadline=None)
def test_any_lineage_is_read(parts, mark):
    found = parse_lineage(mark.join(parts))
    assert set(found) <= set(RANKS)
    assert all(name == name.strip() and name for name in found.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Firmicutes", {"phylum": "Firmicutes"}),
        ("Ascomycota", {"phylum": "Ascomycota"}),
        (
            "root;Viruses;Riboviria;Negarnaviricota;Haploviricotina;Monjiviricetes;Mononegavirales;"
            "Rhabdoviridae;unclassified Rhabdoviridae;DakArK 7292 virus",
            {
                **{"domain": "Viruses", "phylum": "Negarnaviricota", "class": "Monjiviricetes"},
                **{"order": "Mononegavirales", "family": "Rhabdoviridae"},
            },
        ),
        (
            "Pseudomonadota;Alphaproteobacteria;Rickettsiales;Rickettsiaceae;Rickettsieae;"
            "Rickettsia;spotted fever group;unclassified spotted fever group;"
            "Rickettsia sp. Tms-11-248",
            {
                **{"phylum": "Pseudomonadota", "class": "Alphaproteobacteria"},
                **{"order": "Rickettsiales", "family": "Rickettsiaceae", "genus": "Rickettsia"},
                "species": "Rickettsia sp. Tms-11-248",
            },
        ),
    ],
)
def test_a_phylum_where_its_place_is_not_is_read_by_names(text, expected):
    assert parse_lineage(text) == expected
