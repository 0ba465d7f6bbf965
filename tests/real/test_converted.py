"""What `soilbio metadata convert` writes, held against the archives' own schemas."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft7Validator
from lxml import etree

from soilbio.cli.main import main
from soilbio.metadata.crosswalk.files import to_tsv

SAMPLE = {
    "sample_id": "S1",
    "samp_title": "A soil of Bavaria, 0-20 cm",
    "project_name": "meadows",
    "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
    "collection_date": "2024-05",
    "lat_lon": "48.10 11.2871",
    "geo_loc_name": "Germany: Bavaria, Eichmoos",
    "elev": "500",
    "depth": "0-0.2",
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
    "annual_temp": "9",
    "season_temp": "-3",
    "tot_org_carb": "13.2",
    "tot_nitro_content": "1.3",
    "samp_size": "500",
    "samp_vol_we_dna_ext": "0.25",
    "soil_texture": "40/40/20 % sand/silt/clay",
    "microbial_biomass": "300",
}
MISSING = dict.fromkeys(("lat_lon", "depth", "elev", "geo_loc_name"), "not collected")
ROWS = [SAMPLE, {**SAMPLE, "sample_id": "S2", **MISSING}]


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "samples.tsv"
    path.write_bytes(to_tsv(ROWS))
    return path


def test_the_archive_s_schema_accepts_the_samples(shared, sheet, tmp_path):
    assert main(["metadata", "convert", str(sheet), "--to", "ena"]) == 0
    schema = shared / "standards" / "02_ena" / "ena_upload_cli_0.11.0" / "SRA.sample.xsd"
    document = etree.parse(str(tmp_path / "samples_ena" / "sample.xml"))
    etree.XMLSchema(etree.parse(str(schema))).assertValid(document)


def test_biosamples_accepts_the_samples_those_with_missing_terms_too(shared, sheet, tmp_path):
    assert main(["metadata", "convert", str(sheet), "--to", "biosamples"]) == 0
    folder = shared / "standards" / "02_ena" / "biosamples_json_schema"
    schema = json.loads((folder / "ERC000022-BSD.json").read_text(encoding="utf-8"))
    text = (tmp_path / "samples_biosamples" / "biosamples.json").read_text(encoding="utf-8")
    for one in json.loads(text):
        assert [error.message for error in Draft7Validator(schema).iter_errors(one)] == []


def test_classes_and_procedures_of_the_turtle_are_those_of_glosis(shared, sheet, tmp_path):
    from rdflib import RDF, Graph

    assert main(["metadata", "convert", str(sheet), "--to", "glosis"]) == 0
    written = Graph().parse(tmp_path / "samples_glosis" / "glosis.ttl")
    model = Graph()
    for name in ("glosis_layer_horizon", "glosis_profile", "glosis_siteplot", "glosis_cl"):
        path = shared / "standards" / "05_soil" / "glosis_ontology" / f"{name}.ttl"
        model.parse(path)
    known = {str(one) for one in model.subjects()}
    used = {str(one) for one in written.objects(None, RDF.type)}
    used |= {str(one) for one in written.predicates()} | {str(o) for o in written.objects()}
    of_glosis = {one for one in used if "glosis/model/" in one and "/iso28258/" not in one}
    assert of_glosis
    assert of_glosis <= known, sorted(of_glosis - known)
