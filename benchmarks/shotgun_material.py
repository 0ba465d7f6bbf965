"""Metagenomes whose truth is known, and the databases that all contenders share."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

DATA = Path("data") / "shotgun_derived_dev"
SCALED, THRESHOLD_BP, SYLPH_C = 1000, 50_000, 200
_LETTERS = {
    **{"superkingdom": "d", "phylum": "p", "class": "c", "order": "o", "family": "f"},
    **{"genus": "g", "species": "s"},
}
_LEFT_OUT = 0.2
_COLUMNS = ("library_id", "genome", "lineage", "share_of_reads", "share_of_genomes", "known_rank")


@dataclass(frozen=True, slots=True)
class Metagenomes:
    """Reads (`L_R1.fastq.gz`, `L_R2.fastq.gz`), their truth, databases, and genomes' lineages."""

    name: str
    title: str
    reads: Path
    truth: Path
    databases: Path
    lineages: Path

    @property
    def library_ids(self) -> list[str]:
        """The libraries."""
        files = self.reads.glob("*_R1.fastq.gz")
        return sorted(file.name.removesuffix("_R1.fastq.gz") for file in files)


def real_genomes(shared: Path) -> dict[str, tuple[str, str]]:
    """Give each genome's lineage, and its taxon in the data's own taxonomy."""
    taxonomy = shared / DATA / "taxdump"
    parents, ranks, names = {}, {}, {}
    for line in (taxonomy / "nodes.dmp").read_text().splitlines():
        taxon, parent, rank, *_ = line.split("\t|\t")
        parents[taxon], ranks[taxon] = parent, rank
    for line in (taxonomy / "names.dmp").read_text().splitlines():
        taxon, name, _, kind = line.removesuffix("\t|").split("\t|\t")
        if kind == "scientific name":
            names[taxon] = name
    genomes = {}
    for line in (shared / DATA / "genome2taxid.tsv").read_text().splitlines():
        genome, taxon, *_ = line.split("\t")
        lineage, above = [], taxon
        while above != "1":
            if ranks[above] in _LETTERS:
                lineage.append(f"{_LETTERS[ranks[above]]}__{names[above]}")
            above = parents[above]
        genomes[genome] = (";".join(reversed(lineage)), taxon)
    return genomes


def simulated(shared: Path, work: Path, *, seed: int, libraries: int, pairs: int) -> Metagenomes:
    """Simulate communities of the real genomes, of uneven depth; a fifth is in no database."""
    genomes = real_genomes(shared)
    folder = work / f"simulated-{seed}"
    table = folder / "all-lineages.tsv"
    folder.mkdir(parents=True, exist_ok=True)
    table.write_text("".join(f"{name}\t{lineage}\n" for name, (lineage, _) in genomes.items()))
    design = {
        "seed": seed,
        "community": {"taxa": 15, "strains": 0, "spread": 1.6, "occupancy": 0.9},
        "groups": {"soil": {"replicates": libraries}},
        "metagenomes": {
            "genomes": str((shared / DATA / "refs").resolve()),
            "lineages": str(table.resolve()),
            "left_out": _LEFT_OUT,
            "pairs": pairs,
        },
    }
    (folder / "design.yaml").write_text(yaml.safe_dump(design))
    reads = folder / "reads"
    if not (reads / "left-out.txt").is_file():
        command = [sys.executable, "-m", "soilbio", "simulate", "--out", str(reads)]
        subprocess.run([*command, "--design", str(folder / "design.yaml")], check=True)
    left_out = (reads / "left-out.txt").read_text().split()
    kept = {name: value for name, value in genomes.items() if name not in left_out}
    databases, lineages = _databases(kept, shared, folder)
    title = f"{libraries} of {pairs:,} pairs of real genomes, {len(left_out)} of 15 in no database"
    truth = reads / "truth-metagenomes.tsv"
    return Metagenomes(folder.name, title, reads, truth, databases, lineages)


def derived(shared: Path, work: Path) -> Metagenomes:
    """Take the two mock communities that others simulated (ART); all genomes are known."""
    genomes = real_genomes(shared)
    folder = work / "derived"
    reads = folder / "reads"
    reads.mkdir(parents=True, exist_ok=True)
    for library in ("devA", "devB"):
        for end in (1, 2):
            link = reads / f"{library}_R{end}.fastq.gz"
            if not link.exists():
                link.symlink_to((shared / DATA / link.name).resolve())
    truth = folder / "truth.tsv"
    with (shared / DATA / "truth.tsv").open() as source, truth.open("w") as target:
        table = csv.writer(target, delimiter="\t", lineterminator="\n")
        table.writerow(_COLUMNS)
        for row in csv.DictReader(source, delimiter="\t"):
            shares = (row["read_fraction"], row["cell_fraction"])
            lineage = genomes[row["genome"]][0]
            table.writerow((row["sample"], row["genome"], lineage, *shares, "species"))
    databases, lineages = _databases(genomes, shared, folder)
    title = "devA and devB, 15,000 pairs each, all 15 genomes known"
    return Metagenomes("derived", title, reads, truth, databases, lineages)


def _databases(
    genomes: Mapping[str, tuple[str, str]], shared: Path, folder: Path
) -> tuple[Path, Path]:
    """Build the three databases with the tools' own commands; once."""
    target = folder / "databases"
    lineages = folder / "lineages.tsv"
    lineages.write_text("".join(f"{name}\t{line}\n" for name, (line, _) in genomes.items()))
    if (target / "done").is_file():
        return target, lineages
    plain = folder / "genomes"
    plain.mkdir(parents=True, exist_ok=True)
    for name, (_, taxon) in genomes.items():
        text = gzip.decompress((shared / DATA / "refs" / f"{name}.fa.gz").read_bytes()).decode()
        contigs = text.split(">")[1:]
        named = "".join(f">{name}_{i}|kraken:taxid|{taxon} {c}" for i, c in enumerate(contigs))
        (plain / f"{name}.fa").write_text(named)
    files = [plain / f"{name}.fa" for name in genomes]
    _build_kraken2(files, shared, target / "kraken2")
    _build_sketches(files, target)
    (target / "done").write_text("")
    return target, lineages


def _build_kraken2(files: Sequence[Path], shared: Path, database: Path) -> None:
    taxonomy = database / "taxonomy"
    taxonomy.mkdir(parents=True, exist_ok=True)
    for name in ("nodes.dmp", "names.dmp"):
        (taxonomy / name).write_bytes((shared / DATA / "taxdump" / name).read_bytes())
    build = ["kraken2-build", "--db", str(database), "--no-masking"]
    for file in files:
        _quiet([*build, "--add-to-library", str(file)])
    _quiet([*build, "--build"])


def _build_sketches(files: Sequence[Path], target: Path) -> None:
    import dnaio
    import pysylph

    sketcher = pysylph.Sketcher(c=SYLPH_C, k=31)
    sketches = []
    for file in files:
        with dnaio.open(file) as contigs:
            bases = [contig.sequence.encode() for contig in contigs]
        sketches.append(sketcher.sketch_genome(file.stem, bases))
    pysylph.Database(sketches).dump(str(target / "sylph.syldb"))
    kind = f"k=31,scaled={SCALED}"
    for file in files:
        words = ["sourmash", "sketch", "dna", "-p", kind, "--name", file.stem, str(file)]
        _quiet([*words, "-o", str(file.with_suffix(".sig.zip"))])
    sketched = [str(file.with_suffix(".sig.zip")) for file in files]
    _quiet(["sourmash", "sig", "cat", *sketched, "-o", str(target / "sourmash.zip")])


def _quiet(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
