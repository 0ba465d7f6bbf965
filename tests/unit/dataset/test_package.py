from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import polars as pl
import pytest
import requests
from example_dataset import PROVENANCE, example_dataset, example_tables

from soilbio.dataset.columns import column_of
from soilbio.dataset.package import checksums, write_package
from soilbio.dataset.read import read_dataset
from soilbio.dataset.tables import TABLES


def package(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def graph(folder: Path) -> dict[str, dict]:
    content = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    return {entity["@id"]: entity for entity in content["@graph"]}


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "dataset"))


def frictionless(folder: Path) -> tuple[int, list[int], list[str]]:
    """Validate with frictionless' own command: exit code, rows read, types of errors."""
    command = [str(Path(sys.executable).with_name("frictionless")), "validate", "--json"]
    done = subprocess.run(
        [*command, "datapackage.json"], cwd=folder, capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    rows = [task["stats"]["rows"] for task in report["tasks"]]
    return done.returncode, rows, [e["type"] for task in report["tasks"] for e in task["errors"]]


def test_frictionless_accepts_the_package_and_has_read_the_rows(written):
    assert frictionless(written) == (0, [5, 2, 6, 6, 10, 3], [])


def test_frictionless_accepts_numbers_that_are_absent_in_some_rows(tmp_path):
    tables = example_tables()
    is_first = pl.col("library_id") == "L1"
    tables["libraries"] = tables["libraries"].with_columns(
        reads_raw=pl.when(is_first).then(None).otherwise("reads_raw")
    )
    tables["counts"] = tables["counts"].with_columns(
        count=pl.when(is_first).then(None).otherwise("count"),
        relative_abundance=pl.when(is_first).then(0.1).otherwise(None),
    )
    written = example_dataset(tmp_path, tables)
    assert frictionless(written)[::2] == (0, [])
    fields = {
        field["name"]: field["type"]
        for resource in package(written)["resources"]
        for field in resource["schema"]["fields"]
    }
    assert (fields["reads_raw"], fields["reads_primer"]) == ("number", "integer")


@pytest.mark.parametrize(
    ("table", "column", "value", "error"),
    [
        ("libraries", "status", "done", "constraint-error"),
        ("libraries", "sample_id", "soil 9", "foreign-key"),
        ("counts", "count", 0, "constraint-error"),
        ("samples", "agreement_id", "", "constraint-error"),
        ("samples", "sample_id", "soil 1", "primary-key"),
        ("libraries", "reads_raw", "many", "type-error"),
    ],
)
def test_frictionless_finds_what_breaks_the_schema(table, column, value, error, copy):
    path = copy / f"{table}.parquet"
    pl.read_parquet(path).with_columns(pl.lit(value).alias(column)).write_parquet(path)
    code, _, errors = frictionless(copy)
    assert code == 1
    assert error in errors


def test_the_descriptor_follows_the_official_schema_of_version_2(written, shared):
    schema = json.loads(
        (shared / "standards/07_formats/frictionless_v2/datapackage.json").read_text()
    )
    jsonschema.Draft7Validator(schema).validate(package(written))
    broken = {**package(written), "resources": []}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(broken)


def test_every_column_has_its_type_class_unit_and_term(written):
    dataset = read_dataset(written)
    for resource in package(written)["resources"]:
        fields = resource["schema"]["fields"]
        table = TABLES[resource["name"]]
        assert resource["schema"]["primaryKey"] == list(table.key)
        for field in fields:
            column = column_of(table, field["name"], dataset.extra_columns)
            assert column is not None
            has_gaps = bool(dataset.table(table.name)[column.name].null_count())
            is_loose = has_gaps and column.type == "integer"
            assert field["type"] == ("number" if is_loose else column.type)
            assert field["soilbio:sharingClass"] == column.sharing_class
            assert field.get("unit", "") == column.unit
    samples = {
        field["name"]: field for field in package(written)["resources"][0]["schema"]["fields"]
    }
    assert samples["sample_id"]["rdfType"] == "https://w3id.org/mixs/0001107"
    assert samples["lat_lon"]["soilbio:sharingClass"] == "location"
    assert "rdfType" not in samples["plot name"]


def test_the_same_tables_and_provenance_give_the_same_bytes(copy, written):
    write_package(copy, PROVENANCE)
    assert checksums(copy) == checksums(written)


def test_the_date_is_told_or_else_that_of_the_newest_sample(copy):
    assert graph(copy)["./"]["datePublished"] == "2024-06-01"
    write_package(copy, {**PROVENANCE, "date": None})
    assert graph(copy)["./"]["datePublished"] == "2024-05-13"
    (copy / "samples.parquet").write_bytes(
        _parquet(pl.read_parquet(copy / "samples.parquet").drop("collection_date"))
    )
    write_package(copy, {})
    assert graph(copy)["./"]["datePublished"] == "1970-01-01"


def _parquet(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_nothing_tells_where_or_by_whom_it_was_made(written):
    words = [str(written.parent), str(Path.home()), os.environ.get("USER") or "no user", "/work/"]
    for name in ("datapackage.json", "ro-crate-metadata.json"):
        text = (written / name).read_text(encoding="utf-8")
        assert [word for word in words if word in text and word != "/root"] == []


def test_the_crate_lists_every_file_with_its_checksum_and_what_was_run(written):
    entities = graph(written)
    listed = {part["@id"]: entities[part["@id"]] for part in entities["./"]["hasPart"]}
    found = {name.replace("%40", "@"): entity["sha256"] for name, entity in listed.items()}
    files = {name: digest for name, (_, digest) in checksums(written).items()}
    del files["ro-crate-metadata.json"]
    assert found == files
    run = entities[entities["./"]["mentions"]["@id"]]
    assert entities[run["instrument"]["@id"]]["version"] == "0.1.0"
    objects = {entities[one["@id"]]["name"]: entities[one["@id"]] for one in run["object"]}
    assert objects["greengenes"]["sha256"] == "ab" * 32
    assert objects["Reads L1"]["sha256"] == "cd" * 32
    assert "sha256" not in objects["Reads L2"]
    assert objects["amplicon.min_size"]["value"] == 4
    tools = entities[run["instrument"]["@id"]]["softwareRequirements"]
    assert [entities[tool["@id"]]["softwareVersion"] for tool in tools] == ["5.2", "2.22.1"]
    licences = {one["@id"] for one in entities["./"]["license"]}
    assert licences == {
        "agreements/demo%401.0.0.yaml",
        "agreements/farm-network%402.1.0.yaml",
    }


@pytest.fixture(params=["official", "bundled"])
def context(request: pytest.FixtureRequest) -> dict:
    """RO-Crate 1.1's context, which the validator would download."""
    if request.param == "official":
        shared = request.getfixturevalue("shared")
        path = shared / "standards/07_formats/rocrate/1.1/context.jsonld"
        return json.loads(path.read_text(encoding="utf-8"))
    import rocrate

    # The library brings the one of 1.3, which names these two terms otherwise.
    path = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"
    content = json.loads(path.read_text(encoding="utf-8"))
    for term in ("ComputationalWorkflow", "FormalParameter"):
        content["@context"][term] = f"https://bioschemas.org/{term}"
    return content


def crate_problems(folder: Path, profile: str, context: dict, monkeypatch) -> list[str]:
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    def get(_: HttpRequester, url: str, **__: object) -> requests.Response:
        assert url == "https://w3id.org/ro/crate/1.1/context"
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/ld+json"
        response._content = json.dumps(context).encode()
        return response

    monkeypatch.setattr(HttpRequester, "get", get, raising=False)
    monkeypatch.chdir(folder.parent)
    settings = services.ValidationSettings(
        rocrate_uri=folder,
        profile_identifier=profile,
        requirement_severity=models.Severity.REQUIRED,
        offline=True,
        cache_path=folder.parent / "cache",
    )
    return [str(issue.message) for issue in services.validate(settings).get_issues()]


@pytest.mark.filterwarnings("ignore")
def test_the_validator_accepts_a_workflow_run_crate(copy, context, monkeypatch):
    assert crate_problems(copy, "workflow-run-crate-0.5", context, monkeypatch) == []
    (copy / "provenance" / "Snakefile").unlink()
    assert crate_problems(copy, "workflow-run-crate-0.5", context, monkeypatch) != []


@pytest.mark.filterwarnings("ignore")
def test_tables_that_no_workflow_made_are_a_process_run_crate(copy, context, monkeypatch):
    shutil.rmtree(copy / "provenance")
    write_package(copy, {**PROVENANCE, "is_workflow_run": False, "ended": "2024-06-01T12:00:00Z"})
    assert crate_problems(copy, "process-run-crate-0.5", context, monkeypatch) == []
    assert not (copy / "provenance" / "Snakefile").exists()


def test_records_that_are_no_list_are_a_mistake_of_the_caller(copy):
    with pytest.raises(TypeError):
        write_package(copy, {**PROVENANCE, "tools": "vsearch"})
