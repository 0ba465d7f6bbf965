"""What a run left becomes a dataset: its soils, too, and nothing of an older run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from soilbio.assemble.build import build_dataset
from soilbio.dataset.read import Dataset, read_dataset
from soilbio.metadata.check import check_project
from tests.conftest import ROOT

ASSAY = "16S-V4-515FY-806RB"
AGREEMENT = "soil-demo-open@1.0"
SEQUENCE = "ACGT" * 60
SOIL = """profile\tlayer\tdepth_upper [cm]\tdepth_lower [cm]\tsample_id\tph\tph_meth\ttillage
P1\tSecretAp\t0\t10\tA\t6.0\t1:5\tconventional
P1\tBw\t10\t40\t\t7.0\t1:5\t
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A sequenced sample, and what the steps before the dataset wrote of it."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config" / "agreements", folder / "agreements")
    (folder / "libraries.tsv").write_text(
        "library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\taccession\tcontrol_type\tagreement\n"
        f"LA\tA\t{ASSAY}\tr1\t{tmp_path / 'a.fastq.gz'}\t\t\t\t{AGREEMENT}\n"
    )
    (folder / "samples.tsv").write_text(
        "sample_id\tlat_lon\tgeo_loc_name\tcollection_date\tdepth\n"
        "A\t48.1364 11.2871\tGermany: Bavaria\t2024-04-16\t0-0.2\n"
    )
    (folder / "soil.tsv").write_text(SOIL)
    config = folder / "config.yaml"
    config.write_text(
        "libraries: libraries.tsv\nsamples: samples.tsv\nagreements: agreements\nsoil: soil.tsv\n"
        "soil_options: {convert: [ph-water-1-1-to-1-5]}\n"
    )
    results(tmp_path / "results")
    return config


def results(folder: Path) -> None:
    profile, taxonomy = folder / "profile" / ASSAY, folder / "taxonomy" / ASSAY
    (profile / "reads_left").mkdir(parents=True)
    taxonomy.mkdir(parents=True)
    steps = ("raw", "primer", "filtered", "merged", "denoised", "nonchimeric")
    left = {"library_id": "LA", "status": "ok", "status_reason": ""}
    left |= {f"reads_{step}": 10 for step in steps[:4]}
    (profile / "reads_left" / "LA.json").write_text(json.dumps(left))
    (profile / "engine.json").write_text(
        json.dumps({"engine": "unoise", "engine_version": "1", "parameters": {}})
    )
    (profile / "tracking.tsv").write_text(
        "library_id\treads_merged\treads_denoised\treads_nonchimeric\tfailure\nLA\t10\t10\t10\t\n"
    )
    from hashlib import md5

    name = md5(SEQUENCE.encode(), usedforsecurity=False).hexdigest()
    (profile / "features.fasta").write_text(f">{name}\n{SEQUENCE}\n")
    pl.DataFrame({"library_id": ["LA"], "feature_id": [name], "count": [10]}).write_parquet(
        profile / "counts.parquet"
    )
    (taxonomy / "sintax.tsv").write_text(f"{name}\td:Bacteria(1.00)\t+\td:Bacteria\n")
    (taxonomy / "classifier.json").write_text(
        json.dumps(
            {
                "classifier": "sintax",
                "classifier_version": "1",
                "confidence_cutoff": 0.8,
                "reference": "r",
                "reference_version": "1",
                "reference_sha256": "0" * 64,
            }
        )
    )


def test_the_dataset_holds_the_soil_with_unit_method_and_depth(project, tmp_path):
    build_dataset(project, tmp_path / "results", tmp_path / "dataset")
    dataset = read_dataset(tmp_path / "dataset")
    table = dataset.tables["measurements"].collect()
    rows = table.filter(pl.col("property") == "ph").sort("lower_depth_m").to_dicts()
    assert [(r["subject"], r["value"], r["unit"], r["method"]) for r in rows] == [
        ("A", value, "[pH]", "pHH2O_ratio1-5") for value in (6.0, 6.5, 7.0)
    ]
    assert [(r["upper_depth_m"], r["lower_depth_m"]) for r in rows] == [
        (0.0, 0.1), (0.0, 0.2), (0.1, 0.4),
    ]  # fmt: skip
    assert {r["agreement_id"] for r in table.to_dicts()} == {AGREEMENT}
    assert table.filter(pl.col("property") == "tillage")["verbatim_value"].to_list() == [
        "conventional"
    ]
    assert "SecretAp" not in (tmp_path / "dataset").joinpath("views", "measurements.tsv").read_text(
        "utf-8"
    )


def test_the_same_project_gives_the_same_bytes(project, tmp_path):
    for name in ("one", "two"):
        build_dataset(project, tmp_path / "results", tmp_path / name)
    one, two = (next((tmp_path / n).rglob("measurements.parquet")) for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def build(config: Path, tmp_path: Path) -> Dataset:
    build_dataset(config, tmp_path / "results", tmp_path / "dataset")
    return read_dataset(tmp_path / "dataset")


def test_reads_left_under_another_assay_are_of_an_older_run(project, tmp_path):
    profile = tmp_path / "results" / "profile"
    account = json.loads((profile / ASSAY / "reads_left" / "LA.json").read_text())
    for other in ("0-before", "zz-after"):
        folder = profile / other / "reads_left"
        folder.mkdir(parents=True)
        (folder / "LA.json").write_text(json.dumps(account | {"reads_raw": 99}))
    assert build(project, tmp_path).table("libraries")["reads_raw"].to_list() == [10]


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_tree_is_taken_along_only_if_it_is_asked_for(project, tmp_path, is_asked):
    tree = tmp_path / "results" / "tree" / f"{ASSAY}.nwk"
    tree.parent.mkdir()
    tree.write_text("(a:1,b:1);\n")
    with project.open("a") as handle:
        handle.write(f"tree: {{build: {str(is_asked).lower()}}}\n")
    build(project, tmp_path)
    assert (tmp_path / "dataset" / "trees").exists() is is_asked


@pytest.mark.parametrize("is_single", [True, False])
def test_single_reads_need_not_reach_over_the_amplicon(project, tmp_path, is_single):
    sheet = project.with_name("libraries.tsv")
    if not is_single:
        sheet.write_text(sheet.read_text().replace(".fastq.gz\t\t", ".fastq.gz\tb.fastq.gz\t"))
    flags = build(project, tmp_path).tables["features"].collect()["flags"].item() or ""
    assert ("off-target-length" in flags) is not is_single


def codes(project: Path) -> set[str]:
    return {p.code for p in check_project(project) if p.source.endswith("soil.tsv")}


def test_the_check_of_a_project_reads_its_soil_sheet(project):
    assert codes(project) == set()
    soil = project.parent / "soil.tsv"
    soil.write_text(SOIL.replace("\tA\t6.0", "\tB\t60"))
    assert codes(project) == {"number-range", "soil-sample-unknown"}


def test_a_soil_sheet_that_is_not_there_is_named(project):
    (project.parent / "soil.tsv").unlink()
    found = {(p.code, p.column) for p in check_project(project)}
    assert ("config-file-missing", "soil") in found


def test_soil_properties_are_shared_by_the_class_of_the_property():
    from soilbio.dataset.columns import property_of
    from soilbio.standards.sharing_classes import SharingClass

    assert property_of("p_extractable", {}).sharing_class == SharingClass.ENVIRONMENT
    assert property_of("tillage", {}).sharing_class == SharingClass.MANAGEMENT
    assert property_of("lat_lon", {}).sharing_class == SharingClass.LOCATION
    assert property_of("gypsum", {"gypsum": "identity"}).sharing_class == SharingClass.IDENTITY
    assert property_of("anything", {}) is None
