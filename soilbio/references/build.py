"""Make of a reference what a classifier reads."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from soilbio.errors import InputError, Problem, problem_of
from soilbio.references.disk import atomic_text
from soilbio.references.lineages import is_of_pr2, ranks_of, read_lineages, to_sintax_name
from soilbio.references.manifest import Reference
from soilbio.standards.iupac import BASES


@dataclass(frozen=True, slots=True)
class Built:
    """How many sequences were written, left out as asked, and left out for want of a name."""

    written: int
    excluded: int
    unnamed: int


def read_ids(path: Path) -> frozenset[str]:
    """Read a list of ids, one a line; what follows a tab is not looked at."""
    if not path.is_file():
        raise problem_of(
            "reference-file-missing",
            str(path),
            expected="a list of ids that exists, one a line",
            fix=f"Correct the path; it was looked for at {path.absolute()}",
        )
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.partition("\t")[0].strip() for line in lines) - {""}


_NO_BASES = str.maketrans("", "", "".join(BASES))


def read_sequences(path: Path) -> Generator[tuple[str, str], None, None]:
    """Read a FASTA file as ids and upper-case DNA, one after the other.

    Raises
    ------
    InputError
        `reference-file-unreadable`, if it is not FASTA.

    """
    import dnaio

    try:
        with dnaio.open(path, fileformat="fasta") as records:
            for record in records:
                yield record.name.partition(" ")[0], record.sequence.upper().replace("U", "T")
    except (dnaio.FileFormatError, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise problem_of(
            "reference-file-unreadable",
            str(path),
            found=str(error),
            expected="a whole FASTA file, plain or gzip",
            fix="Get the file again, or correct the path",
        ) from error


def build_sintax(
    reference: Reference, target: Path, *, exclude: Iterable[str] = frozenset()
) -> Built:
    """Write a reference as SINTAX reads it, `>id;tax=d:Bacteria,p:...;`, in its own order.

    Ranks without a name are left out; characters that SINTAX cannot hold are written as %XX.
    The file has its final name only when it is whole. In memory: all lineages.

    Parameters
    ----------
    reference : Reference
        What to build from.
    target : Path
        FASTA to write; compressed, if it ends with .gz.
    exclude : iterable of str
        Ids to leave out, such as those that simulated reads came from.

    Raises
    ------
    InputError
        `reference-lineage-missing` for sequences without lineage, `reference-duplicate` for ids
        that come twice, and what reading raises.

    """
    lineages = read_lineages(reference.lineages)
    leave_out = frozenset(exclude)
    written = excluded = unnamed = 0
    with atomic_text(target) as handle:
        for name, sequence in checked_sequences(reference, lineages):
            ranks = ranks_of(lineages[name])
            if name in leave_out:
                excluded += 1
            elif not ranks:
                unnamed += 1
            else:
                taxonomy = ",".join(f"{rank}:{to_sintax_name(t)}" for rank, t in ranks.items())
                handle.write(f">{name};tax={taxonomy};\n{sequence}\n")
                written += 1
    return Built(written, excluded, unnamed)


def build_dada2(
    reference: Reference, target: Path, *, exclude: Iterable[str] = frozenset()
) -> Built:
    """Write a reference as DADA2's `assignTaxonomy` reads it, `>Bacteria;Bacillota;...;Genus;`.

    Names stand by their place, domain (or the kingdom of eukaryotes) to genus: a lineage ends
    before the first rank without a name. In one of PR2, where ranks between have none, they get the
    name above with `_X`, as PR2 writes it. Parameters, errors and the rest as for `build_sintax`.
    """
    lineages = read_lineages(reference.lineages)
    leave_out = frozenset(exclude)
    written = excluded = unnamed = 0
    with atomic_text(target) as handle:
        for name, sequence in checked_sequences(reference, lineages):
            names = _in_places(ranks_of(lineages[name]), is_pr2=is_of_pr2(lineages[name]))
            if name in leave_out:
                excluded += 1
            elif not names:
                unnamed += 1
            else:
                handle.write(f">{';'.join(names)};\n{sequence}\n")
                written += 1
    return Built(written, excluded, unnamed)


def _in_places(ranks: Mapping[str, str], *, is_pr2: bool) -> list[str]:
    widest = ranks.get("k") if "k" in ranks and ranks.get("d") in (None, "Eukaryota") else None
    names = [widest or ranks.get("d", ""), *(ranks.get(letter, "") for letter in "pcofg")]
    deepest = max((place for place, name in enumerate(names) if name), default=-1)
    if is_pr2:
        for place in range(1, deepest):
            names[place] = names[place] or f"{names[place - 1].removesuffix('_X')}_X"
    return list(takewhile(bool, (name.replace(";", " ") for name in names)))


def checked_sequences(
    reference: Reference, lineages: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Read sequences that have a lineage and a new id; at the end, raise all that did not.

    Raises
    ------
    InputError
        `reference-lineage-missing`, `reference-duplicate`, with the number of the record as row;
        `reference-no-dna` at the first sequence that is none.

    """
    seen, problems = set[str](), list[Problem]()
    for row, (name, sequence) in enumerate(read_sequences(reference.sequences), start=1):
        if strange := no_sequence(name, sequence, row, reference.sequences):
            raise InputError([*problems, strange])
        problem = _problem_with(name, row, seen, lineages, reference.sequences)
        if problem:
            problems.append(problem)
        else:
            seen.add(name)
            yield name, sequence
    if not seen and not problems:
        problems = [nothing_in(reference.sequences)]
    if problems:
        raise InputError(problems)


def strange_letters(sequence: str) -> str:
    """List what is in a sequence beside bases of DNA (IUPAC); empty if nothing is."""
    return " ".join(sorted(set(sequence.translate(_NO_BASES)))[:6])


def no_sequence(name: str, sequence: str, row: int, source: Path) -> Problem | None:
    """Describe what is no DNA: an alignment, proteins; `row` counts records."""
    strange = strange_letters(sequence)
    if not strange:
        return None
    is_aligned = set(strange) <= set("-. ")
    return Problem(
        "reference-no-dna",
        str(source),
        "bases of DNA or RNA, without gaps",
        "Take the file of unaligned sequences" if is_aligned else "Give sequences of the gene",
        row,
        "sequence",
        f"{name}: {'the gaps of an alignment' if is_aligned else f'letters {strange}'}",
    )


def nothing_in(source: Path) -> Problem:
    """Describe a file without a sequence."""
    return Problem(
        "reference-file-unreadable",
        str(source),
        "at least one sequence",
        "Get the file again, or correct the path",
        found="no sequence",
    )


def _problem_with(
    name: str, row: int, seen: set[str], lineages: Mapping[str, str], source: Path
) -> Problem | None:
    """Say what is wrong with a sequence, if anything; `row` counts records."""
    if name in seen:
        return Problem(
            "reference-duplicate",
            str(source),
            "each id once",
            "Remove one of them",
            row,
            None,
            name,
        )
    return None if name in lineages else missing_lineage(name, row, source)


def missing_lineage(name: str, row: int, source: Path) -> Problem:
    """Describe a sequence that has no lineage; `row` counts records."""
    return Problem(
        "reference-lineage-missing",
        str(source),
        "a lineage for every sequence",
        "Add the line `id<tab>lineage`, or remove the sequence",
        row,
        "id",
        name,
    )
