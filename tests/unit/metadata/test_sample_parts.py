"""Text with tabs may have parts of a place or depth in columns of their own, as other forms may."""

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
