from __future__ import annotations

import gzip
import random
import subprocess
from pathlib import Path

import pytest

from soilbio.profile.clean import Cleaned
from soilbio.profile.ssu import profile, read_profile, write_seeds
from soilbio.standards.iupac import reverse_complement


def sequence(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


# Genes are alike in their first half, as real ones are in part.
SHARED = sequence(0, 700)
GENES = {name: SHARED + sequence(seed, 700) for seed, name in enumerate(("Una", "Dua", "Tria"), 1)}
OTHER = sequence(9, 20_000)


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("ssu")
    fasta, index = folder / "whole.fasta", folder / "seeds.mmi"
    fasta.write_text(
        "".join(
            f">{name};tax=d:Bacteria,p:{name}phylum,g:{name}\n{gene}\n"
            for name, gene in GENES.items()
        )
    )
    command = ["minimap2", "-k", "13", "-w", "5", "-d", str(index), str(fasta)]
    subprocess.run(command, check=True, capture_output=True)
    return fasta, index


def files(folder: Path, *ends: list[str], before_mate: str | None = None) -> Cleaned:
    paths = [folder / f"{end}.fastq.gz" for end, _ in enumerate(ends, 1)]
    for end, (path, reads) in enumerate(zip(paths, ends, strict=True), 1):
        mate = f"{before_mate}{end}" if before_mate else ""
        text = "".join(
            f"@r{n}{mate}\n{bases}\n+\n{'I' * len(bases)}\n" for n, bases in enumerate(reads)
        )
        path.write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    return Cleaned(paths[0], paths[1] if len(paths) > 1 else None)


def found(reads: Cleaned, reference: tuple[Path, Path], folder: Path) -> dict[str, int]:
    profile(reads, *reference, 0.8, folder / "ssu.tsv")
    return read_profile(folder / "ssu.tsv")


def test_reads_of_either_strand_are_named_and_those_of_other_genes_left(tmp_path, reference):
    reads = [GENES["Una"][800:950], reverse_complement(GENES["Una"][1000:1150])]
    reads += [GENES["Dua"][1200:1350], OTHER[:150], reverse_complement(OTHER[300:450])]
    lineages = found(files(tmp_path, reads), reference, tmp_path)
    assert lineages == {
        "d__Bacteria;p__Dua" + "phylum;g__Dua": 1,
        "d__Bacteria;p__Una" + "phylum;g__Una": 2,
    }


@pytest.mark.parametrize("before_mate", ["/", ".", "_", ":", None])
def test_a_pair_counts_once_whichever_mate_is_picked(tmp_path, reference, before_mate):
    first = [GENES["Una"][750:900], OTHER[:150], GENES["Dua"][1000:1150], OTHER[500:650]]
    second = [GENES["Una"][950:1100], GENES["Tria"][900:1050], OTHER[200:350], OTHER[700:850]]
    second = [reverse_complement(bases) for bases in second]
    reads = files(tmp_path, first, second, before_mate=before_mate)
    lineages = found(reads, reference, tmp_path)
    assert {name[-3:]: reads for name, reads in lineages.items()} == {"Una": 1, "Dua": 1, "ria": 1}


def test_reads_of_one_name_count_each(tmp_path, reference):
    reads = [GENES["Una"][800:950], GENES["Una"][1000:1150], GENES["Dua"][900:1050]]
    library = files(tmp_path, reads)
    text = gzip.decompress(library.forward.read_bytes()).replace(b"@r1\n", b"@r0\n")
    library.forward.write_bytes(gzip.compress(text.replace(b"@r2\n", b"@r0\n")))
    lineages = found(library, reference, tmp_path)
    assert {name[-3:]: reads for name, reads in lineages.items()} == {"Una": 2, "Dua": 1}


def test_of_a_long_read_the_gene_is_named(tmp_path, reference):
    long = OTHER[:6000] + reverse_complement(GENES["Tria"]) + OTHER[7000:12_000]
    lineages = found(files(tmp_path, [long]), reference, tmp_path)
    assert lineages == {"d__Bacteria;p__Triaphylum;g__Tria": 1}


def test_without_reads_and_without_such_reads_the_profile_is_empty(tmp_path, reference):
    assert found(files(tmp_path, [OTHER[:150]]), reference, tmp_path) == {}
    empty = Cleaned(tmp_path / "empty", None)
    empty.empty()
    assert found(empty, reference, tmp_path) == {}


def test_sequences_of_the_reference_without_bases_do_no_harm(tmp_path, reference):
    fasta = tmp_path / "whole.fasta"
    fasta.write_text(f">first\n{reference[0].read_text()}>none\n\n")
    write_seeds(fasta, tmp_path / "seeds.mmi", threads=1)
    lineages = found(
        files(tmp_path, [GENES["Una"][800:950]]), (reference[0], tmp_path / "seeds.mmi"), tmp_path
    )
    assert {name[-3:]: reads for name, reads in lineages.items()} == {"Una": 1}
