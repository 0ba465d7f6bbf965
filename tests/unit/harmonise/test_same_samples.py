"""A name alone makes no two samples one: nothing is filled in, and what is joined is told."""

from __future__ import annotations

import polars as pl
import pytest
from example_dataset import example_tables
from unit.harmonise.test_merge import column, merge, renamed, write

from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.standards.materials import soils_of

SOILS = pl.col("lat_lon").fill_null("") != ""


def laboratory(folder, prefix: str, **cells: str | None):
    """Write the example with libraries of other names, and cells of soils changed."""
    tables = renamed("")
    for table in ("libraries", "counts"):
        tables[table] = column(tables[table], "library_id", prefix + pl.col("library_id"))
    samples = tables["samples"].with_columns(is_soil=SOILS)
    for name, text in cells.items():
        old = pl.col(name) if name in samples.columns else pl.lit(None, pl.String)
        value = pl.when("is_soil").then(pl.lit(text, pl.String)).otherwise(old)
        samples = column(samples, name, value)
    tables["samples"] = samples.drop("is_soil")
    return write(folder, tables)


def refused(folders, target) -> set[str | None]:
    with pytest.raises(InputError) as caught:
        merge(folders, target)
    assert {problem.code for problem in caught.value.problems} == {"harmonise-conflict"}
    assert all("same source_mat_id" in problem.fix for problem in caught.value.problems)
    return {problem.found for problem in caught.value.problems}


SOIL_NAMES = {"soil 1", "soil 2", "soil 3"}
EMPTY = dict.fromkeys(
    ["geo_loc_name", "collection_date", "depth", "ph", "cur_land_use", "farm_name", "lat_lon"]
)


def test_samples_of_one_name_of_which_one_has_no_sheet_are_not_taken_for_one(tmp_path):
    """Two laboratories call samples S1: one's soil has nothing to say of the other's."""
    folders = [laboratory(tmp_path / "a", "a "), laboratory(tmp_path / "b", "b ", **EMPTY)]
    assert refused(folders, tmp_path / "c") == SOIL_NAMES


@pytest.mark.parametrize(
    "cells", [{"lat_lon": None}, {"collection_date": None}, {"collection_date": "not collected"}]
)
def test_a_place_or_a_date_alone_fills_nothing_in(tmp_path, cells):
    folders = [laboratory(tmp_path / "a", "a "), laboratory(tmp_path / "b", "b ", **cells)]
    assert refused(folders, tmp_path / "c") == SOIL_NAMES


@pytest.mark.parametrize("material", ["SAMEA12", "core A of the farm"])
def test_samples_of_one_name_and_one_material_have_what_either_says(tmp_path, material):
    a = laboratory(tmp_path / "a", "a ", **EMPTY, source_mat_id=material)
    b = laboratory(tmp_path / "b", "b ", **EMPTY | {"depth": "0.2"}, source_mat_id=material)
    merge([a, b], tmp_path / "c")
    assert read_dataset(tmp_path / "c").table("samples")["depth"].drop_nulls().to_list() == [
        *("0.2",) * 3
    ]


def test_a_study_s_accession_is_no_material_that_fills_in(tmp_path):
    words = {**EMPTY, "source_mat_id": "PRJNA123456"}
    a = laboratory(tmp_path / "a", "a ", **words)
    b = laboratory(tmp_path / "b", "b ", **words | {"depth": "0.2"})
    assert refused([a, b], tmp_path / "c") == SOIL_NAMES


def test_what_is_one_by_its_name_alone_is_counted(tmp_path):
    """Controls say nothing of place and date; soils of one sheet do."""
    folders = [laboratory(tmp_path / "a", "a "), laboratory(tmp_path / "b", "b ")]
    merged = merge(folders, tmp_path / "c")
    assert merged.notes["samples_that_are_one_by_their_name_alone"] == 2
    # Of what was merged before, libraries are there twice: these samples are one.
    merged = merge([tmp_path / "c", folders[0]], tmp_path / "d")
    assert merged.notes["samples_that_are_one_by_their_name_alone"] == 0


def soils(samples: list[tuple[str, str, dict[str, str]]]) -> set[str]:
    """Give the soils of samples of laboratories that all name one material."""
    rows = [{"sample_id": name, "source_mat_id": "plot", **own} for name, _, own in samples]
    return set(soils_of(rows, {name: {who} for name, who, _ in samples}).values())


CROP, WOOD = {"cur_land_use": "cropland"}, {"cur_land_use": "forest"}


@pytest.mark.parametrize(
    ("samples", "number"),
    [
        ([("a1", "a", CROP), ("b1", "b", CROP)], 1),
        ([("a1", "a", CROP), ("b1", "b", {"cur_land_use": "arable land"})], 1),
        ([("a1", "a", {"lat_lon": "52.1 5.2"}), ("b1", "b", {"lat_lon": "52.12 5.21"})], 1),
        ([("a1", "a", {"lat_lon": "52.1 5.2"}), ("b1", "b", {"lat_lon": "36.1 140.1"})], 2),
        ([("a1", "a", CROP), ("a2", "a", WOOD), ("b1", "b", CROP), ("b2", "b", WOOD)], 4),
        ([("a1", "a", CROP), ("a2", "a", {}), ("b1", "b", {"cur_land_use": "missing"})], 1),
    ],
)
def test_a_material_of_samples_that_differ_in_one_laboratory_is_none(samples, number):
    assert len(soils(samples)) == number


def test_a_material_that_is_none_is_told_and_its_samples_are_not_listed(tmp_path):
    """The example's soils are of three places, and cannot be one material."""
    folders = []
    for name in ("a", "b"):
        tables = renamed(f"{name} ")
        tables["samples"] = column(tables["samples"], "source_mat_id", pl.lit("our plots"))
        folders.append(write(tmp_path / name, tables))
    merged = merge(folders, tmp_path / "c")
    assert merged.notes["material_ids_of_samples_that_are_of_several_soils"] == 1
    assert merged.notes["samples_of_one_material"] == 0
    assert example_tables()["samples"]["lat_lon"].drop_nulls().n_unique() == 3
