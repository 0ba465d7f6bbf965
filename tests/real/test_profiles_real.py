"""Profilers on reads of known genomes, some in no database: what they call together."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from soilbio.diversity.combined import FEWEST_READS, combined
from soilbio.importers.shotgun import Told, collect_profiles
from soilbio.metadata.reads import count_records
from soilbio.profile.clean import Cleaned
from soilbio.profile.kmer_distribution import write_distributions
from soilbio.profile.reestimate import distributions_of
from soilbio.profile.shotgun import kraken2, sourmash, sylph
from soilbio.report.results import read_evidence

# In no database; their relatives are, and half of those are not in the soils.
LEFT_OUT = (
    *("Escherichia coli", "Streptococcus mitis", "Haemophilus parainfluenzae"),
    "Klebsiella pneumoniae",
)
ABSENT = {
    "devA": ("Shigella flexneri", "Shigella dysenteriae", "Streptococcus pneumoniae"),
    "devB": ("Shigella dysenteriae", "Salmonella enterica", "Staphylococcus aureus"),
}
LETTER = {"superkingdom": "d"}


@pytest.fixture(scope="module")
def reads(shared) -> Path:
    return shared / "data" / "shotgun_derived_dev"


@pytest.fixture(scope="module")
def species(reads) -> dict[str, tuple[str, str]]:
    """Taxid and species of each genome."""
    rows = [line.split("\t") for line in (reads / "genome2taxid.tsv").read_text().splitlines()]
    return {genome: (taxid, name) for genome, taxid, _, name in rows}


def records(path: Path) -> Iterator[tuple[str, str]]:
    name, lines = "", []
    with gzip.open(path, "rt") as handle:
        for line in handle:
            if line.startswith(">"):
                if name:
                    yield name, "".join(lines)
                name, lines = line[1:].split()[0], []
            else:
                lines.append(line.strip())
    yield name, "".join(lines)


def lineage(reads: Path, taxid: str) -> str:
    nodes, names = {}, {}
    for table, found in (("nodes.dmp", nodes), ("names.dmp", names)):
        for line in (reads / "taxdump" / table).read_text().splitlines():
            number, *cells = [cell.strip() for cell in line.split("|")]
            found[number] = cells
    parts = []
    while taxid != "1":
        above, rank = nodes[taxid][:2]
        parts.append(f"{LETTER.get(rank, rank[0])}__{names[taxid][0]}")
        taxid = above
    return ";".join(reversed(parts))


@pytest.fixture(scope="module")
def databases(reads, species, tmp_path_factory) -> Path:
    import pysylph

    folder = tmp_path_factory.mktemp("databases")
    taxonomy = folder / "k2" / "taxonomy"
    taxonomy.mkdir(parents=True)
    for name in ("nodes.dmp", "names.dmp"):
        (taxonomy / name).write_bytes((reads / "taxdump" / name).read_bytes())
    sketcher = pysylph.Sketcher(c=200, k=31)
    sketches, lineages, files = [], [], []
    with (folder / "all.fa").open("w") as fasta:
        for genome, (taxid, name) in species.items():
            if name in LEFT_OUT:
                continue
            contigs = dict(records(reads / "refs" / f"{genome}.fa.gz"))
            fasta.writelines(f">{c}|kraken:taxid|{taxid}\n{s}\n" for c, s in contigs.items())
            sketches.append(sketcher.sketch_genome(f"{genome}_genomic.fna", [*contigs.values()]))
            files.append(str(reads / "refs" / f"{genome}.fa.gz"))
            text = lineage(reads, taxid)
            # sourmash names a genome by its first sequence.
            lineages += [f"{genome}\t{text}\n", f"{next(iter(contigs))}\t{text}\n"]
    (folder / "lineages.tsv").write_text("".join(lineages))
    pysylph.Database(sketches).dump(str(folder / "all.syldb"))
    build = ["kraken2-build", "--db", str(folder / "k2"), "--no-masking"]
    command = [str(Path(sys.executable).parent / "sourmash"), "sketch", "dna"]
    sketch = [*command, "-p", "k=31,scaled=1000", "--name-from-first"]
    for words in (
        [*build, "--add-to-library", str(folder / "all.fa")],
        [*build, "--build"],
        [*sketch, "-o", str(folder / "all.zip"), *files],
    ):
        subprocess.run(words, check=True, capture_output=True)
    write_distributions(folder / "k2", [150])
    return folder


def without(
    reads: Path, species: dict[str, tuple[str, str]], library: str, folder: Path
) -> Cleaned:
    """Leave the reads of some genomes out."""
    with gzip.open(reads / f"{library}_readtruth.tsv.gz", "rt") as handle:
        genome_of = dict(line.rstrip("\n").split("\t")[:2] for line in handle)
    for end in (1, 2):
        with gzip.open(reads / f"{library}_R{end}.fastq.gz", "rt") as handle:
            lines = handle.read().split("\n")
        kept = [
            "\n".join(lines[at : at + 4])
            for at in range(0, len(lines) - 3, 4)
            if species[genome_of[lines[at][1:].split()[0].split("/")[0]]][1] not in ABSENT[library]
        ]
        text = "\n".join(kept) + "\n"
        (folder / f"{library}_{end}.fastq.gz").write_bytes(gzip.compress(text.encode(), 1))
    return Cleaned(folder / f"{library}_1.fastq.gz", folder / f"{library}_2.fastq.gz")


@pytest.fixture(scope="module")
def profiled(reads, species, databases, tmp_path_factory) -> Path:
    """Profiles of both communities by every engine, collected as the workflow does."""
    folder = tmp_path_factory.mktemp("profiled")
    k2 = databases / "k2"
    defaults = {"confidence": "0.1", "minimum-hit-groups": "3"}
    numbers = {"ksize": 31, "scaled": 1000, "threshold_bp": 50_000}
    for library in ABSENT:
        own = without(reads, species, library, folder)
        kraken2(own, k2, defaults, folder / f"{library}.kraken2.tsv", threads=1)
        sylph(own, databases / "all.syldb", 95, folder / f"{library}.sylph.tsv")
        sourmash(own, databases / "all.zip", numbers, folder / f"{library}.sourmash.tsv")
    told = Told("own", databases / "lineages.tsv")
    again = Told("own", None, "auto", distributions_of(k2)[150], FEWEST_READS)
    for engine in ("kraken2", "bracken", "sylph", "sourmash"):
        made_by = "kraken2" if engine == "bracken" else engine
        files = {f"{one}-{engine}": folder / f"{one}.{made_by}.tsv" for one in ABSENT}
        left = {}
        for name in files:
            reads = int(count_records(folder / f"{name.partition('-')[0]}_1.fastq.gz"))
            left[name] = {"reads_filtered": reads, "reads_merged": reads}
        target = folder / "profile" / f"wgs-{engine}"
        collect_profiles(engine, files, left, again if engine == "bracken" else told, target)
    return folder


def tables_of(profiled: Path) -> dict[str, pl.LazyFrame]:
    folders = sorted((profiled / "profile").iterdir())
    read = {
        name: pl.concat([pl.read_parquet(one / f"{name}.parquet") for one in folders])
        for name in ("counts", "features")
    }
    names = read["counts"]["library_id"].unique().to_list()
    ends = [name.partition("-")[2] for name in names]
    libraries = {"library_id": names, "assay_id": [f"wgs-{end}" for end in ends]}
    assays = {"assay_id": [f"wgs-{end}" for end in set(ends)], "engine": list(set(ends))}
    return {
        "counts": read["counts"].lazy(),
        "features": read["features"].unique("feature_id", keep="first").lazy(),
        "libraries": pl.LazyFrame({**libraries, "status": ["ok"] * len(names)}),
        "assays": pl.LazyFrame(assays),
    }


def test_what_profilers_call_together_is_no_worse_than_the_best_of_them(reads, species, profiled):
    truth: dict[str, set[str]] = defaultdict(set)
    with (reads / "truth.tsv").open() as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            if row["species"] not in ABSENT[row["sample"]]:
                truth[row["sample"]].add(row["species"])
    known = read_evidence(sorted((profiled / "profile").glob("*/evidence.tsv")))
    calls = combined(tables_of(profiled), "species", known)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for call in calls:
        for engine in call.shares:
            found[engine][call.library].add(call.name)
        if call.is_called:
            found["together"][call.library].add(call.name)
    scores = {
        engine: sum(
            2 * len(names[one] & truth[one]) / (len(names[one]) + len(truth[one])) for one in truth
        )
        / len(truth)
        for engine, names in found.items()
    }
    together = scores.pop("together")
    assert set(scores) == {"kraken2", "bracken", "sylph", "sourmash"}
    assert together >= max(scores.values()), scores
    # What is called falsely by Kraken2, reads of relatives, is not called together.
    for library, names in found["together"].items():
        assert names <= truth[library]


def test_re_estimates_keep_every_read_at_every_rank(profiled):
    shares = pl.read_parquet(profiled / "profile" / "wgs-bracken" / "counts.parquet")
    sums = shares.group_by("library_id").agg(pl.col("relative_abundance").sum())
    assert sums["relative_abundance"].to_list() == pytest.approx([1, 1])
    table = pl.read_csv(
        profiled / "profile" / "wgs-bracken" / "reestimated.tsv",
        separator="\t",
        schema_overrides={"taxonomy_lvl": pl.String},
    )
    # Every rank is estimated of the same reads: species and genera add up to nearly the same.
    whole = table.group_by("library_id", "taxonomy_lvl").agg(pl.col("new_est_reads").sum())
    for library in table["library_id"].unique().to_list():
        totals = dict(
            whole.filter(library_id=library).select("taxonomy_lvl", "new_est_reads").iter_rows()
        )
        assert totals["S"] == pytest.approx(totals["G"], rel=0.01)
        assert {"D", "P", "C", "O", "F", "G", "S"} <= totals.keys()
