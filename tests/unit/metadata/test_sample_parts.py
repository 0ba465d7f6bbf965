"""Text with tabs may have the forms of others: parts apart, units, methods, NCBI's templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError, Problems
from soilbio.metadata.samples import read_samples, sample_rows

HEADERS = {
    "Darwin Core": ("decimalLatitude", "decimalLongitude"),
    "ENA": ("geographic location (latitude)", "geographic location (longitude)"),
    "QIIME 2": ("latitude", "longitude"),
    "German": ("Breitengrad", "Längengrad"),
}


def sheet(folder: Path, headers: tuple[str, ...], *cells: str) -> Path:
    path = folder / "samples.tsv"
    directive = "#q2:types" + "\tcategorical" * len(headers) + "\n"
    lines = ["\t".join(("sample-id", *headers)), "\t".join(("S1", *cells))]
    path.write_text(f"{lines[0]}\n{directive}{lines[1]}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("standard", HEADERS)
def test_latitude_and_longitude_are_one_place(tmp_path, standard):
    (row,) = read_samples(sheet(tmp_path, HEADERS[standard], "48.1364", "11.2871"))
    assert row["sample_id"] == "S1"
    assert row["lat_lon"] == "48.1364 11.2871"


def test_depths_are_one_depth(tmp_path):
    headers = ("minimumDepthInMeters", "maximumDepthInMeters")
    (row,) = read_samples(sheet(tmp_path, headers, "0", "0.1"))
    assert row["depth"].startswith("0-0.1")


@pytest.mark.parametrize(
    ("header", "cell", "taken"),
    [
        ("pH (CaCl2)", "6.1", {"ph": "6.1", "ph_meth": "CaCl2"}),
        ("ph_cacl2", "6.1", {"ph": "6.1", "ph_meth": "CaCl2"}),
        ("Corg (%)", "1.7", {"tot_org_carb": "17"}),
        ("depth (cm)", "0-10", {"depth": "0-0.1"}),
    ],
)
def test_a_header_that_tells_unit_or_method_is_read_with_tabs_as_with_commas(
    tmp_path, header, cell, taken
):
    tabs = sheet(tmp_path, ("lat_lon", header), "48.1364 11.2871", cell)
    commas = tmp_path / "samples.csv"
    commas.write_text(tabs.read_text().replace("\t", ","))
    (row,), (other,) = (list(read_samples(path)) for path in (tabs, commas))
    assert row == other
    assert taken.items() <= row.items()


@pytest.mark.parametrize(
    ("headers", "advised"),
    [
        (("SOC",), "Call it tot_org_carb (usual; in g/kg) if"),
        (("SOC (%)",), "Call it 'tot_org_carb (%)' if"),
        (("pH_CaCl2", "pH (CaCl2)"), "Another column is ph here. Else"),
    ],
)
def test_what_is_advised_loses_no_unit_and_no_method(tmp_path, headers, advised):
    problems = Problems("samples.tsv")
    sample_rows(sheet(tmp_path, headers, *["6.1"] * len(headers)), {}, problems)
    (problem,) = (one for one in problems.found if one.code == "column-unknown")
    assert problem.fix.startswith(advised)


@pytest.mark.parametrize("name", ["latitude", "decimalLongitude", "Breitengrad"])
def test_no_part_of_a_place_has_another_class(tmp_path, name):
    with pytest.raises(InputError) as caught:
        read_samples(sheet(tmp_path, (name,), "48.1364"), {name: "environment"})
    (problem,) = (one for one in caught.value.problems if one.code == "config-column-known")
    assert problem.column == f"columns.{name}"


@pytest.mark.parametrize(
    ("name", "share"), [("UTM_x", "location"), ("Easting", "location"), ("genotype", "environment")]
)
def test_what_is_advised_opens_no_place(tmp_path, name, share):
    problems = Problems("samples.tsv")
    sample_rows(sheet(tmp_path, ("latitude", "longitude", name), "48", "11", "1"), {}, problems)
    (problem,) = (one for one in problems.found if one.code == "column-unknown")
    assert f"`columns: {{{name}: {share}}}`" in problem.fix


TEMPLATE = (
    ("*sample_name", "S1"),
    ("sample_title", ""),
    ("bioproject_accession", ""),
    ("*organism", "soil metagenome"),
    ("*collection_date", "2021-05-12"),
    ("*depth", "0-0.1 m"),
    ("*lat_lon", "51.35 N 11.90 E"),
    ("omics_observ_id", ""),
    ("description", "x"),
)
REMARKS = (
    "# This is a submission template for batch deposit of 'MIMARKS: survey, soil; version 6.0'",
    '"# GREEN fields are mandatory, YELLOW ones are not, or are; see below"\t\t',
    *("#     2. Save the worksheet as a Text (Tab-delimited) file - use 'File, Save as'",) * 20,
)


@pytest.mark.parametrize("remarks", [REMARKS, ()], ids=["with remarks", "without remarks"])
def test_ncbi_s_template_is_read(tmp_path, remarks):
    path = tmp_path / "ncbi.tsv"
    path.write_text("\n".join([*remarks, *map("\t".join, zip(*TEMPLATE, strict=True))]))
    problems = Problems(str(path))
    ((number, row),) = sample_rows(path, {}, problems).items()
    assert number == len(remarks) + 2
    assert row["sample_id"] == "S1"
    assert row["lat_lon"].startswith("51.35 ")
    assert row["samp_taxon_id"] == "soil metagenome"
    assert not row.keys() & {"description", "bioproject_accession", "omics_observ_id"}
    assert not problems.errors
    told = {(one.code, one.row, one.column) for one in problems.found}
    assert told == {
        ("taxon-format", number, "samp_taxon_id"),
        ("column-left-out", number - 1, "description"),
    }


def test_a_column_of_a_submission_is_taken_with_a_class(tmp_path):
    path = tmp_path / "ncbi.tsv"
    path.write_text("\n".join(map("\t".join, zip(*TEMPLATE, strict=True))))
    (row,) = read_samples(path, {"description": "identity"})
    assert row["description"] == "x"


def test_what_a_column_may_mean_is_told(tmp_path):
    problems = Problems("samples.tsv")
    sample_rows(sheet(tmp_path, ("ph", "organism"), "6", "soil metagenome"), {}, problems)
    (problem,) = (one for one in problems.found if one.code == "column-unknown")
    assert "Call it samp_taxon_id (NCBI) if that is meant." in problem.fix
