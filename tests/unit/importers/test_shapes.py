"""Tables of programs that are known by their headers: FROGS, EPI2ME, FUNGuild, psmelt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pipeline_outputs import METHOD, SEQUENCES, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

ONE, TWO, THREE = list(SEQUENCES.values())[:3]
HITS = ["blast_subject", "blast_perc_identity", "blast_perc_query_coverage", "blast_evalue",
        "blast_aln_length"]  # fmt: skip
NONE = ["no data"] * 5
FROGS = [
    ["#comment", "status", "rdp_tax_and_bootstrap", "blast_taxonomy", *HITS, "seed_id",
     "seed_sequence", "observation_name", "observation_sum", "north", "south"],
    ["no data", "ok", "Bacteria;(1.0);Firmicutes;(0.9);",
     "Bacteria;Firmicutes;Bacilli;Bacillales;Bacillaceae;Bacillus;Multi-affiliation",
     "multi-subject", 100.0, 100.0, 0.0, 400, "r1", ONE, "Cluster_1", 9, 4, 5],
    ["no data", "ok", "Bacteria;(1.0);Acidobacteria;(0.9);",
     "Bacteria;Acidobacteriota;unknown class;unknown order;unknown family;unknown genus;"
     "unknown species", "AB1", 98.2, 100.0, 0.0, 401, "r2", TWO, "Cluster_2", 7, 7, 0],
    ["no data", "ok", "no data", "no data", *NONE, "r3", THREE, "Cluster_3", 3, 0, 3],
]  # fmt: skip
ENTERO = "Bacteria;Bacteria_none;Pseudomonadota;Gammaproteobacteria;Enterobacterales"
EPI2ME = [
    ["tax", "barcode01", "barcode02", "total"],
    [f"{ENTERO};Enterobacteriaceae;Escherichia", 3, 4, 7],
    [f"{ENTERO};Unclassified_Enterobacterales_(o);Unclassified_Enterobacterales_(o)", 10, 0, 10],
    ["Unclassified;Unknown;Unknown;Unknown;Unknown;Unknown;Unknown", 10, 1, 11],
    ["Eukaryota;Fungi;Mucoromycota;Mucoromycetes;Mucorales;Choanephoraceae;Poitrasia", 2, 9, 11],
]
PSMELT = [
    ["", "OTU", "Sample", "Abundance", "pH", "Site", "Kingdom", "Phylum", "Genus"],
    [7, "OTU1", "A", 50, 6.1, "x", "Bacteria", "Bacillota", "Bacillus"],
    [3, "OTU2", "A", 0, 6.1, "x", "Bacteria", "Pseudomonadota", "NA"],
    [2, "OTU1", "B", 5, 5.1, "y", "Bacteria", "Bacillota", "Bacillus"],
    [1, "OTU2", "B", 8, 5.1, "y", "Bacteria", "Pseudomonadota", "NA"],
    [1, "OTU2", "empty", 0, 5.1, "y", "Bacteria", "Pseudomonadota", "NA"],
]
GUILDS = [
    ["OTU ID", "A", "B", "taxonomy", "Taxon", "Taxon Level", "Trophic Mode", "Guild",
     "Growth Morphology", "Trait", "Confidence Ranking", "Notes", "Citation/Source"],
    ["O1", 3, 4, "k__Fungi;p__Ascomycota;g__Fusarium", "Fusarium", 13, "Pathotroph",
     "Plant Pathogen", "Microfungus", "NULL", "Probable", 5, "Tedersoo 2014"],
    ["O2", 5, 0, "k__Fungi;p__Basidiomycota", *["-"] * 9],
]  # fmt: skip


def written(tmp_path: Path, rows: list[list[object]], mark: str = "\t") -> Path:
    path = tmp_path / ("t.tsv" if mark == "\t" else "t.csv")
    path.write_text("".join(mark.join(map(str, cells)) + "\n" for cells in rows))
    return path


def without(rows: list[list[object]], *names: str) -> list[list[object]]:
    keep = [at for at, name in enumerate(rows[0]) if name not in names]
    return [[cells[at] for at in keep] for cells in rows]


def refused(source: Path, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read("table", [source], options)
    return [one.code for one in caught.value.problems]


@pytest.mark.parametrize(
    ("rows", "whose"),
    [(FROGS, "FROGS"), (EPI2ME, "EPI2ME"), (GUILDS, "FUNGuild"), (PSMELT, "psmelt")],
    ids=["frogs", "epi2me", "funguild", "psmelt"],
)
def test_each_table_is_named(tmp_path, capsys, rows, whose):
    assert main(["import", "--detect", str(written(tmp_path, rows))]) == 0
    told = capsys.readouterr().out
    assert told.startswith("table: a")
    assert whose in told
    assert "2 columns of numbers" in told or whose == "psmelt"


def imported(tmp_path: Path, rows: list[list[object]]):
    method = write_method(tmp_path, METHOD)
    words = ["import", "table", str(written(tmp_path, rows)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    return read_dataset(tmp_path / "out")


def test_frogs_has_its_clusters_sequences_and_lineages(tmp_path, capsys):
    dataset = imported(tmp_path, FROGS)
    assert "blast_perc_identity" in capsys.readouterr().out
    assert sorted(dataset.table("libraries")["library_id"]) == ["north", "south"]
    assert dataset.table("counts")["count"].sum() == 19
    features = dataset.table("features")
    assert set(features["sequence"]) == {ONE, TWO, THREE}
    assert set(features["genus"]) == {"Bacillus", None}
    assert set(features["phylum"]) == {"Bacillota", "Acidobacteriota", None}
    assert set(features["species"]) == {None}


def test_frogs_without_blast_has_the_lineages_of_rdp(tmp_path):
    dataset = imported(tmp_path, without(FROGS, "blast_taxonomy", *HITS, "status"))
    assert set(dataset.table("features")["phylum"]) == {"Bacillota", "Acidobacteriota", None}


def test_frogs_sum_that_is_none_is_refused(tmp_path):
    rows = [list(cells) for cells in FROGS]
    rows[1][-3] = 10
    assert refused(written(tmp_path, rows)) == ["import-total"]


def test_frogs_hits_are_no_table_of_libraries(tmp_path):
    rows = without(FROGS, "north", "south", "observation_sum", "seed_sequence")
    assert refused(written(tmp_path, rows)) == ["import-table-count"]


def test_frogs_biom_has_the_lineages_of_blast(tmp_path):
    known = {
        "rdp_taxonomy": ["Bacteria", "Firmicutes"],
        "rdp_bootstrap": [1.0, 0.9],
        "blast_taxonomy": ["Bacteria", "Firmicutes", "Bacilli"],
        "blast_affiliations": [{"subject": "AB1", "taxonomy": ["Bacteria"], "evalue": "0.0"}],
        "seed_id": "r1",
    }
    document = {
        **{"id": None, "format": "Biological Observation Matrix 1.0.0", "format_url": ""},
        **{"type": "OTU table", "generated_by": "FROGS", "date": "2024-01-01T00:00:00"},
        **{"matrix_type": "sparse", "matrix_element_type": "int", "shape": [1, 2]},
        "rows": [{"id": "Cluster_1", "metadata": known}],
        "columns": [{"id": name, "metadata": None} for name in ("A", "B")],
        "data": [[0, 0, 3], [0, 1, 4]],
    }
    path = tmp_path / "t.biom"
    path.write_text(json.dumps(document))
    found = read("biom", [path], {})
    assert found.features["Cluster_1"].lineage == "Bacteria; Firmicutes; Bacilli"


@pytest.mark.parametrize(
    "rows", [EPI2ME, [[*r[:2], r[1] if at else "total"] for at, r in enumerate(EPI2ME)]]
)
def test_epi2me_has_lineages_and_no_total(tmp_path, rows):
    dataset = imported(tmp_path, rows)
    assert set(dataset.table("libraries")["library_id"]) <= {"barcode01", "barcode02"}
    assert dataset.table("counts")["count"].sum() == 25 + 14 * (len(rows[0]) == 4)
    features = dataset.table("features")
    assert set(features["domain"]) == {"Bacteria", "Eukaryota", None}
    assert set(features["kingdom"]) == {"Fungi", None}
    assert set(features["genus"]) == {"Escherichia", "Poitrasia", None}
    assert set(features["order"]) == {"Enterobacterales", "Mucorales", None}


def test_the_table_of_epi2me_s_report_goes_by_whole_lineages(tmp_path):
    header = ["genus", "barcode01", "total", "superkingdom", "kingdom", "phylum", "class"]
    rows = [[*header, "order", "family", "tax"]]
    for lineage, number, *_ in EPI2ME[1:]:
        *above, genus = str(lineage).split(";")
        rows.append([genus, number, number, *above, lineage])
    found = read("table", [written(tmp_path, rows, ",")], {})
    assert list(found.features) == [cells[0] for cells in EPI2ME[1:]]
    assert found.libraries == ("barcode01",)


def test_a_column_tax_beside_ids_is_the_lineage(tmp_path):
    rows = [["OTU ID", "A", "total", "tax"], ["x", 3, 3, "k__Fungi"], ["y", 4, 4, "k__Fungi"]]
    found = read("table", [written(tmp_path, rows)], {})
    assert {name: one.lineage for name, one in found.features.items()} == {
        "x": "k__Fungi",
        "y": "k__Fungi",
    }


@pytest.mark.parametrize("is_of_r", [False, True])
def test_guilds_are_no_libraries(tmp_path, is_of_r):
    header = [str(name).replace(" ", ".").replace("/", ".") for name in GUILDS[0]]
    found = read("table", [written(tmp_path, [header, *GUILDS[1:]] if is_of_r else GUILDS)], {})
    assert found.libraries == ("A", "B")
    assert [one.lineage for one in found.features.values()] == [cells[3] for cells in GUILDS[1:]]


def test_guilds_may_be_beside_a_table(tmp_path):
    table = written(tmp_path, [cells[:3] for cells in GUILDS])
    guilds = written(tmp_path, [[cells[0], *cells[3:]] for cells in GUILDS], "\t").rename(
        tmp_path / "g.tsv"
    )
    table = written(tmp_path, [cells[:3] for cells in GUILDS])
    found = read("table", [table, guilds], {})
    assert found.libraries == ("A", "B")
    assert found.features["O1"].lineage == "k__Fungi;p__Ascomycota;g__Fusarium"


# psmelt.


@pytest.mark.parametrize("mark", ["\t", ","])
def test_a_long_table_has_its_libraries_features_and_ranks(tmp_path, mark):
    found = read("table", [written(tmp_path, PSMELT, mark)], {})
    assert found.libraries == ("A", "B", "empty")
    assert sorted(found.counts.iter_rows()) == [
        ("A", "OTU1", 50), ("B", "OTU1", 5), ("B", "OTU2", 8)
    ]  # fmt: skip
    assert found.features["OTU1"].lineage == "k__Bacteria; p__Bacillota; g__Bacillus"
    assert [note for note in found.notes if "pH, Site" in note]


@pytest.mark.parametrize("name", ["SampleID", "sample_name", "Reads", "library"])
def test_columns_of_samples_may_be_called_as_those_of_a_long_table(tmp_path, name):
    rows = [[name if cell == "pH" else cell for cell in PSMELT[0]], *PSMELT[1:]]
    found = read("table", [written(tmp_path, rows)], {})
    assert found.libraries == ("A", "B", "empty")
    assert [note for note in found.notes if f"{name}, Site" in note]


def test_sequences_and_supports_in_a_long_table_are_those_of_features(tmp_path):
    beside = {"OTU": ["sequence", "confidence", "SH"]}
    beside |= {"OTU1": [ONE, "0.9", "SH1234567.08FU"], "OTU2": [TWO, "0.8", ""]}
    rows = [[*cells, *beside[str(cells[1])]] for cells in PSMELT]
    found = read("table", [written(tmp_path, rows)], {})
    assert {one.sequence for one in found.features.values()} == {ONE, TWO}
    assert found.features["OTU1"].confidence == 0.9
    assert "SH1234567.08FU" in found.features["OTU1"].lineage
    assert [note for note in found.notes if "columns pH, Site tell" in note]


def test_a_rank_that_is_not_one_for_each_feature_is_of_libraries(tmp_path):
    rows = [[*cells, "Class" if not at else cells[5]] for at, cells in enumerate(PSMELT)]
    found = read("table", [written(tmp_path, rows)], {})
    assert found.features["OTU1"].lineage == "k__Bacteria; p__Bacillota; g__Bacillus"
    assert [note for note in found.notes if "pH, Site, Class" in note]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([8, "OTU1", "A", 3, 6, "x", "Bacteria", "Bacillota", "Bacillus"], "import-name"),
        ([8, "OTU3", "A", "n.d.", 6, "x", "Bacteria", "Bacillota", "Bacillus"], "import-cell"),
        ([8, "OTU3", "A", -1, 6, "x", "Bacteria", "Bacillota", "Bacillus"], "import-cell"),
        ([8, "OTU3", "", 1, 6, "x", "Bacteria", "Bacillota", "Bacillus"], "import-name"),
    ],
)
def test_rows_of_a_long_table_that_are_wrong_are_told(tmp_path, row, code):
    with pytest.raises(InputError) as caught:
        read("table", [written(tmp_path, [*PSMELT, row])], {})
    assert [(one.code, one.row) for one in caught.value.problems] == [(code, 7)]


def test_features_of_a_long_table_can_be_ignored(tmp_path):
    found = read("table", [written(tmp_path, PSMELT)], {"ignore_rows": ["OTU2"]})
    assert list(found.features) == ["OTU1"]


SUMMED = [
    ["Sample", "Phylum", "Genus", "Abundance"],
    ["A", "Bacillota", "Bacillus", 3],
    ["A", "Acidobacteriota", "NA", 1],
    ["B", "Bacillota", "Bacillus", 0],
    ["B", "NA", "NA", 5],
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0]], ids=["forth", "back"])
def test_a_long_table_of_taxa_has_their_ranks_for_names(tmp_path, order):
    path = written(tmp_path, [[row[at] for at in order] for row in SUMMED])
    found = read("table", [path], {})
    assert found.libraries == ("A", "B")
    numbers = {(row["library"], row["feature"]): row["value"] for row in found.counts.to_dicts()}
    name = "p__Bacillota; g__Bacillus"
    assert numbers == {
        ("A", name): 3,
        ("A", "p__Acidobacteriota"): 1,
        ("B", "unclassified"): 5,
    }
    assert found.features[name].lineage == name
    assert "a long table of taxa" in dict(detect(path))["table"]


@pytest.mark.parametrize("name", ["uncultured", "Other", "Unknown", "Incertae Sedis"])
def test_what_is_no_name_in_a_long_table_is_called_as_it_stands_there(tmp_path, name):
    rows = [*SUMMED, ["A", "Bacillota", name, 2], ["A", "Bacillota", "NA", 4]]
    found = read("table", [written(tmp_path, rows)], {})
    numbers = {(row["library"], row["feature"]): row["value"] for row in found.counts.to_dicts()}
    assert numbers["A", f"p__Bacillota; g__{name}"] == 2
    assert numbers["A", "p__Bacillota"] == 4


@pytest.mark.parametrize("word", ["Sequence", "zOTU", "ESV", "Hash", "ASVs", "feature-id", "MOTU"])
def test_features_of_a_long_table_are_known_by_many_words(tmp_path, word):
    rows = [[*row, f"x{at}" if at else word] for at, row in enumerate(SUMMED)]
    found = read("table", [written(tmp_path, rows)], {})
    assert {"x1", "x2", "x4"} <= set(found.features)


@pytest.mark.parametrize(
    "cells", [["OTU1", "OTU2", "OTU1", "OTU3"], ["a", "a", "b", "b"]], ids=["names", "apart"]
)
def test_features_of_a_long_table_by_another_word_are_asked_about(tmp_path, cells):
    rows = [[*row, cell] for row, cell in zip(SUMMED, ["Ding", *cells], strict=True)]
    more = [[*SUMMED[1], "z"], [*SUMMED[1], "y"]]
    with pytest.raises(InputError) as caught:
        read("table", [written(tmp_path, rows if cells[0] == "OTU1" else rows + more)], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("import-name", "Ding")
    assert "call it `OTU`" in problem.fix


def test_a_long_table_in_which_a_taxon_comes_twice_in_a_library_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read("table", [written(tmp_path, [*SUMMED, SUMMED[1]])], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row) == ("import-name", 6)
    assert "again" in problem.found


HOSTS = "Triticum aestivum"
SMELTED = [("a", "A"), ("a", "B"), ("b", "A"), ("b", "B")]


@pytest.mark.parametrize(
    ("header", "cells", "lineages"),
    [
        # What psmelt writes before the ranks tells of samples, and what is one below many.
        ("Species Class Kingdom Phylum Genus",
         {"a": [HOSTS, "Chernozem", "Bacteria", "Bacillota", "Bacillus"],
          "b": [HOSTS, "Chernozem", "Bacteria", "Pseudomonadota", "NA"]},
         {"k__Bacteria; p__Bacillota; g__Bacillus", "k__Bacteria; p__Pseudomonadota; g__"}),
        ("Kingdom Phylum Species",
         {"a": ["Bacteria", "Bacillota", HOSTS], "b": ["Bacteria", "Pseudomonadota", HOSTS]},
         {"k__Bacteria; p__Bacillota", "k__Bacteria; p__Pseudomonadota"}),
        # From the narrowest to the widest all are ranks; so is what is one for one.
        ("Genus Phylum Kingdom",
         {"a": ["Bacillus", "Bacillota", "Bacteria"], "b": ["Listeria", "Bacillota", "Bacteria"]},
         {"k__Bacteria; p__Bacillota; g__Bacillus", "k__Bacteria; p__Bacillota; g__Listeria"}),
        ("Kingdom Phylum Genus",
         {"a": ["Bacteria", "Bacillota", "Bacillus"], "b": ["Bacteria", "Bacillota", "Bacillus"]},
         {"k__Bacteria; p__Bacillota; g__Bacillus"}),
    ],
)  # fmt: skip
def test_the_species_of_a_host_is_no_rank_of_features(tmp_path, header, cells, lineages):
    rows = [["OTU", "Sample", "Abundance", *header.split()]]
    rows += [[one, library, 3, *cells[one]] for one, library in SMELTED]
    found = read("table", [written(tmp_path, rows)], {})
    assert {taxon.lineage for taxon in found.features.values()} == lineages
    is_told = any("Species" in note and "tell of libraries" in note for note in found.notes)
    assert is_told == ("Species" in header)


@pytest.mark.parametrize(
    ("header", "species"),
    [
        ("Sample,Taxon,Abundance", "s__Lumbricus terrestris"),
        ("sample,scientificName,count", "s__Lumbricus terrestris"),
        ("Sample_ID,Latin name,Reads", "s__Lumbricus terrestris"),
        ("plot,species,abundance", "s__Lumbricus terrestris"),
        ("Site ID,Species,n", "s__Lumbricus terrestris"),
        ("sample,species,n_reads", "s__Lumbricus terrestris"),
    ],
)
def test_long_tables_of_taxa_are_known_by_many_words(tmp_path, header, species):
    rows = [
        header.split(","),
        *(["A", "Lumbricus terrestris", 3], ["A", "Eisenia fetida", 12]),
        ["B", "Lumbricus terrestris", 1],
    ]
    path = written(tmp_path, rows, ",")
    found = read("table", [path], {})
    assert found.libraries == ("A", "B")
    named = {name: one.lineage for name, one in found.features.items()}
    numbers = {
        (row["library"], named[row["feature"]]): row["value"] for row in found.counts.to_dicts()
    }
    assert numbers == {("A", species): 3, ("A", "s__Eisenia fetida"): 12, ("B", species): 1}
    assert dict(detect(path))["table"].startswith("a long table of taxa")


def test_lineages_of_a_long_table_are_those_of_its_features(tmp_path):
    lineages = "k__Fungi;g__Fusarium", "k__Fungi;g__Mortierella"
    rows = [["sample", "taxonomy", "reads"], ["A", lineages[0], 3], ["A", lineages[1], 4]]
    found = read("table", [written(tmp_path, rows)], {})
    assert {one.lineage for one in found.features.values()} == {*lineages}


def test_names_of_any_rank_tell_taxa_of_a_long_table_apart(tmp_path):
    rows = [
        ["Sample", "Genus", "scientificName", "taxonRank", "Abundance"],
        ["A", "Fusarium", "Fusarium solani", "species", 3],
        ["A", "Fusarium", "Fusarium oxysporum", "species", 4],
        ["A", "", "Nectriaceae", "family", 5],
    ]
    found = read("table", [written(tmp_path, rows)], {})
    assert {one.lineage.rpartition("; ")[2] for one in found.features.values()} == {
        *("s__Fusarium solani", "s__Fusarium oxysporum", "f__Nectriaceae")
    }


@pytest.mark.parametrize("word", ["classification", "scientificName"])
def test_what_soils_and_hosts_are_called_is_no_part_of_taxa(tmp_path, word):
    soils = {"A": "Chernozem", "B": "Chernozem" if word == "scientificName" else "Podzol"}
    rows = [[*row, soils.get(str(row[0]), word)] for row in SUMMED]
    found = read("table", [written(tmp_path, rows)], {})
    assert not any("Chernozem" in name for name in found.features)


def test_columns_of_a_long_table_can_be_ignored(tmp_path):
    rows = [[*row, row[3]] for row in SUMMED]
    rows[0][4] = "Reads"
    path = written(tmp_path, rows)
    found = read("table", [path], {"ignore_columns": ["Reads"]})
    assert found.libraries == ("A", "B")
    with pytest.raises(InputError):
        read("table", [path], {"ignore_columns": ["reads"]})


@pytest.mark.parametrize(
    "header", ["Parzelle,Art,Anzahl", "sample,species,individuals", "block,plot,site,species,reads"]
)
def test_a_long_table_by_other_words_is_called_so(tmp_path, header):
    names = header.split(",")
    rows = [names, *([*["A"] * (len(names) - 2), name, 3] for name in ("Eisenia", "Lumbricus"))]
    path = written(tmp_path, rows, ",")
    assert refused(path) == ["import-long"]
    assert "import-long" in dict(detect(path))["table"]


def test_features_of_one_name_are_no_long_table(tmp_path):
    rows = [["OTU ID", "hit", "A"], ["OTU1", "subtilis", 3], ["OTU1", "cereus", 4]]
    assert refused(written(tmp_path, rows)) == ["import-name"]


@pytest.mark.parametrize("header", ["SampleID,Species,N,C,pH", "Sample,plot,Species,n,date"])
def test_a_sheet_of_samples_is_no_long_table(tmp_path, header):
    rows = [header.split(","), ["A", "wheat", 0.1, 1.2, 6.1], ["B", "rye", 0.2, 1.3, 6.5]]
    assert "long" not in dict(detect(written(tmp_path, rows, ","))).get("table", "")
