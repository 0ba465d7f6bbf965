"""Names that are lineages, tables without names, and lineages under any header."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import METHOD, SEQUENCES, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

ROWS = {"rows": "features"}


def written(tmp_path: Path, text: str, name: str = "t.tsv") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def problems(form: str, sources: list[Path], **options: object) -> list[tuple[str, object]]:
    with pytest.raises(InputError) as caught:
        read(form, sources, options)
    return [(one.code, one.found) for one in caught.value.problems]


def lineages(found) -> dict[str, str]:
    return {name: taxon.lineage for name, taxon in found.features.items()}


MGNIFY = {
    "v5": "#SampleID\tERR1\tERR2\nsk__Bacteria\t3\t4\nUnclassified\t9\t1\n"
    "sk__Bacteria;k__;p__Acidobacteria\t10\t4\n",
    "v5 first": "#SampleID\tERR1\tERR2\nUnclassified\t9\t1\nsk__Bacteria;k__;p__A\t10\t4\n"
    "sk__Archaea\t3\t4\n",
    "v3": "#SampleID\tERR1\tERR2\nRoot;k__Bacteria\t3\t4\nRoot\t1\t2\n"
    "Root;k__Bacteria;p__Acidobacteria\t10\t4\n",
}


@pytest.mark.parametrize("name", MGNIFY)
@pytest.mark.parametrize("form", ["mgnify", "table"])
def test_lineages_as_names_of_rows_are_features_whatever_stands_above(tmp_path, form, name):
    source = written(tmp_path, MGNIFY[name], "ERP1_taxonomy_abundances_SSU_v5.0.tsv")
    found = read(form, [source], {})
    assert found.libraries == ("ERR1", "ERR2")
    assert lineages(found) == {one: one for one in found.features}
    assert len(found.features) == 3
    assert "mgnify" in [one for one, _ in detect(source)]


@pytest.mark.parametrize("corner", ["#OTU ID", "SampleID", "index", ""])
@pytest.mark.parametrize(
    "names",
    [
        ("d__Bacteria;p__Bacillota", "d__Bacteria;p__Pseudomonadota", "Unassigned;__"),
        ("Bacteria;Bacillota", "Bacteria;Pseudomonadota", "unclassified"),
        ("k__Fungi|p__Ascomycota", "k__Fungi|p__Basidiomycota", "Unknown"),
        ("d:Bacteria,p:Bacillota", "d:Bacteria,p:Pseudomonadota", "NA"),
        ("D_0__Bacteria;D_1__Bacillota", "D_0__Archaea", "No blast hit"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_lineages_as_names_are_lineages_on_either_side(tmp_path, corner, names, turned):
    rows = [[corner, "S1", "S2"]]
    rows += [[name, str(at), str(at * at + 2)] for at, name in enumerate(names, 1)]
    if turned:
        rows = [list(cells) for cells in zip(*rows, strict=True)]
    found = read("table", [written(tmp_path, "".join("\t".join(r) + "\n" for r in rows))], {})
    assert lineages(found) == {name: name for name in names}
    assert sorted(found.libraries) == ["S1", "S2"]


def test_a_collapsed_table_of_biom_keeps_its_lineages(tmp_path):
    import numpy as np
    from biom import Table

    names = ["d__Bacteria;p__A", "d__Bacteria;p__B"]
    text = Table(np.array([[1, 2], [3, 5]]), names, ["S1", "S2"]).to_json("a test")
    assert lineages(read("biom", [written(tmp_path, text, "t.biom")], {})) == {n: n for n in names}


def test_lineages_and_what_is_stated_must_agree(tmp_path):
    source = written(tmp_path, "#OTU ID\tS1\nd__Bacteria;p__A\t3\nd__Bacteria;p__B\t4\n")
    assert problems("table", [source], rows="libraries")[0][0] == "import-orientation"
    assert read("table", [source], ROWS).libraries == ("S1",)


def test_lineages_whose_marks_r_changed_are_refused(tmp_path):
    source = written(tmp_path, "\td__Bacteria.p__A\td__Bacteria.p__B\nS1\t3\t4\n")
    assert problems("table", [source]) == [("import-name", "d__Bacteria.p__A")]
    written(tmp_path, "SampleID\tBacteria.Bacillota\tArchaea..Thermoproteota\nS1\t3\t4\n")
    assert problems("table", [source]) == [("import-name", "Bacteria.Bacillota")]
    written(tmp_path, "OTU ID\tBacteria.North\tSouth\tWest\nx\t3\t4\t1\ny\t1\t1\t2\n")
    assert read("table", [source], {}).libraries == ("Bacteria.North", "South", "West")


def test_a_lineage_among_other_names_is_kept_and_the_others_are_told(tmp_path):
    text = "#OTU ID\tS1\nOTU_1\t1\nd__Bacteria;p__A\t2\nOTU_3\t7\n"
    found = read("table", [written(tmp_path, text)], {})
    assert lineages(found)["d__Bacteria;p__A"] == "d__Bacteria;p__A"
    assert "2 of 3 features have no lineage: OTU_1, OTU_3" in found.notes


def test_ranks_that_name_several_rows_ask_for_ids(tmp_path):
    text = "Kingdom\tPhylum\tS1\nFungi\tA\t3\nFungi\tA\t4\n"
    with pytest.raises(InputError, match="Put a column of ids in front"):
        read("table", [written(tmp_path, text)], {})


@pytest.mark.parametrize("kind", ["lineages", "sequences"])
def test_a_measurement_among_lineages_or_sequences_is_no_feature(tmp_path, kind):
    names = list(SEQUENCES.values()) if kind == "sequences" else ["d__Bacteria;p__A", "d__Archaea"]
    header = ",".join(["index", *names, "Block"])
    text = f"{header}\nS1,{',3' * len(names)},1\nS2,{',4' * len(names)},2\n".replace(",,", ",")
    source = written(tmp_path, text, "level-2.csv")
    assert problems("table", [source]) == [("import-column", "Block")]
    found = read("table", [source], {"ignore_columns": ["Block"]})
    assert sorted(found.features) == sorted(names)


@pytest.mark.parametrize(
    ("corner", "columns"), [("#OTU ID", "OTU_1\tOTU_2"), ("SampleID", "S1\tS2")]
)
def test_a_word_above_names_that_they_contradict_is_refused(tmp_path, corner, columns):
    rows = ["S1", "S2"] if "OTU" in columns else ["ASV1", "ASV2"]
    source = written(tmp_path, f"{corner}\t{columns}\n{rows[0]}\t1\t2\n{rows[1]}\t3\t5\n")
    assert [one[0] for one in problems("table", [source])] == ["import-orientation"]


def test_a_class_of_soil_beside_libraries_is_no_lineage(tmp_path):
    source = written(tmp_path, "SampleID\tx\ty\tClass\nA\t1\t2\tsand\nB\t3\t5\tclay\n")
    assert read("table", [source], {}).libraries == ("A", "B")


def test_the_rank_above_names_is_theirs(tmp_path):
    source = written(tmp_path, "Genus\tS1\tS2\nBacillus\t3\t4\nunclassified\t1\t9\n")
    found = read("table", [source], {})
    assert found.libraries == ("S1", "S2")
    assert lineages(found)["Bacillus"] == "g__Bacillus"


def test_ranks_in_front_of_the_numbers_are_the_lineage(tmp_path):
    text = "superkingdom\tkingdom\tphylum\tERR1\tERR2\nBacteria\t\tBacillota\t10\t4\n"
    text += "Bacteria\t\tUnclassified\t5\t5\nUnclassified\t\tUnclassified\t1\t0\n"
    source = written(tmp_path, text, "ERP1_phylum_taxonomy_abundances_SSU_v5.0.tsv")
    assert detect(source)[0][0] == "mgnify"
    found = read("mgnify", [source], {})
    assert found.libraries == ("ERR1", "ERR2")
    assert "d__Bacteria; k__; p__Bacillota" in lineages(found).values()
    assert found.counts["value"].sum() == 25


def test_ids_behind_lineages_are_the_names(tmp_path):
    text = "taxonomy\tOTU ID\tS1\nk__Fungi;p__A\tx\t1\nk__Fungi;p__A\ty\t2\n"
    found = read("table", [written(tmp_path, text)], {})
    assert lineages(found) == {"x": "k__Fungi;p__A", "y": "k__Fungi;p__A"}


# Tables without names.


@pytest.mark.parametrize(
    "text",
    [
        ",".join(SEQUENCES.values()) + "\n5,3,1,1\n0,7,2,9\n",
        "S1,S2\n5,3\n0,7\n",
        "S1,S2\n5,3\n6,7\n",
        "soil_north,soil_south\n5,3\n12,7\n",
        "Sample A,Sample B\n5,3\n12,7\n",
        "OTU_1,OTU_2\n5,3\n12,7\n",
        "d__Bacteria;p__A,d__Bacteria;p__B\n5,3\n12,7\n",
    ],
)
def test_a_table_without_names_of_rows_is_refused(tmp_path, text):
    source = written(tmp_path, text, "t.csv")
    with pytest.raises(InputError, match="names of rows in the first column"):
        read("table", [source], {"rows": "features"})


@pytest.mark.parametrize(
    "text",
    [
        "OTU_1\t1\t2\nOTU_2\t3\t4\nOTU_3\t3\t4\n",
        "OTU_1\t0\t0\nOTU_2\t3\t4\nOTU_3\t3\t4\n",
        f"{SEQUENCES['ASV1']}\t1\t2\n{SEQUENCES['ASV2']}\t3\t4\n",
        "k__Fungi;p__A\t1\t2\nk__Fungi;p__B\t3\t4\n",
        "soilA\t1.0\t2\nsoilB\t3\t4\n",
        "OTU_1\t1\t2\tk__Fungi;p__A\nOTU_2\t3\t4\tk__Fungi;p__B\n",
    ],
)
def test_a_table_without_a_header_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="a header with the names of columns"):
        read("table", [written(tmp_path, text)], {"rows": "features"})


@pytest.mark.parametrize(
    "text",
    [
        "OTU\tA\tB\n1\t4\t2\n2\t3\t4\n",
        "#OTU ID\t1\t2\nx\t4\t2\ny\t3\t4\n",
        "\t2019\t2020\nx\t4\t2\ny\t3\t4\n",
        "PlotID\tx\ty\n1\t4\t2\n2\t3\t4\n",
        "No.\tNorth\ty\n1\t4\t2\n2\t3\t4\n",
        "Unnamed: 0\tx\ty\n1\t4\t2\n2\t3\t4\n",
    ],
)
def test_numbers_may_be_names(tmp_path, text):
    assert len(read("table", [written(tmp_path, text)], {"rows": "features"}).features) == 2


def numbered(names: list[int], corner: str = "Bin") -> str:
    rows = (f"{name}\t{name * 3 % 7}\t{name * 5 % 11 + 1}\n" for name in names)
    return f"{corner}\tNorth\tSouth\n{''.join(rows)}"


def test_rows_that_are_numbered_from_top_to_bottom_have_these_numbers_as_names(tmp_path):
    for start in (0, 1):
        source = written(tmp_path, numbered(list(range(start, start + 10))))
        found = read("table", [source], ROWS)
        assert found.libraries == ("North", "South")
        assert found.notes == ["'Bin' is above names of rows: they are numbered from top to bottom"]


INDEXED = "{corner}{word}A\tB\n1\tASV_2\t5\t1\n2\tASV_1\t3\t4\n3\tASV_3\t7\t9\n"
LINEAGES = "\tFeature ID\tTaxon\n1\tASV_1\td__Bacteria;p__A\n2\tASV_2\td__Bacteria;p__B\n"


@pytest.mark.parametrize("corner", ["", "X", "Unnamed: 0"])
@pytest.mark.parametrize("word", ["OTU", "#OTU ID", "Name"])
def test_numbers_of_rows_are_no_names_where_others_stand_behind_them(tmp_path, corner, word):
    text = INDEXED.format(corner=f"{corner}\t", word=f"{word}\t")
    sources = [written(tmp_path, text), written(tmp_path, LINEAGES, "taxonomy.tsv")]
    found = read("table", sources, {})
    names = {"ASV_1": "d__Bacteria;p__A", "ASV_2": "d__Bacteria;p__B", "ASV_3": ""}
    assert lineages(found) == names
    assert f"the first column has numbers of rows, whose names stand in '{word}'" in found.notes


def test_libraries_have_their_names_behind_numbers_of_rows_too(tmp_path):
    text = "\tSampleID\tASV_1\tASV_2\n1\tNorth\t5\t1\n2\tSouth\t3\t4\n"
    assert read("table", [written(tmp_path, text)], {}).libraries == ("North", "South")


def test_two_files_are_not_joined_by_the_numbers_of_their_rows(tmp_path):
    table = written(tmp_path, "\tA\tB\n1\t5\t1\n2\t3\t4\n3\t7\t9\n")
    taxonomy = "\tTaxon\n1\td__Bacteria;p__A\n2\td__Bacteria;p__B\n3\td__Bacteria;p__C\n"
    found = "numbers of rows in the first columns of t.tsv and taxonomy.tsv"
    sources = [table, written(tmp_path, taxonomy, "taxonomy.tsv")]
    assert problems("table", sources) == [("import-name", found)]
    sources = [table, written(tmp_path, f"OTU{taxonomy}", "taxonomy.tsv")]
    assert lineages(read("table", sources, {}))["2"] == "d__Bacteria;p__B"
    # Of libraries in rows nothing is known by them.
    text = "\tOTU_1\tOTU_2\n1\t5\t1\n2\t3\t4\n3\t7\t9\n"
    sources = [written(tmp_path, text), written(tmp_path, taxonomy, "taxonomy.tsv")]
    assert problems("table", sources, rows="libraries")[0][0] == "import-names-differ"


@pytest.mark.parametrize(
    ("corner", "names"),
    [
        ("Bin", [1, 2, 3]),
        ("Bin", [1, 2, 3, 4, 5, 6, 7, 8, 9, 12]),
        ("Bin", [*range(2, 20)]),
        ("OTU_7", [*range(1, 20)]),
        ("Nor_1", [*range(1, 20)]),
    ],
)
def test_numbers_that_may_be_counts_are_no_names_until_it_is_stated(tmp_path, corner, names):
    source = written(tmp_path, numbered(names, corner))
    with pytest.raises(InputError, match=f"say `table: {{names: '{corner}'}}` in --method"):
        read("table", [source], ROWS)
    found = read("table", [source], {"names": corner, **ROWS})
    assert list(found.features) == list(map(str, names))


@pytest.mark.parametrize(
    ("names", "sheet", "is_names"),
    [
        ([9, 4, 7], {"North", "South"}, True),
        ([9, 4, 4], {"North", "South"}, False),
        ([9, 4], {"North", "South"}, False),
        ([9, 4, 7], {"North", "South", "bin"}, False),
        ([9, 4, 7], {"North"}, False),
        ([9, 4, 7], {"9", "4", "7"}, True),
        ([9, 4, 7], {"9", "4", "7", "Bin"}, False),
    ],
)
def test_sheets_tell_whether_numbers_are_names(tmp_path, names, sheet, is_names):
    source = written(tmp_path, numbered(names))
    options = {**ROWS, "libraries": frozenset(sheet)}
    if is_names:
        assert list(read("table", [source], options).features) == list(map(str, names))
    else:
        assert [one[0] for one in problems("table", [source], **options)] == ["import-name"]


def test_names_of_rows_may_stand_anywhere_and_beside_other_files(tmp_path):
    table = written(tmp_path, "North\tBin\tSouth\n1\t7\t4\n4\t9\t5\n")
    taxa = written(tmp_path, "id\tTaxon\n7\tk__Fungi\n9\tk__Fungi\n", "taxa.tsv")
    found = read("table", [table, taxa], {"names": "Bin", "ignore_rows": ["9"]})
    assert (found.libraries, lineages(found)) == (("North", "South"), {"7": "k__Fungi"})
    wrong = problems("table", [table, taxa], names="Bins")
    assert ("import-name", "Bins") in wrong


# Lineages under other headers.

BACILLUS = ("Bacteria", "Bacillota", "Bacilli", "Bacillales", "Bacillaceae", "Bacillus")


@pytest.mark.parametrize("prefixes", [True, False])
@pytest.mark.parametrize("word", ["Rank", "rank_", "taxonomy", "Tax", "Taxonomy."])
def test_ranks_by_number_are_ranks(tmp_path, word, prefixes):
    cells = [
        f"{mark}__{name}" if prefixes else name
        for mark, name in zip("dpcofg", BACILLUS, strict=True)
    ]
    header = "\t".join(["OTU ID", "S1", *(f"{word}{at}" for at in range(1, 8))])
    rows = ["\t".join([name, number, *cells, ""]) for name, number in (("x", "3"), ("y", "4"))]
    dataset = imported(tmp_path, written(tmp_path, "\n".join([header, *rows]) + "\n"))
    (row, _) = dataset.table("features").to_dicts()
    found = [row[rank] for rank in ("domain", "phylum", "class", "order", "family", "genus")]
    assert found == list(BACILLUS)


@pytest.mark.parametrize(
    "header", ["Taxonomy (SILVA)", "OTUConTaxonomy", "silva_taxonomy", "BLAST hit", "lineage.x"]
)
def test_a_column_of_lineages_is_found_by_what_is_in_it(tmp_path, header):
    text = f"OTU ID\tS1\t{header}\nx\t3\td__Bacteria;p__A\ny\t4\tUnassigned\n"
    found = read("table", [written(tmp_path, text)], {})
    assert lineages(found) == {"x": "d__Bacteria;p__A", "y": "Unassigned"}
    assert found.notes == []


@pytest.mark.parametrize("header", ["Phylum (SILVA)", "silva_Phylum", "Phylum.x", "tax.phylum"])
def test_a_rank_with_more_around_it_is_one(tmp_path, header):
    text = f"OTU ID\tS1\t{header}\nx\t3\tBacillota\ny\t4\tBacillota\n"
    assert lineages(read("table", [written(tmp_path, text)], {}))["x"] == "p__Bacillota"


@pytest.mark.parametrize(
    ("headers", "cells", "found"),
    [
        ("Taxon", "Bacillus", "Bacillus"),
        ("Rank1\tRank2", "Bacillota\tBacilli", "Bacillota"),
        ("hit 1\thit 2", "k__A;p__B\tk__A;p__C", "hit 1, hit 2"),
    ],
)
def test_lineages_that_cannot_be_told_are_refused(tmp_path, headers, cells, found):
    text = f"OTU ID\tS1\t{headers}\nx\t3\t{cells}\ny\t4\t{cells}\n"
    assert problems("table", [written(tmp_path, text)]) == [("import-lineages", found)]


def test_ranks_of_a_phyloseq_table_may_have_numbers(tmp_path):
    written(tmp_path, "otu,S1,S2\nx,1,2\ny,3,5\n", "otu_table.csv")
    written(tmp_path, '"",Rank1,Rank2\nx,k__Bacteria,p__A\ny,k__Bacteria,NA\n', "tax_table.csv")
    found = read("phyloseq", [tmp_path], {})
    assert lineages(found) == {"x": "k__Bacteria; p__A", "y": "k__Bacteria"}


# Sequences in a column.


@pytest.mark.parametrize("header", ["sequence", "Sequences", "rep_seq", "mystery"])
def test_sequences_in_a_column_are_there_for_all_or_none(tmp_path, header):
    one, two = list(SEQUENCES.values())[:2]
    source = written(tmp_path, f"OTU ID\tS1\t{header}\nx\t3\t{one}\ny\t4\t{two}\n")
    found = read("table", [source], {})
    assert [taxon.sequence for taxon in found.features.values()] == [one, two]
    written(tmp_path, f"OTU ID\tS1\t{header}\nx\t3\t{one}\ny\t4\t\n")
    assert [one[0] for one in problems("table", [source])] == ["import-names-differ"]
    found = read("table", [source], {"sequences": "incomplete"})
    assert "1 of 2 features have no sequence: y" in found.notes


def test_what_is_no_sequence_in_a_column_of_sequences_is_told(tmp_path):
    one = SEQUENCES["ASV1"]
    source = written(tmp_path, f"OTU ID\tS1\tsequence\nx\t3\t{one}\ny\t4\t{one[:50]}--{one[60:]}\n")
    assert [one[0] for one in problems("table", [source])] == ["import-sequence"]


def test_features_that_a_sheet_of_sequences_lacks_are_told(tmp_path):
    (tmp_path / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\ny\t4\t9\n")
    text = f"id\tkingdom\tDNA_sequence\nx\tFungi\t{SEQUENCES['ASV1']}\n"
    (tmp_path / "taxa.tsv").write_text(text)
    notes = read("mdt", [tmp_path], {}).notes
    assert "1 of 2 features are not in the sheet that has sequences: y" in notes


# Ranks that hold what is below them.

NESTED = (
    "#Classification\tS1\tS2\nd__Bacteria\t10\t20\nd__Bacteria|p__A\t7\t5\n"
    "d__Bacteria|p__B\t3\t15\nd__Bacteria|p__A|c__X\t4\t5\nd__Bacteria|p__A|c__Y\t3\t0\n"
)


@pytest.mark.parametrize("rest", [0, 2])
def test_sums_of_higher_ranks_are_no_features(tmp_path, rest):
    text = NESTED.replace("d__Bacteria\t10", f"d__Bacteria\t{10 + rest}")
    text += "d__Bacteria|p__B|c__Z\t3\t15\n" if not rest else "d__Bacteria|p__B|c__Z\t3\t11\n"
    source = written(tmp_path, text)
    assert [one[0] for one in problems("table", [source])] == ["import-total"]
    assert len(read("table", [source], {"totals": "none"}).features) == 6


def test_what_a_table_has_no_lineages_of_is_said(tmp_path, capsys):
    source = written(tmp_path, "OTU ID\tS1\tS2\nBacillus\t1\t2\nNocardia\t3\t5\n")
    imported(tmp_path, source)
    assert "no feature has a lineage" in capsys.readouterr().out


def imported(tmp_path: Path, *sources: Path, form: str = "table"):
    method = write_method(tmp_path, METHOD)
    words = ["import", form, *map(str, sources), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    return read_dataset(tmp_path / "out")


# MGnify's sums of runs.


def test_krona_s_text_may_begin_with_the_unclassified(tmp_path):
    one = written(tmp_path, "3\tUnclassified\n5\tsk__Bacteria\tk__\tp__A\n", "ERR2_FASTA.mseq.txt")
    other = written(tmp_path, "5\tsk__Archaea\n1\tUnclassified\n", "ERR3_SSU_MERGED_FASTA.mseq.txt")
    assert detect(one)[0][0] == "mgnify"
    found = read("mgnify", [one, other], {})
    assert found.libraries == ("ERR2", "ERR3")
    assert found.counts["value"].sum() == 14


def test_sums_and_hits_of_runs_are_read_together(tmp_path):
    one = written(tmp_path, "3\tUnclassified\n5\tsk__Bacteria\n", "ERR2_FASTA.mseq.txt")
    hits = "# mapseq v1.2.6 (x)\n#query\tdbhit\tbitscore\tSILVA\nr1\th\t9\tsk__Bacteria\n"
    other = written(tmp_path, hits, "ERR3.mseq")
    assert read("mgnify", [one, other], {}).counts["value"].sum() == 9


def test_marks_within_lineages_of_a_header_part_no_columns(tmp_path):
    names = [f"d__Bacteria;p__A;c__B;o__C;f__D;g__{one}" for one in "EF"]
    source = written(tmp_path, f"index,{','.join(names)}\nS1,3,4\nS2,5,6\n", "level-6.csv")
    assert sorted(read("table", [source], {}).features) == names


# What tools write beside tables.


@pytest.mark.parametrize(
    ("text", "lineage"),
    [
        (
            "ASV1;size=9\td:Bacteria(1.00),p:A(0.4)\t+\td:Bacteria\nASV2;size=5;\t\t\t\n",
            "d:Bacteria",
        ),
        ("ASV1\tk__Bacteria;p__A\t0.98\t3\nASV2\tk__Bacteria\t1.00\t1\n", "k__Bacteria;p__A"),
        ("ASV1\tk__Bacteria;p__A\t0.98\nASV2\tUnassigned\t1.00\n", "k__Bacteria;p__A"),
        (
            "ASV,tax.Kingdom,tax.Phylum,boot.Kingdom,boot.Phylum\nASV1,Bacteria,A,100,80\n"
            "ASV2,Bacteria,NA,100,20\n",
            "k__Bacteria; p__A",
        ),
    ],
)
def test_tables_of_lineages_that_tools_write_are_read(tmp_path, text, lineage):
    source = written(tmp_path, "OTU ID\tS1\tS2\nASV1\t1\t2\nASV2\t3\t5\n")
    beside = written(tmp_path, text, "taxa.csv" if "," in text.splitlines()[0][:4] else "taxa.txt")
    assert lineages(read("table", [source, beside], {}))["ASV1"] == lineage


def test_sizes_behind_names_of_sequences_are_no_part_of_them(tmp_path):
    source = written(tmp_path, "OTU ID\tS1\nASV1\t1\nASV2\t3\n")
    text = "".join(f">{one};size={at}\n{SEQUENCES[one]}\n" for at, one in enumerate(SEQUENCES))
    found = read("table", [source, written(tmp_path, text, "s.fasta")], {})
    assert found.features["ASV2"].sequence == SEQUENCES["ASV2"]


def test_ranks_beside_whole_lineages_count_where_these_say_nothing(tmp_path):
    text = "OTU ID\tS1\ttaxonomy\tGenus\nx\t1\tk__Fungi;p__A\tB\ny\t3\tNA\tFusarium\n"
    found = read("table", [written(tmp_path, text)], {})
    assert lineages(found) == {"x": "k__Fungi;p__A", "y": "g__Fusarium"}
    assert "columns Genus count only where 'taxonomy' says nothing" in found.notes


def test_a_name_that_is_a_sequence_is_shown_short(tmp_path):
    one, two = list(SEQUENCES.values())[:2]
    source = written(tmp_path, f"SampleID\t{one}\t{two}\nS1\tn.d.\t3\nS2\t4\t5\n")
    with pytest.raises(InputError) as caught:
        read("table", [source], {})
    told = str(caught.value.problems[0])
    assert one[:70] in told
    assert one not in told


def test_an_unpacked_archive_is_called_so(tmp_path):
    (tmp_path / "meta.xml").write_text("<archive/>")
    written(tmp_path, "id\torganismQuantity\n1\t3\n", "occurrence.txt")
    assert detect(tmp_path)[0][0] == "dwca"
    assert problems("dwca", [tmp_path]) == [("import-dwca", "a folder")]


def test_what_is_not_taken_of_a_file_of_lineages_is_said(tmp_path):
    table = written(tmp_path, "OTU ID\tS1\nx\t1\ny\t3\n")
    text = "id\ttaxonomy\tSILVA taxonomy\nx\tk__Fungi;p__A\tk__Fungi;p__B\ny\tk__Fungi\tNA\n"
    notes = read("table", [table, written(tmp_path, text, "taxa.tsv")], {}).notes
    assert notes == ["column 'SILVA taxonomy' holds lineages, too, and is not taken"]


TAXA = (
    '"Kingdom"\t"Phylum"\t"Genus"\n"O1"\t"Bacteria"\t"Bacillota"\t"Bacillus"\n'
    '"O2"\t"Bacteria"\t"Pseudomonadota"\tNA\n'
)
OF_TAXA = {
    "O1": "k__Bacteria; p__Bacillota; g__Bacillus",
    "O2": "k__Bacteria; p__Pseudomonadota; g__",
}


@pytest.mark.parametrize("form", ["table", "dada2"])
def test_taxa_that_r_wrote_without_a_header_above_their_names_are_read(tmp_path, form):
    table = written(tmp_path, '"S1"\t"S2"\n"O1"\t5\t3\n"O2"\t0\t7\n')
    taxa = written(tmp_path, TAXA, "taxa.txt")
    found = read(form, [table, taxa], {})
    assert (lineages(found), found.libraries) == (OF_TAXA, ("S1", "S2"))


def test_tables_of_phyloseq_that_r_wrote_so_are_read(tmp_path):
    one, two = list(SEQUENCES.values())[:2]
    written(tmp_path, f'"{one}"\t"{two}"\n"S1"\t5\t3\n"S2"\t0\t7\n', "otu_table.tsv")
    text = TAXA.replace("O1", one).replace("O2", two)
    written(tmp_path, text, "tax_table.tsv")
    found = read("phyloseq", [tmp_path], {})
    assert lineages(found) == {one: OF_TAXA["O1"], two: OF_TAXA["O2"]}


def test_ranks_before_counts_that_r_wrote_so_leave_names_as_they_are(tmp_path):
    text = "Kingdom\tPhylum\tGenus\tS1\tS2\nO1\tBacteria\tBacillota\tBacillus\t5\t3\n"
    text += "O2\tBacteria\tPseudomonadota\tNA\t4\t1\n"
    assert lineages(read("table", [written(tmp_path, text)], {})) == OF_TAXA


def test_a_mark_at_the_end_of_rows_makes_no_column(tmp_path):
    source = written(tmp_path, "OTU ID\tS1\tS2\nO1\t5\t3\t\nO2\t0\t7\t\n")
    found = read("table", [source], {})
    assert (found.libraries, set(found.features)) == (("S1", "S2"), {"O1", "O2"})


@pytest.mark.parametrize("form", ["table", "dada2"])
@pytest.mark.parametrize("cells", ["Bacteria\tBacillota\tBacillus", "Bacteria\tBacillota"])
def test_ranks_in_columns_without_a_header_are_refused(tmp_path, form, cells):
    table = written(tmp_path, "OTU ID\tS1\tS2\nO1\t5\t3\nO2\t0\t7\n")
    # What tells nothing may come first.
    nothing = "\t".join(["Bacteria", *["NA"] * cells.count("\t")])
    names = written(tmp_path, f"O2\t{nothing}\nO1\t{cells}\n", "names.txt")
    assert [one[0] for one in problems(form, [table, names])] == ["import-lineages"]
    written(tmp_path, f"O1\t{cells}\nO2\t{nothing}\n", "names.txt")
    assert [one[0] for one in problems(form, [table, names])] == ["import-lineages"]


X, Y = "Bacteria\tBacillota\tBacillus", "Bacteria\tBacillota\tPaenibacillus"
THREE = "k__Bacteria; p__Bacillota; g__"


@pytest.mark.parametrize(
    ("header", "cells", "first", "others"),
    [
        # What pandas and dplyr call columns of two tables; a rank of one of them keeps its name.
        ("Kingdom_x Phylum_x Genus_x Kingdom_y Phylum_y Genus_y Species_y",
         f"{X}\t{Y}\tPaenibacillus alvei",
         f"{THREE}Bacillus", (f"{THREE}Paenibacillus; s__Paenibacillus alvei",)),
        ("Kingdom.x Phylum.x Genus.x Kingdom.y Phylum.y Genus.y Species",
         f"{X}\t{Y}\tPaenibacillus alvei",
         f"{THREE}Bacillus", (f"{THREE}Paenibacillus", "s__Paenibacillus alvei")),
        # Classifiers and databases, before or behind; without anything around them first.
        ("SINTAX_Kingdom SINTAX_Phylum SINTAX_Genus Kingdom Phylum Genus", f"{Y}\t{X}",
         f"{THREE}Bacillus", (f"{THREE}Paenibacillus",)),
        ("Kingdom.dada2.S Phylum.dada2.S Genus.dada2.S Kingdom.decipher.G Phylum.decipher.G"
         " Genus.decipher.G", f"{X}\tNA\tNA\tNA", f"{THREE}Bacillus", ()),
        # Supports in words, and one more column of a rank, are no lineages.
        ("Kingdom Phylum Genus Phylum_conf Genus_conf", f"{X}\thigh\thigh",
         f"{THREE}Bacillus", ()),
        ("Kingdom Phylum Genus Genus_label", f"{X}\tBacillus (1)", f"{THREE}Bacillus", ()),
        ("Kingdom Phylum Genus Species_blast", f"{X}\tBacillus subtilis",
         f"{THREE}Bacillus; s__Bacillus subtilis", ()),
    ],
)  # fmt: skip
def test_ranks_of_several_databases_are_several_lineages(tmp_path, header, cells, first, others):
    text = "\t".join(["OTU", "S1", "S2", *header.split()]) + f"\nO1\t5\t3\t{cells}\n"
    taxon = read("table", [written(tmp_path, text)], {}).features["O1"]
    assert (taxon.lineage, taxon.others) == (first, others)


@pytest.mark.parametrize(
    ("own", "exact", "species", "others"),
    [
        ("", "subtilis", "subtilis", ()),
        ("NA", "subtilis", "subtilis", ()),
        ("subtilis", "", "subtilis", ()),
        ("Bacillus subtilis", "subtilis", "Bacillus subtilis", ()),
        ("subtilis", "simplex", "subtilis", (f"{THREE}Bacillus; s__simplex",)),
    ],
)
def test_exact_species_count_where_there_are_no_others_or_differ(
    tmp_path, own, exact, species, others
):
    header = "OTU\tS1\tS2\tKingdom\tPhylum\tGenus\tSpecies\tSpecies_exact\tconfidence\n"
    text = f"{header}O1\t5\t3\tBacteria\tBacillota\tBacillus\t{own}\t{exact}\t0.9\n"
    found = read("table", [written(tmp_path, text)], {})
    taxon = found.features["O1"]
    assert (taxon.lineage, taxon.others) == (f"{THREE}Bacillus; s__{species}", others)
    assert taxon.confidence == (None if others else 0.9)
    assert found.notes == [
        "column 'Species_exact' counts where there is no other species, or differs"
    ]


@pytest.mark.parametrize(
    ("other", "confidence"),
    [("k__Bacteria; p__Bacillota\t0.99", 0.99), ("k__Bacteria; p__Bacillota\t0.7", None),
     ("k__Bacteria; p__Pseudomonadota\t0.99", None)],
)  # fmt: skip
def test_a_confidence_is_of_one_lineage(tmp_path, other, confidence):
    table = written(tmp_path, "OTU ID\tS1\nO1\t5\n")
    header = "Feature ID\tTaxon\tConfidence\nO1\t"
    one = written(tmp_path, f"{header}k__Bacteria; p__Bacillota\t0.99\n", "one.tsv")
    two = written(tmp_path, f"{header}{other}\n", "two.tsv")
    assert read("table", [table, one, two], {}).features["O1"].confidence == confidence
    assert read("table", [table, one], {}).features["O1"].confidence == 0.99


def test_ranks_of_another_database_are_named(tmp_path):
    header = "OTU\tS1\tKingdom_x\tPhylum_x\tGenus_x\tKingdom_y\tPhylum_y\tGenus_y\tGenus_z"
    source = written(tmp_path, f"{header}\nO1\t5\t{X}\t{Y}\tBacillus\n")
    notes = read("table", [source], {}).notes
    assert any("Kingdom_y, Phylum_y, Genus_y" in note for note in notes)
    assert any("'Genus_z'" in note for note in notes)
    row = imported(tmp_path, source).table("features").to_dicts()[0]
    assert (row["phylum"], row["genus"], row["species"]) == ("Bacillota", None, None)


@pytest.mark.parametrize("pattern", ["boot.{}", "{}_boot", "{}_confidence"])
def test_the_support_of_a_lineage_is_that_of_its_deepest_name(tmp_path, pattern):
    ranks = ("Kingdom", "Phylum", "Genus")
    header = "\t".join(["OTU", "S1", "S2", *ranks, *map(pattern.format, ranks)])
    rows = "O1\t5\t3\tBacteria\tA\tB\t100\t99\t81\nO2\t5\t3\tBacteria\tA\tNA\t100\t92\t40\n"
    rows += "O3\t5\t3\tBacteria\tA\tunclassified\t100\t93\t40\n"
    found = read("table", [written(tmp_path, f"{header}\n{rows}")], {})
    assert [found.features[name].confidence for name in ("O1", "O2", "O3")] == [0.81, 0.92, 0.93]
    assert found.notes == []


def test_columns_beside_lineages_that_are_not_taken_are_named(tmp_path):
    table = written(tmp_path, "OTU\tS1\tS2\nOTU1\t10\t3\nOTU2\t4\t7\n")
    header = "OTU\tDomain\tPhylum\tHit2DB\tMethod\tGuild\tNotes\t%ID\n"
    rows = "OTU1\tBacteria\tA\t?\tx\tsoil\t\t91.2\nOTU2\tBacteria\tB\t-\tx\t-\t\t99\n"
    found = read("table", [table, written(tmp_path, header + rows, "tax.txt")], {})
    assert lineages(found) == {"OTU1": "d__Bacteria; p__A", "OTU2": "d__Bacteria; p__B"}
    assert found.notes == [
        "column '%ID' tells how alike a hit is, which supports no name, and is not taken",
        "columns of tax.txt are not taken: Hit2DB, Method, Guild",
    ]


def test_a_species_that_says_that_there_is_none_stays_so_verbatim(tmp_path):
    text = "OTU\tS1\tS2\tKingdom\tGenus\tSpecies\nO1\t5\t3\tBacteria\tUnassigned\tUnassigned\n"
    taxon = read("table", [written(tmp_path, text)], {}).features["O1"]
    assert taxon.lineage == "k__Bacteria; g__Unassigned; s__Unassigned"


def test_a_genus_in_the_column_of_species_is_no_species(tmp_path):
    text = "OTU ID\tS1\tGenus\tSpecies\nx\t3\tNocardia\tNocardia\ny\t4\tNocardia\tcrassa\n"
    found = read("table", [written(tmp_path, text)], {})
    assert lineages(found) == {"x": "g__Nocardia; x__Nocardia", "y": "g__Nocardia; s__crassa"}


def test_a_column_called_taxonomy_without_lineages_is_named(tmp_path):
    text = "OTU ID\tS1\tTaxonomy\tGenus\nx\t3\tNocardia\tNocardia\ny\t4\tB\tBacillus\n"
    notes = read("table", [written(tmp_path, text)], {}).notes
    assert notes == ["column 'Taxonomy' holds no lineages, and is not taken"]


KRONA = "90\tsk__Bacteria\tk__\tp__Bacillota\n10\tsk__Bacteria\n"


@pytest.mark.parametrize(
    ("name", "library", "engine"),
    [
        ("ERR1_16S-V3-V4_DADA2-SILVA_asv_krona_counts.txt", "ERR1", "dada2"),
        ("my_soil_DADA2-PR2_asv_krona_counts.txt", "my_soil", "dada2"),
        ("ERR1_SILVA-SSU.txt", "ERR1", "mapseq"),
        ("ERR1_SSU.fasta.mseq.txt", "ERR1", "mapseq"),
        ("ERR1_mOTUs.txt", "ERR1", "motus"),
    ],
)
def test_counts_for_krona_have_their_run_and_engine(tmp_path, name, library, engine):
    found = read("mgnify", [written(tmp_path, KRONA, name)], {})
    assert (found.libraries, found.method["engine"]) == ((library,), engine)


RAW = {
    "silva": "# Count\tSuperkingdom\tKingdom\tPhylum\n1\tsk__Bacteria\n"
    "7\tsk__Bacteria\tk__\tp__A\n",
    "motus": "# Count\tKingdom\tPhylum\n1.0\tk__Bacteria\tp__A\n7.0\tunassigned\n",
}


@pytest.mark.parametrize(
    ("name", "kind", "library", "engine"),
    [
        ("ERR1_silva-ssu.txt", "silva", "ERR1", "mapseq"),
        ("ERR1_silva-lsu.txt", "silva", "ERR1", "mapseq"),
        ("ERR1_motus.txt", "motus", "ERR1", "motus"),
        ("field7.txt", "motus", "field7", "motus"),
    ],
)
def test_sums_of_raw_reads_of_mgnify_have_a_header(tmp_path, name, kind, library, engine):
    source = written(tmp_path, RAW[kind], name)
    assert detect(source)[0][0] == "mgnify"
    found = read("mgnify", [source], {})
    assert found.libraries == (library,)
    assert sorted(found.counts["value"]) == [1, 7]
    assert found.method == {"engine": engine, "library_strategy": "WGS"}


def test_a_run_of_raw_reads_without_a_name_stays_beside_others(tmp_path):
    one = written(tmp_path, RAW["silva"], "ERR1_silva-ssu.txt")
    none = written(tmp_path, RAW["silva"].partition("\n")[0] + "\n", "ERR2_silva-ssu.txt")
    assert read("mgnify", [one, none], {}).libraries == ("ERR1", "ERR2")


def test_the_asvs_of_a_run_of_mgnify_are_a_library(tmp_path):
    header = "ASV\tSuperkingdom\tKingdom\tPhylum"
    sources = [
        written(tmp_path, "asv\tcount\nseq_1\t10\nseq_2\t5\n", "ERR1_16S-V3_asv_read_counts.tsv"),
        written(tmp_path, f"{header}\nseq_1\tsk__Bacteria\tk__\tp__Bacillota\n"
                "seq_2\tsk__Archaea\tk__\tp__\n", "ERR1_DADA2-SILVA_asv_tax.tsv"),
        written(tmp_path, f">seq_1\n{SEQUENCES['ASV1']}\n>seq_2\n{SEQUENCES['ASV2']}\n",
                "ERR1_asv_seqs.fasta"),
    ]  # fmt: skip
    assert detect(sources[0])[0][0] == "mgnify"
    found = read("mgnify", sources, {})
    assert found.libraries == ("ERR1",)
    assert found.method["engine"] == "dada2"
    assert sorted(found.counts.select("library", "feature", "value").rows()) == [
        ("ERR1", "seq_1", 10.0),
        ("ERR1", "seq_2", 5.0),
    ]
    assert found.features["seq_1"].sequence == SEQUENCES["ASV1"]
    assert found.features["seq_1"].lineage.endswith("p__Bacillota")
    more = written(tmp_path, "asv\tcount\nseq_1\t10\n", "ERR2_16S-V3_asv_read_counts.tsv")
    assert problems("mgnify", [*sources, more])[0][0] == "import-table-count"


@pytest.mark.parametrize("form", ["{} ({}%)", "{} [{}, 65.3%]"])
def test_columns_of_idtaxa_s_lineages_are_known(tmp_path, form):
    ranks = ["rootrank", "domain", "phylum"] if "[" in form else ["65.3", "65", "9"]
    names = ["Root", "Bacteria", "Bacillota"]
    lineage = "; ".join(form.format(*pair) for pair in zip(names, ranks, strict=True))
    table = written(tmp_path, "#OTU ID\tS1\tS2\nOTU1\t5\t3\nOTU2\t1\t9\n")
    taxa = written(tmp_path, f"ASV\tx\nOTU1\t{lineage}\nOTU2\t{lineage}\n", "taxa.tsv")
    assert set(lineages(read("table", [table, taxa], {})).values()) == {lineage}
