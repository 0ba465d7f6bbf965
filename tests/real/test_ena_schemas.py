"""What is prepared for the archive, held against its own schemas."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from ena_project import make_project
from ena_server import receipt
from jsonschema import Draft7Validator
from lxml import etree

from soilbio.archives.ena.model import Study
from soilbio.archives.ena.prepare import contents_of, describe
from soilbio.archives.ena.source import material_of_project
from soilbio.archives.ena.xml import receipt_request_xml

SCHEMAS = {
    "project.xml": "ENA.project.xsd",
    "sample.xml": "SRA.sample.xsd",
    "experiment.xml": "SRA.experiment.xsd",
    "run.xml": "SRA.run.xsd",
    "submission_first.xml": "SRA.submission.xsd",
    "submission_second.xml": "SRA.submission.xsd",
}
STUDY = Study(
    "meadows",
    "Soils of two meadows in Bavaria",
    "Who lives in two meadows of Bavaria.",
    name="meadows",
    center="Institute A",
    release="2027-01-01",
)


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = make_project(tmp_path_factory.mktemp("project") / "p")
    material = material_of_project(folder / "config.yaml", dt.date(2026, 11, 23), bytes(32))
    return contents_of(describe(material, STUDY, source="project"))


def schema(shared: Path, name: str, folder: str = "ena_upload_cli_0.11.0") -> etree.XMLSchema:
    path = shared / "standards" / "02_ena" / folder / name
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_archive_s_schema_accepts_each_file(shared, contents, name):
    schema(shared, SCHEMAS[name]).assertValid(etree.fromstring(contents[name]))


def test_the_schema_accepts_the_question_for_a_receipt(shared):
    content = receipt_request_xml("meadows-first", STUDY)
    schema(shared, "SRA.submission.xsd").assertValid(etree.fromstring(content))


def test_the_stand_in_s_receipts_are_as_the_archive_s(shared):
    content = receipt([("SAMPLE", "a", "ERS1"), ("PROJECT", "p", "PRJEB1")], [], "s")
    schema(shared, "SRA.receipt.xsd", "xsd").assertValid(etree.fromstring(content))


def test_biosamples_takes_all_samples(shared, contents):
    path = shared / "standards" / "02_ena" / "biosamples_json_schema" / "ERC000022-BSD.json"
    validator = Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
    samples = json.loads(contents["biosamples.json"])
    assert len(samples) == 3
    for one in samples:
        assert [error.message for error in validator.iter_errors(one)] == []


def test_units_are_those_of_the_values_and_not_the_last_of_a_list(contents):
    root = etree.fromstring(contents["sample.xml"])
    units = {
        one.findtext("TAG"): one.findtext("UNITS")
        for one in root.iter("SAMPLE_ATTRIBUTE")
        if one.findtext("UNITS")
    }
    assert units["depth"] == "m"
    assert units["elevation"] == "m"
    assert units["geographic location (latitude)"] == "DD"
