"""Each format is what its own programs and schemas take for it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import inspect
import json
import shutil
import subprocess
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path

import polars as pl
import pytest
from example_dataset import AGREEMENTS, EXTRA_COLUMNS, ITS2, PUBLIC, V4, feature_id
from secrets_example import CLOSED, SECRET_NAMES, make, named_tables, view_of

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_tables
from soilbio.errors import Refused
from soilbio.exporters.package import write_package
from soilbio.exporters.registry import OF_TABLES, TARGETS, writer_of
from tests.conftest import ROOT

FIRST = feature_id("ACGTACGTAA")


@pytest.fixture
def out(view, tmp_path):
    """Write a target for a recipient; return its folder."""

    def write(target: str, recipient: str = "consortium") -> Path:
        write_package(view(recipient), target, tmp_path / target)
        return tmp_path / target

    return write


def table_in(path: Path, separator: str = "\t") -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=separator))


@pytest.mark.parametrize("target", OF_TABLES)
def test_every_format_tells_its_losses_and_an_export_is_known_as_one(target, out, view):
    folder = out(target)
    assert table_in(folder / "losses.tsv") == [
        {name: str(one[name]) for name in ("table", "column", "values", "reason")}
        for one in json.loads((folder / "decision.json").read_text())["losses"]
    ]
    (folder / "decision.json").unlink()
    write_package(view("public"), "tsv", folder)
    assert not (folder / "dataset").exists()


def test_tables_are_the_same_as_parquet_tsv_and_workbook(out, view):
    from openpyxl import load_workbook

    folder = out("tables")
    book = load_workbook(folder / "tables.xlsx")
    for name, frame in view("consortium").tables.items():
        whole = frame.collect()
        assert pl.read_parquet(folder / f"{name}.parquet").equals(whole)
        assert len(table_in(folder / f"{name}.tsv")) == whole.height
        rows = list(book[name].iter_rows(values_only=True))
        assert rows[0] == tuple(whole.columns)
        assert [tuple(one or None for one in row) for row in rows[1:]] == [
            tuple(one or None for one in row) for row in whole.iter_rows()
        ]
    cells = [cell for row in book["samples"].iter_rows() for cell in row if cell.value]
    assert "=HYPERLINK(1)" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}


def test_a_partner_gets_a_whole_dataset_whose_agreement_goes_along(out, capsys):
    folder = out("partner") / "dataset"
    assert main(["dataset", "validate", str(folder)]) == 0
    received = read_dataset(folder)
    assert received.agreements == {PUBLIC: AGREEMENTS[PUBLIC]}
    assert received.table("samples")["farm_name"].drop_nulls().unique().to_list() == ["Huber-Hof"]


def test_what_a_partner_got_is_shared_no_further_than_the_agreement_says(out, tmp_path):
    received = read_dataset(out("partner") / "dataset")
    again = view_of(received, "public")
    samples = again.tables["samples"].collect()
    assert "farm_name" not in samples.columns
    assert {place for place in samples["lat_lon"] if place} == {"48.15 11.55", "48.45 11.95"}


def test_what_was_generalised_stays_so_and_says_so_when_it_is_passed_on(out):
    first = read_dataset(out("partner", "public") / "dataset")
    again = view_of(first, "public").tables["samples"].collect().sort("collection_date")
    before = first.table("samples").sort("collection_date")
    for column in ("lat_lon", "collection_date", "geo_loc_name"):
        assert sorted(map(str, again[column])) == sorted(map(str, before[column]))
    assert set(again["dataGeneralizations"]) == set(before["dataGeneralizations"])
    largest = again["coordinate_uncertainty_m"].cast(pl.Float64).max()
    assert largest >= before["coordinate_uncertainty_m"].cast(pl.Float64).max()


def test_a_partner_gets_no_agreement_whose_text_names_samples_that_are_withheld(tmp_path):
    text = AGREEMENTS[PUBLIC].replace(
        "parties:", 'covers: {samples: ["Kanarienacker-*"]}\nparties:', 1
    )
    made = view_of(make(tmp_path / "d", agreements={**AGREEMENTS, PUBLIC: text}))
    with pytest.raises(Refused, match="names samples under `covers`"):
        write_package(made, "partner", tmp_path / "out")


def test_the_data_package_of_darwin_core_is_whole(out, shared):
    from frictionless import Package, system
    from jsonschema import Draft4Validator

    folder = out("dwc-dp", "public")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    schemas = shared / "standards" / "03_dwc" / "dwc_dp"
    profile = json.loads((schemas / "dwc-dp-profile.json").read_text())
    ours = {**profile, "allOf": profile["allOf"][1:]}  # the first is on the network
    assert [str(error.message) for error in Draft4Validator(ours).iter_errors(descriptor)] == []
    for resource in descriptor["resources"]:
        official = json.loads((schemas / f"{resource['name']}.json").read_text())
        known = {field["name"]: field for field in official["fields"]}
        for field in resource["schema"]["fields"]:
            assert field["type"] == known[field["name"]]["type"]
            assert field["dcterms:isVersionOf"] == known[field["name"]]["dcterms:isVersionOf"]
        keys = [(one["fields"], one["reference"]) for one in official.get("foreignKeys", ())]
        for one in resource["schema"].get("foreignKeys", ()):
            assert (one["fields"], one["reference"]) in keys
    plain = {name: value for name, value in descriptor.items() if name != "profile"}
    with system.use_context(trusted=True):
        report = Package.from_descriptor(plain, basepath=str(folder)).validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])


def test_the_data_package_holds_each_sequence_once_and_every_count_of_a_soil(out):
    folder = out("dwc-dp", "public")
    analyses = table_in(folder / "nucleotide-analysis.csv", ",")
    assert sorted(int(row["readCount"]) for row in analyses) == [2, 15, 30, 60, 80, 120]
    assert len(table_in(folder / "nucleotide-sequence.csv", ",")) == 5
    assert {row["materialCategory"] for row in table_in(folder / "material.csv", ",")} == {
        "soil sample"
    }
    assert len(table_in(folder / "material.csv", ",")) == 2


def test_nmdc_records_are_valid(out):
    from jsonschema import Draft201909Validator

    path = "nmdc_schema/nmdc_materialized_patterns.schema.json"
    schema = json.loads(distribution("nmdc-schema").locate_file(path).read_text())
    folder = out("nmdc")
    document = json.loads((folder / "nmdc.json").read_text())
    assert len(document["biosample_set"]) == 2
    errors = [error.message for error in Draft201909Validator(schema).iter_errors(document)]
    assert errors == []
    losses = table_in(folder / "losses.tsv")
    assert ("2", True) in [(one["values"], "controls" in one["reason"]) for one in losses]


def test_controls_go_as_controls(out):
    rows = {row["samp_name"]: row for row in table_in(out("mixs") / "mixs.tsv")}
    called = {name: row["misc_param"] for name, row in rows.items()}
    assert "samp_category;positive control" in called["mock"]
    assert "samp_category;negative control" in called["blank"]
    assert "samp_category" not in called["Kanarienacker-1"]


def test_measured_soil_is_an_observation_of_glosis_with_its_depth(out):
    from rdflib import RDF, Graph, Namespace

    graph = Graph().parse(out("glosis") / "glosis.ttl")
    sosa = Namespace("http://www.w3.org/ns/sosa/")
    found = {str(one) for one in graph.objects(None, sosa.observedProperty)}
    assert any("pH" in one for one in found), found
    assert len(list(graph.subjects(RDF.type, sosa.Sample))) == 4


def test_the_events_carry_measurements_and_permits_once_a_sample(tmp_path):
    from dwca.read import DwCAReader

    permit = (
        "permits: [{status: Permit available, country: DE, id: BfN-7, type: Collecting Permit,"
        " authority: BfN}, {status: Permit available, country: KE, id: NEMA-1}]\n"
    )
    texts = {**AGREEMENTS, PUBLIC: AGREEMENTS[PUBLIC] + permit}
    write_package(view_of(make(tmp_path / "d", agreements=texts)), "dwca", tmp_path / "out")
    with DwCAReader(str(tmp_path / "out" / "events.zip")) as reader:
        rows = {row.id: row for row in reader}
        kinds = {
            row.id: sorted(one.rowtype.rpartition("/")[2] for one in row.extensions)
            for row in rows.values()
        }
    with_soil = [found for found in kinds.values() if found]
    assert len(with_soil) == 2
    for found in with_soil:
        assert found.count("Permit") == 1
        assert "ExtendedMeasurementOrFact" in found
    assert len(rows) == 2 + 3  # two soils, their three libraries


def test_qiime_2_files_are_of_its_formats(out):
    import biom

    folder = out("qiime2") / "qiime2" / V4
    table = biom.load_table(str(folder / "feature-table.biom"))
    metadata = table_in(folder / "sample-metadata.tsv")
    assert next(iter(metadata[0])) == "sample-id"
    assert metadata[0]["sample-id"] == "#q2:types"
    assert (metadata[0]["ph"], metadata[0]["cur_land_use"]) == ("numeric", "categorical")
    assert [row["sample-id"] for row in metadata[1:]] == list(table.ids())
    taxonomy = {row["Feature ID"]: row["Taxon"] for row in table_in(folder / "taxonomy.tsv")}
    assert set(taxonomy) == set(table.ids("observation"))
    assert taxonomy[FIRST] == (
        "d__Bacteria; k__; p__Pseudomonadota; c__Alphaproteobacteria; o__Rhizobiales"
    )
    script = (folder / "import.sh").read_text()
    assert all(f"--input-path {path.name} " in script for path in folder.glob("*.[bf]*"))


@pytest.fixture
def coded(tmp_path):
    """The view of a dataset whose names and codes look like numbers; one column is QIIME 2's."""
    names = {"soil 1": "1.1", "soil 2": "1.10", "soil 3": "007", "mock": "8", "blank": "9"}
    tables = named_tables()
    back = {name: plain for plain, name in SECRET_NAMES.items()}
    for table, column in (("samples", "sample_id"), ("libraries", "sample_id")):
        own = pl.col(column).replace(back).replace(names)
        tables[table] = tables[table].with_columns(own)
    subject = pl.col("subject").replace(back).replace(names)
    tables["measurements"] = tables["measurements"].with_columns(subject)
    is_first = pl.col("sample_id") == "1.1"
    tables["samples"] = tables["samples"].with_columns(
        pl.when(is_first).then(pl.lit("01")).otherwise(pl.lit("1")).alias("block"),
        pl.when(is_first).then(pl.lit("2")).otherwise(pl.lit("3.5")).alias("dose"),
        pl.lit("x").alias("sample_name"),
    )
    extra = dict.fromkeys(("dose", "sample_name"), "environment")
    write_tables(tables, AGREEMENTS, tmp_path / "coded", extra_columns={**EXTRA_COLUMNS, **extra})
    return view_of(read_dataset(tmp_path / "coded"), "consortium")


def test_names_and_codes_that_look_like_numbers_are_words_in_qiime_2(coded, tmp_path):
    write_package(coded, "qiime2", tmp_path / "out")
    rows = table_in(tmp_path / "out" / "qiime2" / V4 / "sample-metadata.tsv")
    kinds = {name: kind for name, kind in rows[0].items() if name in ("sample_id", "block", "dose")}
    assert kinds == {"sample_id": "categorical", "block": "categorical", "dose": "numeric"}
    assert {"1.1", "1.10"} <= {row["sample_id"] for row in rows}
    assert "sample_name" not in rows[0]
    assert rows[1]["sample_name_"] == "x"


def test_names_and_codes_that_look_like_numbers_stay_as_they_are_in_phyloseq(coded, tmp_path):
    write_package(coded, "phyloseq", tmp_path / "out")
    folder = tmp_path / "out" / "phyloseq" / V4
    kinds = {row["column"]: row["type"] for row in table_in(folder / "columns.tsv")}
    assert [kinds[name] for name in ("sample_id", "block", "dose", "reads_raw")] == [
        *("text", "text", "number", "number")
    ]
    if shutil.which("Rscript") is None:
        pytest.skip("no R here")
    if subprocess.run(["Rscript", "-e", "library(phyloseq)"], capture_output=True).returncode:
        pytest.skip("r-bioc-phyloseq is not installed")
    asked = (
        'ps <- source("read.R", chdir = TRUE)$value; its <- as(sample_data(ps), "data.frame");'
        'cat(nsamples(merge_samples(ps, "sample_id")), sort(unique(its$block)), sum(its$dose))'
    )
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", asked], cwd=folder, capture_output=True, text=True
    )
    assert done.stdout.split()[:3] == ["4", "01", "1"], done.stderr


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="no R here")
def test_phyloseq_reads_its_files(out):
    folder = out("phyloseq") / "phyloseq" / V4
    has_it = subprocess.run(["Rscript", "-e", "library(phyloseq)"], capture_output=True)
    if has_it.returncode:
        pytest.skip("r-bioc-phyloseq is not installed")
    asked = (
        'ps <- source("read.R", chdir = TRUE)$value;'
        "cat(ntaxa(ps), nsamples(ps), sum(otu_table(ps)), class(sample_data(ps)$ph),"
        f'tax_table(ps)["{FIRST}", "order"], as.character(refseq(ps)[["{FIRST}"]]), "\\n")'
    )
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", asked], cwd=folder, capture_output=True, text=True
    )
    assert done.stdout.split() == [*("4", "4", "432", "numeric", "Rhizobiales", "ACGTACGTAA")], (
        done.stderr
    )


def test_open_archives_are_closed_to_what_may_not_be_passed_on(tmp_path):
    text = AGREEMENTS[PUBLIC].replace("contact:", "onward: forbidden\ncontact:", 1)
    text = text.replace("licence: CC-BY-4.0", "licence: LicenseRef-agreement-only")
    made = view_of(make(tmp_path / "d", named_tables(), {PUBLIC: text, CLOSED: AGREEMENTS[CLOSED]}))
    for target, one in TARGETS.items():
        if one.is_open_archive:
            with pytest.raises(Refused, match="open to everybody"):
                write_package(made, target, tmp_path / target)


def test_a_project_may_ask_for_every_target():
    import yaml

    schema = yaml.safe_load((ROOT / "resources" / "config.schema.yaml").read_text())
    asked = schema["properties"]["exports"]["items"]["properties"]["target"]
    assert asked["enum"] == list(OF_TABLES)


def test_no_exporter_reads_a_dataset():
    folder = ROOT / "soilbio" / "exporters"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("dataset.read", "dataset.parquet", "scan_parquet", "read_parquet", "Source"):
            assert word not in text or path.name == "redact.py", f"{path.name}: {word}"
    for target in TARGETS:
        names = list(inspect.signature(writer_of(target)).parameters.values())
        assert names[0].annotation == "View"


def many_soils(folder: Path, soils: int):
    """Make the view of a dataset with more soils of one land use, and one of another."""
    tables = named_tables()
    for table, columns in {
        "samples": ["sample_id"],
        "libraries": ["sample_id", "library_id"],
        "counts": ["library_id"],
    }.items():
        frame = tables[table]
        kind = "library_id" if "library_id" in frame.columns else "sample_id"
        own = frame.filter(pl.col(kind).str.contains("L1$|acker-1$"))
        more = [
            own.with_columns((pl.lit(f"{number}-") + pl.col(one)).alias(one) for one in columns)
            for number in range(soils - 1)
        ]
        tables[table] = pl.concat([frame, *more])
    return view_of(make(folder, tables))


def test_a_mean_of_five_soils_is_shown_and_one_of_four_is_not(tmp_path):
    for soils, rows in ((5, 2), (4, 0)):
        write_package(many_soils(tmp_path / f"d{soils}", soils), "summary", tmp_path / f"{soils}")
        assert len(shown_of(tmp_path / f"{soils}")) == rows
        losses = table_in(tmp_path / f"{soils}" / "losses.tsv")
        assert "fewer than 5 soils" in losses[0]["reason"]
    (row,) = [one for one in shown_of(tmp_path / "5") if "Rhizobiales" in one["lineage"]]
    assert (row["country"], row["land_use"], row["soils"]) == ("Germany", "arable", "5")
    assert float(row["mean_share"]) == pytest.approx(120 / 150)


def test_a_soil_that_several_samples_are_of_counts_once_in_a_mean(tmp_path):
    """Six aliquots of three soils, by accessions, are no five soils; seven of five are."""
    view = many_soils(tmp_path / "d", 7)
    names = [name for name in view.soils if view.soils[name] == name]
    for joined, groups in ((4, 0), (2, 1)):
        soils = dict(view.soils) | dict.fromkeys(names[: joined + 1], names[0])
        folder = tmp_path / f"{joined}"
        write_package(replace(view, soils=soils), "summary", folder)
        rows = shown_of(folder)
        assert len({row["land_use"] for row in rows}) == groups
        assert {(row["soils"], row["samples"]) for row in rows} <= {("5", "7"), ("6", "7")}


def shown_of(folder: Path) -> list[dict[str, str]]:
    return table_in(folder / "summary.tsv")


def reads_of(path: Path) -> list[tuple[str, str, str]]:
    with gzip.open(path, "rt") as file:
        lines = file.read().splitlines()
    return [(lines[at], lines[at + 1], lines[at + 3]) for at in range(0, len(lines), 4)]


def as_metagenome(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Make a metagenome of the library of ITS2, as two profilers leave it."""
    is_own = pl.col("assay_id") == ITS2
    names = tables["libraries"].filter(is_own)["library_id"].to_list()
    for table, is_changed in (
        ("assays", is_own),
        ("libraries", is_own),
        ("counts", pl.col("library_id").is_in(names)),
    ):
        frame = tables[table]
        parts = [frame.filter(~is_changed)]
        for engine in ("kraken2", "sylph"):
            part = frame.filter(is_changed)
            if table != "assays":
                part = part.with_columns(pl.col("library_id") + f"-{engine}")
            if table != "counts":
                part = part.with_columns(pl.lit(f"wgs-{engine}").alias("assay_id"))
            if table == "assays":
                part = part.with_columns(
                    pl.lit("WGS").alias("library_strategy"), pl.lit(engine).alias("engine")
                )
            parts.append(part)
        tables[table] = pl.concat(parts)
    return tables


@pytest.fixture
def with_reads(tmp_path, request):
    """Make a dataset whose soils share their reads with the public, and files of its libraries."""
    text = AGREEMENTS[PUBLIC].replace("method: allow", "method: allow\n      raw_reads: allow", 1)
    folder = tmp_path / "dataset"
    change = getattr(request, "param", dict)
    make(folder, change(named_tables()), {PUBLIC: text, CLOSED: AGREEMENTS[CLOSED]})
    lines = ["library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\tagreement"]
    for row in named_tables()["libraries"].iter_rows(named=True):
        name = row["library_id"]
        for end in (1, 2):
            records = (
                f"@M01234:77:KANARIE:{n} {end}:N:0:{name}\nACGT\n+\nIII{n}\n" for n in (1, 2)
            )
            content = "".join(records).encode()
            (tmp_path / f"{name}_{end}.fq.gz").write_bytes(gzip.compress(content))
        files = (f"{name}_1.fq.gz", f"{name}_2.fq.gz")
        cells = (name, row["sample_id"], row["assay_id"], "r", *files, row["agreement_id"])
        lines.append("\t".join(cells))
    (tmp_path / "libraries.tsv").write_text("\n".join([*lines, ""]))
    return folder


def export_reads(dataset: Path, out: Path, *more: str) -> int:
    asked = ["--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-01-01"]
    sheet = ["--reads", str(dataset.parent / "libraries.tsv")]
    return main(["export", "reads", str(dataset), *asked, *sheet, "--out", str(out), *more])


def test_reads_are_written_under_new_headers_and_names(with_reads, tmp_path):
    assert export_reads(with_reads, tmp_path / "out") == 0
    rows = table_in(tmp_path / "out" / "reads.tsv")
    assert len(rows) == 5  # all libraries but that of the closed soil
    for row in rows:
        assert row["library_id"].startswith("p")
        for end in (1, 2):
            path = tmp_path / "out" / row[f"file_{end}"]
            assert hashlib.md5(path.read_bytes()).hexdigest() == row[f"md5_{end}"]
            assert reads_of(path) == [
                (f"@{row['library_id']}.{n} {end}", "ACGT", f"III{n}") for n in (1, 2)
            ]
    content = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    )
    for secret in (b"KANARIE", b"M01234", b"Zeisig", b"Kanarien"):
        assert secret not in content
    assert not [path for path in (tmp_path / "out").rglob("*") if "Zeisig" in path.name]


@pytest.mark.parametrize("with_reads", [as_metagenome], indirect=True)
def test_reads_that_two_profilers_named_are_written_once(with_reads, tmp_path):
    assert export_reads(with_reads, tmp_path / "out") == 0
    rows = table_in(tmp_path / "out" / "reads.tsv")
    assert len({row["library_id"] for row in rows}) == len(rows) == 6
    files = [row["file_1"] for row in rows]
    assert len(set(files)) == 5
    assert {path.name for path in (tmp_path / "out" / "reads").glob("*_R1*")} == {
        Path(name).name for name in files
    }
    content = b"".join(gzip.decompress(p.read_bytes()) for p in (tmp_path / "out").rglob("*.gz"))
    assert b"Zeisig" not in content


@pytest.mark.parametrize(
    "with_reads",
    [
        lambda tables: {
            **as_metagenome(tables),
            "libraries": tables["libraries"].with_columns(
                pl.when(pl.col("assay_id") == "wgs-sylph")
                .then(pl.lit("human:0"))
                .alias("removed_by_genome")
            ),
        }
    ],
    indirect=True,
)
def test_reads_that_were_to_be_removed_stay_also_where_a_profiler_names_the_library(
    with_reads, tmp_path, capsys
):
    assert export_reads(with_reads, tmp_path / "out") == 3
    assert "were to be removed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_reads_that_are_missing_are_all_named_and_nothing_is_written(with_reads, tmp_path, capsys):
    for name in ("L1_1", "L2_2"):
        (tmp_path / f"Zeisigbibliothek-{name}.fq.gz").unlink()
    assert export_reads(with_reads, tmp_path / "out") == 1
    told = capsys.readouterr().err
    assert told.count("[export-reads]") == 2
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_cut_off_is_named_and_nothing_is_written(with_reads, tmp_path, capsys):
    path = tmp_path / "Zeisigbibliothek-L1_2.fq.gz"
    path.write_bytes(gzip.compress(b"@x\nACGT\n+\n"))
    assert export_reads(with_reads, tmp_path / "out") == 1
    assert "Zeisigbibliothek-L1_2.fq.gz" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_reads_that_no_clause_permits_are_refused_with_the_reason(tmp_path, capsys):
    make(tmp_path / "dataset")
    (tmp_path / "libraries.tsv").write_text("library_id\n")
    assert export_reads(tmp_path / "dataset", tmp_path / "out") == 3
    assert "reads needs raw_reads" in capsys.readouterr().err
