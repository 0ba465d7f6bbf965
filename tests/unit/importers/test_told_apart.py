"""What a table does not tell of itself is refused by name, with what to state; and then read so."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import METHOD, OUTPUTS, SEQUENCES, fasta, table, taxa, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

ROWS = "table: {rows: features}\n"


def problems(form: str, sources: list[Path], **options: object) -> list[tuple[str, object, object]]:
    with pytest.raises(InputError) as caught:
        read(form, sources, options)
    return [(one.code, one.column, one.found) for one in caught.value.problems]


def written(tmp_path: Path, text: str, name: str = "t.tsv") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def imported(tmp_path: Path, *sources: Path, more: str = ROWS, form: str = "table"):
    method = write_method(tmp_path, METHOD + more)
    words = ["import", form, *map(str, sources), "--method", str(method)]
    code = main([*words, "--out", str(tmp_path / "out")])
    return read_dataset(tmp_path / "out") if code == 0 else code


# Columns: a bad cell anywhere, and what is no library.


@pytest.mark.parametrize("bad", ["n.d.", "1,234", "<5", "nd", "-", "12 %", "?", "", "NA", "1_0"])
@pytest.mark.parametrize("row", [0, 2])
def test_a_library_with_a_bad_cell_in_any_row_is_refused_with_its_place(tmp_path, bad, row):
    lines = [["x", "1", "2"], ["y", "3", "4"], ["z", "5", "6"]]
    lines[row][2] = bad
    text = "id\tS1\tS2\n" + "".join("\t".join(cells) + "\n" for cells in lines)
    with pytest.raises(InputError) as caught:
        read("table", [written(tmp_path, text)], {"rows": "features"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.column, problem.found) == (
        "import-cell",
        row + 2,
        "S2",
        bad,
    )


def test_a_library_of_which_most_cells_are_words_is_not_taken_for_text(tmp_path):
    text = "id\tS1\tS2\n" + "".join(f"f{n}\t{n}\tabsent\n" for n in range(1, 9)) + "f9\t9\t7\n"
    source = written(tmp_path, text)
    assert problems("table", [source], rows="features") == [("import-column", "S2", "7")]
    found = read("table", [source], {"rows": "features", "ignore_columns": ["S2"]})
    assert found.libraries == ("S1",)


def test_a_library_whose_first_hundreds_of_rows_are_words_is_seen(tmp_path):
    text = "id\tS1\tS2\n" + "".join(f"f{n}\t{n}\tzero\n" for n in range(1, 400)) + "g\t9\t7\n"
    assert problems("table", [written(tmp_path, text)], rows="features")[0][:2] == (
        "import-column",
        "S2",
    )


def test_a_column_of_text_is_left_out_and_named(tmp_path):
    source = written(tmp_path, "id\tS1\tRemark\nx\t1\tfirst\ny\t2\tNA\n")
    found = read("table", [source], {"rows": "features"})
    assert found.libraries == ("S1",)
    assert found.notes == ["column 'Remark' is text, and not taken"]


@pytest.mark.parametrize("nothing", ["", "NA"])
def test_a_column_in_which_nothing_stands_is_left_out_and_named(tmp_path, nothing):
    source = written(tmp_path, f"id\tS1\tNotes\nx\t1\t{nothing}\ny\t2\t{nothing}\n")
    found = read("table", [source], {"rows": "features"})
    assert (found.libraries, found.notes) == (("S1",), ["column 'Notes' is text, and not taken"])
    told = {"rows": "features", "libraries": frozenset({"Notes"})}
    with pytest.raises(InputError):
        read("table", [source], told)


@pytest.mark.parametrize(
    "name", ["abundance", "quality", "pH", "depth", "Depth_cm", "pH_H2O", "Reads", "Temp (°C)"]
)
@pytest.mark.parametrize("rows", ["features", "libraries"])
def test_numbers_that_were_measured_are_neither_libraries_nor_features(tmp_path, name, rows):
    source = written(tmp_path, f"id\tS1\tS2\t{name}\nx\t1\t2\t7\ny\t3\t4\t9\n")
    assert problems("table", [source], rows=rows) == [("import-column", name, name)]
    found = read("table", [source], {"rows": rows, "ignore_columns": [name]})
    assert name not in {*found.libraries, *found.features}


def test_a_library_that_is_called_like_a_measurement_is_one_if_a_sheet_has_it(tmp_path):
    source = written(tmp_path, "id\tS1\tdepth\nx\t1\t2\ny\t3\t4\n")
    assert imported(tmp_path, source) == 1
    written(tmp_path, "library_id\tsample_id\nS1\tS1\ndepth\td\n", "libraries.tsv")
    dataset = imported(tmp_path, source, more="libraries: libraries.tsv\n")
    assert sorted(dataset.table("libraries")["library_id"]) == ["S1", "depth"]


def test_a_library_that_is_called_like_a_rank_is_not_dropped(tmp_path):
    source = written(tmp_path, "id\tS1\tFamily_2\nx\t1\t2\ny\t3\t4\n")
    assert problems("table", [source], rows="features")[0][:2] == ("import-column", "Family_2")


def test_a_name_to_be_ignored_must_be_there(tmp_path):
    source = written(tmp_path, "id\tS1\tS2\nx\t1\t2\n")
    assert problems("table", [source], rows="features", ignore_columns=["S3"]) == [
        ("import-ignored", "S3", "S3")
    ]


@pytest.mark.parametrize("rows", ["x\t1\ny\t2\t3\n", "x\t1\t2\ny\t3\n"])
def test_a_row_that_is_longer_than_the_header_is_refused(tmp_path, rows):
    source = written(tmp_path, f"id\tS1\n{rows}")
    assert problems("table", [source], rows="features")[0][0] == "import-cell"


def test_separators_at_the_end_of_lines_are_no_column(tmp_path):
    source = written(tmp_path, "id\tS1\tS2\t\nx\t1\t2\t\ny\t3\t4\t\n")
    assert read("table", [source], {"rows": "features"}).libraries == ("S1", "S2")


# Totals.


@pytest.mark.parametrize(
    "name", ["Grand Total", "Total_reads", "Gesamt", "Total abundance", "Summe", "TOTALS", "Sum"]
)
def test_totals_by_many_names_are_left_out(tmp_path, name):
    text = f"id\tA\tB\t{name}\nx\t1\t2\t3\ny\t0\t4\t4\n{name}\t1\t6\t7\n"
    found = read("table", [written(tmp_path, text)], {"rows": "features"})
    assert (found.libraries, sorted(found.features)) == (("A", "B"), ["x", "y"])
    assert found.counts["value"].sum() == 7


def test_what_is_the_sum_of_all_others_is_refused_whatever_it_is_called(tmp_path):
    text = "id\tA\tB\tPool\nx\t1\t2\t3\ny\t0\t4\t4\nAlles\t1\t6\t7\n"
    source = written(tmp_path, text)
    found = problems("table", [source], rows="features")
    assert found == [("import-total", "Pool", "Pool"), ("import-total", "Alles", "Alles")]
    told = {"rows": "features", "ignore_columns": ["Pool"], "ignore_rows": ["Alles"]}
    assert read("table", [source], told).counts["value"].sum() == 7
    assert read("table", [source], {"rows": "features", "totals": "none"}).libraries[-1] == "Pool"


LINEAGE = "k__Fungi;p__Ascomycota"


@pytest.mark.parametrize(
    "rows",
    [
        [["OTU ID", "A", "B", "taxonomy", "Total"], ["x", 3, 1, LINEAGE, 4],
         ["y", 0, 4, LINEAGE, 4]],
        [["OTU ID", "Total", "taxonomy", "A", "B"], ["x", 4, LINEAGE, 3, 1],
         ["y", 4, LINEAGE, 0, 4]],
    ],
    ids=["behind", "before"],
)  # fmt: skip
def test_a_total_that_lineages_part_from_the_libraries_is_one(tmp_path, rows):
    source = tmp_path / "t.tsv"
    source.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    found = read("table", [source], {})
    assert found.libraries == ("A", "B")
    assert "column 'Total' is the sum of the others, and left out" in found.notes
    source.write_text(source.read_text().replace("\t4", "\t5", 1))
    assert "import-total" in {code for code, _, _ in problems("table", [source])}
    assert "import-column" in {code for code, _, _ in problems("table", [source], totals="none")}


@pytest.mark.parametrize("at", [1, 3], ids=["above", "below"])
@pytest.mark.parametrize("cells", [["forest", "crop"], ["6.1", "NA"], ["", ""], []])
def test_a_row_to_be_ignored_may_hold_anything(tmp_path, at, cells):
    rows = [["OTU ID", "S1", "S2"], ["x", "3", "0"], ["y", "1", "4"]]
    rows.insert(at, ["Site", *cells])
    (tmp_path / "t.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    found = read("table", [tmp_path / "t.tsv"], {"ignore_rows": ["Site"]})
    assert (found.libraries, list(found.features)) == (("S1", "S2"), ["x", "y"])
    (told,) = problems("table", [tmp_path / "t.tsv"], ignore_rows=["Site", "Sites"])
    assert told[0] == "import-ignored"


@pytest.mark.parametrize("cells", ["forest\tcrop", "\t", "n.d.\tNA"])
def test_a_row_without_numbers_is_told_once_with_what_leaves_it_out(tmp_path, cells):
    (tmp_path / "t.tsv").write_text(f"OTU ID\tS1\tS2\nx\t3\t0\ny\t1\t4\nSite\t{cells}\n")
    with pytest.raises(InputError) as caught:
        read("table", [tmp_path / "t.tsv"], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row) == ("import-cell", 4)
    assert "ignore_rows: ['Site']" in problem.fix
    text = (tmp_path / "t.tsv").read_text()
    (tmp_path / "t.tsv").write_text(text.replace("Site", "ASV3"))
    assert [column for _, column, _ in problems("table", [tmp_path / "t.tsv"])] == ["S1", "S2"]


@pytest.mark.parametrize("options", [{}, {"ignore_rows": ["#q2:types"]}])
def test_directives_of_qiime_2_are_no_rows(tmp_path, options):
    table, known = tmp_path / "tab.tsv", tmp_path / "metadata.tsv"
    table.write_text("id\tS1\tS2\n#q2:types\tnumeric\tnumeric\nx\t3\t0\ny\t1\t4\n")
    known.write_text(
        "id\tSequence\tTaxon\n#q2:types\tcategorical\tcategorical\n"
        "x\tACGTACGT\td__Bacteria\ny\tACGTTTTT\td__Archaea\n"
    )
    found = read("table", [table, known], options)
    assert {name: (one.sequence, one.lineage) for name, one in found.features.items()} == {
        "x": ("ACGTACGT", "d__Bacteria"),
        "y": ("ACGTTTTT", "d__Archaea"),
    }


def test_totals_of_a_biom_table_are_refused_and_can_be_left_out(tmp_path):
    import numpy as np
    from biom import Table

    matrix = np.array([[1, 2, 3], [0, 4, 4], [1, 6, 7]])
    text = Table(matrix, ["x", "y", "all"], ["A", "B", "Pool"]).to_json("a test")
    source = written(tmp_path, text, "t.biom")
    assert {one[1] for one in problems("biom", [source])} == {"Pool", "all"}
    found = read("biom", [source], {"ignore_columns": ["Pool"], "ignore_rows": ["all"]})
    assert found.counts["value"].sum() == 7
    assert sorted(found.features) == ["x", "y"]


def test_a_feature_with_a_sequence_is_no_total(tmp_path):
    source = written(tmp_path, "id\tA\nASV1\t1\nASV2\t2\nASV3\t3\n")
    assert problems("table", [source], rows="features")[0][:2] == ("import-total", "ASV3")
    written(tmp_path, fasta(), "s.fasta")
    assert len(read("table", [source, tmp_path / "s.fasta"], {}).features) == 3


def test_two_libraries_that_are_alike_are_no_total(tmp_path):
    source = written(tmp_path, "id\tA\tB\nx\t1\t1\ny\t4\t4\nz\t2\t2\n")
    assert read("table", [source], {"rows": "features"}).libraries == ("A", "B")


# Numbers.

LOG = (
    "id\tA\tB\nv\t0.693147\t1.098612\nw\t1.609438\t0\n"
    "x\t2.397895\t1.791759\ny\t3.044522\t0.693147\n"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LOG, "logarithms, ln(x + 1)"),
        ("id\tA\nv\t1.414214\nw\t1.732051\nx\t2.236068\ny\t2.449490\nz\t3\n", "square roots"),
        ("id\tA\tB\nx\t0.5\t-0.31\ny\t-0.5\t0.31\n", "below zero are logarithms of ratios"),
        ("id\tA\tB\nx\t0.5\t0.5\ny\t0.4\t0.1\n", "A adds up to 0.9, B adds up to 0.6"),
        ("id\tA\tB\nx\t0.5\t60.5\ny\t0.5\t39.5\n", "shares that add up to 1 or 100"),
        ("id\tA\tB\nx\t1\t0\ny\t1\t1\n", "presence"),
        ("id\tA\tB\nx\t60\t30\ny\t40\t70\n", "percent or 100 reads"),
        ("id\tA\tB\nx\t1e30\t3\ny\t40\t70\n", "1e+30 of x in A"),
    ],
)
def test_numbers_that_are_no_counts_and_no_shares_are_named(tmp_path, capsys, text, told):
    assert imported(tmp_path, written(tmp_path, text)) == 1
    shown = capsys.readouterr().err
    assert "[import-numbers]" in shown
    assert told in shown
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "values", "count", "share"),
    [
        ("id\tA\tB\nx\t1\t0\ny\t1\t1\n", "counts", 3, 0),
        ("id\tA\tB\nx\t60\t30\ny\t40\t70\n", "counts", 200, 0),
        ("id\tA\tB\nx\t60\t30\ny\t40\t70\n", "percent", 0, 2),
        ("id\tA\tB\nx\t0.5\t0.5\ny\t0.4\t0.1\n", "shares-with-rest", 0, 1.5),
        ("id\tA\tB\nx\t0.5\t0.5\ny\t0.4\t0.1\n", "percent-with-rest", 0, 0.015),
        ("id\tA\tB\nx\t0.5\t0.5\ny\t0.497\t0.5031\n", "", 0, 1.997),
    ],
)
def test_what_is_stated_of_numbers_counts(tmp_path, text, values, count, share):
    more = f"table: {{rows: features, values: {values}}}\n" if values else ROWS
    counts = imported(tmp_path, written(tmp_path, text), more=more).table("counts")
    assert counts["count"].sum() == count
    assert counts["relative_abundance"].sum() == pytest.approx(share)


def test_shares_are_not_taken_where_reads_are_stated(tmp_path, capsys):
    source = written(tmp_path, "id\tA\nx\t0.5\ny\t0.5\n")
    assert imported(tmp_path, source, more="table: {rows: features, values: counts}\n") == 1
    assert "0.5 of x in A" in capsys.readouterr().err


def test_libraries_that_all_have_the_same_reads_are_said_to_be_drawn(tmp_path, capsys):
    imported(tmp_path, written(tmp_path, "id\tA\tB\nx\t600\t300\ny\t400\t700\n"))
    assert "all libraries have 1,000 reads" in capsys.readouterr().out


# Which side is which.


@pytest.mark.parametrize(
    ("form", "name", "text"),
    [
        ("phyloseq", "otu_table.csv", '"",OTU1,OTU2,OTU3\nA,1,2,9\nB,3,4,9\n'),
        ("dada2", "t.tsv", "\tA\tB\nASV1\t1\t2\nASV2\t4\t9\n"),
        ("mgnify", "t.tsv", "\tA\tB\nASV1\t1\t2\nASV2\t4\t9\n"),
        ("table", "t.tsv", "\tA\tB\nASV1\t1\t2\nASV2\t4\t9\n"),
    ],
)
def test_where_nothing_tells_which_side_is_which_it_is_asked(tmp_path, form, name, text):
    source = written(tmp_path, text, name)
    assert [one[0] for one in problems(form, [source])] == ["import-orientation"]
    with_libraries = {"libraries": frozenset({"A", "B"})}
    assert sorted(read(form, [source], with_libraries).libraries) == ["A", "B"]


def test_a_toolkit_table_of_which_nothing_is_known_is_asked_for(tmp_path):
    (tmp_path / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\ny\t4\t9\n")
    (tmp_path / "taxa.tsv").write_text("id\tkingdom\tphylum\nq\tBacteria\tBacillota\n")
    assert [one[0] for one in problems("mdt", [tmp_path])] == ["import-orientation"]


def test_the_sheet_of_samples_tells_which_side_libraries_are_on(tmp_path):
    written(tmp_path, "library_id\tsample_id\nA\ta\nB\tb\n", "libraries.tsv")
    source = written(tmp_path, "\tx\ty\nA\t1\t2\nB\t4\t9\n")
    dataset = imported(tmp_path, source, more="libraries: libraries.tsv\n")
    assert sorted(dataset.table("libraries")["library_id"]) == ["A", "B"]


@pytest.mark.parametrize(
    ("corner", "libraries"), [("#OTU ID", ("A", "B")), ("SampleID", ("x", "y"))]
)
def test_the_word_above_the_names_of_rows_tells(tmp_path, corner, libraries):
    source = written(tmp_path, f"{corner}\tA\tB\nx\t1\t2\ny\t4\t9\n")
    assert read("table", [source], {}).libraries == libraries


def test_lineages_tell_the_orientation_of_phyloseq_s_tables(tmp_path):
    folder = OUTPUTS["phyloseq_tables"][1](tmp_path)[0]
    (folder / "otu_table.csv").write_text(table(mark=",", features_are_rows=False))
    assert sorted(read("phyloseq", [folder], {}).features) == sorted(SEQUENCES)


# Quotes, encodings and separators.


def test_a_quote_that_does_not_close_is_refused_with_its_row(tmp_path):
    text = 'id\tA\ttaxonomy\nx\t1\t"k__Bacteria\ny\t2\tk__B\nz\t3\t"k__B\nw\t4\tk__B\n'
    with pytest.raises(InputError) as caught:
        read("table", [written(tmp_path, text)], {})
    assert [(one.code, one.row) for one in caught.value.problems] == [
        ("import-quote", 2),
        ("import-quote", 4),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'id,A,taxonomy\nx,1,"k__Bacteria\ny,2,k__B\n',
        '"id,A,taxonomy\nx,1,k__Bacteria\ny,2,k__B\n',
        'id;A;taxonomy\nx;1;"k__Bacteria" p__B"\ny;2;k__B\n',
    ],
)
def test_odd_quotes_are_refused_in_every_form(tmp_path, text):
    assert {one[0] for one in problems("table", [written(tmp_path, text, "t.csv")])} == {
        "import-quote"
    }


def test_quotes_that_close_are_read(tmp_path):
    text = '"id"\t"A"\t"taxonomy"\n"x"\t"1"\t"k__Bacteria; p__""B"""\ny\t2\t"Root"(100);"B"(9)\n'
    found = read("table", [written(tmp_path, text)], {})
    assert found.features["x"].lineage == 'k__Bacteria; p__"B"'
    assert found.features["y"].lineage == '"Root"(100);"B"(9)'
    assert found.counts["value"].sum() == 3


def test_unicode_of_windows_is_read(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes("OTU ID\tBöden\tB\nx\t1\t2\ny\t3\t4\n".encode("utf-16"))
    assert read("table", [path], {}).libraries == ("Böden", "B")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32"])
def test_bytes_that_are_no_text_are_called_so(tmp_path, encoding):
    path = tmp_path / "t.txt"
    path.write_bytes("OTU ID\tA\tB\nx\t1\t2\n".encode(encoding).removeprefix(b"\xff\xfe\0\0"))
    assert [one[0] for one in problems("table", [path])] == ["import-unreadable"]


@pytest.mark.parametrize(("mark", "name"), [(" ", "space"), ("|", "pipe")])
@pytest.mark.parametrize("has_corner", [True, False])
def test_spaces_and_bars_between_columns_are_stated(tmp_path, mark, name, has_corner):
    text = f"{'OTU ' * has_corner}A B\nx 1 2\ny 3 4\n".replace(" ", mark)
    source = written(tmp_path, text)
    assert [one[0] for one in problems("table", [source])] == ["import-separator"]
    found = read("table", [source], {"separator": name, "rows": "features"})
    assert found.libraries == ("A", "B")


def test_decimal_commas_are_told_cell_by_cell(tmp_path):
    source = written(tmp_path, "OTU;A;B\nx;0,5;0,25\ny;0,5;0,75\n", "t.csv")
    assert problems("table", [source]) == [
        ("import-cell", "A", "0,5"),
        ("import-cell", "B", "0,25"),
        ("import-cell", "A", "0,5"),
        ("import-cell", "B", "0,75"),
    ]


# Features, lineages and sequences.


def test_features_of_one_sequence_have_the_names_of_both(tmp_path):
    sequence = SEQUENCES["ASV1"]
    text = (
        "OTU\tA\ttaxonomy\na\t1\tk__Bacteria; p__Bacillota; g__Bacillus\n"
        "b\t2\tk__Bacteria; p__Bacillota; g__Listeria\n"
    )
    written(tmp_path, f">a\n{sequence}\n>b\n{sequence}\n", "s.fasta")
    dataset = imported(tmp_path, written(tmp_path, text), tmp_path / "s.fasta", more="")
    (row,) = dataset.table("features").to_dicts()
    assert (row["phylum"], row["genus"]) == ("Bacillota", None)
    assert "conflict-genus" in row["flags"]
    assert "Bacillus / " in row["verbatim_lineage"]
    assert row["verbatim_lineage"].endswith("Listeria")
    assert dataset.table("counts")["count"].to_list() == [3]


def test_a_name_of_two_sequences_is_refused_and_a_repetition_is_not(tmp_path):
    source = written(tmp_path, table(corner="OTU"))
    other = SEQUENCES["ASV2"]
    written(tmp_path, fasta() + f">ASV1\n{other}\n", "s.fasta")
    assert problems("table", [source, tmp_path / "s.fasta"])[0][:2] == ("import-sequence", "ASV1")
    written(tmp_path, fasta() + f">ASV2\n{other}\n", "s.fasta")
    assert read("table", [source, tmp_path / "s.fasta"], {}).features["ASV2"].sequence == other


@pytest.mark.parametrize("form", ["table", "biom"])
def test_sequences_that_lack_features_are_refused_or_stated(tmp_path, form):
    half = "".join(fasta().splitlines(keepends=True)[:4])
    written(tmp_path, half, "s.fasta")
    source = (
        written(tmp_path, table(corner="OTU"))
        if form == "table"
        else OUTPUTS["biom1"][1](tmp_path)[0]
    )
    sources = [source, tmp_path / "s.fasta"]
    assert [one[0] for one in problems(form, sources)] == ["import-names-differ"]
    found = read(form, sources, {"sequences": "incomplete"})
    assert "2 of 4 features have no sequence: ASV3, ASV4" in found.notes


@pytest.mark.parametrize("form", ["table", "biom"])
def test_lineages_of_other_names_are_refused(tmp_path, form):
    other = written(tmp_path, taxa("OTU", by={name: f"x{name}" for name in SEQUENCES}), "taxa.tsv")
    source = (
        written(tmp_path, table(corner="OTU"))
        if form == "table"
        else OUTPUTS["biom1"][1](tmp_path)[0]
    )
    assert [one[0] for one in problems(form, [source, other])] == ["import-names-differ"]


def test_features_without_a_lineage_are_named(tmp_path):
    text = "".join(taxa("OTU").splitlines(keepends=True)[:-1])
    sources = [written(tmp_path, table(corner="OTU")), written(tmp_path, text, "taxa.tsv")]
    assert "1 of 4 features have no lineage: ASV4" in read("table", sources, {}).notes


# The method.


def test_primers_of_the_source_that_the_named_assay_does_not_have_are_told(tmp_path, capsys):
    form, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    method = write_method(tmp_path, METHOD.replace("515FY-806RB", "515F-806R"))
    words = ["import", form, str(folder), "--method", str(method), "--out", str(tmp_path / "out")]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert told.count("[import-method-contradiction]") == 2
    assert "found 'GTGYCAGCMGCCGCGGTAA'" in told
    assert "16S-V4-515FY-806RB" in told
    more = "  pcr_primer_forward: GTGCCAGCMGCCGCGGTAA\n  pcr_primer_reverse: GGACTACHVGGGTWTCTAAT\n"
    write_method(tmp_path, METHOD.replace("515FY-806RB", "515F-806R") + more)
    assert main(words) == 0
    assert "the source says GTGYCAGCMGCCGCGGTAA; stated is GTGCCAG" in capsys.readouterr().out


_PAIR = "  pcr_primer_forward: GTGYCAGCMGCCGCGGTAA\n  pcr_primer_reverse: GGACTACNVGGGTWTCTAAT\n"
_OTHER = "  pcr_primer_forward: ACGTACGTACGT\n  pcr_primer_reverse: TTGCATTGCATTGCA\n"


@pytest.mark.parametrize(
    ("more", "is_right"),
    [
        ("  target_gene: ITS\n", False),
        ("  target_subfragment: V3-V4\n", False),
        ("  target_gene: 16S\n  target_subfragment: v4 region\n", True),
        ("  target_gene: not collected\n", True),
        (f"  assay_id: own\n  target_gene: 16S\n  target_subfragment: V3-V4\n{_PAIR}", False),
        (f"  assay_id: own\n  target_gene: ITS\n  target_subfragment: ITS2\n{_PAIR}", False),
        (f"  assay_id: own\n  target_gene: 16S\n  target_subfragment: V4\n{_PAIR}", True),
        (f"  assay_id: own\n  target_gene: 18S\n  target_subfragment: V4\n{_PAIR}", True),
        (f"  assay_id: own\n  target_gene: ITS\n  target_subfragment: ITS2\n{_OTHER}", True),
    ],
)
def test_a_gene_or_region_is_that_of_the_known_assay_or_primers(tmp_path, capsys, more, is_right):
    form, write = OUTPUTS["plain"]
    text = METHOD.replace("  assay_id: 16S-V4-515FY-806RB\n", "") if "assay_id" in more else METHOD
    method = write_method(tmp_path, text + more)
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == (0 if is_right else 1)
    assert ("[import-method-contradiction]" in capsys.readouterr().err) != is_right


@pytest.mark.parametrize("gene", ["16S ribosomal RNA", "16S", "16s rRNA gene", "16S rDNA"])
def test_a_gene_by_another_name_is_the_same_gene(tmp_path, gene):
    form, write = OUTPUTS["plain"]
    more = f"  target_gene: {gene}\n"
    dataset = imported(tmp_path, *write(tmp_path), more=more, form=form)
    assert dataset.table("assays")["target_gene"].to_list() == ["16S rRNA"]


def test_a_database_of_ampliseq_is_a_name_and_a_version(tmp_path):
    form, write = OUTPUTS["ampliseq"]
    lines = [line for line in METHOD.splitlines() if "reference" not in line]
    method = write_method(tmp_path, "\n".join(lines) + "\n")
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    (row,) = read_dataset(tmp_path / "out").table("assays").to_dicts()
    assert (row["reference"], row["reference_version"]) == ("silva", "138.2")


def test_all_mistakes_of_the_method_and_the_table_are_told_at_once(tmp_path, capsys):
    text = METHOD.replace("16S-V4-515FY-806RB", "ours").replace("engine:", "engin:")
    text = text.replace("title: Soils of the partner\n", "titel: Soils\n")
    text = text.replace("partner@1.0", "stranger@1.0") + "agreement: other@1.0\n"
    source = written(tmp_path, "OTU\tA\tB\nx\t0.5\t0.5\ny\t0.4\t0.1\n")
    method = write_method(tmp_path, text)
    words = ["import", "table", str(source), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    for part in (
        "titel: expected",
        "title: expected",
        "assay.engin: expected",
        "agreement: expected each key once",
        "assay.engine: expected",
        "assay.target_gene: expected",
        "[agreement-unknown]",
        "[import-numbers]",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    ("form", "more", "column"),
    [
        ("table", "{row: features}", "table.row"),
        ("table", "{rows: samples}", "table.rows"),
        ("table", "{values: log}", "table.values"),
        ("table", "{ignore_columns: pH}", "table.ignore_columns"),
        ("table", "{label: 0.03}", "table.label"),
        ("kraken2", "{rows: features}", "table.rows"),
    ],
)
def test_options_that_a_format_does_not_have_are_told(tmp_path, capsys, form, more, column):
    source = written(tmp_path, table(corner="OTU"))
    assert imported(tmp_path, source, more=f"table: {more}\n", form=form) == 1
    told = capsys.readouterr().err
    assert f"method.yaml:8 {column}: " in told
    assert "[import-method-key]" in told


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -2.0, -0.25])
def test_numbers_of_a_biom_table_that_are_none_are_told(tmp_path, capsys, value):
    import numpy as np
    from biom import Table

    matrix = np.array([[1.0, value], [3.0, 4.0]])
    text = Table(matrix, ["x", "y"], ["A", "B"]).to_json("a test")
    source = written(tmp_path, text.replace("inf", "Infinity").replace("nan", "NaN"), "t.biom")
    assert imported(tmp_path, source, more="", form="biom") == 1
    told = capsys.readouterr().err
    assert f"found '{value} of x in B, and 0 more'" in told
    assert "[import-numbers]" in told


def test_a_table_that_has_to_be_settled_is_still_called_a_table(tmp_path, capsys):
    source = written(tmp_path, "id\tS1\tpH\nx\t1\t7\ny\tn.d.\t6\n")
    assert main(["import", "--detect", str(source)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("table: a table; to settle first: ")
    assert "1 more to settle" in told


def test_names_of_libraries_are_no_option(tmp_path, capsys):
    source = written(tmp_path, "id\tS1\tpH\nx\t1\t7\n")
    assert imported(tmp_path, source, more="table: {rows: features, libraries: [pH]}\n") == 1
    assert "table.libraries: expected one of" in capsys.readouterr().err


def test_libraries_that_the_sheet_lacks_are_told_and_those_only_there_named(tmp_path, capsys):
    source = written(tmp_path, "OTU\tS1\tBlank\tExtra_index\nx\t1\t2\t3\ny\t2\t9\t1\n")
    sheet = "library_id\tcontrol_type\nS1\t\nblank\textraction_blank\nS9\t\n"
    written(tmp_path, sheet, "libraries.tsv")
    assert imported(tmp_path, source, more="libraries: libraries.tsv\n") == 1
    told = capsys.readouterr().err
    assert told.count("[import-sample-unknown]") == 2
    assert "Did you mean blank?" in told
    written(tmp_path, sheet.replace("blank", "Blank", 1), "libraries.tsv")
    more = "libraries: libraries.tsv\ntable: {ignore_columns: [Extra_index]}\n"
    dataset = imported(tmp_path, source, more=more)
    assert set(dataset.table("libraries")["control_type"]) == {"", "extraction_blank"}
    assert "1 libraries of the sheet are not in the table: S9" in capsys.readouterr().out


def test_a_sheet_of_libraries_without_their_names_is_told(tmp_path, capsys):
    source = written(tmp_path, "OTU\tS1\tS2\nx\t1\t2\ny\t2\t9\n")
    written(tmp_path, "#library_id\tsample_id\nS1\tS1\nS2\tS2\n", "libraries.tsv")
    assert imported(tmp_path, source, more="libraries: libraries.tsv\n") == 1
    told = capsys.readouterr().err
    assert "libraries.tsv" in told
    assert "bug in soilbio" not in told


def test_what_is_to_be_ignored_is_in_one_of_the_files(tmp_path):
    table = written(tmp_path, "OTU ID\tS1\tpH\nx\t1\t7\ny\t3\t6\n")
    taxa = written(tmp_path, "id\tTaxon\tnote\nx\tk__Fungi\tsure\ny\tk__Fungi\t\n", "x.tsv")
    found = read("table", [table, taxa], {"ignore_columns": ["pH", "note"], "ignore_rows": ["y"]})
    assert (found.libraries, list(found.features)) == (("S1",), ["x"])
    wrong = problems("table", [table, taxa], ignore_columns=["pH", "quality"])
    assert wrong == [("import-ignored", "quality", "quality")]


def test_the_features_that_are_told_are_those_of_the_dataset(tmp_path, capsys):
    same, other = "ACGT" * 20, "TGCA" * 20
    source = written(tmp_path, f"id\tS1\tS2\n{same}\t1\t2\n{same.lower()}\t3\t0\n{other}\t4\t5\n")
    dataset = imported(tmp_path, source)
    said = capsys.readouterr().out
    assert "1 features have the sequence or taxid of another" in said
    assert "2 libraries, 2 features, 4 numbers" in said
    assert dataset.table("features").height == 2
    assert dataset.table("counts").height == 4


# Lineages of one word are names of libraries, too; ranks in front may be those of a plant.
DOUBTFUL = [
    "OTU ID\troot\nO1\t3\nO2\t5\n",
    "OTU ID\tFungi\tBacteria\nO1\t3\t4\nO2\t5\t6\n",
    "\tFungi\tBacteria\nO1\t3\t4\nO2\t5\t6\n",
    "Sample\tO1\tO2\nroot\t3\t4\nFungi\t5\t6\n",
    "Order\tFamily\tplot\tASV1\tASV2\nPoales\tPoaceae\tP1\t3\t4\nFabales\tFabaceae\tP2\t5\t6\n",
]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_names_of_groups_and_ranks_of_plants_turn_no_table(tmp_path, text):
    assert [one[0] for one in problems("table", [written(tmp_path, text)])] == [
        "import-orientation"
    ]


def test_a_library_called_by_its_group_is_one_where_it_is_stated(tmp_path):
    found = read("table", [written(tmp_path, DOUBTFUL[1])], {"rows": "features"})
    assert set(found.libraries) == {"Fungi", "Bacteria"}


@pytest.mark.parametrize(
    "text",
    [
        "Sample\tBacteria\tArchaea\nA\t3\t4\nB\t5\t6\n",
        "Kingdom\tA\tB\nBacteria\t3\t5\nArchaea\t4\t6\n",
        "OTU ID\tBacteria;Bacillota\tArchaea;Thermoproteota\nA\t3\t4\nB\t5\t6\n",
    ],
)
def test_groups_below_or_beside_their_own_word_are_features(tmp_path, text):
    assert set(read("table", [written(tmp_path, text)], {}).libraries) == {"A", "B"}


def test_decimal_commas_under_a_header_that_begins_as_a_comment_are_told_by_their_cells(tmp_path):
    (tmp_path / "t.csv").write_text("#OTU ID;A;B\nO1;155,0;2,5\nO2;3,0;1,5\n")
    assert {one[0] for one in problems("table", [tmp_path / "t.csv"])} == {"import-cell"}


def test_a_sheet_of_samples_beside_a_table_is_none(tmp_path):
    sheet = "SampleID\tSite\tBatch\tGroup\nA\tHill\t1\tKO\nB\tHill\t2\tWT\n"
    (tmp_path / "metadata.txt").write_text(sheet)
    (tmp_path / "otutab.txt").write_text("id\tA\tB\nO1\t1\t2\n")
    assert [reason for _, reason in detect(tmp_path)] == [
        "1 files in it, such as otutab.txt: 1 rows and 2 columns of numbers"
    ]


@pytest.mark.parametrize("corner", ["#Datasets", "Lineage"])
def test_rows_of_megan_s_paths_are_lineages(tmp_path, corner):
    rows = (
        f"{corner}\tL1\tL2\n"
        '"NCBI;cellular organisms;Bacteria;Pseudomonadota;Alphaproteobacteria;Hyphomicrobiales;'
        'Nitrobacteraceae;Bradyrhizobium;"\t210.0\t40.0\n'
        '"NCBI;Not assigned;"\t55.0\t60.0\n"NCBI;No hits;"\t5.0\t6.0\n'
    )
    features = imported(tmp_path, written(tmp_path, rows), more="").table("features")
    assert features["genus"].drop_nulls().to_list() == ["Bradyrhizobium"]
    assert (features["flags"] == "unclassified").sum() == 2
