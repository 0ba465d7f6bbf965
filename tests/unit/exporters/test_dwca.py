from __future__ import annotations

import csv
from hashlib import md5
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest
from secrets_example import make, named_tables, under, view_of

from soilbio.exporters.eml import eml_xml
from soilbio.exporters.registry import writer_of
from soilbio.standards import darwin_core
from soilbio.standards.sharing_classes import SharingClass

OPEN = dict.fromkeys(SharingClass, "allow")


@pytest.fixture(scope="module")
def archive(view, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dwca")
    writer_of("dwca")(view("public"), folder)
    return folder / "dwca.zip"


def rows_of(archive: Path, name: str) -> list[dict[str, str]]:
    with ZipFile(archive) as packed:
        text = packed.read(name).decode("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_python_reader_finds_every_occurrence_with_its_sequence(archive):
    from dwca.read import DwCAReader

    with DwCAReader(str(archive)) as reader:
        assert reader.descriptor.core.type == darwin_core.OCCURRENCE_ROW
        rows = list(reader)
        assert len(rows) == 6
        for row in rows:
            assert row.id == row.data[darwin_core.OCCURRENCE["occurrenceID"]]
            (sequence,) = row.extensions
            assert sequence.rowtype == darwin_core.DNA_ROW
            digest = md5(sequence.data[darwin_core.DNA["DNA_sequence"]].encode()).hexdigest()
            assert row.data[darwin_core.OCCURRENCE["taxonID"]] == f"ASV:{digest}"


def test_the_rows_follow_the_guide(archive):
    rows = rows_of(archive, "occurrence.txt")
    assert len({row["occurrenceID"] for row in rows}) == len(rows)
    assert {row["basisOfRecord"] for row in rows} == {"MaterialSample"}
    assert all(row["scientificName"] for row in rows)
    assert "incertae sedis" in {row["scientificName"] for row in rows}
    for row in rows:
        assert 1 <= int(row["organismQuantity"]) <= int(row["sampleSizeValue"])
        assert row["organismQuantityType"] == row["sampleSizeUnit"] == "DNA sequence reads"
        assert int(row["coordinateUncertaintyInMeters"]) > 0
        assert row["dataGeneralizations"]
    totals = {row["eventID"]: int(row["sampleSizeValue"]) for row in rows}
    for event, total in totals.items():
        assert sum(int(r["organismQuantity"]) for r in rows if r["eventID"] == event) <= total
    (known,) = [row for row in rows if row["scientificName"] == "Bacillaceae"]
    assert (known["taxonRank"], known["kingdom"], known["genus"]) == ("family", "Bacteria", "")
    assert known["verbatimIdentification"].startswith("d:Bacteria(0.97)")
    ids = [row["id"] for row in rows_of(archive, "dnaderiveddata.txt")]
    assert ids == [row["occurrenceID"] for row in rows]


def test_controls_and_organelles_are_left_out_and_counted(view, tmp_path):
    evidence = writer_of("dwca")(view("public"), tmp_path)
    assert evidence.notes == {
        **{"event_rows": 5, "emof_rows": 8, "permit_rows": 0},
        "occurrences": 6,
        "control_rows_left_out": 1,
        "control_reads_left_out": 200,
        "flagged_rows_left_out": 1,
        "flagged_reads_left_out": 7,
        "flagged_features_left_out": 1,
        "lineage_withheld_rows_left_out": 0,
        "lineage_withheld_reads_left_out": 0,
        "lineage_withheld_features_left_out": 0,
    }
    names = {row["scientificName"] for row in rows_of(tmp_path / "dwca.zip", "occurrence.txt")}
    assert "Chloroplast" not in names


@pytest.mark.parametrize(
    "category", ["negative control", "positive control", "PCR standard", "extraction_blank"]
)
def test_what_its_own_metadata_call_a_control_is_no_occurrence(category, tmp_path):
    tables = named_tables()
    is_second = pl.col("sample_id") == "Kanarienacker-2"
    tables["samples"] = tables["samples"].with_columns(
        pl.when(is_second).then(pl.lit(category)).alias("samp_category")
    )
    notes = writer_of("dwca")(view_of(make(tmp_path / "d", tables)), tmp_path).notes
    assert notes["control_rows_left_out"] == 3
    assert notes["occurrences"] == 4


def test_features_whose_lineage_is_withheld_are_left_out(tmp_path):
    made = under(tmp_path / "d", OPEN, {**OPEN, "taxonomy": "withhold"})
    notes = writer_of("dwca")(made, tmp_path).notes
    assert notes["lineage_withheld_features_left_out"] == 2
    assert notes["lineage_withheld_rows_left_out"] == 4


def test_an_exact_archive_says_nothing_of_generalisation(view, tmp_path):
    writer_of("dwca")(view("consortium"), tmp_path)
    (row, *_) = rows_of(tmp_path / "dwca.zip", "occurrence.txt")
    assert row["decimalLatitude"].startswith("48.")
    assert row["coordinateUncertaintyInMeters"] == "5"
    assert row["coordinatePrecision"] == row["dataGeneralizations"] == ""
    assert row["locality"] == "Bavaria, Freising"
    assert row["minimumElevationInMeters"] == "431.7"


def test_the_archive_has_no_clock_in_it(archive):
    with ZipFile(archive) as packed:
        names = packed.namelist()
        assert names == sorted(names)
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("terms", "definition"),
    [
        (darwin_core.OCCURRENCE, f"core/dwc_occurrence_{darwin_core.OCCURRENCE_VERSION}"),
        (darwin_core.DNA, f"extension/dna_derived_data_{darwin_core.DNA_VERSION}"),
    ],
)
def test_terms_are_those_of_the_definition(terms, definition, shared):
    path = shared / "standards" / "03_dwc" / f"{definition}.terms.tsv"
    text = path.read_text(encoding="utf-8")
    known = {
        row["name"]: row["qualName"] for row in csv.DictReader(text.splitlines(), delimiter="\t")
    }
    assert terms == {name: known[name] for name in terms}


def test_meta_and_eml_follow_their_schemas(view, archive, shared):
    from lxml import etree

    folder = shared / "standards" / "03_dwc" / "schema"

    class Local(etree.Resolver):
        def resolve(self, url, _, context):
            if url.endswith("xml.xsd"):
                return self.resolve_filename(str(folder / "gbif_xml.xsd"), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    profile = folder / "eml-gbif-profile-1.3" / "eml.xsd"
    eml = etree.XMLSchema(etree.parse(str(profile), parser))
    for recipient in ("public", "consortium"):
        eml.assertValid(etree.fromstring(eml_xml(view(recipient))))
    meta = etree.XMLSchema(etree.parse(str(folder / "tdwg_dwc_text.xsd"), parser))
    for name in ("dwca.zip", "events.zip"):
        with ZipFile(archive.with_name(name)) as packed:
            meta.assertValid(etree.fromstring(packed.read("meta.xml")))
            eml.assertValid(etree.fromstring(packed.read("eml.xml")))


def test_a_licence_that_gbif_does_not_know_is_told_in_words(tmp_path):
    from lxml import etree
    from secrets_example import AGREEMENTS, PUBLIC, make

    texts = {
        **AGREEMENTS,
        PUBLIC: AGREEMENTS[PUBLIC].replace("CC-BY-4.0", "LicenseRef-agreement-only"),
    }
    made = view_of(make(tmp_path / "d", agreements=texts), "consortium")
    rights = etree.fromstring(eml_xml(made)).find("dataset/intellectualRights/para")
    assert "LicenseRef-agreement-only" in rights.text
    assert not len(rights)
