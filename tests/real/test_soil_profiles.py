"""Real soil profiles: every one is read, and what is wrong with it was looked at by hand once."""

from __future__ import annotations

from collections import Counter

import pytest

from soilbio.errors import Problems
from soilbio.metadata.soil.measurements import Sample, Settings, classes_of, measurement_rows
from soilbio.metadata.soil.sheet import inspect_soil
from soilbio.standards.procedures import PROCEDURES
from soilbio.standards.soil_properties import SOIL_PROPERTIES, glosis_iri

PER_CENT = {name: f"{name} [%]" for name in ("sand", "silt", "clay")}
DEPTHS = {"top": "top [cm]", "bottom": "bottom [cm]"}
CSIRO = {"Upper_Depth": "top [cm]", "Lower_Depth": "bottom [cm]", "TN": "TN [%]", "TC": "TC [%]"}
# What the headers do not say, from the descriptions of the data.
MEANT = {
    "sp4.csv": DEPTHS
    | PER_CENT
    | {
        "CEC_7": "cec [cmol/kg]",
        "CF": "coarse_fragments_volume [1]",
        "Ca": "exch_calcium [cmol/kg]",
    },
    "sp6.csv": DEPTHS | PER_CENT | {"C": "tot_org_carb [g/kg]", "Db": "bulk_density [g/cm3]"},
    "jacobs2000_horizons.csv": DEPTHS | {name: PER_CENT[name] for name in ("sand", "clay")},
    "sierraTransect_horizons.csv": DEPTHS
    | PER_CENT
    | {name: f"{name} [cmol/kg]" for name in ("CEC", "ex.K", "ex.Na", "ex.Mg", "ex.Ca")}
    | {name: f"{name} [%]" for name in ("BS", "P_ret")}
    | {
        "C": "tot_org_carb [g/kg]",
        "Db": "bulk_density [g/cm3]",
        "frags": "coarse_fragments_volume [%]",
    },
    "CSIRO_2019_metadata.csv": CSIRO | {"MC": "water_content [%]"},
    "CSIRO_2023_metadata.csv": CSIRO,
}
# Layers, values, and errors with their reason; warnings are of missing methods and limits.
REVIEWED = {
    "sp4.csv": (30, 180, {}),
    # A layer from 185 to 185 cm.
    "sp6.csv": (64, 345, {"depth-order": 1}),
    # Only sand and clay were measured, of 45 layers.
    "jacobs2000_horizons.csv": (46, 90, {}),
    # Fractions of the older granite profiles that make 103 to 106 %.
    "sierraTransect_horizons.csv": (70, 762, {"texture-sum": 9}),
    "CSIRO_2019_metadata.csv": (199, 2187, {}),
    "CSIRO_2023_metadata.csv": (59, 295, {}),
}
WARNINGS = {
    *("procedure-missing", "texture-limit-missing", "texture-incomplete", "missing-term"),
    *("soil-column-unknown", "texture-sum"),
}


def read(shared, name, more=None):
    path = shared / "data" / "metadata_real" / name
    problems = Problems(str(path))
    return inspect_soil(path, problems, MEANT[name] | (more or {})), problems.found


@pytest.mark.parametrize("name", MEANT)
def test_each_sheet_is_read_and_only_what_is_wrong_is_named(shared, name):
    soil, problems = read(shared, name)
    layers, values, errors = REVIEWED[name]
    assert (len(soil.layers), len(soil.observations)) == (layers, values)
    assert dict(Counter(p.code for p in problems if not p.is_warning)) == errors
    assert {p.code for p in problems if p.is_warning} <= WARNINGS


@pytest.mark.parametrize("name", ["sp4.csv", "sp6.csv", "jacobs2000_horizons.csv"])
def test_centimetres_without_their_unit_are_noticed(shared, name):
    path = shared / "data" / "metadata_real" / name
    problems = Problems(str(path))
    inspect_soil(path, problems)
    assert {"depth-unit", "soil-unit-missing"} <= {p.code for p in problems.found}


def test_values_below_detection_stay_as_they_came(shared):
    soil, _ = read(shared, "CSIRO_2019_metadata.csv")
    below = [one for one in soil.observations if one.verbatim.startswith("<")]
    assert len(below) > 100
    assert all(one.number is None for one in below)
    nitrogen = next(o for o in soil.observations if o.name == "tot_nitro_content")
    assert (nitrogen.number, nitrogen.verbatim) == (1.3, "0.13 %")


def test_classes_are_those_that_the_soil_surveyors_gave(shared, tmp_path):
    """sp6 has a class beside its fractions (USDA, 50 um); C, L, SiL, CN-L ... in short form."""
    text = (shared / "data" / "metadata_real" / "sp6.csv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    path = tmp_path / "sp6.csv"
    path.write_text("\n".join([f"{header},limit", *(f"{line},50" for line in lines)]) + "\n")
    meant = MEANT["sp6.csv"] | {"limit": "texture_limit_um"}
    soil = inspect_soil(path, Problems("sp6"), meant)
    short = {
        "clay": "C", "clay loam": "CL", "loam": "L", "sandy loam": "SL", "silt loam": "SiL",
        "silty clay loam": "SiCL", "sandy clay loam": "SCL", "loamy sand": "LS",
    }  # fmt: skip
    stated = {
        one.row: one.verbatim.rpartition("-")[2]
        for one in soil.observations
        if one.name == "texture_class"
    }
    made = {one.row: short.get(one.verbatim, one.verbatim) for one in classes_of(soil.observations)}
    both = stated.keys() & made.keys()
    assert len(both) >= 35
    agreeing = sum(stated[row] == made[row] for row in both)
    # The surveyors rounded, and classed some in the field: the last horizon of B-1 is no loam.
    assert agreeing / len(both) > 0.85


def test_a_profile_has_values_at_the_depth_of_a_sample_and_a_stock(shared):
    soil, _ = read(shared, "sp6.csv")
    sample = Sample("S", 0, 0.3, profile="A-1")
    rows = measurement_rows(soil, [sample], Settings())
    carbon = next(
        row for row in rows if row["property"] == "tot_org_carb" and "mean" in row["source"]
    )
    # 24 cm of 16.2 and 6 cm of 6.0 g/kg.
    assert carbon["value"] == pytest.approx((24 * 16.2 + 6 * 6.0) / 30)
    # Nobody stated the stones, so there is no stock.
    assert not [row for row in rows if row["property"] == "soc_stock"]


def test_both_methods_agree_on_real_profiles_within_the_spread_of_their_layers(shared):
    soil, _ = read(shared, "sp6.csv")
    profiles = sorted({layer.profile for layer in soil.layers})
    samples = [Sample(name, 0, 0.3, profile=name) for name in profiles]
    found = {}
    for method in ("mean", "mass-preserving"):
        for row in measurement_rows(soil, samples, Settings(depth_method=method)):
            if row["property"] == "tot_org_carb" and row["lower_depth_m"] == 0.3:
                found.setdefault(row["subject"], []).append(row["value"])
    assert len(found) == len(profiles)
    for mean, curve in found.values():
        # Sharing the lower layer's carbon towards the upper one moves a 30 cm mean by little.
        assert curve == pytest.approx(mean, rel=0.15)


def test_a_stock_of_real_layers_is_what_the_formula_gives(shared):
    """Waca has carbon and density of all layers; its stones are set to 0 for the test."""
    soil, _ = read(shared, "sierraTransect_horizons.csv")
    from dataclasses import replace

    own = [one for one in soil.observations if one.layer.profile == "Waca"]
    stones = [
        replace(one, name="coarse_fragments_volume", number=0.0)
        for one in own
        if one.name == "tot_org_carb"
    ]
    soil.observations = [*own, *stones]
    rows = measurement_rows(soil, [Sample("S", 0, 0.1, profile="Waca")], Settings())
    stock = next(row["value"] for row in rows if row["property"] == "soc_stock")
    # g/kg * g/cm3 * cm / 10 of A1 0-8, A2 8-24, Bw1 24-30.
    expected = (82 * 0.5 * 8 + 43 * 0.7 * 16 + 33 * 0.7 * 6) / 10
    assert stock == pytest.approx(expected, rel=1e-5)


def test_every_glosis_iri_stands_in_the_ontology(shared):
    folder = shared / "standards" / "05_soil" / "glosis_ontology"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.ttl")))
    for one in SOIL_PROPERTIES.values():
        for limit in (50, 63, 20):
            iri = glosis_iri(one.name, limit)
            name = iri.rpartition("/")[2]
            assert not iri or f":{name} " in text or f"/{name}>" in text, iri


def test_procedures_are_isric_s_and_those_marked_are_glosis(shared):
    folder = shared / "standards" / "05_soil"
    lists = folder / "iso28258_isric" / "codelists" / "procedure_phys_chem.tsv"
    codes = {line.split("\t")[1] for line in lists.read_text("utf-8").splitlines()[1:]}
    assert codes <= PROCEDURES.keys()
    text = (folder / "glosis_ontology" / "glosis_procedure.ttl").read_text("utf-8")
    for one in PROCEDURES.values():
        if one.is_in_glosis:
            assert f"glosis_proc:{one.iri.rpartition('/')[2]} a" in text
