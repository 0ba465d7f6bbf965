"""A name is one taxon within its code of nomenclature, wherever databases place it."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.dataset.tables import RANKS
from soilbio.harmonise.codes import Codes
from soilbio.harmonise.lineages import lineages_of, said_by_rows
from soilbio.taxonomy.lineage import parse_lineage


def named(*rows: dict[str, str], level: str = "genus") -> tuple[list[str], list[dict]]:
    """Give the ids of features that rows become, and the features."""
    frame = pl.LazyFrame(
        {
            "feature_id": [f"f{place}" for place in range(len(rows))],
            "confidence": [0.9] * len(rows),
            "flags": [row.get("flags", "") for row in rows],
            **{rank: [row.get(rank) for row in rows] for rank in RANKS},
        },
        schema_overrides=dict.fromkeys(RANKS, pl.String),
    )
    taxa, new = merged(frame, level)
    return [new[f"f{place}"] for place in range(len(rows))], taxa


def merged(frame: pl.LazyFrame, level: str) -> tuple[list[dict], dict[str, str]]:
    """Give the taxa that features become, and what each feature becomes."""
    features = frame.with_columns(classifier=pl.lit("x"), taxon_rank=pl.lit(None, pl.String))
    taxa, lineage_of = lineages_of(features, level, Codes([]))
    rows = frame.join(lineage_of, on="feature_id").with_columns(feature_id=pl.col("new"))
    found = said_by_rows(taxa, rows, level).collect().sort("feature_id").to_dicts()
    return found, dict(lineage_of.collect().iter_rows())


BACTERIUM = {"domain": "Bacteria", "phylum": "Pseudomonadota", "genus": "Morganella"}


def test_a_genus_is_one_wherever_databases_place_it():
    rows = [
        {**BACTERIUM, "order": "Enterobacterales", "family": "Morganellaceae"},
        {**BACTERIUM, "order": "Enterobacteriales", "family": "Enterobacteriaceae"},
    ]
    ids, (taxon,) = named(*rows)
    assert ids[0] == ids[1]
    assert ids[0].startswith("genus:Morganella ")
    assert (taxon["phylum"], taxon["order"], taxon["genus"]) == (
        "Pseudomonadota",
        None,
        "Morganella",
    )
    assert taxon["flags"] == "conflict-family|conflict-order"
    assert taxon["taxon_rank"] == "genus"


@pytest.mark.parametrize(
    "other",
    [
        {"domain": "Eukaryota", "kingdom": "Fungi", "phylum": "Basidiomycota"},
        {"kingdom": "Fungi"},
        {"domain": "Eukaryota", "phylum": "Arthropoda"},
        {"domain": "Eukaryota", "kingdom": "Metazoa"},
        {},
    ],
)
def test_homonyms_stay_apart(other):
    ids, _ = named(BACTERIUM, {**other, "genus": "Morganella"})
    assert ids[0] != ids[1]
    fungus, animal = {"kingdom": "Fungi"}, {"phylum": "Arthropoda"}
    ids, _ = named({**fungus, "genus": "Morganella"}, {**animal, "genus": "Morganella"})
    assert ids[0] != ids[1]


def test_animals_of_pr2_meet_those_of_silva_and_no_fungi():
    rows = [
        parse_lineage(text)
        for text in (
            "Eukaryota;Obazoa;Opisthokonta;Metazoa;Arthropoda;Insecta;Insecta_X;Morganella;"
            "Morganella_longispina",
            "d__Eukaryota;p__Arthropoda;c__Insecta;o__Hemiptera;f__Diaspididae;g__Morganella",
            "d__Eukaryota;p__Basidiomycota;c__Agaricomycetes;f__Lycoperdaceae;g__Morganella",
            "Eukaryota;Obazoa;Opisthokonta;Fungi;Basidiomycota;Agaricomycotina;Agaricomycetes;"
            "Morganella;Morganella_sp.",
            "k__Fungi;p__Basidiomycota;c__Agaricomycetes;o__Agaricales;f__Agaricaceae;g__Morganella",
        )
    ]
    ids, taxa = named(*[{**row, "species": None} for row in rows])
    assert ids[0] == ids[1] != ids[2] == ids[3] == ids[4]
    by_id = {taxon["feature_id"]: taxon for taxon in taxa}
    insect, fungus = by_id[ids[0]], by_id[ids[2]]
    assert (insect["kingdom"], insect["phylum"], insect["class"]) == (
        "Metazoa",
        "Arthropoda",
        "Insecta",
    )
    assert (fungus["kingdom"], fungus["phylum"], fungus["class"]) == (
        "Fungi",
        "Basidiomycota",
        "Agaricomycetes",
    )


@pytest.mark.parametrize("phylum", ["Chaetognatha", "Nematozoa", "Vertebrata"])
def test_phyla_of_animals_are_of_their_code(phylum):
    ids, _ = named({"kingdom": "Metazoa", "genus": "A"}, {"phylum": phylum, "genus": "A"})
    assert ids[0] == ids[1]


@pytest.mark.parametrize("other", ["Morganella_A", "Candidatus Morganella"])
def test_a_suffix_of_gtdb_or_candidatus_is_no_other_genus(other):
    ids, (taxon,) = named(BACTERIUM, {**BACTERIUM, "genus": other})
    assert ids[0] == ids[1]
    assert (taxon["genus"], taxon["flags"]) == ("Morganella", "")


@pytest.mark.parametrize("name", ["Morganella_A", "Candidatus Morganella"])
def test_what_all_call_candidatus_is_called_so(name):
    own = {**BACTERIUM, "genus": name}
    ids, (taxon,) = named(own, own)
    assert taxon["genus"] == name
    assert ids == named(BACTERIUM)[0] * 2
    again, (later,) = named({rank: taxon[rank] for rank in RANKS})
    assert (again[0], later["genus"]) == (ids[0], name)


def test_what_has_no_name_stays_under_the_one_above():
    rows = [{"domain": "Bacteria", "phylum": "Bacillota"}, {"domain": "Bacteria"}, {}]
    ids, _ = named(*rows)
    assert [one.rpartition(" ")[0] for one in ids] == [
        "genus:unclassified Bacillota",
        "genus:unclassified Bacteria",
        "genus:unclassified organism",
    ]


def test_what_is_kept_out_of_diversity_is_not_added_to_the_rest():
    ids, taxa = named(BACTERIUM, {**BACTERIUM, "flags": "off-target-length"})
    assert ids[0] != ids[1]
    assert sorted(taxon["flags"] for taxon in taxa) == ["", "off-target-length"]


def test_names_of_names_are_the_same():
    rows = [BACTERIUM, {**BACTERIUM, "class": "Gammaproteobacteria"}, {"domain": "Archaea"}]
    ids, taxa = named(*rows)
    again, _ = named(*({rank: taxon[rank] for rank in RANKS} for taxon in taxa))
    assert set(ids) == set(again)


def test_what_nothing_explains_stays_that_whatever_it_was_called():
    ids = ["unclassified", "gg:unclassified", "ncbi:0", "k2-ab12:0", "ncbi:131567", "x:17", "f:1"]
    frame = pl.LazyFrame(
        {
            "feature_id": ids,
            "confidence": [None] * len(ids),
            "flags": ["unclassified"] * 6 + [""],
            **{rank: [None] * len(ids) for rank in RANKS},
        },
        schema_overrides={"confidence": pl.Float64, **dict.fromkeys(RANKS, pl.String)},
    ).with_columns(genus=pl.Series([None] * 6 + ["Bacillus"]))
    taxa, new = merged(frame, "genus")
    assert {new[one] for one in ids[:4]} == {"unclassified"}
    assert new["ncbi:131567"] == new["x:17"] != "unclassified"  # named, above all ranks; an OTU
    assert new["f:1"].startswith("genus:Bacillus ")
    rows = {row["feature_id"]: row for row in taxa}
    assert (rows["unclassified"]["flags"], rows["unclassified"]["taxon_rank"]) == (
        "unclassified",
        None,
    )
