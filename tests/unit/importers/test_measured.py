"""Columns that were measured, and not counted, are no libraries, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.errors import InputError
from soilbio.importers.measured import shown
from soilbio.importers.registry import read
from soilbio.taxonomy.lineage import parse_lineage

COUNTS = {
    "North": [31, 0, 4, 0, 77, 2, 0, 9, 12, 150, 0, 1],
    "South": [0, 8, 0, 5, 41, 0, 0, 3, 200, 17, 6, 0],
    "West": [5, 0, 0, 9, 62, 1, 7, 0, 18, 90, 0, 2],
}
LENGTHS = [253, 252, 253, 254, 253, 253, 251, 253, 253, 260, 253, 253]


def table(tmp_path: Path, **columns: list[object]) -> Path:
    """Write features as rows: the counts, and columns that are given."""
    every = {**COUNTS, **columns}
    lines = ["\t".join(["OTU ID", *every])]
    lines += [
        "\t".join([f"f{at}", *(str(values[at]) for values in every.values())]) for at in range(12)
    ]
    path = tmp_path / "t.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


def refused(source: Path, **options: object) -> list[tuple[str, str | None]]:
    with pytest.raises(InputError) as caught:
        read("table", [source], options)
    return [(one.code, one.column) for one in caught.value.problems]


@pytest.mark.parametrize(
    "name",
    ["alignment_length", "blast_perc_identity", "Query Cover", "e.value", "mismatches", "qcovs",
     "gapopen", "GC content", "Amplicon length (bp)", "SILVA_score", "gc"],
)  # fmt: skip
def test_measures_of_alignments_are_no_libraries(tmp_path, name):
    source = table(tmp_path, **{name: COUNTS["North"][::-1]})
    assert refused(source) == [("import-column", name)]
    assert read("table", [source], {"ignore_columns": [name]}).libraries == tuple(COUNTS)


@pytest.mark.parametrize("name", ["length", "pident", "evalue", "size", "SH"])
def test_numbers_that_are_left_out_for_their_name_are_named(tmp_path, name):
    found = read("table", [table(tmp_path, **{name: LENGTHS})], {})
    assert found.libraries == tuple(COUNTS)
    why = {"pident": "tells how alike a hit is, which supports no name, and is not taken"}
    why = why.get(name, "is by its name of no library, and not taken")
    assert found.notes == [f"column '{name}' {why}"]
    assert {taxon.confidence for taxon in found.features.values()} == {None}


@pytest.mark.parametrize(
    "values",
    [
        LENGTHS,
        [97] * 12,
        [*range(1, 13)],
        [*range(12)],
        [0.5 + at for at in range(12)],
        [1e-30 * at for at in range(12)],
    ],
)
def test_numbers_that_are_no_counts_are_told_under_any_name(tmp_path, values):
    source = table(tmp_path, Zahl=values)
    assert refused(source) == [("import-column", "Zahl")]
    named = {"libraries": frozenset({"Zahl"})}
    if all(float(value).is_integer() for value in values):
        assert read("table", [source], named).libraries == (*COUNTS, "Zahl")


def test_communities_of_equal_parts_are_libraries(tmp_path):
    source = table(tmp_path, even=LENGTHS)
    lines = [line.split("\t") for line in source.read_text().splitlines()]
    source.write_text("".join(f"{cells[0]}\t{cells[-1]}\t{cells[-1]}\n" for cells in lines[1:]))
    source.write_text("OTU ID\tMock\tMix\n" + source.read_text())
    assert read("table", [source], {"totals": "none"}).libraries == ("Mock", "Mix")


def test_a_number_of_libraries_with_decimals_is_no_feature(tmp_path):
    path = tmp_path / "t.tsv"
    rows = "".join(f"S{at}\t{at}\t{at * 7 % 5}\t{at + 0.25}\n" for at in range(1, 6))
    path.write_text(f"SampleID\tx\ty\tMoist\n{rows}")
    assert refused(path) == [("import-column", "Moist")]


@pytest.mark.parametrize(
    ("header", "odd"),
    [
        ("OTU ID\tN\tS\tremark\tZahl", ["Zahl"]),
        ("OTU ID\tZahl\tremark\tN\tS", ["Zahl"]),
        ("OTU ID\tN\tremark\tS", ["N", "S"]),
        ("OTU ID\tS1\tS2\tremark\tS3", []),
        ("OTU ID\tN\tS\t\tW", []),
    ],
)
def test_columns_that_text_parts_from_the_others_are_told(tmp_path, header, odd):
    cells = ["a" if name == "remark" else "" if not name else "3" for name in header.split("\t")]
    path = tmp_path / "t.tsv"
    path.write_text("\n".join(["\t".join([name, *cells[1:]]) for name in ("f1", "f2")]) + "\n")
    path.write_text(f"{header}\n{path.read_text()}")
    if odd:
        assert refused(path) == [("import-column", name) for name in odd]
        assert read("table", [path], {"ignore_columns": odd[:1]}).libraries
    else:
        assert len(read("table", [path], {}).libraries) == 3


def test_an_import_without_sheets_tells_what_it_takes_for_libraries(tmp_path, capsys):
    source = table(tmp_path)
    words = ["--method", str(write_method(tmp_path, METHOD)), "--out", str(tmp_path / "out")]
    assert main(["import", "table", str(source), *words]) == 0
    assert "which the table calls: North, South, West\n" in capsys.readouterr().out


def test_names_unlike_the_others_are_shown_first():
    names = [f"S{at}" for at in range(30)] + ["Zahl"]
    assert shown(names, 3) == "Zahl, S0, S1 and 28 more"


HASHES = ["a1b2c3d4e5f60718293a4b5c6d7e8f90", "b1b2c3d4e5f60718293a4b5c6d7e8f91"]


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize(
    ("name", "features"),
    [
        # Beside names that pipelines give whatever is called otherwise; beside others a design.
        ("Plot", ["OTU1", "OTU2", "OTU3"]),
        ("Aufnahme", ["OTU1", "OTU2", "OTU3"]),
        ("Ca_mg", HASHES),
        ("Plot", ["Bacillus", "Rhizobium"]),
        ("Parzelle", ["Bacillus", "Rhizobium"]),
        ("N", ["Bacillus", "Rhizobium"]),
        ("site_id", ["Bacillus", "Rhizobium"]),
    ],
)
def test_a_column_of_the_design_is_no_feature(tmp_path, name, features, is_last):
    header = [*features, name] if is_last else [name, *features]
    rows = [["S1", 1, 5, 4, 7], ["S2", 2, 3, 1, 1], ["S3", 2, 3, 9, 1]]
    lines = [["SampleID", *header], *(row[: len(header) + 1] for row in rows)]
    source = tmp_path / "t.csv"
    source.write_text("".join(",".join(map(str, line)) + "\n" for line in lines))
    stated = {"rows": "libraries"}
    assert refused(source, **stated) == [("import-column", name)]
    found = read("table", [source], {**stated, "ignore_columns": [name]})
    assert sorted(found.features) == sorted(features)


def test_rows_may_be_called_by_letters(tmp_path):
    source = tmp_path / "t.tsv"
    source.write_text("OTU\tS1\tS2\nN\t5\t3\nP\t4\t1\np\t9\t8\n")
    assert set(read("table", [source], {}).features) == {"N", "P", "p"}


def test_a_row_of_the_design_is_no_feature_and_the_unclassified_is_one(tmp_path):
    source = tmp_path / "t.tsv"
    source.write_text("OTU\tS1\tS2\nOTU1\t5\t3\nOTU2\t4\t1\nunclassified\t9\t8\nPlot\t1\t2\n")
    assert refused(source) == [("import-column", "Plot")]
    assert len(read("table", [source], {"ignore_rows": ["Plot"]}).features) == 3
    source.write_text("SampleID\tOTU1\tOTU2\tUnassigned\nS1\t5\t3\t1\nS2\t4\t1\t2\n")
    assert len(read("table", [source], {}).features) == 3


NUMBERED = ["OTU1", "OTU2", "OTU2b", "Zotu4", "OTU5"]
READS = ["ACGT" * 12, "TTGC" * 12, "GGCA" * 12]


def rows_of(tmp_path: Path, names: list[str], **texts: list[str]) -> Path:
    """Write features as rows of two libraries, with columns of text behind them."""
    lines = [["#OTU ID", "S1", "S2", *texts]]
    lines += [
        [name, at * 7 % 5 + 1, at % 3, *(cells[at] for cells in texts.values())]
        for at, name in enumerate(names)
    ]
    source = tmp_path / "rows.tsv"
    source.write_text("".join("\t".join(map(str, line)) + "\n" for line in lines))
    return source


@pytest.mark.parametrize("features", [NUMBERED, HASHES, READS], ids=["numbers", "sums", "reads"])
@pytest.mark.parametrize("name", ["MAP", "NO3", "SampleWeight", "Aufnahme", "Rainfall_mm"])
def test_a_row_beside_names_of_pipelines_is_no_feature(tmp_path, name, features):
    source = rows_of(tmp_path, [name, *features])
    assert refused(source) == [("import-column", name)]
    found = read("table", [source], {"ignore_rows": [name]})
    assert sorted(found.features) == sorted(features)


def test_a_row_of_which_a_lineage_or_sequence_is_known_is_a_feature(tmp_path):
    names = [*NUMBERED, "Spike"]
    lineages = ["k__Bacteria; p__Bacillota"] * 6
    assert "Spike" in read("table", [rows_of(tmp_path, names, taxonomy=lineages)], {}).features
    sequences = [base * 60 for base in ("A", "AC", "AG", "AT", "CG", "G")]
    assert "Spike" in read("table", [rows_of(tmp_path, names, sequence=sequences)], {}).features


LINEAGES = ["k__Bacteria;p__Bacillota", "k__Bacteria;p__A", "k__Archaea;p__B", "k__Fungi;p__C"]


@pytest.mark.parametrize("features", [LINEAGES, NUMBERED], ids=["lineages", "numbers"])
@pytest.mark.parametrize(
    "name",
    [
        *("Unassigned;Other;Other", "No hits;", "Low complexity;", "Unclassifiable", "Chloroplast"),
        *("Rest", "rare taxa", "Contamination", "< 1%", "Others (<0.5%)", "Unassigned_Fungi"),
    ],
)
def test_reads_of_nothing_known_stand_beside_features(tmp_path, name, features):
    found = read("table", [rows_of(tmp_path, [*features, name])], {})
    assert name in found.features
    assert not parse_lineage(found.features[name].lineage)


def test_organelles_beside_lineages_are_flagged_as_such(tmp_path):
    found = read("table", [rows_of(tmp_path, [*LINEAGES, "Chloroplast"])], {})
    assert "chloroplast" in found.features["Chloroplast"].lineage.lower()
    assert found.notes == []


@pytest.mark.parametrize("name", ["NO3", "Aufnahme", "Rare Earth"])
def test_a_row_beside_lineages_is_no_feature_and_reads_are_not_to_be_lost(tmp_path, name):
    with pytest.raises(InputError, match=r"if it is no feature; else .* called `Unassigned`"):
        read("table", [rows_of(tmp_path, [*LINEAGES, name])], {})


def test_ids_of_references_stand_beside_sums_of_what_they_lack(tmp_path):
    others = ["AB353770.1.1740", "4479944", "73", "New.CleanUp.ReferenceOTU0", "unclassified"]
    names = [f"{at:032x}" for at in range(7)] + others
    assert len(read("table", [rows_of(tmp_path, names)], {}).features) == 12


@pytest.mark.parametrize("name", ["Sequencing depth", "DNA_yield", "pH", "Moist"])
def test_a_row_that_was_measured_is_left_out_as_the_message_says(tmp_path, name):
    source = rows_of(tmp_path, [name, "Bacillus", "Rhizobium", "Nitrospira"])
    if name == "Moist":
        source.write_text(source.read_text().replace("Moist\t1\t0", "Moist\t1.25\t0.5"))
    with pytest.raises(InputError, match=rf"ignore_rows: \['{name}'\]"):
        read("table", [source], {})
    assert len(read("table", [source], {"ignore_rows": [name]}).features) == 3


def pointed(at: int, *names: str) -> dict[str, list[object]]:
    """The counts of libraries, above 999 in some rows, with a point between thousands."""
    return {name: [f"{value * at:,}".replace(",", ".") for value in COUNTS[name]] for name in names}


def test_thousands_with_a_point_are_told_by_their_cell(tmp_path):
    source = table(tmp_path, **pointed(37, "North", "South"))
    with pytest.raises(InputError) as caught:
        read("table", [source], {"values": "counts"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.column) == ("import-cell", 2, "North")
    assert problem.found == "1.147"
    assert problem.fix.startswith("Write 1147:")


@pytest.mark.parametrize(
    "columns",
    [
        {**pointed(37, "North", "South"), "West": [*COUNTS["West"][:-1], "2.5"]},
        {"Zahl": [f"1.{at}" for at in range(100, 112)]},
    ],
    ids=["other decimals", "a whole column"],
)
def test_decimals_of_three_digits_are_not_always_thousands(tmp_path, columns):
    assert {code for code, _ in refused(table(tmp_path, **columns))} == {"import-column"}


def test_the_one_taxon_of_thousands_of_reads_is_not_to_be_ignored(tmp_path):
    """It may be something measured; that its reads are parted is said first."""
    (tmp_path / "t.csv").write_text(
        "Genus;A;B;C\nBradyrhizobium;1.234;2.001;1.750\nRB41;3;4;1\nNitrospira;9;4;2\n"
    )
    with pytest.raises(InputError) as caught:
        read("table", [tmp_path / "t.csv"], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.found) == ("import-cell", "1.234")
    assert problem.fix.startswith("Write 1234:")
    assert "if 'Bradyrhizobium' was measured, and is no feature" in problem.fix


def test_what_are_shares_by_the_user_s_word_are_no_thousands(tmp_path):
    source = table(tmp_path, **pointed(37, "North", "South"))
    assert read("table", [source], {"values": "percent"}).libraries == tuple(COUNTS)


def test_percent_of_three_digits_are_no_thousands(tmp_path):
    (tmp_path / "t.tsv").write_text(
        "OTU ID\tNorth\tSouth\nf1\t12.345\t0\nf2\t80.251\t98.125\nf3\t7.404\t1.875\n"
    )
    assert read("table", [tmp_path / "t.tsv"], {}).libraries == ("North", "South")


def test_nobody_is_advised_to_ignore_a_feature_with_decimals(tmp_path):
    source = table(tmp_path, West=[*COUNTS["West"][:-1], "2.5"])
    source.write_text(source.read_text().replace("\nf", "\nASV"))
    with pytest.raises(InputError) as caught:
        read("table", [source], {"values": "counts"})
    (fix,) = {one.fix for one in caught.value.problems if one.column == "ASV11"}
    assert "ignore_rows" not in fix
