"""Files that contradict each other: a name of two sequences, rows of one name that differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import LINEAGES, SEQUENCES, dadasnake, fasta, mdt, qiime2, table

from soilbio.errors import InputError
from soilbio.importers.registry import read

# Of another run, in which ASV1 is what is ASV4 here.
OTHER = dict(zip(SEQUENCES, reversed(SEQUENCES.values()), strict=True))
AS_RNA = {name: sequence.replace("T", "u").lower() for name, sequence in SEQUENCES.items()}
SHORTER = {name: sequence[5:-5] for name, sequence in SEQUENCES.items()}


def in_fasta(path: Path, sequences: dict[str, str]) -> Path:
    path.write_text("".join(f">{name}\n{one}\n" for name, one in sequences.items()))
    return path


def in_column(path: Path, sequences: dict[str, str]) -> Path:
    rows = [f"{name}\tBacteria\tPhylum{name}\t{one}\n" for name, one in sequences.items()]
    path.write_text("ASV_ID\tKingdom\tPhylum\tsequence\n" + "".join(rows))
    return path


def counts(path: Path, sequences: dict[str, str] | None = None) -> Path:
    beside = (lambda name: [sequences[name]]) if sequences else None
    headers = ("sequence",) if sequences else ()
    path.write_text(table(corner="OTU ID", beside=beside, headers=headers))
    return path


def problem_of(form: str, sources: list[Path], **options: object):
    with pytest.raises(InputError) as caught:
        read(form, sources, options)
    (problem,) = caught.value.problems
    return problem


def sources_of(folder: Path, kind: str, one: dict[str, str], other: dict[str, str]) -> list[Path]:
    """Give a table, and sequences in two places; the second is to be told."""
    if kind == "two files of sequences":
        files = [in_fasta(folder / "a.fasta", one), in_fasta(folder / "b.fasta", other)]
    elif kind == "lineages and a file":
        files = [in_fasta(folder / "a.fasta", one), in_column(folder / "b.tsv", other)]
    elif kind == "two of lineages":
        files = [in_column(folder / "a.tsv", one), in_column(folder / "b.tsv", other)]
    elif kind == "the table and a file":
        return [in_fasta(folder / "a.fasta", one), counts(folder / "b.tsv", other)]
    else:
        return [counts(folder / "a.tsv", one), in_column(folder / "b.tsv", other)]
    return [counts(folder / "t.tsv"), *files]


KINDS = [
    "two files of sequences",
    "lineages and a file",
    "two of lineages",
    "the table and a file",
    "the table and lineages",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_of_two_sequences_in_two_files_is_refused(tmp_path, kind):
    problem = problem_of("table", sources_of(tmp_path, kind, SEQUENCES, OTHER))
    assert (problem.code, problem.column) == ("import-sequence", "ASV1")
    assert Path(problem.source).stem == "b"
    assert f"{tmp_path}/a." in problem.found
    assert "3 more" in problem.found


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_in_two_files_may_be_written_differently(tmp_path, kind):
    found = read("table", sources_of(tmp_path, kind, SEQUENCES, AS_RNA), {})
    assert {name: one.sequence for name, one in found.features.items()} == SEQUENCES
    assert not [note for note in found.notes if "sequences are longer" in note]


@pytest.mark.parametrize("kind", KINDS)
def test_of_cut_sequences_those_of_the_first_are_taken_and_it_is_said(tmp_path, kind):
    found = read("table", sources_of(tmp_path, kind, SHORTER, SEQUENCES), {})
    assert {name: one.sequence for name, one in found.features.items()} == SHORTER
    (note,) = [note for note in found.notes if "sequences are longer" in note]
    assert note.index("a.") < note.index("b.")


def test_sequences_of_the_table_stay_where_lineages_stand_in_a_file(tmp_path):
    rows = [f"{name}\t{';'.join(filter(None, one))}\n" for name, one in LINEAGES.items()]
    (tmp_path / "x.tsv").write_text("OTU ID\tTaxon\n" + "".join(rows))
    found = read("table", [counts(tmp_path / "t.tsv", SEQUENCES), tmp_path / "x.tsv"], {})
    assert {name: one.sequence for name, one in found.features.items()} == SEQUENCES
    assert found.features["ASV2"].lineage.endswith("Bacillus")


def test_a_biom_and_a_file_of_other_sequences_are_refused(tmp_path):
    import biom
    import numpy as np

    known = [{"taxonomy": ["Bacteria"], "sequence": one} for one in SEQUENCES.values()]
    whole = biom.Table(np.eye(4), [*SEQUENCES], ["S1", "S2", "S3", "S4"], known)
    path = tmp_path / "t.biom"
    path.write_text(whole.to_json("a test"))
    assert read("biom", [path, in_fasta(tmp_path / "a.fasta", SEQUENCES)], {}).features
    problem = problem_of("biom", [path, in_fasta(tmp_path / "a.fasta", OTHER)])
    assert (problem.code, problem.source) == ("import-sequence", str(path))


def test_sequences_of_two_artifacts_that_differ_are_refused(tmp_path):
    paths = qiime2(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    more = [path for path in qiime2(other) if "sequences" in path.name]
    assert read("qiime2", [*paths, *more], {}).features
    _rewritten(more[0], OTHER)
    problem = problem_of("qiime2", [*paths, *more])
    assert (problem.code, problem.source) == ("import-sequence", str(more[0]))


def _rewritten(path: Path, sequences: dict[str, str]) -> None:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            own = fasta().encode() == text
            new = "".join(f">{name}\n{one}\n" for name, one in sequences.items())
            archive.writestr(name, new if own else text)


def test_sequences_of_dadasnake_s_table_and_file_are_the_same(tmp_path):
    (out,) = dadasnake(tmp_path)
    path = out / "sequenceTables" / "all.seqTab.tax.tsv"
    header, *lines = path.read_text().splitlines()
    swapped = [line.replace(line.split("\t")[0], OTHER[line.split("\t")[4]], 1) for line in lines]
    in_fasta(out / "sequenceTables" / "all.seqs.fasta", SEQUENCES)
    assert read("dadasnake", [out], {}).features["ASV1"].sequence == SEQUENCES["ASV1"]
    path.write_text("\n".join([header, *swapped]) + "\n")
    assert problem_of("dadasnake", [out]).code == "import-sequence"


# One name in several rows.

TAXA = "OTU\tSize\tTaxonomy\nOtu1\t9\tBacteria;Bacillota;\nOtu2\t9\tArchaea;\n"
BARE = "ASV1\tk__Bacteria; p__A\t0.9\nASV2\tk__Archaea\t0.9\n"
SHARED = "label\tGroup\tnumOtus\tOtu1\tOtu2\n0.03\tS1\t2\t9\t1\n0.03\tS2\t2\t2\t3\n"


@pytest.mark.parametrize(
    ("more", "is_same"),
    [
        ("Otu1\t1\tArchaea;\n", False),
        ("Otu1\t1\tBacteria;Bacillota;\n", True),
        ("\t1\tArchaea;\n\t1\tBacteria;\n", True),
    ],
)
def test_lineages_of_mothur_have_one_row_for_each_name(tmp_path, more, is_same):
    shared, taxa = tmp_path / "f.shared", tmp_path / "f.0.03.cons.taxonomy"
    shared.write_text(SHARED)
    taxa.write_text(TAXA + more)
    if is_same:
        found = read("mothur", [shared, taxa], {})
        assert found.features["Otu1"].lineage == "Bacteria;Bacillota;"
    else:
        problem = problem_of("mothur", [shared, taxa])
        assert (problem.code, problem.source, problem.column) == ("import-name", str(taxa), "Otu1")


@pytest.mark.parametrize(
    "more", ["ASV1\tk__Bacteria; p__B\t0.8\n", "ASV1\tk__Bacteria; p__A\t0.8\n"]
)
def test_several_hits_of_a_search_are_refused(tmp_path, more):
    (tmp_path / "x.tsv").write_text(BARE + more)
    problem = problem_of("table", [counts(tmp_path / "t.tsv"), tmp_path / "x.tsv"])
    assert (problem.code, problem.source) == ("import-name", str(tmp_path / "x.tsv"))


@pytest.mark.parametrize(
    ("sheet", "row", "is_same"),
    [
        ("taxonomy", ["ASV1", "Archaea"], False),
        ("samples", ["soil-A", "2021-01-01", 10, 10], False),
        ("samples", ["soil-A", "2024-05-01", 48.4, 11.7], True),
    ],
)
def test_sheets_of_the_toolkit_s_template_have_one_row_for_each_name(tmp_path, sheet, row, is_same):
    from openpyxl import load_workbook

    (path,) = mdt(tmp_path)
    book = load_workbook(path)
    book[sheet].append(row)
    book.save(path)
    if is_same:
        assert read("mdt", [path], {}).metadata["soil-A"]["collection_date"] == "2024-05-01"
    else:
        problem = problem_of("mdt", [path])
        assert (problem.code, problem.column) == ("import-name", row[0])
        assert problem.source == f"{path}, sheet {sheet}"


def test_sequences_of_the_template_and_of_a_file_are_the_same(tmp_path):
    (path,) = mdt(tmp_path)
    assert read("mdt", [path, in_fasta(tmp_path / "a.fasta", SEQUENCES)], {}).features
    assert (
        problem_of("mdt", [path, in_fasta(tmp_path / "a.fasta", OTHER)]).code == "import-sequence"
    )
