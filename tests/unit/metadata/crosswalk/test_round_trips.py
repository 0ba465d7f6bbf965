from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from soilbio.metadata.crosswalk.convert import convert, read_back
from soilbio.metadata.crosswalk.files import files_of, tables_in
from soilbio.metadata.crosswalk.nmdc import is_of_library
from soilbio.metadata.crosswalk.normal import is_same, normal
from soilbio.metadata.crosswalk.reasons import LIBRARY, PERSONAL

_SPEC = importlib.util.spec_from_file_location("sheets", Path(__file__).with_name("sheets.py"))
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

slow = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    max_examples=60,
)


def check_that_the_report_is_true(rows, target):
    """What comes back from the files differs from the source in what is reported, and no more."""
    converted = convert(rows, target)
    back = read_back(target, tables_in(target, files_of(converted)))
    for number, row in rows.items():
        source, found = normal(row), back.get(row["samp_name"], {})
        reported = {loss.column for loss in converted.losses if loss.row == number}
        if "" in reported:
            assert not found
            continue
        lost = {
            name for name, value in source.items() if not is_same(name, value, found.get(name, ""))
        }
        assert lost == reported, (row, found, converted.losses)
        assert found.keys() <= source.keys(), "nothing is made up"


@pytest.mark.parametrize("target", ["mixs", "ena", "biosamples", "dwc", "nmdc", "faire", "glosis"])
@given(rows=made.sheets())
@slow
def test_what_is_lost_is_exactly_what_the_report_says(target, rows):
    check_that_the_report_is_true(rows, target)


def losses(rows, target):
    found = convert(rows, target).losses
    return [one for one in found if one.column not in PERSONAL]


@given(rows=made.sheets())
@slow
def test_mixs_holds_all_that_soilbio_knows(rows):
    # A misc_param that has the form of a column, and empty parts between bars, are the exceptions.
    assert all("|" in one.value for one in losses(rows, "mixs"))


@given(rows=made.sheets())
@slow
def test_ena_loses_what_is_of_the_experiment_and_reasons_for_missing_values(rows):
    for one in losses(rows, "ena"):
        is_expected = (
            one.column in {*LIBRARY, "agreement_id"}
            or one.kind in ("missing-term", "less-precise")
            or (one.kind == "changed" and "|" in one.value)
        )
        assert is_expected, one


@given(rows=made.sheets())
@slow
def test_darwin_core_loses_controls_and_reasons_for_missing_values(rows):
    for one in losses(rows, "dwc"):
        assert one.kind in ("row-left-out", "missing-term") or one.column == "recorded_by", one


@given(rows=made.sheets())
@slow
def test_nmdc_loses_what_is_of_the_library_and_reasons_for_missing_values(rows):
    for one in losses(rows, "nmdc"):
        is_parted = one.kind == "changed" and "|" in one.value
        assert one.kind == "missing-term" or is_of_library(one.column) or is_parted, one
