"""What cannot be read for certain is refused, with its place; nothing is guessed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pipeline_outputs import METHOD, OUTPUTS, SEQUENCES, table, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import read


def run(tmp_path: Path, form: str, *sources: Path, text: str = METHOD) -> int:
    method = write_method(tmp_path, text)
    words = ["import", form, *map(str, sources), "--method", str(method)]
    return main([*words, "--out", str(tmp_path / "out")])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("id\tA\tB\nx\t1\t\n", {"import-cell"}),
        ("id\tA\tB\nx\t1\t2\ny\t1,5\t3\n", {"import-cell"}),
        ("id\tA\tB\nx\t1\t2\ny\t-1\t3\n", {"import-cell"}),
        ("id\tA\tB\nx\t1\t2\ny\t3\n", {"import-cell"}),
        ("id\tA\tA\nx\t1\t2\n", {"import-name"}),
        ("id\tA\tPhylum\tPhylum\nx\t1\tBacillota\t98\n", {"import-name"}),
        ("id\tA\tB\nx\t1\t2\nx\t1\t2\n", {"import-name"}),
        ("id\tA\tTotal\nx\t1\t1\ny\t4\t5\n", {"import-total"}),
        ("id\tA\tB\nx\t1\t2\ny\t3\t4\n", {"import-orientation"}),
        ("id\tA\tB\n", {"import-table-empty"}),
    ],
)
def test_each_fault_of_a_table_has_its_code(tmp_path, text, codes):
    (tmp_path / "t.tsv").write_text(text)
    with pytest.raises(InputError) as caught:
        read("table", [tmp_path / "t.tsv"], {})
    assert {problem.code for problem in caught.value.problems} == codes


def test_every_bad_cell_is_told_with_its_row_and_column(tmp_path):
    (tmp_path / "t.tsv").write_text("id\tA\tB\nx\t1\t2\ny\tmany\t3\nz\t4\t5,5\n")
    with pytest.raises(InputError) as caught:
        read("table", [tmp_path / "t.tsv"], {"rows": "features"})
    places = [(problem.row, problem.column, problem.found) for problem in caught.value.problems]
    assert places == [(3, "A", "many"), (4, "B", "5,5")]


def test_totals_that_are_sums_are_left_out_and_it_is_said(tmp_path):
    (tmp_path / "t.tsv").write_text("id\tA\tB\tTotal\nx\t1\t2\t3\ny\t0\t4\t4\nSum\t1\t6\t7\n")
    found = read("table", [tmp_path / "t.tsv"], {"rows": "features"})
    assert found.libraries == ("A", "B")
    assert sorted(found.features) == ["x", "y"]
    assert found.counts["value"].sum() == 7
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("numbers", "count", "share"),
    [("3.0\t1.0", 4, None), ("0.75\t0.25", None, 1.0), ("75.5\t24.5", None, 1.0)],
)
def test_counts_written_as_floats_are_counts_and_shares_are_shares(tmp_path, numbers, count, share):
    (tmp_path / "t.tsv").write_text(f"id\tx\ty\nA\t{numbers}\n")
    text = METHOD.replace("reference:", "lib_layout: paired\n  reference:")
    assert (
        run(tmp_path, "table", tmp_path / "t.tsv", text=f"{text}table: {{rows: libraries}}\n") == 0
    )
    counts = read_dataset(tmp_path / "out").table("counts")
    assert counts["count"].sum() == (count or 0)
    assert counts["relative_abundance"].sum() == pytest.approx(share or 0)


@pytest.mark.parametrize("form", ["dada2", "mdt"])
def test_supports_do_not_take_the_place_of_names(tmp_path, form):
    (tmp_path / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\n")
    text = "id\tKingdom\tPhylum\tKingdom\tPhylum\nx\tFungi\tAscomycota\t100\t98\n"
    (tmp_path / "taxa.tsv").write_text(text)
    files = [tmp_path] if form == "mdt" else [tmp_path / "OTU_table.tsv", tmp_path / "taxa.tsv"]
    with pytest.raises(InputError) as caught:
        read(form, files, {})
    found = {(problem.code, problem.column) for problem in caught.value.problems}
    assert found == {("import-name", "Kingdom"), ("import-name", "Phylum")}


def test_numbers_that_are_neither_are_refused(tmp_path, capsys):
    (tmp_path / "t.tsv").write_text("id\tx\ty\nA\t7.25\t310.5\n")
    text = f"{METHOD}table: {{rows: libraries}}\n"
    assert run(tmp_path, "table", tmp_path / "t.tsv", text=text) == 1
    assert "[import-numbers]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_the_source_does_not_say_is_asked_for_in_a_file_to_fill_in(tmp_path, capsys):
    form, write = OUTPUTS["ampliseq"]
    folder = write(tmp_path)[0]
    assert main(["import", form, str(folder), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "[import-method-unstated]" in told
    assert "  target_gene:    # such as" in told
    assert '  pcr_primer_forward: "GTGYCAGCMGCCGCGGTAA"' in told


def test_all_that_is_missing_of_the_method_is_told_at_once(tmp_path, capsys):
    form, write = OUTPUTS["plain"]
    text = METHOD.replace("16S-V4-515FY-806RB", "ours").replace("  reference: SILVA\n", "")
    assert run(tmp_path, form, *write(tmp_path), text=text) == 1
    told = capsys.readouterr().err
    for name in ("target_gene", "target_subfragment", "pcr_primer_forward", "reference"):
        assert f"assay.{name}: expected" in told
    assert told.count("[import-method]") == 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("engine: dada2", "engin: dada2"), "import-method-key"),
        (("title: Soils", "titel: Soils"), "import-method-key"),
        (("partner@1.0", "stranger@1.0"), "agreement-unknown"),
        (("title: Soils of the partner\n", ""), "import-method"),
        (("title: Soils of the partner", "["), "import-method-unreadable"),
        (("16S-V4-515FY-806RB", "'a b'"), "id-format"),
    ],
)
def test_mistakes_in_the_method_are_named(tmp_path, capsys, change, code):
    form, write = OUTPUTS["plain"]
    assert run(tmp_path, form, *write(tmp_path), text=METHOD.replace(*change)) == 1
    assert f"[{code}]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "sheet", "place"),
    [
        (("partner@1.0", "stranger@1.0"), "", "method.yaml:{agreement} agreement: found 'stranger"),
        (
            ("partner@1.0", "partner@1.0\nagreements: agr"),
            "",
            "method.yaml:{agreements} agreements: ",
        ),
        (
            ("partner@1.0", "other@2.0"),
            "S1\t\nS2\tpartner@1.0\n",
            ":{agreement} agreement: found 'ot",
        ),
        (("title", "title"), "S1\t\nS2\tstranger@1.0\n", "libraries.tsv:3 agreement: found 'stra"),
    ],
)
def test_an_agreement_that_is_not_there_is_told_once_where_it_is_named(
    tmp_path, capsys, change, sheet, place
):
    text = METHOD.replace(*change)
    if sheet:
        (tmp_path / "libraries.tsv").write_text(f"library_id\tagreement\n{sheet}")
        text += "libraries: libraries.tsv\n"
    (tmp_path / "t.tsv").write_text(f"id\tS1\tS2\n{'ACGT' * 60}\t5\t7\n")
    assert run(tmp_path, "table", tmp_path / "t.tsv", text=text) == 1
    told = capsys.readouterr().err
    rows = enumerate((tmp_path / "method.yaml").read_text().splitlines(), start=1)
    lines = {line.partition(":")[0].strip(): number for number, line in rows}
    assert place.format(**lines) in told
    assert "[agreement-" in told
    assert "\n1 problem found." in told


def test_an_unknown_method_is_kept_as_such_and_compared_with_nothing(tmp_path, capsys):
    form, write = OUTPUTS["plain"]
    text = METHOD.replace("16S-V4-515FY-806RB", "ours").replace(
        "engine:",
        "target_gene: not collected\n  target_subfragment: not collected\n"
        "  pcr_primer_forward: not collected\n  pcr_primer_reverse: not collected\n  engine:",
    )
    assert run(tmp_path, form, *write(tmp_path), text=text) == 0
    dataset = read_dataset(tmp_path / "out")
    assert dataset.table("assays")["target_gene"].to_list() == [None]
    again = tmp_path / "again"
    again.mkdir()
    assert run(again, "plain" if form != "table" else form, *write(again)) == 0
    capsys.readouterr()
    assert main(["compare", str(tmp_path / "out"), str(again / "out")]) == 3
    assert "not at all until the method is stated" in capsys.readouterr().out


def test_an_engine_that_nobody_knows_stays_unknown(tmp_path):
    form, write = OUTPUTS["plain"]
    text = re.sub("engine: .*", "engine: not collected", METHOD)
    assert run(tmp_path, form, *write(tmp_path), text=text) == 0
    assays = read_dataset(tmp_path / "out").table("assays")
    assert assays["engine"].to_list() == ["not collected"]


def test_libraries_say_sample_run_and_control(tmp_path):
    form, write = OUTPUTS["plain"]
    (tmp_path / "libraries.tsv").write_text(
        "library_id\tsample_id\trun\tcontrol_type\n"
        "soil-A\tfield-1\tr1\t\nsoil-B\tfield-1\tr2\t\nblank\tblank\tr1\textraction_blank\n"
    )
    text = METHOD + "libraries: libraries.tsv\n"
    assert run(tmp_path, form, *write(tmp_path), text=text) == 0
    rows = read_dataset(tmp_path / "out").table("libraries").to_dicts()
    found = {
        row["library_id"]: (row["sample_id"], row["run_id"], row["control_type"]) for row in rows
    }
    assert found["soil-B"] == ("field-1", "r2", "")
    assert found["blank"] == ("blank", "r1", "extraction_blank")


def test_sequences_of_another_run_are_refused(tmp_path):
    (tmp_path / "t.tsv").write_text(table(corner="id"))
    (tmp_path / "s.fasta").write_text("".join(f">other{n}\n{s}\n" for n, s in SEQUENCES.items()))
    with pytest.raises(InputError) as caught:
        read("table", [tmp_path / "t.tsv", tmp_path / "s.fasta"], {"rows": "features"})
    assert [problem.code for problem in caught.value.problems] == ["import-names-differ"]


def test_the_order_of_rows_and_columns_does_not_change_a_byte(tmp_path):
    sources = []
    for name, text in {"a": table(corner="id"), "b": table(corner="id")}.items():
        folder = tmp_path / name
        folder.mkdir()
        lines = [line.split("\t") for line in text.splitlines()]
        if name == "b":
            lines = [[c[0], *reversed(c[1:])] for c in [lines[0], *reversed(lines[1:])]]
        (folder / "t.tsv").write_text("".join("\t".join(cells) + "\n" for cells in lines))
        (folder / "s.fasta").write_text("".join(f">{n}\n{s}\n" for n, s in SEQUENCES.items()))
        assert run(folder, "table", folder / "t.tsv", folder / "s.fasta") == 0
        sources.append(folder / "out")
    for name in ("counts", "features", "libraries", "samples", "assays"):
        one, other = (folder / f"{name}.parquet" for folder in sources)
        assert one.read_bytes() == other.read_bytes(), name


@pytest.mark.parametrize("form", ["biom", "qiime2", "dwca", "kraken2", "mgnify", "dada2", "mdt"])
def test_a_file_of_something_else_is_an_error_and_no_traceback(tmp_path, capsys, form):
    for name in ("x.biom", "x.qza", "x.zip", "x.report", "x.mseq", "x.tsv", "x.xlsx"):
        (tmp_path / name).write_bytes(b"\x00\x01 nothing of the kind\n\xff\n")
        assert run(tmp_path, form, tmp_path / name) == 1
        assert "Traceback" not in capsys.readouterr().err
