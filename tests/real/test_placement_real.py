"""Amplicons of real 16S genes, of regions that share no base, meet in the clades of their tree."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import Counter, defaultdict
from hashlib import md5
from pathlib import Path

import polars as pl
import pytest
from real.test_common_region_real import PAIRS, amplicon
from unit.harmonise.test_ways import table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.references.build import read_sequences
from soilbio.references.lineages import read_lineages

REGIONS = {"V4": PAIRS["v4"], "V6-V8": ("AAACTYAAAKGAATTGACGG", "ACGGGCGGTGTGTRC")}
_TIPS = 120
_FAMILIES = 15


@pytest.fixture
def genes(shared: Path) -> dict[str, tuple[str, str]]:
    """Genes of some families with their lineages; all hold the primers of both regions."""
    if shutil.which("raxmlHPC") is None:
        pytest.skip("raxml is not installed (debian-packages.txt)")
    folder = shared / "data" / "ref_16S_gg97_subset"
    lineages = read_lineages(folder / "gg_13_8_97_subset_taxonomy.tsv.gz")
    families = defaultdict(list)
    for name, sequence in read_sequences(folder / "gg_13_8_97_subset.fasta.gz"):
        family = ";".join(lineages[name].split("; ")[:5])
        if not sequence.strip("ACGT") and not family.endswith("f__"):
            families[family].append((name, sequence))
    largest = sorted(families, key=lambda one: (-len(families[one]), one))[: 2 * _FAMILIES]
    own = [
        (name, (sequence, lineages[name]))
        for family in random.Random(1).sample(largest, _FAMILIES)
        for name, sequence in families[family]
        if all(amplicon(sequence, pair) for pair in REGIONS.values())
    ]
    return dict(sorted(random.Random(2).sample(own, _TIPS)))


def run(words: list[str], target: Path) -> Path:
    target.write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
    return target


@pytest.mark.timeout(900)
def test_two_regions_of_a_gene_are_of_one_clade_and_of_no_distant_one(genes, tmp_path, capsys):
    bare = tmp_path / "genes.fasta"
    bare.write_text("".join(f">{name}\n{own}\n" for name, (own, _) in genes.items()))
    aligned = run(["mafft", "--retree", "2", "--nuc", "--quiet", str(bare)], tmp_path / "a.fasta")
    words = ["fasttree", "-nt", "-gtr", "-nosupport", "-quiet", "-nopr", str(aligned)]
    tree = run(words, tmp_path / "t.nwk")
    amplicons = {
        region: {name: amplicon(own, pair) for name, (own, _) in genes.items()}
        for region, pair in REGIONS.items()
    }
    folders = [str(dataset(tmp_path / one[:2], one, own)) for one, own in amplicons.items()]
    target = tmp_path / "merged"
    options = ["--tree", str(tree), "--alignment", str(aligned), "--out", str(target)]
    assert main(["harmonise", *folders, *options]) == 0
    assert "Merged by placement" in capsys.readouterr().out
    lines = (target / "provenance/clades.tsv").read_text().splitlines()[1:]
    tips = {clade: set(names.split()) for clade, _, _, names in (x.split("\t") for x in lines)}
    clade_of = {tip: clade for clade, names in tips.items() for tip in names}
    clades = placed(target)
    found = {name: [clades[digest(own[name])] for own in amplicons.values()] for name in genes}
    both = [name for name, own in found.items() if all(own)]
    assert len(both) >= 0.8 * len(genes)
    # A tip's own amplicon never comes to another clade: what is not certain is of none.
    assert [name for name in both if set(found[name]) != {clade_of.get(name)}] == []
    phyla = [{genes[name][1].split("; ")[1] for name in names} for names in tips.values()]
    assert max(map(len, phyla)) == 1
    counts = read_dataset(target).table("counts")
    assert counts["count"].sum() == 4 * len(genes)
    libraries = counts.group_by("feature_id").agg(pl.col("library_id").n_unique())
    assert libraries["library_id"].max() == 2


def dataset(folder: Path, region: str, amplicons: dict[str, str]) -> Path:
    """Import a library in which each gene was read twice."""
    rows = [
        (f"F{place}", 2 * number, sequence, "d__Bacteria")
        for place, (sequence, number) in enumerate(sorted(Counter(amplicons.values()).items()))
    ]
    forward, reverse = REGIONS[region]
    assay = (
        f"{{assay_id: {region}, target_gene: 16S rRNA, target_subfragment: {region},"
        f" engine: dada2, pcr_primer_forward: {forward}, pcr_primer_reverse: {reverse},"
        " reference: greengenes, reference_version: 13_8}"
    )
    return table(folder, rows, assay)


def digest(sequence: str) -> str:
    return md5(sequence.encode(), usedforsecurity=False).hexdigest()


def placed(merged: Path) -> dict[str, str]:
    """Give the clade of each feature, empty where it is of none."""
    lines = (merged / "provenance/placement.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {name: "" if reason else clade for name, clade, _, _, reason in rows}
