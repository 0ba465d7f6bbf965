"""What pipelines wrote down of their runs is read, or told to be damaged; never a traceback."""

from __future__ import annotations

import json

import pytest
from pipeline_outputs import METHOD, OUTPUTS, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.importers.registry import FORMATS, read

PARAMETERS = "pipeline_info/params_2026.json"
VERSIONS = "pipeline_info/software_versions.yml"


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("ampliseq", PARAMETERS, '{"FW_primer": '),
        ("ampliseq", PARAMETERS, "[1]"),
        ("ampliseq", PARAMETERS, ""),
        ("ampliseq", VERSIONS, "a: [\n"),
        ("ampliseq", VERSIONS, "just words\n"),
        ("dadasnake", "full.config.yaml", "primers: [\n"),
        ("dadasnake", "full.config.yaml", "- 1\n"),
    ],
)
def test_damaged_settings_are_named(tmp_path, capsys, name, file, text):
    form, write = OUTPUTS[name]
    (folder,) = write(tmp_path)
    (folder / file).write_text(text)
    assert main(["import", form, str(folder)]) == 1
    told = capsys.readouterr().err
    assert "[import-settings]" in told
    assert file.rpartition("/")[2] in told


@pytest.mark.parametrize("text", ["primers: 5\n", "primers: {fwd: GTG}\n", "other: 1\n"])
def test_settings_without_primers_say_nothing_of_them(tmp_path, capsys, text):
    form, write = OUTPUTS["dadasnake"]
    (folder,) = write(tmp_path)
    (folder / "full.config.yaml").write_text(text)
    assert main(["import", form, str(folder)]) == 1
    told = capsys.readouterr().err
    assert "[import-method-unstated]" in told
    assert "pcr_primer_forward:    # 5'" in told


@pytest.mark.parametrize("value", ["high", "-1", "101", ".nan", "[1]"])
def test_a_cutoff_that_is_no_number_is_refused(tmp_path, capsys, value):
    form, write = OUTPUTS["plain"]
    text = METHOD + f"  confidence_cutoff: {value}\n"
    method = write_method(tmp_path, text)
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 1
    assert "assay.confidence_cutoff: found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stated", "kept"), [("80", 0.8), ("0.8", 0.8), ("1", 1.0), ("99.5", 0.995), ("0", 0.0)]
)
def test_a_cutoff_in_percent_is_kept_as_a_share(tmp_path, capsys, stated, kept):
    form, write = OUTPUTS["plain"]
    method = write_method(tmp_path, METHOD + f"  confidence_cutoff: {stated}\n")
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    assert read_dataset(tmp_path / "out").table("assays")["confidence_cutoff"].to_list() == [kept]
    assert ("taken for percent" in capsys.readouterr().out) == (float(stated) > 1)


@pytest.mark.parametrize("other", [{"max_ee": 2}, {"max_ee": 3}])
def test_of_several_runs_the_newest_counts_and_what_differs_is_said(tmp_path, other):
    form, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    settings = json.loads((folder / PARAMETERS).read_text())
    (folder / PARAMETERS).unlink()
    for name, change in (("2024-01-09_10-00-00", other), ("2024-05-01_09-00-00", {})):
        path = folder / "pipeline_info" / f"params_{name}.json"
        path.write_text(json.dumps(settings | change))
    found = read(form, [folder], {})
    assert json.loads(found.method["engine_parameters"])["max_ee"] == settings["max_ee"]
    notes = [note for note in found.notes if "params_2024-05-01_09-00-00.json" in note]
    assert bool(notes) == (other["max_ee"] != settings["max_ee"])
    names = [path.name for path in found.sources]
    assert "params_2024-05-01_09-00-00.json" in names
    assert "software_versions.yml" in names


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_folder_is_told_in_every_format(tmp_path, capsys, form):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert main(["import", form, str(folder)]) == 1
    told = capsys.readouterr().err
    assert "bug in soilbio" not in told
    assert folder.name in told


def test_detecting_what_is_not_there_says_so(tmp_path, capsys):
    assert main(["import", "--detect", str(tmp_path / "none")]) == 1
    assert "[import-source-missing]" in capsys.readouterr().err


def test_what_is_stated_is_taken_as_it_is_written(tmp_path):
    """YAML has 2022.10 for a number, which is 2022.1, 010 for eight, and `no` for false."""
    form, write = OUTPUTS["plain"]
    text = METHOD.replace('"138.2"', "2022.10").replace("Soils of the partner", "2024.10")
    text += "  engine_version: 1.30\n  screen_contam_method: no\n  trim_method:\nprefix: 010\n"
    method = write_method(tmp_path, text)
    words = ["import", form, *map(str, write(tmp_path)), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    dataset = read_dataset(tmp_path / "out")
    (assay,) = dataset.table("assays").to_dicts()
    assert (assay["reference_version"], assay["engine_version"]) == ("2022.10", "1.30")
    assert (assay["screen_contam_method"], assay["trim_method"]) == ("no", None)
    assert all(name.startswith("010") for name in dataset.table("libraries")["library_id"])
    assert json.loads((tmp_path / "out" / "datapackage.json").read_text())["title"] == "2024.10"


def test_versions_that_a_pipeline_wrote_down_are_as_they_are_written(tmp_path):
    form, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    (folder / VERSIONS).write_text("DADA2_FILTNTRIM:\n  dada2: 1.30\n")
    assert read(form, [folder], {}).method["engine_version"] == "1.30"
