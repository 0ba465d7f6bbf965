"""Genes, regions and primers as people write them; what is no primer is refused."""

from __future__ import annotations

import pytest
from pipeline_outputs import METHOD, OUTPUTS, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.importers.spelling import gene_of, primer_of, region_of

OWN = METHOD.replace("16S-V4-515FY-806RB", "ours")


def run(tmp_path, forward: str, reverse: str, region: str = "V4") -> int:
    form, write = OUTPUTS["plain"]
    text = (
        f"{OWN}  target_gene: 16S\n  target_subfragment: {region}\n"
        f'  pcr_primer_forward: "{forward}"\n  pcr_primer_reverse: "{reverse}"\n'
    )
    method = write_method(tmp_path, text)
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    return main([*words, "--out", str(tmp_path / "out")])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "GGACTACNVGGGTWTCTAAT",
            "5'-GGACTACNVGGGTWTCTAAT-3'",
            "5\u2019-ggactacnvgggtwtctaat-3\u2019",
        ),
        *(" GGACTAC NVGGGTWTC TAAT ", "5' GGACTACNVGGGTWTCTAAT 3'", "GGACTACNVGGGTWTCTAAT-3'"),
        *("^GGACTACNVGGGTWTCTAAT", "XGGACTACNVGGGTWTCTAAT;min_overlap=10", "GGACTACNVGGGTWTCTAAT$"),
        "^GGACTACNVGGGTWTCTAAT...TTACCGCGGCKGCTGRCAC",
    ],
)
def test_marks_of_ends_and_small_letters_are_no_part_of_a_primer(text):
    assert primer_of(text) == "GGACTACNVGGGTWTCTAAT"


@pytest.mark.parametrize(
    "bad", ["5XYZ", "515F", "GTGYCAG/GTGCCAG", "ACGT", "see the paper", "none"]
)
def test_what_is_no_primer_is_refused(tmp_path, capsys, bad):
    assert run(tmp_path, bad, "GGACTACNVGGGTWTCTAAT") == 1
    told = capsys.readouterr().err
    assert f"assay.pcr_primer_forward: found '{bad}'" in told
    assert "[import-method]" in told


def test_a_primer_of_the_source_that_is_none_is_told_as_its_own(tmp_path, capsys):
    form, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    settings = folder / "pipeline_info" / "params_2026.json"
    text = settings.read_text()
    settings.write_text(text.replace("GTGYCAGCMGCCGCGGTAA", "515F"))
    words = ["import", form, str(folder), "--method", str(write_method(tmp_path, OWN))]
    assert main([*words, "--out", str(tmp_path / "out")]) == 1
    assert "The source says so: state the right one" in capsys.readouterr().err
    settings.write_text(text.replace("GTGYCAGCMGCCGCGGTAA", "^GTGYCAGCMGCCGCGGTAA...X"))
    words[-1] = str(write_method(tmp_path, METHOD))
    assert main([*words, "--out", str(tmp_path / "out")]) == 0


def test_primers_and_regions_are_kept_in_one_form(tmp_path):
    assert run(tmp_path, "5'-cctacgggnggcwgcag-3'", "gactachIgggtatctaatcc", "v3-4") == 0
    (row,) = read_dataset(tmp_path / "out").table("assays").to_dicts()
    assert row["pcr_primer_forward"] == "CCTACGGGNGGCWGCAG"
    assert row["pcr_primer_reverse"] == "GACTACHIGGGTATCTAATCC"
    assert row["target_subfragment"] == "V3-V4"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *(("v4", "V4"), ("V3V4", "V3-V4"), ("V3-4", "V3-V4"), ("v3\u2013v4 region", "V3-V4")),
        *(("its2", "ITS2"), ("ITS 1", "ITS1"), ("ITS1-5.8S-ITS2", "ITS1-5.8S-ITS2"), ("D1", "D1")),
    ],
)
def test_regions_have_one_form(text, form):
    assert region_of(text) == form


@pytest.mark.parametrize(
    ("text", "form"), [("16s rdna", "16S rRNA"), ("its", "ITS"), ("COI", "COI"), ("nifH", "nifH")]
)
def test_genes_have_one_form(text, form):
    assert gene_of(text) == form


def test_the_same_primer_in_another_form_is_no_contradiction(tmp_path, capsys):
    form, write = OUTPUTS["ampliseq"]
    text = METHOD + "  pcr_primer_forward: 5'-gtgycagcmgccgcggtaa-3'\n"
    method = write_method(tmp_path, text)
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    assert "pcr_primer_forward: the source says" not in capsys.readouterr().out


def test_all_sheets_that_are_not_there_are_told_with_the_table(tmp_path, capsys):
    (tmp_path / "t.tsv").write_text("OTU ID\tS1\nx\tmany\ny\t2\n")
    method = write_method(tmp_path, METHOD + "samples: no.tsv\nlibraries: none.tsv\n")
    words = ["import", "table", str(tmp_path / "t.tsv"), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    for name in ("no.tsv", "none.tsv", "t.tsv"):
        assert name in told


def test_adapters_before_a_primer_are_left_out_and_told(tmp_path, capsys):
    adapter, forward = "TCGTCGGCAGCGTCAGATGTGTATAAGAGACAG", "GTGYCAGCMGCCGCGGTAA"
    assert run(tmp_path, f"{adapter}-{forward}", "GGACTACNVGGGTWTCTAAT") == 0
    assert f"pcr_primer_forward: {adapter} stands before" in capsys.readouterr().out
    (assay,) = read_dataset(tmp_path / "out").table("assays").to_dicts()
    assert assay["pcr_primer_forward"] == forward
