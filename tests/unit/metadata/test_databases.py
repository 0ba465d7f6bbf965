"""What a check says of profilers' databases before anything runs."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import polars as pl
import pytest

from soilbio.errors import Problem, Problems
from soilbio.importers.shotgun import Told, collect_profiles
from soilbio.metadata.config import inspect_config, read_config
from soilbio.metadata.databases import check_databases, lineages_for, taxids_of
from soilbio.metadata.sheet import Library
from soilbio.profile.databases import (
    Kraken2Options,
    SketchOptions,
    build_kraken2,
    build_sourmash,
    build_sylph,
)
from soilbio.references.genome_names import genomes_in
from soilbio.references.genomes import genomes_of_folder
from soilbio.references.kraken2_taxonomy import numbers_of, taxa_of
from soilbio.references.own import OwnDatabase, add_database
from soilbio.references.taxdump import read_taxdump

NAMES = ("GCF_000000101.1", "GCF_000000102.1")
BUILDERS = {"sylph": build_sylph, "sourmash": build_sourmash}
FILES = {"sylph": "database.syldb", "sourmash": "database.zip"}


@pytest.fixture(scope="module")
def sketches(tmp_path_factory) -> Path:
    """Sketches of two genomes, as `soilbio reference build` writes them, by engine."""
    folder = tmp_path_factory.mktemp("sketches")
    (folder / "genomes").mkdir()
    for name in NAMES:
        bases = "".join(random.Random(name).choices("ACGT", k=20_000))
        (folder / "genomes" / f"{name}_genomic.fna").write_text(f">{name}\n{bases}\n")
    (folder / "gtdb.tsv").write_text("".join(f"RS_{n}\td__Bacteria;s__A {n[-3]}\n" for n in NAMES))
    genomes = genomes_of_folder(folder / "genomes", folder / "gtdb.tsv", None)
    for engine, build in BUILDERS.items():
        build(genomes, folder / engine, SketchOptions(31, 20))
    return folder


def problems_of(tmp_path: Path, engine: str, lines: str) -> list[str]:
    """Codes that a check finds of a project whose metagenomes one engine profiles."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        f"assays: {{w: {{library_strategy: WGS, profilers: [{engine}]}}}}\n"
        f"shotgun:\n  remove_phix: false\n  {lines}\n"
    )
    return [problem.code for problem in told_of(config)]


def told_of(config: Path) -> list[Problem]:
    problems = Problems(str(config))
    library = Library("L1", "S1", "w", "r", None, None, "", "", "a", 2)
    check_databases(read_config(config), [library], problems)
    return problems.found


@pytest.mark.parametrize(("memory", "codes"), [("24", []), ("4", ["shotgun-memory"])])
def test_genomes_to_be_removed_that_do_not_fit_into_memory(tmp_path, monkeypatch, memory, codes):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", memory)
    with (tmp_path / "host.fa").open("wb") as handle:
        handle.write(b">h\n" + b"ACGT" * 300_000)  # what is looked at; the rest is a hole
        handle.truncate(600_000_000)
    named = "remove: [{name: host, fasta: host.fa}]"
    assert problems_of(tmp_path, "ssu", named) == codes


@pytest.mark.parametrize("engine", BUILDERS)
def test_sketches_name_their_genomes(sketches, engine):
    assert sorted(genomes_in(engine, sketches / engine / FILES[engine])) == sorted(NAMES)


@pytest.mark.parametrize("engine", BUILDERS)
def test_sketches_without_lineages_or_with_those_of_others_are_refused(sketches, tmp_path, engine):
    database = tmp_path / f"bare{Path(FILES[engine]).suffix}"
    database.write_bytes((sketches / engine / FILES[engine]).read_bytes())
    named = f"{engine}_database: {database}"
    assert problems_of(tmp_path, engine, named) == ["shotgun-lineages"]
    (tmp_path / "others.tsv").write_text("RS_GCF_000000999.1\td__Bacteria;s__B b\n")
    assert problems_of(tmp_path, engine, f"{named}\n  lineages: others.tsv") == ["shotgun-lineages"]
    assert not problems_of(tmp_path, engine, f"{named}\n  lineages: {sketches / 'gtdb.tsv'}")
    # A table of some of them is one: what is found without a lineage is told in the report.
    (tmp_path / "some.tsv.gz").write_bytes(gzip.compress(f"{NAMES[1]}\tBacteria\n".encode()))
    assert not problems_of(tmp_path, engine, f"{named}\n  lineages: some.tsv.gz")


@pytest.mark.parametrize("engine", BUILDERS)
def test_lineages_beside_built_sketches_are_found(sketches, tmp_path, engine):
    built = sketches / engine / FILES[engine]
    assert not problems_of(tmp_path, engine, f"{engine}_database: {built}")
    project = read_config(tmp_path / "config.yaml")
    assert lineages_for(project, engine) == built.with_name("lineages.tsv.gz")


@pytest.fixture(scope="module")
def tables(sketches, tmp_path_factory) -> Path:
    """Kraken2 databases of the genomes: with numbers of their own, and with NCBI's."""
    folder = tmp_path_factory.mktemp("kraken2")
    own = genomes_of_folder(sketches / "genomes", sketches / "gtdb.tsv", None)
    build_kraken2(own, folder / "own", None, Kraken2Options(mask=False))
    nodes = ((1, 1, "no rank"), (131567, 1, "no rank"), (2, 131567, "superkingdom"))
    nodes += ((1301, 2, "genus"), (1313, 1301, "species"), (1302, 1301, "species"))
    names = dict(
        zip(
            (1, 131567, 2, 1301, 1313, 1302),
            ("root", "cellular organisms", "Bacteria", *"Sst"),
            strict=True,
        )
    )
    for name, lines in (
        ("nodes.dmp", [f"{own}\t|\t{above}\t|\t{rank}\t|\n" for own, above, rank in nodes]),
        (
            "names.dmp",
            [f"{own}\t|\t{text}\t|\t\t|\tscientific name\t|\n" for own, text in names.items()],
        ),
    ):
        (folder / name).write_text("".join(lines))
    (folder / "taxids.tsv").write_text(f"{NAMES[0]}\t1313\n{NAMES[1]}\t1302\n")
    taxdump = read_taxdump(folder)
    ncbi = genomes_of_folder(sketches / "genomes", folder / "taxids.tsv", taxdump)
    build_kraken2(ncbi, folder / "ncbi", taxdump, Kraken2Options(mask=False))
    return folder


def test_whose_numbers_taxa_have_shows_in_the_database(tables):
    assert numbers_of(tables / "own") == "own"
    assert numbers_of(tables / "ncbi") == "ncbi"
    assert dict(taxa_of(tables / "ncbi"))[1313] == "s"


@pytest.mark.parametrize(
    ("database", "said", "codes", "meant"),
    [
        ("own", "", [], "own"),
        ("own", "kraken2_taxids: own", [], "own"),
        ("own", "kraken2_taxids: ncbi", ["shotgun-taxids"], "ncbi"),
        ("ncbi", "", [], "ncbi"),
        ("ncbi", "kraken2_taxids: ncbi", [], "ncbi"),
        ("own", "kraken2_taxids: gtdb", [], "gtdb"),
    ],
)
def test_numbers_of_ones_own_are_not_taken_for_ncbis(
    tables, tmp_path, database, said, codes, meant
):
    lines = f"kraken2_database: {tables / database}\n  {said}"
    assert problems_of(tmp_path, "kraken2", lines) == codes
    assert taxids_of(read_config(tmp_path / "config.yaml")) == meant


def test_numbers_of_ones_own_stay_so_where_a_database_is_carried_in(tables, tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    add_database(OwnDatabase("mine", "1", "CC0-1.0", "kraken2", tables / "own"))
    assert not problems_of(tmp_path, "kraken2", "kraken2_database: mine")
    assert taxids_of(read_config(tmp_path / "config.yaml")) == "own"


@pytest.mark.parametrize("engine", BUILDERS)
@pytest.mark.parametrize("kind", ["gtdb", "ncbi"])
def test_species_of_built_sketches_are_gtdbs_where_the_table_was(
    sketches, tables, tmp_path, engine, kind
):
    table, taxdump = sketches / "gtdb.tsv", None
    if kind == "ncbi":
        table, taxdump = tmp_path / "taxids.tsv", read_taxdump(tables)
        table.write_text(f"RS_{NAMES[0]}\t1313\nGB_{NAMES[1]}\t1302\n")
    genomes = genomes_of_folder(sketches / "genomes", table, taxdump)
    BUILDERS[engine](genomes, tmp_path / "built", SketchOptions(31, 20))
    columns = "genome\tshare\ttaxonomic_share\tani\tcoverage\n"
    (tmp_path / "L1.tsv").write_text(f"{columns}{NAMES[0]}\t0.6\t1\t99\t3\n")
    told = Told(lineages=tmp_path / "built" / "lineages.tsv.gz")
    left = {"L1": {"reads_merged": 9}}
    assert not collect_profiles(engine, {"L1": tmp_path / "L1.tsv"}, left, told, tmp_path / "out")
    species = pl.read_parquet(tmp_path / "out" / "features.parquet")["gtdb_species"]
    assert species.drop_nulls().to_list() == (["A 1"] if kind == "gtdb" else [])


@pytest.mark.parametrize("is_installed", [False, True])
def test_a_reference_of_amplicons_is_not_to_be_got_for_a_profiler(
    tmp_path, monkeypatch, is_installed
):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    if is_installed:
        folder = tmp_path / "root" / "greengenes-13_8"
        folder.mkdir(parents=True)
        (folder / "reference.json").write_text('{"engine": "amplicons"}')
    config = tmp_path / "config.yaml"
    assert problems_of(tmp_path, "kraken2", "kraken2_database: greengenes-13_8") == [
        "shotgun-database"
    ]
    problems = Problems(str(config))
    library = Library("L1", "S1", "w", "r", None, None, "", "", "a", 2)
    check_databases(read_config(config), [library], problems)
    (problem,) = problems.found
    assert "reference get" not in problem.fix
    assert "greengenes-13_8 is of amplicons" in problem.fix
    assert "kraken2-standard-8" in problem.fix
    # One that can be got, or was, is told apart from a path of that name.
    problems_of(tmp_path, "kraken2", "kraken2_database: kraken2-standard-8")
    problems = Problems(str(config))
    check_databases(read_config(config), [library], problems)
    assert "soilbio reference get kraken2-standard-8" in problems.found[0].fix


def test_what_is_got_unverified_is_told_with_the_option_that_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    for engine, name, option in (
        ("sylph", "sylph-gtdb-r220-c200", " --accept-unverified`"),
        ("kraken2", "kraken2-standard-8", "`"),
    ):
        problems_of(tmp_path, engine, f"{engine}_database: {name}")
        problems = Problems("c")
        library = Library("L1", "S1", "w", "r", None, None, "", "", "a", 2)
        check_databases(read_config(tmp_path / "config.yaml"), [library], problems)
        assert f"`soilbio reference get {name}{option}" in problems.found[0].fix


@pytest.mark.parametrize("lines", ["keep_clean: yes please", "sylph_min_ani: none"])
def test_one_wrong_key_does_not_make_databases_unnamed(sketches, tmp_path, lines):
    built = sketches / "sylph" / FILES["sylph"]
    assert problems_with(tmp_path, f"sylph_database: {built}\n  {lines}") == ["config-value"]


def test_a_wrong_name_of_a_database_is_told_once(tmp_path):
    assert problems_with(tmp_path, "sylph_database: [a, b]") == ["config-value"]


def problems_with(tmp_path: Path, lines: str) -> list[str]:
    """Codes that are found of a configuration with mistakes, and of sylph's database."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "assays: {w: {library_strategy: WGS, profilers: [sylph]}}\n"
        f"shotgun:\n  remove_phix: false\n  {lines}\n"
    )
    problems = Problems(str(config))
    library = Library("L1", "S1", "w", "r", None, None, "", "", "a", 2)
    check_databases(inspect_config(config, problems), [library], problems)
    return [problem.code for problem in problems.found]


@pytest.mark.parametrize("file", ["opts.k2d", "names.dmp"])
def test_an_installed_database_of_which_a_file_is_cut_is_refused(
    tables, tmp_path, monkeypatch, file
):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    folder = add_database(OwnDatabase("mine", "1", "CC0-1.0", "kraken2", tables / "own"))
    assert not problems_of(tmp_path, "kraken2", "kraken2_database: mine")
    with (folder / file).open("r+b") as handle:
        handle.truncate((folder / file).stat().st_size - 1)
    assert problems_of(tmp_path, "kraken2", "kraken2_database: mine") == ["shotgun-database"]


def test_a_database_that_cannot_fit_is_not_told_to_be_got(tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    monkeypatch.setenv("SOILBIO_MEMORY_GB", "16")
    problems_of(tmp_path, "kraken2", "kraken2_database: kraken2-gtdb-r226")
    (problem,) = told_of(tmp_path / "config.yaml")
    assert "of memory" in problem.fix
    assert "kraken2-standard-8" in problem.fix
    assert "reference get" not in problem.fix
