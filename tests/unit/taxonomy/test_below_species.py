"""Names below species are known by their species, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.cli.main import main
from soilbio.taxonomy.backbones.backbone import Backbone, Usage
from soilbio.taxonomy.backbones.loss import loss_of
from soilbio.taxonomy.backbones.match import match, wanted_names
from soilbio.taxonomy.below_species import species_of, species_of_trinomial
from soilbio.taxonomy.lineage import parse_lineage

BACILLUS = {"domain": "Bacteria", "phylum": "Bacillota", "genus": "Bacillus"}
FUSARIUM = {"domain": "Eukaryota", "kingdom": "Fungi", "phylum": "Ascomycota", "genus": "Fusarium"}
APIS = {"domain": "Eukaryota", "kingdom": "Metazoa", "phylum": "Arthropoda", "genus": "Apis"}
# id, rank, name, accepted name, lineage
TAXA = [
    ("1423", "species", "Bacillus subtilis", "", {**BACILLUS, "species": "Bacillus subtilis"}),
    ("135461", "subspecies", "Bacillus subtilis subsp. subtilis", "",
     {**BACILLUS, "species": "Bacillus subtilis"}),
    ("5507", "species", "Fusarium oxysporum", "", {**FUSARIUM, "species": "Fusarium oxysporum"}),
    ("5507", "species", "Fusarium vulgare", "Fusarium oxysporum",
     {**FUSARIUM, "species": "Fusarium oxysporum"}),
    ("5506", "genus", "Fusarium", "", FUSARIUM),
    ("7460", "species", "Apis mellifera", "", {**APIS, "species": "Apis mellifera"}),
]  # fmt: skip


def backbone() -> Backbone:
    usages: dict[str, tuple[Usage, ...]] = {}
    for taxon_id, rank, name, accepted, _ in TAXA:
        usage = Usage(name, rank, taxon_id, accepted or name, is_synonym=bool(accepted))
        usages[name.casefold()] = (*usages.get(name.casefold(), ()), usage)
    return Backbone("ncbi", usages, {one[0]: one[4] for one in TAXA})


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("Bacillus subtilis subsp. spizizenii", "Bacillus subtilis"),
        ("Bacillus subtilis ssp spizizenii", "Bacillus subtilis"),
        ("Fusarium oxysporum f. sp. lycopersici", "Fusarium oxysporum"),
        ("Fusarium oxysporum f.sp.lycopersici", "Fusarium oxysporum"),
        ("Fusarium oxysporum var. redolens", "Fusarium oxysporum"),
        ("Xanthomonas campestris pv. vesicatoria str. 85-10", "Xanthomonas campestris"),
        ("Pisum sativum subsp. elatius var. pumilio", "Pisum sativum"),
        ("Carex acuta L. var. minor", "Carex acuta"),
        ("Mentha \u00d7 piperita var. citrata", "Mentha \u00d7 piperita"),
        ("Candidatus Liberibacter solanacearum subsp. x", "Candidatus Liberibacter solanacearum"),
        ("Bacillus_A cereus subsp. x", "Bacillus_A cereus"),
        ("Bacillus subtilis", ""),
        ("Bacillus subtilis group", ""),
        ("Bacillus sp. strain 4", ""),
        ("Bacillus cf. subtilis subsp. x", ""),
        ("Bacillus subtilis subsp.", ""),
        ("Rhizobium phage var. x", ""),
        ("Soil bacterium strain 3", ""),
        ("Apis mellifera carnica", ""),
    ],
)
def test_a_mark_tells_that_a_name_is_below_species(name, species):
    assert species_of(name) == species


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("Apis mellifera carnica", "Apis mellifera"),
        ("Aporrectodea caliginosa trapezoides (Dug\u00e8s, 1828)", "Aporrectodea caliginosa"),
        ("Bacillus cereus group", ""),
        ("Apis mellifera", ""),
        ("Apis mellifera carnica x ligustica", ""),
    ],
)
def test_three_words_may_be_of_an_animal(name, species):
    assert species_of_trinomial(name) == species


@pytest.mark.parametrize(
    ("text", "taxon_id", "confidence"),
    [
        ("d__Bacteria;p__Bacillota;g__Bacillus;s__Bacillus subtilis subsp. spizizenii",
         "1423", "high"),
        ("k__Fungi;p__Ascomycota;g__Fusarium;s__Fusarium oxysporum f. sp. cubense",
         "5507", "high"),
        ("k__Fungi;p__Ascomycota;g__Fusarium;s__oxysporum f. sp. cubense", "5507", "high"),
        ("k__Fungi;p__Ascomycota;g__Fusarium;s__Fusarium vulgare var. minus", "5507", "high"),
        ("k__Metazoa;p__Arthropoda;g__Apis;s__Apis mellifera carnica", "7460", "high"),
        ("Fusarium oxysporum var. redolens", "5507", "medium"),
        ("Apis mellifera carnica", "7460", "medium"),
    ],
)  # fmt: skip
def test_a_name_below_species_is_matched_by_its_species(text, taxon_id, confidence):
    lineage = parse_lineage(text) if ";" in text else {"": text}
    found = match(lineage, backbone())
    assert (found.kind, found.taxon_id, found.rank) == ("higher rank", taxon_id, "species")
    assert found.confidence == confidence
    assert "is below the species " in found.reason
    assert found.asked_name in found.reason
    assert found.name.casefold() in {*wanted_names([lineage]), "fusarium oxysporum"}


def test_a_subspecies_that_is_there_is_itself():
    lineage = {**BACILLUS, "species": "Bacillus subtilis subsp. subtilis"}
    found = match(lineage, backbone())
    assert (found.kind, found.taxon_id, found.rank) == ("exact", "135461", "subspecies")


@pytest.mark.parametrize(
    ("species", "kind", "taxon_id"),
    [
        ("Fusarium solani f. sp. pisi", "higher rank", "5506"),
        ("Fusarium oxysporum vulgare", "higher rank", "5506"),
        ("Fusarium sp. strain 4", "higher rank", "5506"),
    ],
)
def test_another_species_and_three_words_of_a_fungus_are_known_by_the_genus(
    species, kind, taxon_id
):
    found = match({**FUSARIUM, "species": species}, backbone())
    assert (found.kind, found.taxon_id, found.rank) == (kind, taxon_id, "genus")


def test_the_species_of_another_organism_is_not_it():
    lineage = {**FUSARIUM, "genus": "Bacillus", "species": "Bacillus subtilis subsp. x"}
    found = match(lineage, backbone())
    assert found.kind == "none"
    assert "homonym" in found.reason


def test_a_name_below_species_counts_as_lifted():
    lineage = {**BACILLUS, "species": "Bacillus subtilis subsp. spizizenii"}
    known = backbone()
    rows = {row["rank"]: row for row in loss_of([(lineage, match(lineage, known))], known)}
    assert (rows["species"]["named"], rows["species"]["lifted"]) == (1, 1)
    assert rows["genus"]["kept"] == 1


def test_the_command_tells_the_species(tmp_path: Path):
    (tmp_path / "names.txt").write_text("Bacillus subtilis subsp. spizizenii\n")
    gtdb = tmp_path / "bac120_taxonomy.tsv"
    ranks = "d__Bacteria;p__Bacillota;c__Bacilli;o__Bacillales;f__Bacillaceae;g__Bacillus"
    gtdb.write_text(f"RS_GCF_000009045.1\t{ranks};s__Bacillus subtilis\n")
    words = ["taxonomy", "match", str(tmp_path / "names.txt"), "--backbone", f"gtdb={gtdb}"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    row = (tmp_path / "out" / "matches.tsv").read_text().splitlines()[1].split("\t")
    assert row[2] == "higher rank"
    assert row[4:6] == ["Bacillus subtilis", "species"]
    assert "below the species Bacillus subtilis" in row[7]
