"""Metagenomes and amplicons of the same soils: one sheet, one dataset, one report; known truth."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from pipeline_outputs import standardised

from soilbio.importers.kraken2 import nodes_of
from soilbio.standards.iupac import reverse_complement
from tests.workflow.conftest import BIN, Project, make_project

# name, taxid, share of the reads; the last is in no database.
GENOMES = (("Alphia una", 101, 0.4), ("Betia duo", 102, 0.3), ("Gammia tria", 103, 0.1))
UNKNOWN_SHARE = 0.2
GENOME_BP, PAIRS, READ_BP = 60_000, 6_000, 100
RANKS = ("superkingdom", "phylum", "class", "order", "family", "genus", "species")


def genome(seed: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=GENOME_BP))


ALL = {name: genome(taxid) for name, taxid, _ in GENOMES} | {"unknown": genome(999)}


def write_reads(folder: Path, library: str, shares: dict[str, float]) -> None:
    """Draw pairs from genomes, without errors, with the qualities of good reads."""
    rng = random.Random(library)
    names = rng.choices(list(shares), list(shares.values()), k=PAIRS)
    ends: tuple[list[str], list[str]] = ([], [])
    for number, name in enumerate(names):
        start = rng.randrange(GENOME_BP - 300)
        piece = ALL[name][start : start + 300]
        if rng.random() < 0.5:
            piece = reverse_complement(piece)
        for end, text in enumerate((piece[:READ_BP], reverse_complement(piece)[:READ_BP])):
            ends[end].append(f"@r{number}/{end + 1}\n{text}\n+\n{'I' * READ_BP}\n")
    for end, records in enumerate(ends, start=1):
        path = folder / f"{library}_R{end}.fastq.gz"
        path.write_bytes(gzip.compress("".join(records).encode(), 1, mtime=0))


@pytest.fixture(scope="module")
def databases(tmp_path_factory) -> Path:
    """Databases of three genomes, built with the tools' own commands."""
    import pysylph

    folder = tmp_path_factory.mktemp("databases")
    kraken = folder / "k2"
    (kraken / "taxonomy").mkdir(parents=True)
    nodes = ["1\t|\t1\t|\tno rank\t|", "131567\t|\t1\t|\tno rank\t|"]
    names = [
        f"{taxid}\t|\t{text}\t|\t\t|\tscientific name\t|"
        for taxid, text in ((1, "root"), (131567, "cellular organisms"))
    ]
    lineages, fasta, sketches = [], [], []
    sketcher = pysylph.Sketcher(c=10, k=31)
    for name, taxid, _ in GENOMES:
        above = 131567
        stem = name.split()[0]
        for place, rank in enumerate(RANKS):
            own = taxid if rank == "species" else 2 if not place else 1000 * taxid + place
            text = name if rank == "species" else "Bacteria" if not place else f"{stem}{rank}"
            text = stem if rank == "genus" else text
            if (line := f"{own}\t|\t{above}\t|\t{rank}\t|") not in nodes:
                nodes.append(line)
                names.append(f"{own}\t|\t{text}\t|\t\t|\tscientific name\t|")
            above = own
        accession = f"GCF_000000{taxid}.1"
        lineages.append(f"RS_{accession}\td__Bacteria;g__{stem};s__{name}\n")
        fasta.append(f">{accession}|kraken:taxid|{taxid}\n{ALL[name]}\n")
        sketches.append(sketcher.sketch_genome(f"{accession}_genomic.fna", [ALL[name]]))
        (folder / f"{accession}.fa").write_text(f">{accession} {name}\n{ALL[name]}\n")
    (kraken / "taxonomy" / "nodes.dmp").write_text("\n".join(nodes) + "\n")
    (kraken / "taxonomy" / "names.dmp").write_text("\n".join(names) + "\n")
    (folder / "all.fa").write_text("".join(fasta))
    (folder / "lineages.tsv").write_text("".join(lineages))
    pysylph.Database(sketches).dump(str(folder / "all.syldb"))
    build = ["kraken2-build", "--db", str(kraken), "--no-masking"]
    for words in (["--add-to-library", str(folder / "all.fa")], ["--build"]):
        subprocess.run([*build, *words], check=True, capture_output=True)
    kmers = [str(BIN / "soilbio"), "shotgun", "kmers", str(kraken), "--read-length-bp", "75", "100"]
    subprocess.run(kmers, check=True, capture_output=True)
    files = [str(path) for path in sorted(folder.glob("GCF*.fa"))]
    sketch = [str(BIN / "sourmash"), "sketch", "dna", "-p", "k=31,scaled=20", "--name-from-first"]
    subprocess.run(
        [*sketch, "-o", str(folder / "all.zip"), *files], check=True, capture_output=True
    )
    return folder


CONFIG = """
assays:
  soil-wgs:
    library_strategy: WGS
    profilers: [kraken2, sylph, sourmash]
shotgun:
  kraken2_database: {0}/k2
  sylph_database: {0}/all.syldb
  sourmash_database: {0}/all.zip
  sourmash_scaled: 20
  sourmash_threshold_bp: 1000
  lineages: {0}/lineages.tsv
"""


def with_metagenomes(project: Project, rows: list[tuple[str, str]]) -> None:
    """Add libraries of metagenomes, of samples that the sheet has, to it."""
    sheet = project.folder / "config" / "libraries.tsv"
    lines = sheet.read_text().rstrip("\n").split("\n")
    header = lines[0].split("\t")
    for library, sample in rows:
        values = {
            **{"library_id": library, "sample_id": sample, "assay": "soil-wgs", "run": "wgs"},
            "fastq_1": f"../wgs/{library}_R1.fastq.gz",
            "fastq_2": f"../wgs/{library}_R2.fastq.gz",
            "agreement": "soil-demo-open",
        }
        lines.append("\t".join(values.get(name, "") for name in header))
    sheet.write_text("\n".join(lines) + "\n")


@pytest.fixture
def mixed(tmp_path, simulated, small_reference, databases) -> Project:
    project = make_project(
        tmp_path / "p", simulated, small_reference, more=CONFIG.format(databases)
    )
    reads = project.folder / "wgs"
    reads.mkdir()
    shares = {name: share for name, _, share in GENOMES} | {"unknown": UNKNOWN_SHARE}
    write_reads(reads, "M1", shares)
    write_reads(reads, "M2", {"unknown": 1.0})
    write_reads(reads, "M3", shares)
    whole = (reads / "M3_R2.fastq.gz").read_bytes()
    (reads / "M3_R2.fastq.gz").write_bytes(whole[: len(whole) // 2])
    sheet = (project.folder / "config" / "libraries.tsv").read_text().split("\n")
    samples = [line.split("\t")[1] for line in sheet[1:4]]
    with_metagenomes(project, list(zip(("M1", "M2", "M3"), samples, strict=True)))
    return project


def with_letters(report: Path, folder: Path) -> Path:
    """Fill in the letters of ranks that some builds of Kraken2 leave out; taxpasta wants them."""
    lines = [line.split("\t") for line in report.read_text().splitlines()]
    for cells, node in zip(lines, nodes_of(report), strict=True):
        cells[-3] = cells[-3] or node.code
    target = folder / report.name
    target.write_text("".join("\t".join(cells) + "\n" for cells in lines))
    return target


def shares_of(dataset: Path, library: str) -> dict[str, float]:
    """Give shares by species; what has none is ''."""
    counts = pl.read_parquet(dataset / "counts.parquet").filter(library_id=library)
    features = pl.read_parquet(dataset / "features.parquet").select("feature_id", "species")
    rows = counts.join(features, on="feature_id").with_columns(
        value=pl.coalesce(pl.col("count").cast(pl.Float64), "relative_abundance")
    )
    by_name = rows.group_by(pl.col("species").fill_null("")).agg(pl.col("value").sum())
    return {name: value / rows["value"].sum() for name, value in by_name.iter_rows()}


def test_metagenomes_and_amplicons_become_one_dataset_with_the_truth(mixed, tmp_path):
    done = mixed.run()
    assert done.returncode == 0, mixed.log() + done.stderr
    dataset = mixed.results / "dataset"
    libraries = pl.read_parquet(dataset / "libraries.parquet")
    status = dict(libraries.select("library_id", "status").iter_rows())
    assert libraries.height == 8 + 3 * 4
    for engine in ("kraken2", "bracken", "sylph", "sourmash"):
        found = shares_of(dataset, f"M1-{engine}")
        for name, _, share in GENOMES:
            assert found[name] == pytest.approx(share, abs=0.05), engine
        # sylph estimates what it does not know; the others see it.
        margin = 0.08 if engine == "sylph" else 0.05
        assert found[""] == pytest.approx(UNKNOWN_SHARE, abs=margin), engine
        assert status[f"M3-{engine}"] == "failed"
    # Nothing of it is known: that is a result.
    for engine in ("kraken2", "bracken", "sylph", "sourmash"):
        assert shares_of(dataset, f"M2-{engine}") == {"": 1}, engine
        assert status[f"M2-{engine}"] == "ok"
    counts = pl.read_parquet(dataset / "counts.parquet")
    estimated = pl.col("library_id").str.contains("-(?:sylph|sourmash|bracken)$")
    assert counts.filter(estimated)["count"].null_count() == counts.filter(estimated).height
    assert counts.filter(~estimated)["relative_abundance"].null_count() == (
        counts.filter(~estimated).height
    )
    assays = pl.read_parquet(dataset / "assays.parquet")
    strategy = dict(assays.select("assay_id", "library_strategy").iter_rows())
    assert strategy["soil-wgs-sylph"] == "WGS"
    abundance = dict(assays.select("library_strategy", "abundance").iter_rows())
    assert abundance == {"WGS": "sequence", "AMPLICON": "marker"}
    told = assays.filter(assay_id="soil-wgs-bracken")["engine_parameters"][0]
    assert json.loads(told)["distribution"] == "database100mers.kmer_distrib"
    assert json.loads(told)["kraken2_taxids"] == "ncbi"  # as the database shows
    features = pl.read_parquet(dataset / "features.parquet")
    taxids = dict(features.drop_nulls("ncbi_taxid").select("ncbi_taxid", "species").iter_rows())
    assert {taxid: taxids[taxid] for _, taxid, _ in GENOMES} == {t: n for n, t, _ in GENOMES}
    assert set(features["gtdb_species"].drop_nulls()) == {name for name, _, _ in GENOMES}
    assert set(libraries["agreement_id"]) == {"soil-demo-open@1.0"}
    assert (mixed.results / "report.html").stat().st_size > 100_000
    settings = json.loads((mixed.results / "diversity/soil-wgs-sylph/settings.json").read_text())
    assert "chao1" in settings["refused"]
    rows = pl.read_csv(mixed.results / "combined" / "taxa.tsv", separator="\t")
    called = rows.filter(pl.col("called") == "yes", pl.col("rank") == "species")
    assert set(called.filter(library="M1")["name"]) == {name for name, _, _ in GENOMES}
    assert not rows.filter(library="M2").height
    again = mixed.run()
    assert again.returncode == 0
    assert "Nothing to do" in again.stderr
    # Last, since it is skipped where taxpasta is not installed.
    for library in ("M1", "M2"):
        rows = counts.filter(library_id=f"{library}-kraken2").select("feature_id", "count")
        ours = {
            0 if feature == "unclassified" else int(feature.removeprefix("ncbi:")): count
            for feature, count in rows.iter_rows()
        }
        report = mixed.results / "shotgun" / "kraken2" / f"{library}.tsv"
        assert ours == standardised("kraken2", with_letters(report, tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: p.write_text(p.read_text().replace("/k2\n", "/none\n")), "shotgun-database"),
        (lambda p: p.write_text(p.read_text().replace("all.syldb", "x")), "shotgun-database"),
    ],
)
def test_a_database_that_is_not_there_is_told_before_anything_runs(mixed, change, code):
    change(mixed.config)
    done = mixed.run()
    assert done.returncode != 0
    assert f"[{code}]" in done.stderr
    assert not (mixed.results / "shotgun").exists()


def test_a_database_of_another_version_or_cut_short_is_told(mixed, databases, tmp_path):
    config = mixed.config.read_text()
    cut = tmp_path / "cut"
    shutil.copytree(databases / "k2", cut)
    with (cut / "hash.k2d").open("r+b") as table:
        table.truncate((cut / "hash.k2d").stat().st_size - 100)
    other = tmp_path / "other"
    shutil.copytree(databases / "k2", other)
    (other / "taxo.k2d").write_bytes(b"K3TAXDAT" + (other / "taxo.k2d").read_bytes()[8:])
    for old, new in (
        (f"{databases}/k2", str(cut)),
        (f"{databases}/k2", str(other)),
        ("sourmash_scaled: 20", "sourmash_scaled: 20\n  sourmash_ksize: 51"),
    ):
        mixed.config.write_text(config.replace(old, new))
        done = mixed.run()
        assert done.returncode != 0
        assert done.stderr.count("[shotgun-database]") == 1, done.stderr


def test_a_taxonomy_that_is_not_there_is_told(mixed):
    mixed.config.write_text(mixed.config.read_text().replace("lineages.tsv", "none.tsv"))
    done = mixed.run()
    assert done.returncode != 0
    assert "shotgun.lineages" in done.stderr
    assert "[config-file-missing]" in done.stderr


def test_a_metagenome_that_is_called_an_amplicon_is_told(mixed):
    for end in (1, 2):
        wgs = mixed.folder / "wgs" / f"M1_R{end}.fastq.gz"
        shutil.copyfile(wgs, mixed.folder / "reads" / f"A1_R{end}.fastq.gz")
    done = mixed.run()
    assert done.returncode != 0
    assert "[primers-absent]" in done.stderr
    assert "library_strategy: WGS" in done.stderr


def test_amplicons_that_are_called_a_metagenome_are_told(mixed):
    reads = mixed.folder / "reads"
    for end in (1, 2):
        shutil.copyfile(reads / f"A1_R{end}.fastq.gz", mixed.folder / "wgs" / f"M1_R{end}.fastq.gz")
    done = mixed.run()
    assert done.returncode != 0
    assert "[reads-amplicon]" in done.stderr


def test_a_database_replaced_at_its_place_makes_the_profiles_of_all_libraries_again(
    mixed, databases
):
    import pysylph

    own = mixed.folder / "own.syldb"
    shutil.copyfile(databases / "all.syldb", own)
    config = mixed.config.read_text().replace(f"{databases}/all.syldb", str(own))
    mixed.config.write_text(config.replace("[kraken2, sylph, sourmash]", "[sylph]"))
    sheet = mixed.folder / "config" / "libraries.tsv"
    rows = sheet.read_text()
    sheet.write_text("".join(line for line in rows.splitlines(True) if not line.startswith("M2")))
    profiles = mixed.results / "profile" / "soil-wgs-sylph" / "counts.parquet"
    target = str(profiles.relative_to(mixed.folder))
    done = mixed.run(target, SOILBIO_MEMORY_GB="6")
    assert done.returncode == 0, mixed.log() + done.stderr
    assert "mem_mb=6000" in mixed.log()
    before = set(pl.read_parquet(profiles)["feature_id"])
    assert len(before) == len(GENOMES) + 1
    # One genome of another name in its place, as old as the file was; one library more.
    when = own.stat().st_mtime_ns
    sketch = pysylph.Sketcher(c=10, k=31).sketch_genome("GCF_000000101.2", [ALL["Alphia una"]])
    pysylph.Database([sketch]).dump(str(own))
    os.utime(own, ns=(when, when))
    lineages = mixed.folder / "lineages.tsv"
    lineages.write_text("RS_GCF_000000101.2\td__Bacteria;g__Alphia;s__Alphia una\n")
    mixed.config.write_text(
        mixed.config.read_text().replace(f"{databases}/lineages.tsv", str(lineages))
    )
    sheet.write_text(rows)
    done = mixed.run(target)
    assert done.returncode == 0, mixed.log() + done.stderr
    found = pl.read_parquet(profiles)
    assert set(found["feature_id"]) == {"genome:GCF_000000101.2", "unclassified"}
    assert set(found["library_id"]) == {"M1-sylph", "M2-sylph"}
    assert "Nothing to do" in mixed.run(target).stderr
    # So is a table of lineages that is put there with its publisher's date.
    lineages.write_text("RS_GCF_000000101.2\td__Bacteria;g__Alphia;s__Alphia secunda\n")
    os.utime(lineages, (1_000_000_000, 1_000_000_000))
    assert mixed.run(target).returncode == 0
    features = pl.read_parquet(profiles.with_name("features.parquet"))
    assert "Alphia secunda" in set(features["species"])


def test_a_profiler_that_is_added_or_told_otherwise_leaves_the_others_profiles_as_they_are(mixed):
    def copy_of(engine: str) -> Path:
        return mixed.results / "shotgun" / engine / "made" / "M1.json"

    def run(*engines: str) -> dict[str, int]:
        config = mixed.config.read_text().split("\n")
        place = next(n for n, line in enumerate(config) if "profilers:" in line)
        config[place] = f"    profilers: [{', '.join(engines)}]"
        mixed.config.write_text("\n".join(config))
        done = mixed.run(*[f"results/shotgun/{engine}/M1.tsv" for engine in engines])
        assert done.returncode == 0, mixed.log() + done.stderr
        return {engine: copy_of(engine).stat().st_mtime_ns for engine in engines}

    first = run("kraken2", "sylph")
    profile = mixed.results / "shotgun" / "kraken2" / "M1.tsv"
    before = profile.read_text()
    second = run("kraken2", "sylph", "sourmash")
    assert {engine: second[engine] for engine in first} == first
    assert profile.read_text() == before
    mixed.config.write_text(
        mixed.config.read_text().replace("shotgun:", "shotgun:\n  sylph_min_ani: 90")
    )
    third = run("kraken2", "sylph", "sourmash")
    assert {engine for engine in third if third[engine] != second[engine]} == {"sylph"}
