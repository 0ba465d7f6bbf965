from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.soil.model import Soil
from soilbio.metadata.soil.sheet import inspect_soil, read_soil

DATA = Path(__file__).resolve().parents[3] / "data" / "soil"


def inspect(path: Path, renamed: dict[str, str] | None = None) -> tuple[Soil, list[Problem]]:
    problems = Problems(str(path))
    soil = inspect_soil(path, problems, renamed)
    return soil, problems.found


def of(soil: Soil, name: str) -> list[tuple[float | None, str, str]]:
    return [(o.number, o.unit, o.procedure) for o in soil.observations if o.name == name]


@pytest.mark.parametrize("path", sorted((DATA / "valid").iterdir()), ids=lambda p: p.stem)
def test_each_valid_sheet_has_no_problem_at_all(path):
    assert inspect(path)[1] == []


@pytest.mark.parametrize("path", sorted((DATA / "invalid").iterdir()), ids=lambda p: p.stem)
def test_each_invalid_sheet_has_exactly_the_fault_it_is_named_after(path):
    assert {problem.code for problem in inspect(path)[1]} == {path.stem.split("_")[0]}


@pytest.mark.parametrize("path", sorted((DATA / "invalid").iterdir()), ids=lambda p: p.stem)
def test_each_problem_says_what_is_expected_and_what_to_do(path):
    for problem in inspect(path)[1]:
        assert problem.expected
        assert problem.fix
        assert problem.row is not None


def test_wide_layers_become_values_in_the_property_s_unit_with_depths_in_metres():
    soil, _ = inspect(DATA / "valid" / "wide.tsv")
    assert [layer.depths_m for layer in soil.layers] == [(0, 0.2), (0.2, 0.45)]
    assert soil.layers[0].samples == ("S1", "S2")
    assert of(soil, "sand") == [
        (50, "%", "SaSiCl_2-64-2000u"),
        (49, "%", "SaSiCl_2-64-2000u"),
    ]
    assert of(soil, "tot_org_carb")[0] == (21.5, "g/kg", "OrgC_acid-dc")


def test_a_value_below_detection_is_no_number_and_stays_as_it_came():
    soil, _ = inspect(DATA / "valid" / "wide.tsv")
    below = [o for o in soil.observations if o.name == "tot_org_carb"][1]
    assert (below.number, below.verbatim) == (None, "<0.5 g/kg")


def test_long_rows_find_properties_by_glosis_name_and_convert_units():
    soil, _ = inspect(DATA / "valid" / "long.tsv")
    assert of(soil, "tot_org_carb") == [
        (21.5, "g/kg", "OrgC_acid-dc"),
        (8.0, "g/kg", "OrgC_acid-dc"),
    ]
    assert soil.observations[2].verbatim == "2.15 %"


def test_the_procedure_decides_which_ph_it_is():
    soil, _ = inspect(DATA / "valid" / "long.tsv")
    assert of(soil, "ph") == [(6.4, "[pH]", "pHH2O_ratio1-5")]
    assert of(soil, "ph_cacl2") == [(5.9, "[pH]", "pHCaCl2_ratio1-5")]


def test_one_column_may_hold_both_depths():
    soil, _ = inspect(DATA / "valid" / "one-depth-column.tsv")
    assert [layer.depths_m for layer in soil.layers] == [(0, 0.05), (0.05, 0.1)]
    assert of(soil, "ec")[0] == (0.25, "dS/m", "EC_ratio1-5")


def test_a_column_can_be_read_as_another(tmp_path):
    path = tmp_path / "soil.csv"
    path.write_text("id,top,bottom,C\nP,0,10,2\n")
    meaning = {"top": "top [cm]", "bottom": "bottom [cm]", "C": "tot_org_carb [%]"}
    soil, _ = inspect(path, meaning)
    assert of(soil, "tot_org_carb") == [(20, "g/kg", "")]
    assert soil.layers[0].depths_m == (0, 0.1)


def test_50_and_63_um_are_kept_apart_by_their_procedure():
    by_limit = {}
    for limit in ("50", "63", "20", "USDA", "ISO"):
        soil = sheet_of(f"profile\tdepth\ttexture_limit_um\tsilt [%]\nP\t0-0.1\t{limit}\t30\n")
        by_limit[limit] = soil.observations[0].procedure
    assert by_limit["50"] == by_limit["USDA"] == "SaSiCl_2-50-2000u"
    assert by_limit["63"] == by_limit["ISO"] == "SaSiCl_2-64-2000u"
    assert by_limit["20"] == "SaSiCl_2-20-2000u"


def sheet_of(text: str) -> Soil:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "soil.tsv"
        path.write_text(text, encoding="utf-8")
        return inspect(path)[0]


def test_a_glosis_particle_size_procedure_needs_the_limit_beside_it():
    text = (
        "profile\tdepth\ttexture_limit_um\tsilt [%]\tsilt_procedure\n"
        "P\t0-0.1\t63\t30\tpSAProcedure-pipette-disp\nQ\t0-0.1\t\t30\tpSAProcedure-pipette-disp\n"
    )
    with_limit, without = sheet_of(text).observations
    assert with_limit.procedure == "SaSiCl_2-64-2000u-disp-pipette"
    assert (without.procedure, without.method) == ("", "pSAProcedure-pipette-disp")


def test_what_columns_were_taken_for_is_told():
    soil, _ = inspect(DATA / "valid" / "wide.tsv")
    taken = dict(soil.taken)
    assert taken["clay [%]"] == "clay [%]"
    assert taken["ph_meth"] == "procedure of ph"
    assert taken["laboratory"] == "stays in the sheet"


def test_all_problems_of_a_sheet_are_told_together(tmp_path):
    path = tmp_path / "soil.tsv"
    path.write_text("profile\tdepth\tph\tcec\nP\t0-20\t6,4\t1\n")
    with pytest.raises(InputError) as caught:
        read_soil(path)
    codes = {problem.code for problem in caught.value.problems}
    assert {"number-comma", "soil-unit-missing", "procedure-missing"} <= codes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_any_usual_text_file_is_read(tmp_path, encoding, mark):
    path = tmp_path / "soil.csv"
    text = "profile|depth|EC (µS/cm)|EC_procedure\r\nMüller|0-0.1|250|1:5\r\n"
    path.write_bytes(text.replace("|", mark).encode(encoding))
    soil, problems = inspect(path)
    told = {"sheet-codepage"} if encoding == "cp1252" else set()
    assert {problem.code for problem in problems} == told
    assert of(soil, "ec") == [(0.25, "dS/m", "EC_ratio1-5")]
    assert soil.layers[0].profile == "Müller"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read_soil(tmp_path / "soil.tsv")
    assert caught.value.problems[0].code.startswith("sheet-")


def test_a_workbook_s_soil_sheet_is_read_and_formulas_are_not(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["sample_id", "depth"])
    sheet = book.create_sheet("soil")
    sheet.append(["profile", "depth_upper [cm]", "depth_lower [cm]", "ph", "ph_procedure"])
    sheet.append(["P", 0, 10, 6.5, "1:5"])
    sheet.append(["P", 10, 30, "=6+1", "1:5"])
    path = tmp_path / "soil.xlsx"
    book.save(path)
    soil, problems = inspect(path)
    assert of(soil, "ph") == [(6.5, "[pH]", "pHH2O_ratio1-5")]
    assert soil.layers[0].depths_m == (0, 0.1)
    assert [problem.code for problem in problems] == ["cell-formula"]


def test_a_row_of_units_says_them_for_the_header():
    soil = sheet_of("profile\tdepth\ttot_org_carb\n#units\tcm\t%\nP\t0-10\t2\n")
    assert of(soil, "tot_org_carb") == [(20, "g/kg", "")]
    assert soil.layers[0].depths_m == (0, 0.1)
