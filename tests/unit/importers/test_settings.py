"""What pipelines wrote down of their runs is read, or told to be damaged; never a traceback."""

from __future__ import annotations

import pytest
from pipeline_outputs import METHOD, OUTPUTS, write_method

from soilbio.cli.main import main

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
