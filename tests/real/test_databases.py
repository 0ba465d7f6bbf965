"""Databases of real genomes: built, installed, called by name, and used by each engine."""

import csv

import pytest

from soilbio.cli.main import main
from soilbio.errors import Problems
from soilbio.metadata.config import read_config
from soilbio.metadata.databases import check_databases, lineages_for
from soilbio.metadata.sheet import Library
from soilbio.profile.shotgun import Cleaned, kraken2, sourmash, sylph
from soilbio.references.manifest import database_at, describe

KEPT = ("GCF_000006945.2", "GCF_000017205.1", "GCF_000392875.1", "GCF_006742205.1")


@pytest.fixture(scope="module")
def data(shared, tmp_path_factory):
    """Four of the genomes, with GTDB-like lineages and the taxon ids of their taxonomy."""
    source = shared / "data" / "shotgun_derived_dev"
    folder = tmp_path_factory.mktemp("genomes")
    (folder / "refs").mkdir()
    lineages, taxids = [], []
    for line in (source / "genome2taxid.tsv").read_text().splitlines():
        accession, taxid, _, name = line.split("\t")
        if accession in KEPT:
            (folder / "refs" / f"{accession}.fa.gz").symlink_to(
                source / "refs" / f"{accession}.fa.gz"
            )
            genus = name.split()[0]
            lineages.append(f"RS_{accession}\td__Bacteria;g__{genus};s__{name}\n")
            taxids.append(f"{accession}\t{taxid}\n")
    (folder / "lineages.tsv").write_text("".join(lineages))
    (folder / "taxids.tsv").write_text("".join(taxids))
    return source, folder


def build(data, engine, target, *more):
    _, folder = data
    table = folder / ("taxids.tsv" if "--taxonomy" in more else "lineages.tsv")
    words = ["--genomes", str(folder / "refs"), "--lineages", str(table), "--for", engine]
    return main(["reference", "build", *words, "--out", str(target), *more])


@pytest.mark.parametrize("engine", ["sylph", "sourmash"])
def test_sketches_are_built_installed_and_find_the_genomes(data, tmp_path, monkeypatch, engine):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    assert build(data, engine, tmp_path / "db") == 0
    assert build(data, engine, tmp_path / "again") == 0
    names = sorted(path.name for path in (tmp_path / "db").iterdir())
    for name in names:
        assert (tmp_path / "db" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    words = ["reference", "add", "mine", "--engine", engine, "--database", str(tmp_path / "db")]
    assert main([*words, "--version", "1", "--licence", "CC0-1.0"]) == 0
    config = tmp_path / "config.yaml"
    config.write_text(
        f"title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        f"shotgun: {{{engine}_database: mine}}\n"
    )
    project = read_config(config)
    path = project.shotgun[f"{engine}_database"]
    assert database_at(path).version == "1"
    assert lineages_for(project, engine) == tmp_path / "root" / "mine" / "lineages.tsv.gz"
    found = tmp_path / "found.tsv"
    reads = Cleaned(data[0] / "devA_R1.fastq.gz", data[0] / "devA_R2.fastq.gz")
    if engine == "sylph":
        sylph(reads, path, 90, found)
    else:
        sourmash(reads, path, {"ksize": 31, "scaled": 1000, "threshold_bp": 0}, found)
    with found.open() as handle:
        genomes = {row["genome"] for row in csv.DictReader(handle, delimiter="\t")}
    assert genomes
    assert genomes <= set(KEPT)
    assert main(["reference", "verify", "mine"]) == 0


@pytest.mark.parametrize("names", ["gtdb", "ncbi"])
def test_a_table_of_kraken2_is_built_and_names_reads(data, tmp_path, monkeypatch, names):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    more = ["--no-masking", "--max-size-gb", "0.02"]
    if names == "ncbi":
        more += ["--taxonomy", str(data[0] / "taxdump")]
    assert build(data, "kraken2", tmp_path / "db", *more) == 0
    kept = {path.name for path in (tmp_path / "db").iterdir()}
    assert kept == {"hash.k2d", "opts.k2d", "taxo.k2d", "names.dmp", "nodes.dmp"}
    words = ["reference", "add", "k2", "--engine", "kraken2", "--database", str(tmp_path / "db")]
    assert main([*words, "--version", "1", "--licence", "CC0-1.0"]) == 0
    assert describe("k2")["engine"] == "kraken2"
    reads = Cleaned(data[0] / "devA_R1.fastq.gz", data[0] / "devA_R2.fastq.gz")
    report = tmp_path / "report.tsv"
    kraken2(reads, tmp_path / "root" / "k2", {"confidence": "0.1"}, report, threads=2)
    species = {line.split("\t")[-1].strip() for line in report.read_text().splitlines()}
    assert "Staphylococcus epidermidis" in species
    assert "Haemophilus influenzae" not in species  # no genome of it is in the database


def test_a_database_of_another_engine_is_not_taken(data, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    assert build(data, "sylph", tmp_path / "db") == 0
    words = ["reference", "add", "x", "--engine", "sourmash", "--version", "1", "--licence", "C"]
    assert main([*words, "--database", str(tmp_path / "db")]) == 1
    assert "[shotgun-database]" in capsys.readouterr().err
    assert main([*words[:4], "sylph", *words[5:], "--database", str(tmp_path / "db")]) == 0
    config = tmp_path / "config.yaml"
    config.write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "assays: {w: {library_strategy: WGS, profilers: [sourmash]}}\n"
        "shotgun: {sourmash_database: x}\n"
    )
    problems = Problems("config.yaml")
    library = Library("L1", "S1", "w", "R1", None, None, "ERR1", "", "", 2)
    check_databases(read_config(config), [library], problems)
    assert [(p.code, p.found) for p in problems.found] == [("shotgun-database", "x, of sylph")]


def test_genes_are_too_short_for_sketches(shared, tmp_path, capsys):
    folder = shared / "data" / "ref_16S_gg97_subset"
    fasta = tmp_path / "genes.fa"
    fasta.write_text(">a\n" + "ACGTTGCA" * 10 + "\n")
    (tmp_path / "l.tsv").write_text("a\td__Bacteria\n")
    assert folder.is_dir()
    files = ["--sequences", str(fasta), "--lineages", str(tmp_path / "l.tsv")]
    words = ["reference", "build", *files, "--for", "sylph", "--scaled", "100000"]
    assert main([*words, "--out", str(tmp_path / "db")]) == 1
    assert "[reference-sketch]" in capsys.readouterr().err
    assert not (tmp_path / "db").exists()
