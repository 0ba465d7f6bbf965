"""What is known of features: sequences, and lineages in one column or in many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Taxon
from soilbio.importers.grid import are_sequences
from soilbio.importers.text import open_text, read_texts

# Headers of one column that holds the whole lineage, and of the ranks where each has its own.
_LINEAGE = re.compile(
    r"^(?:taxonomy|taxon|taxa|lineage|consensus ?lineage|taxpath|taxonomic.*path|classification)$",
    re.IGNORECASE,
)
_PREFIX = {
    **{"domain": "d", "superkingdom": "d", "kingdom": "k", "supergroup": "sg", "division": "dv"},
    **{
        "phylum": "p",
        "subdivision": "sdv",
        "class": "c",
        "order": "o",
        "family": "f",
        "genus": "g",
    },
    **{"species": "s", "scientificname": "s"},
}
_RANK = re.compile(rf"^({'|'.join(_PREFIX)})(?:[._].*)?$", re.IGNORECASE)
_CONFIDENCE = re.compile(r"^(?:confidence|consensus|score|pident|boot.*)$", re.IGNORECASE)
_SEQUENCE = re.compile(r"^(?:sequence|seq|dna_?sequence|asv_?sequence)$", re.IGNORECASE)
_HAS_PREFIX = re.compile(r"^(?:[a-z]{1,3}__|[a-z]:)")
_LETTERS = re.compile(r"^[ACGTUNRYSWKMBDHV]+$")


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
    for name, sequence in _entries(source, by_header=by_header):
        if sequences.setdefault(name, sequence) != sequence:
            problems.add(
                "import-sequence",
                column=name,
                found="another sequence of the same name",
                expected="one sequence for each name",
                fix="Name the sequences of one run; or rename those that are of others",
            )
    for name, sequence in sequences.items():
        if not _LETTERS.match(sequence):
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
        If there is no column of lineages, and none of ranks.

    """
    header, rows = read_texts(source, sheet=sheet)
    if not has_lineages(header):  # mothur's and QIIME 1's have no header
        if len(header) not in (2, 3) or not re.search(r"[;|,]|__", header[1]):
            raise _no_lineages(str(source), header)
        first = dict(enumerate(header))
        rest = [[row.get(name, "") for name in header] for row in rows]
        lines = [[first[0], first[1]], *([cells[0], cells[1]] for cells in rest)]
        return {name: Taxon(lineage=lineage) for name, lineage in lines}
    texts = {name: [row.get(name, "") for row in rows] for name in header[1:]}
    names = [row.get(header[0], "") for row in rows]
    return taxa_of(names, texts)


def has_lineages(headers: Iterable[str]) -> bool:
    """Tell whether columns of lineages or ranks are among these."""
    return any(_LINEAGE.match(name) or _RANK.match(name) for name in headers)


def _no_lineages(source: str, header: Sequence[str]) -> InputError:
    return problem_of(
        "import-lineages",
        source,
        found=", ".join(header[:12]),
        expected="a column Taxon, Taxonomy or lineage, or one for each rank (Kingdom, Phylum, …)",
        fix="Name the columns so, or name another file",
    )


def taxa_of(names: Sequence[str], texts: Mapping[str, Sequence[str]]) -> dict[str, Taxon]:
    """Make taxa of columns of text: one of lineages or several of ranks; sequences, confidence."""
    whole = next((name for name in texts if _LINEAGE.match(name)), None)
    ranks = {name: found[1].lower() for name in texts if (found := _RANK.match(name))}
    # The first of several columns of a rank counts: the others are supports or other databases'.
    first = {rank: name for name, rank in reversed(ranks.items())}
    columns = [name for name in texts if first.get(ranks.get(name, "")) == name]
    confidence = next((texts[name] for name in texts if _CONFIDENCE.match(name)), None)
    sequence = next((texts[name] for name in texts if _SEQUENCE.match(name)), None)
    is_named = are_sequences(names)
    taxa = {}
    for at, name in enumerate(names):
        lineage = (
            texts[whole][at]
            if whole
            else "; ".join(_prefixed(ranks[column], texts[column][at]) for column in columns)
        )
        own = cleaned(sequence[at]) if sequence and _LETTERS.match(cleaned(sequence[at])) else ""
        taxa[name] = Taxon(
            own or (cleaned(name) if is_named else ""),
            lineage,
            _share(confidence[at]) if confidence else None,
        )
    return taxa


def _prefixed(rank: str, name: str) -> str:
    """Write a name with its rank, as lineages in one column do; what has one stays."""
    absent = name.upper() in ("", "NA", "NAN", "NULL", "?")
    if absent or _HAS_PREFIX.match(name):
        return (
            "" if absent and not _PREFIX[rank] else (name if not absent else f"{_PREFIX[rank]}__")
        )
    return f"{_PREFIX[rank] or 'x'}__{name}"


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
    """Put sequences and lineages of features together; lineages may go by the sequence itself."""
    sequences, lineages = sequences or {}, lineages or {}
    taxa = {}
    for name in names:
        sequence = sequences.get(name, "")
        known = lineages.get(name) or lineages.get(sequence) or Taxon()
        taxa[name] = Taxon(
            sequence or known.sequence,
            known.lineage,
            known.confidence,
            known.taxon_id,
            known.others,
        )
    return taxa


def together_with(known: Mapping[str, Taxon], more: Mapping[str, Taxon]) -> dict[str, Taxon]:
    """Put the lineages of another classifier beside those that are there."""
    found = dict(known)
    for name, taxon in more.items():
        there = found.get(name)
        if there is None or not there.lineage:
            found[name] = taxon
        elif taxon.lineage:
            found[name] = replace(there, others=(*there.others, taxon.lineage))
    return found
