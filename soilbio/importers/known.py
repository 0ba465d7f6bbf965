"""What is known of features: sequences, and lineages in one column or in many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.columns import number_of
from soilbio.importers.contradictions import each_once
from soilbio.importers.forms import (
    LETTERS,
    are_lineages,
    are_sequences,
    is_lineage,
    is_nothing,
    is_organelle,
    is_sequence,
    is_whole_lineage,
)
from soilbio.importers.found import Taxon
from soilbio.importers.grid import check_columns
from soilbio.importers.lineage_columns import (
    columns_of,
    further_lineages_of,
    is_of_features,
    lineages_of,
    sequences_of,
    supports_of,
)
from soilbio.importers.supports import (
    STRANDS,
    accepted,
    is_of_sintax,
    is_supported,
    is_without_hit,
)
from soilbio.importers.text import open_text, read_texts, rows_of

_SIZE = re.compile(r";size=\d+;?$")


def read_fasta(source: Path, *, by_header: bool = False) -> dict[str, str]:
    """Read sequences by the first word of their headers, upper case, U as T.

    With `by_header`, by the whole header, and gaps of an alignment are taken out.

    Raises
    ------
    InputError
        If it is no FASTA file, or a sequence holds what is no base.

    """
    problems = Problems(str(source))
    sequences: dict[str, str] = {}
    for label, sequence in _entries(source, by_header=by_header):
        name = label if by_header else without_size(label)
        if sequences.setdefault(name, sequence) != sequence:
            problems.add(
                "import-sequence",
                column=name,
                found="another sequence of the same name",
                expected="one sequence for each name",
                fix="Name the sequences of one run; or rename those that are of others",
            )
    for name, sequence in sequences.items():
        if not LETTERS.match(sequence):
            problems.add(
                "import-sequence",
                column=name,
                found=sequence[:40],
                expected="bases in the letters of IUPAC",
                fix="Remove gaps and other marks: sequences are wanted, no alignment",
            )
    if not sequences:
        problems.add(
            "import-sequence", expected="a FASTA file", fix="Name the file that holds the sequences"
        )
    problems.raise_if_any()
    return sequences


def _entries(source: Path, *, by_header: bool) -> Iterator[tuple[str, str]]:
    """Yield names and sequences as they follow each other."""
    name, parts = "", list[str]()
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            text = line.strip()
            if text.startswith(">"):
                if name:
                    yield name, cleaned("".join(parts))
                words = text[1:].split()
                name = (text[1:].strip() if by_header else words[0]) if words else str(number)
                parts = []
            elif name and text:
                parts.append(re.sub("[-.]", "", text) if by_header else text)
    if name:
        yield name, cleaned("".join(parts))


def cleaned(sequence: str) -> str:
    """Write a sequence as DNA in upper case."""
    return sequence.strip().upper().replace("U", "T")


def read_lineages(source: Path, *, sheet: str = "") -> dict[str, Taxon]:
    """Read a table of lineages: by name, one column or one for each rank, with or without header.

    Raises
    ------
    InputError
        If there is no column of lineages, and none of ranks; or rows of one name differ.

    """
    if first := bare_row(source, sheet=sheet):  # mothur's and QIIME 1's have no header
        lines = [_as_wide(cells, first) for cells in _cells_of(source, sheet)]
        _check_bare(str(source), lines)
        return each_once(map(_bare, lines), str(source))
    header, rows = read_texts(source, sheet=sheet)
    problems = Problems(str(source))
    check_columns([name for name in header[1:] if name], problems)
    problems.raise_if_any()
    texts = {name: [row.get(name, "") for row in rows] for name in header[1:]}
    names = [row.get(header[0], "") for row in rows]
    if not columns_of(texts, str(source)).has_lineages:
        raise _no_lineages(str(source), header)
    return taxa_of(names, texts, str(source))


def bare_row(source: Path, *, sheet: str = "") -> list[str]:
    """Give the first row that tells something of a file without header; of another file none."""
    first = first_rows(_cells_of(source, sheet))[:1]
    return first[0] if is_bare(*first) else []


def first_rows(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Give the two rows by which a file is told apart, each without spaces around its cells.

    Where SINTAX found nothing for the first sequences, these have a name only; those behind tell.
    """
    stripped = ([cell.strip() for cell in cells] for cells in rows)
    first = list(islice(stripped, 2))
    found = next((cells for cells in chain(first, stripped) if not is_without_hit(cells)), [])
    return (
        [found, first[1]] if first and is_without_hit(first[0]) and is_of_sintax(found) else first
    )


def _cells_of(source: Path, sheet: str) -> Iterator[list[str]]:
    return ([cell.strip() for cell in cells] for _, cells in rows_of(source, sheet=sheet))


def _as_wide(cells: Sequence[str], first: Sequence[str]) -> list[str]:
    """Write a row with as many cells as another one."""
    return [*cells[: len(first)], *[""] * (len(first) - len(cells))]


def is_bare(header: Sequence[str] = (), below: Sequence[str] = ()) -> bool:
    """Tell whether a first row is one of lineages: name, lineage, and no more than a support."""
    if not 2 <= len(header) <= 4 or is_of_features(header[1]):
        return False
    if len(header) == 4 and header[2] in STRANDS[:2]:
        return True
    if any(map(is_lineage, header[2:])) or (len(below) > 1 and number_of(below[1]) is not None):
        return False
    return is_lineage(header[1]) or bool(re.search(r"[;|,]|__", header[1]))


def _check_bare(source: str, lines: Iterable[Sequence[str]]) -> None:
    """Stop where names stand behind the lineage: without a header nobody knows of which ranks."""
    for cells in lines:
        behind = [] if len(cells) in (3, 4) and cells[2] in STRANDS else cells[2:]
        if any(number_of(cell) is None and not is_nothing(cell) for cell in behind):
            raise problem_of(
                "import-lineages",
                source,
                found=", ".join(cells)[:80],
                expected="a name, its lineage in one column, and a support; or a header that names"
                " the ranks",
                fix="Write a header above it, such as `OTU ID`, `Kingdom`, `Phylum`, `Genus`",
            )


def _bare(cells: Sequence[str]) -> tuple[str, Taxon]:
    """Read a row without header: name, lineage, support; of SINTAX the lineage that it accepts.

    SINTAX writes all names with their supports, the strand, and the names above its cut-off, if it
    was given one.
    """
    name, lineage, *more = cells
    name = without_size(name)
    if len(more) == 2 and more[0] in STRANDS:
        return name, Taxon(lineage=more[1])
    if is_supported(lineage):
        return name, Taxon(lineage=lineage, confidence=accepted(lineage)[1])
    return name, Taxon(lineage=lineage, confidence=_share(more[0]) if more else None)


def without_size(name: str) -> str:
    """Take off what vsearch and usearch append to names: how often a sequence was read."""
    return _SIZE.sub("", name) if ";" in name else name


def _no_lineages(source: str, header: Sequence[str]) -> InputError:
    return problem_of(
        "import-lineages",
        source,
        found=", ".join(header[:12]),
        expected="a column Taxon, Taxonomy or lineage, or one for each rank (Kingdom, Phylum, …)",
        fix="Name the columns so, or name another file",
    )


def taxa_of(
    names: Sequence[str], texts: Mapping[str, Sequence[str]], source: str = ""
) -> dict[str, Taxon]:
    """Make taxa of columns of text: one of lineages or several of ranks; sequences, confidence.

    Raises
    ------
    InputError
        If columns are called as if they held lineages or sequences, and hold something else; or
        rows of one name differ.

    """
    columns = columns_of(texts, source)
    lineages = lineages_of(texts, columns) if columns.has_lineages else [""] * len(names)
    sequences = (
        sequences_of(names, texts, columns, source) if columns.sequence else [""] * len(names)
    )
    supports = supports_of(texts, columns) or [""] * len(names)
    others = further_lineages_of(texts, columns) or [()] * len(names)
    is_named = are_sequences(names)
    taxa = (
        Taxon(
            sequence or (cleaned(name) if is_named else ""),
            lineage,
            _share(support) if support and not more else accepted(lineage)[1],
            others=more,
        )
        for name, sequence, lineage, support, more in zip(
            names, sequences, lineages, supports, others, strict=True
        )
    )
    return each_once(zip(map(without_size, names), taxa, strict=True), source)


def _share(text: str) -> float | None:
    """Read a support; percent where it is more than 1."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not 0 <= value <= 100:
        return None
    return value / 100 if value > 1 else value


def joined(
    names: Iterable[str],
    sequences: Mapping[str, str] | None = None,
    lineages: Mapping[str, Taxon] | None = None,
) -> dict[str, Taxon]:
    """Put sequences and lineages of features together.

    Lineages may go by the name, by the sequence itself, or one classifier's by either. Names that
    are sequences are those of their features; names that are lineages are the lineages of features
    that have no other.
    """
    sequences, lineages = sequences or {}, lineages or {}
    names = list(names)
    own = named_by_lineages(names)
    are_named = are_sequences(names)
    taxa = {}
    for name in names:
        bare = without_size(name)
        known = lineages.get(name) or lineages.get(bare) or Taxon()
        sequence = sequences.get(name) or sequences.get(bare) or known.sequence
        if not sequence and are_named and is_sequence(name):
            sequence = cleaned(name)
        if sequence not in (name, bare) and (more := lineages.get(sequence)):
            known = _of_both(known, more)
        taxa[name] = replace(known, sequence=sequence, lineage=known.lineage or own.get(name, ""))
    return taxa


def named_by_lineages(names: Sequence[str]) -> dict[str, str]:
    """Give lineages by name where names are lineages themselves; what is none is left out."""
    if not are_lineages(names):
        return {name: name for name in names if is_whole_lineage(name)}
    own = {name: name for name in names if is_lineage(name) or is_nothing(name)}
    # Organelles are flagged by their lineage; the word alone would be read as a domain.
    return own | {name: f"x__{name}" for name in names if is_organelle(name)}


def together_with(known: Mapping[str, Taxon], more: Mapping[str, Taxon]) -> dict[str, Taxon]:
    """Put the lineages of another classifier beside those that are there.

    A support is of one lineage: where there is another, or another support, none is left.
    """
    found = dict(known)
    for name, taxon in more.items():
        found[name] = _of_both(found[name], taxon) if name in found else taxon
    return found


def _of_both(there: Taxon, more: Taxon) -> Taxon:
    """Put what a second source says of a feature to what is there; the first's sequence stays."""
    sequence = there.sequence or more.sequence
    if not there.lineage:
        return replace(more, sequence=sequence, taxon_id=there.taxon_id or more.taxon_id)
    if not more.lineage:
        return replace(there, sequence=sequence)
    is_same = more.lineage == there.lineage and more.confidence == there.confidence
    return replace(
        there,
        sequence=sequence,
        others=(*there.others, more.lineage, *more.others),
        confidence=there.confidence if is_same else None,
    )
