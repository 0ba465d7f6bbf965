"""Taxa with the sequence of one of theirs are taken for exact ones only if someone says so."""

from __future__ import annotations

import itertools

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

NUMBER = 12
GENERA = [f"Bacteria\tPhylum{n % 5}ota\tGenus{n}us" for n in range(NUMBER)]
SEQUENCES = ["".join(bases) * 20 for bases in itertools.product("ACGT", repeat=3)][:NUMBER]


def imported(folder, lineages, *, engine="dada2", table="", sequences=SEQUENCES):
    """Import a table of ASVs with a sequence and ranks beside the counts."""
    rows = [
        f"ASV{n}\t{n + 3}\t{2 * n}\t{lineage}\t{sequence}"
        for n, (lineage, sequence) in enumerate(zip(lineages, sequences, strict=True))
    ]
    source = folder / "table.tsv"
    source.write_text("\n".join(["OTU ID\tA\tB\tDomain\tPhylum\tGenus\tsequence", *rows]) + "\n")
    assert "engine: dada2" in METHOD
    text = METHOD.replace("engine: dada2", f"engine: {engine}")
    method = write_method(folder, f"{text}{table}")
    words = ["import", "table", str(source), "--method", str(method), "--out", str(folder / "out")]
    return main(words)


def test_features_of_a_lineage_each_are_asked_for(tmp_path, capsys):
    assert imported(tmp_path, GENERA) == 1
    told = capsys.readouterr().err
    assert "[import-agglomerated]" in told
    assert f"of {NUMBER} features with a sequence each, no two of one lineage" in told
    assert "the lowest name a genus" in told
    assert "engine: dada2, then tax_glom" in told


def test_names_that_are_none_do_not_hide_it(tmp_path, capsys):
    nameless = ["Bacteria\tPhylum1ota\tuncultured", "Bacteria\tPhylum1ota\t"]
    assert imported(tmp_path, [*GENERA[2:], *nameless]) == 1
    assert "[import-agglomerated]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("engine", "table"),
    [('"dada2, then tax_glom"', ""), ("dada2", "table: {features: exact}\n"), ("vsearch OTUs", "")],
)
def test_what_is_said_of_them_counts(tmp_path, capsys, engine, table):
    assert imported(tmp_path, GENERA, engine=engine, table=table) == 0, capsys.readouterr().err
    (assay,) = read_dataset(tmp_path / "out").table("assays").to_dicts()
    assert assay["engine"] == engine.strip('"')


@pytest.mark.parametrize(
    "lineages",
    [
        [*GENERA[1:], GENERA[1]],  # two of one genus
        [f"Bacteria\tPhylum1ota\tuncultured clone {n}" for n in range(NUMBER)],  # of no taxon
    ],
)
def test_exact_sequences_are_taken_as_they_are(tmp_path, capsys, lineages):
    assert imported(tmp_path, lineages) == 0, capsys.readouterr().err


def test_of_few_features_nothing_is_asked(tmp_path, capsys):
    assert imported(tmp_path, GENERA[:9], sequences=SEQUENCES[:9]) == 0, capsys.readouterr().err


def test_a_pipeline_s_own_folder_has_no_such_word(tmp_path, capsys):
    method = write_method(tmp_path, METHOD + "table: {features: exact}\n")
    words = ["import", "qiime2", str(tmp_path), "--method", str(method), "--out", "out"]
    assert main(words) == 1
    assert "[import-method-key]" in capsys.readouterr().err
