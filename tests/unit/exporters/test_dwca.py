from __future__ import annotations

import csv
from dataclasses import replace
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


def test_support_is_of_the_assay_s_own_classifier_and_none_of_what_was_merged(tmp_path, view):
    """A merged feature has the least support that any of the datasets gave."""
    alone = view("public")
    for number, one in enumerate([alone, replace(alone, history={"level": "genus"})]):
        (tmp_path / str(number)).mkdir()
        writer_of("dwca")(one, tmp_path / str(number))
    own, merged = (
        {
            row["identificationRemarks"].rpartition(", ")[2]
            for row in rows_of(tmp_path / name / "dwca.zip", "occurrence.txt")
        }
        for name in "01"
    )
    assert any(text.startswith("support ") for text in own)
    assert merged == {"name on which all merged datasets agree that give one"}


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


# Of library, assay, feature: counts of reads, or shares.
PROFILES = [
    *[("M-kraken2", "wgs-kraken2", "ncbi:1224", 300), ("M-kraken2", "wgs-kraken2", "ncbi:1", 50)],
    *[("M-kraken2", "wgs-kraken2", "unclassified", 600)],
    *[("M-bracken", "wgs-bracken", "ncbi:1224", 0.35), ("M-bracken", "wgs-bracken", "ncbi:0", 0.6)],
    *[
        ("M-sylph", "wgs-sylph", "genome:GCF_1.1", 0.2),
        ("M-sylph", "wgs-sylph", "genome:GCF_2.1", 0.1),
    ],
    *[("M-sylph", "wgs-sylph", "unclassified", 0.7), ("M-ssu", "wgs-ssu", "silva:unclassified", 9)],
    *[("N-bracken", "wgs-bracken", "ncbi:1224", 0.9)],
]
NAMED = {"ncbi:1224": "Pseudomonadota", "genome:GCF_1.1": "Bacillota"}


def with_profiles() -> dict[str, pl.DataFrame]:
    """Add metagenomes of two soils to the example; Kraken2 counted one of them only."""
    tables = named_tables()
    assay, library, feature = (
        tables[name].row(0, named=True) for name in ("assays", "libraries", "features")
    )
    soils = dict(zip("MN", ("Kanarienacker-1", "Kanarienacker-2"), strict=True))
    agreement_id = library["agreement_id"]
    kinds = {name: "marker" if name == "wgs-ssu" else "sequence" for _, name, _, _ in PROFILES}
    more = {
        "assays": [
            assay
            | {"assay_id": name, "library_strategy": "WGS", "engine": name[4:]}
            | {"abundance": kind, "agreement_ids": agreement_id}
            for name, kind in kinds.items()
        ],
        "libraries": [
            library | {"library_id": name, "sample_id": soils[name[0]], "assay_id": own}
            for name, own in {name: own for name, own, _, _ in PROFILES}.items()
        ],
        "features": [
            {"feature_id": name, "classifier": "k", "agreement_ids": agreement_id}
            | {"phylum": NAMED.get(name), "taxon_rank": "phylum" if name in NAMED else None}
            | {"flags": "" if name in NAMED else "unclassified"}
            for name in sorted({name for _, _, name, _ in PROFILES})
        ],
        "counts": [
            {"library_id": name, "feature_id": one, "agreement_id": agreement_id}
            | {"count": number if isinstance(number, int) else None}
            | {"relative_abundance": number if isinstance(number, float) else None}
            for name, _, one, number in PROFILES
        ],
    }
    assert feature["sequence"]
    for name, rows in more.items():
        added = pl.DataFrame(rows, infer_schema_length=None)
        tables[name] = pl.concat([tables[name], added], how="diagonal_relaxed")
    return tables


def test_of_metagenomes_each_finding_is_told_once_and_no_pool_of_reads(tmp_path):
    made = view_of(make(tmp_path / "d", with_profiles()), "consortium")
    notes = writer_of("dwca")(made, tmp_path).notes
    rows = [
        row for row in rows_of(tmp_path / "dwca.zip", "occurrence.txt") if ":" in row["taxonID"]
    ]
    found = {
        (row["taxonID"], row["organismQuantity"], row["organismQuantityType"])
        for row in rows
        if not row["taxonID"].startswith("ASV:")
    }
    share = "relative abundance of sequenced DNA"
    assert found == {
        ("ncbi:1224", "300", "DNA sequence reads"),
        ("genome:GCF_1.1", "0.2", share),
        ("genome:GCF_2.1", "0.1", share),
        ("ncbi:1224", "0.9", share),  # of the soil that Kraken2's counts are not of
    }
    assert notes["reestimated_rows_left_out"] == 2
    assert (notes["pool_rows_left_out"], notes["pool_reads_left_out"]) == (4, 659)
    assert notes["control_rows_left_out"] == 1


def test_a_data_package_leaves_the_same_out(tmp_path):
    made = view_of(make(tmp_path / "d", with_profiles()), "consortium")
    writer_of("dwc-dp")(made, tmp_path)
    with (tmp_path / "nucleotide-analysis.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    taxa = sorted(row["nucleotideSequenceID"] for row in rows if ":" in row["nucleotideSequenceID"])
    assert taxa == ["genome:GCF_1.1", "genome:GCF_2.1", "ncbi:1224", "ncbi:1224"]
