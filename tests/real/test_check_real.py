from __future__ import annotations

import csv
from collections import Counter

import pytest

from soilbio.cli.main import main
from soilbio.metadata.check import inspect_project
from soilbio.metadata.explore import explore

FOLDERS = {
    "amplicon_16S_soil_V4_dadasnake": ("16S-V4-515F-806R", True, 4, 2),
    "amplicon_16S_soil_V4_demulticoder": ("16S-V4-515F-806R", False, 2, 1),
    "amplicon_16S_soil_atacama100": ("16S-V4-515F-806R", False, 11, 1),
    "amplicon_16S_soil_qiita1001_SE": ("16S-V4-515F-806R", False, 2, 1),
    "amplicon_16S_root_V5V7_easyamplicon": ("16S-V5V7-799F-1193R", True, 6, 1),
    "amplicon_16S_mock_1250": ("16S-V4-515F-806R", False, 2, 1),
    "amplicon_ITS_soil_neon": ("ITS1-ITS1F-ITS2", True, 4, 1),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_pairs_primers_and_runs_of_real_reads_are_found(shared, name):
    assay, has_primers, libraries, runs = FOLDERS[name]
    explored = explore(shared / "data" / name)
    assert len(explored.libraries) == libraries
    assert {library.assay for library in explored.libraries} == {assay}
    assert {library.has_primers for library in explored.libraries} == {has_primers}
    assert len({library.run for library in explored.libraries}) == runs
    assert all(library.second for library in explored.libraries) == (not name.endswith("_SE"))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_project_of_real_reads_lacks_only_what_the_user_alone_knows(shared, tmp_path, name):
    assert main(["init", str(shared / "data" / name), "--out", str(tmp_path)]) == 0
    checked = inspect_project(tmp_path / "config" / "config.yaml", is_deep=True)
    errors = {problem.code for problem in checked.problems if not problem.is_warning}
    assert errors == {"sample-incomplete"}


def project_of(shared, tmp_path, name, *more):
    assert main(["init", str(shared / "data" / name), "--out", str(tmp_path), *more]) == 0
    return tmp_path / "config" / "config.yaml"


def test_primers_behind_a_spacer_are_found_at_nearly_all_reads(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_soil_V4_dadasnake")
    for facts in inspect_project(config).facts:
        # Exact searches over whole files find 92 to 95 %; mismatches are accepted here.
        assert 92 <= facts.primer_1_percent <= 100
        assert 92 <= facts.primer_2_percent <= 100


def test_799f_is_found_behind_its_barcode(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_root_V5V7_easyamplicon")
    for facts in inspect_project(config).facts:
        assert facts.primer_1_percent > 90
        assert facts.primer_2_percent > 90


def test_a_wrong_assay_is_named_with_the_right_one(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_root_V5V7_easyamplicon")
    sheet = config.with_name("libraries.tsv")
    sheet.write_text(sheet.read_text().replace("16S-V5V7-799F-1193R", "16S-V4-515F-806R"))
    absent = [p for p in inspect_project(config).problems if p.code == "primers-absent"]
    assert len(absent) == 6
    assert all("16S-V5V7-799F-1193R" in problem.fix for problem in absent)


def test_removed_primers_lead_to_the_option(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_mock_1250")
    text = config.read_text().replace("  16S-V4-515F-806R: {primers_in_reads: false}", "  {}")
    config.write_text(text)
    found = [p for p in inspect_project(config).problems if p.code == "primers-absent"]
    assert [problem.is_warning for problem in found] == [False, True]  # the second is the mock
    assert all("primers_in_reads: false" in problem.fix for problem in found)


def test_the_empty_blank_is_a_warning_and_a_guessed_control(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_soil_atacama100")
    checked = inspect_project(config)
    codes = Counter(problem.code for problem in checked.problems)
    assert codes["fastq-empty"] == 1
    controls = {library.library_id: library.control_type for library in checked.libraries}
    assert controls["BLANK"] == "extraction_blank"


def test_reads_with_their_primers_at_a_minority_are_a_warning(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_ITS_soil_neon")
    few = [p for p in inspect_project(config).problems if p.code == "primers-few"]
    assert few
    assert all(problem.is_warning for problem in few)


def test_the_first_records_are_written_with_percentages(shared, tmp_path):
    config = project_of(shared, tmp_path, "amplicon_16S_mock_1250")
    samples = config.with_name("samples.tsv")
    lines = samples.read_text().splitlines()
    header = lines[0].split("\t")
    filled = {"lat_lon": "not collected", "geo_loc_name": "USA", "collection_date": "2012"}
    lines[1] = "\t".join(
        filled.get(name, cell) for name, cell in zip(header, lines[1].split("\t"), strict=True)
    )
    samples.write_text("\n".join(lines) + "\n")
    target = tmp_path / "checked.tsv"
    assert main(["check", "--config", str(config), "--out", str(target)]) == 0
    with target.open(newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert [row["length_1_bp"] for row in rows] == ["251", "251"]
    assert all(float(row["primer_1_percent"]) < 5 for row in rows)
