"""A user's own genomes, or sequences with lineages, as what a profiler's database is built of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from soilbio.errors import Problems, problem_of
from soilbio.references.build import checked_sequences, read_sequences, strange_letters
from soilbio.references.genome_names import without_source
from soilbio.references.lineages import ranks_of, read_lineages
from soilbio.references.manifest import Reference
from soilbio.references.taxdump import Taxdump

_ENDS = (".fa", ".fna", ".fasta")
_GAPS = str.maketrans("", "", "-.*")


@dataclass(frozen=True, slots=True)
class Genome:
    """A genome: its name, its lineage or its NCBI taxon id, and how to read its sequences.

    `listed_as` is its name in the table of lineages: GTDB's begin with RS_ or GB_.
    """

    name: str
    lineage: str
    taxid: int | None
    read: Callable[[], Iterable[tuple[str, str]]]
    listed_as: str = ""


def genome_id_of(path: Path) -> str:
    """Name a genome by its accession, if its file begins with one, else by its file."""
    name = path.name.removesuffix(".gz")
    for end in _ENDS:
        name = name.removesuffix(end)
    accession = re.match(r"GC[AF]_\d+\.\d+", name)
    return accession[0] if accession else name


def genomes_of_folder(folder: Path, lineages: Path, taxdump: Taxdump | None) -> list[Genome]:
    """List the genomes of a folder, one a FASTA file, with GTDB's or NCBI's names.

    Parameters
    ----------
    folder : Path
        Files .fa, .fna, .fasta, plain or gzip.
    lineages : Path
        Table of genome and lineage, or of genome and NCBI taxon id; those of other genomes do no
        harm (GTDB's own tables can be given).
    taxdump : Taxdump or None
        NCBI's names, where the table has taxon ids.

    Raises
    ------
    InputError
        `reference-file-missing`, `reference-lineage-missing`, `reference-duplicate`,
        `reference-taxid`.

    """
    paths = _fasta_files(folder)
    known = {_bare(name): (name, text) for name, text in read_lineages(lineages).items()}
    problems = Problems(str(lineages))
    found: dict[str, Genome] = {}
    for path in paths:
        name = genome_id_of(path)
        listed_as, text = known.get(name, known.get(_bare(path.name), ("", "")))
        if not text:
            problems.add(
                "reference-lineage-missing",
                column="genome",
                found=name,
                expected="a lineage for every genome of the folder",
                fix="Add the line `genome<tab>lineage`, or take the file away",
            )
        elif name in found:
            problems.add(
                "reference-duplicate",
                source=str(folder),
                found=name,
                expected="each genome once",
                fix="Remove one of the files",
            )
        elif genome := _genome(name, text, _reader(path), taxdump, problems):
            found[name] = replace(genome, listed_as=listed_as)
    problems.raise_if_any()
    return [found[name] for name in sorted(found)]


def genomes_of_sequences(reference: Reference, taxdump: Taxdump | None) -> list[Genome]:
    """Take each sequence of a FASTA as a genome of its own; all are held in memory.

    Raises
    ------
    InputError
        As `build.checked_sequences` and `genomes_of_folder`.

    """
    lineages = read_lineages(reference.lineages)
    problems = Problems(str(reference.lineages))
    found = [
        _genome(name, lineages[name], _one(name, sequence), taxdump, problems)
        for name, sequence in checked_sequences(reference, lineages)
    ]
    problems.raise_if_any()
    return [genome for genome in found if genome is not None]


def _fasta_files(folder: Path) -> list[Path]:
    paths = sorted(
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.is_file() and path.name.removesuffix(".gz").endswith(_ENDS)
    )
    if not paths:
        raise problem_of(
            "reference-file-missing",
            str(folder),
            expected="a folder of genomes, one a FASTA file (.fa, .fna, .fasta, also .gz)",
            fix=f"Correct the path; it was looked for at {folder.absolute()}",
        )
    return paths


def _bare(name: str) -> str:
    """Strip what GTDB puts before accessions, and what files end with."""
    return genome_id_of(Path(without_source(name)))


def _genome(
    name: str,
    text: str,
    read: Callable[[], Iterable[tuple[str, str]]],
    taxdump: Taxdump | None,
    problems: Problems,
) -> Genome | None:
    """Make a genome of its line in the table, or note what is wrong with that."""
    if not text.isdigit():
        if ranks_of(text):
            return Genome(name, text, None, read)
        problems.add(
            "reference-lineage-format",
            column="lineage",
            found=text[:60],
            expected="a lineage such as d__Bacteria;p__…;s__…, or an NCBI taxon id",
            fix="Correct the line",
        )
        return None
    lineage = taxdump.lineage(int(text)) if taxdump else None
    if lineage:
        return Genome(name, lineage, taxdump.current(int(text)) if taxdump else None, read)
    if taxdump is None and any(p.code == "reference-taxid" for p in problems.found):
        return None  # without a taxonomy no id can be looked up: said once
    problems.add(
        "reference-taxid",
        column=name,
        found=text,
        expected="an id of the taxonomy" if taxdump else "NCBI's taxonomy beside taxon ids",
        fix="Correct the id, or give a newer taxonomy"
        if taxdump
        else "Give --taxonomy: an installed one (soilbio reference list), or a folder",
    )
    return None


def _reader(path: Path) -> Callable[[], Iterator[tuple[str, str]]]:
    return lambda: _dna_of(path)


def _dna_of(path: Path) -> Iterator[tuple[str, str]]:
    """Read a genome; proteins are in files of the same kind, and would be sketched as if DNA."""
    for name, sequence in read_sequences(path):
        if strange := strange_letters(sequence.translate(_GAPS)):
            raise problem_of(
                "reference-no-dna",
                str(path),
                column=name,
                found=f"the letters {strange}",
                expected="bases of DNA, IUPAC's letters and gaps among them",
                fix="Give the genome (.fna), not its proteins; or take the file away",
            )
        yield name, sequence


def _one(name: str, sequence: str) -> Callable[[], Iterable[tuple[str, str]]]:
    return lambda: [(name, sequence)]


def taxids_of(genomes: Iterable[Genome]) -> Mapping[str, int]:
    """Give the taxon ids of genomes that have them."""
    return {genome.name: genome.taxid for genome in genomes if genome.taxid is not None}
