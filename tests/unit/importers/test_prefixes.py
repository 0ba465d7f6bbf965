"""A prefix keeps names apart, and hides no accession."""

from __future__ import annotations

import pytest
from pipeline_outputs import write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

METHOD = """
title: A laboratory
agreement: partner@1.0
samples: samples.tsv
assay: {assay_id: 16S-V4-515FY-806RB, engine: dada2, engine_version: "1.26"}
"""


def imported(folder, prefix: str, sheet: str):
    folder.mkdir()
    (folder / "t.tsv").write_text("id\tSAMEA1234567\tplot1\n" + "ACGT" * 60 + "\t5\t7\n")
    (folder / "samples.tsv").write_text(sheet)
    method = write_method(folder, f"{METHOD}prefix: {prefix}\n")
    words = ["import", "table", str(folder / "t.tsv"), "--method", str(method)]
    assert main([*words, "--out", str(folder / "out")]) in (0, None)
    return folder / "out"


def materials(folder) -> dict[str, str | None]:
    samples = read_dataset(folder).table("samples")
    return dict(samples.select("sample_id", "source_mat_id").iter_rows())


def test_a_sample_that_goes_by_its_accession_is_of_that_material_behind_a_prefix(tmp_path):
    sheet = "sample_name\tdepth\nSAMEA1234567\t0-0.1\nplot1\t0-0.1\n"
    folders = [imported(tmp_path / name, f"{name}-", sheet) for name in ("north", "south")]
    assert materials(folders[0]) == {"north-SAMEA1234567": "SAMEA1234567", "north-plot1": None}
    assert main(["harmonise", *map(str, folders), "--out", str(tmp_path / "all")]) == 0
    listed = (tmp_path / "all" / "provenance" / "same_material.tsv").read_text().splitlines()
    assert len([line for line in listed if line.startswith("SAMEA1234567\t")]) == 2


@pytest.mark.parametrize("header", ["source_mat_id", "BioSample", "biosample_accession"])
def test_what_the_sheet_says_of_the_material_stays(tmp_path, header):
    sheet = f"sample_name\t{header}\nSAMEA1234567\tSAMN01234567\nplot1\tSAMN01234568\n"
    assert materials(imported(tmp_path / "north", "north-", sheet)) == {
        "north-SAMEA1234567": "SAMN01234567",
        "north-plot1": "SAMN01234568",
    }
