"""Put tables, sequences and lineages of one source together; which side of a table is which."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Found, Taxon
from soilbio.importers.grid import Grid, are_sequences, read_grid
from soilbio.importers.known import (
    cleaned,
    has_lineages,
    joined,
    read_fasta,
    read_lineages,
    taxa_of,
    together_with,
)
from soilbio.importers.stated import Stated

FASTA = (".fasta", ".fa", ".fna", ".fas", ".fasta.gz", ".fa.gz", ".fna.gz")
_SIDES = {"features": True, "libraries": False}
# What stands above the names of rows tells what they are.
_ABOVE_FEATURES = re.compile(
    r"^#?\s*(?:z?otus?|[ae]svs?|features?)[ _.-]*(?:ids?|names?|no|number)?$", re.IGNORECASE
)
_ABOVE_LIBRARIES = re.compile(
    r"^#?\s*(?:samples?|librar(?:y|ies)|runs?)[ _.-]*(?:ids?|names?)?$", re.IGNORECASE
)


@dataclass(slots=True)
class Parts:
    """Tables of numbers, sequences and lineages that belong together."""

    grids: list[Grid] = field(default_factory=list)
    sequences: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, Taxon] = field(default_factory=dict)


def sort_out(sources: Sequence[Path], told: Stated | None = None) -> Parts:
    """Read files and tell them apart by what they hold.

    Raises
    ------
    InputError
        With what is wrong with any of them.

    """
    told = told or Stated()
    parts = Parts()
    problems = Problems(", ".join(source.name for source in sources))
    for source in sources:
        try:
            _sort(source, parts, told)
        except InputError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    return parts


def _sort(source: Path, parts: Parts, told: Stated) -> None:
    if source.name.lower().endswith(FASTA):
        parts.sequences |= read_fasta(source)
        return
    grid = read_grid(source, told)
    if grid.columns:
        parts.grids.append(grid)
    elif has_lineages(grid.texts):
        parts.lineages = together_with(parts.lineages, taxa_of(grid.rows, grid.texts))
    else:
        parts.lineages = together_with(parts.lineages, read_lineages(source, sheet=told.sheet))


def together(
    sources: Sequence[Path], parts: Parts, told: Stated | None = None, *, rows: str = ""
) -> Found:
    """Put what was read together.

    Parameters
    ----------
    sources : sequence of Path
        The files, for the record.
    parts : Parts
        What they hold.
    told : Stated, optional
        What the user states of the table.
    rows : str
        `features` or `libraries` where the format itself says so.

    Raises
    ------
    InputError
        If there is no table of numbers, several, or nothing tells which side is which.

    """
    told = told or Stated()
    if len(parts.grids) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(parts.grids)} tables of numbers",
            expected="one table of numbers, beside sequences and lineages",
            fix="Name the files of one table; import each table on its own",
        )
    grid = parts.grids[0]
    known = parts.sequences.keys() | parts.lineages.keys()
    is_rows = _SIDES[rows] if rows else features_are_rows(grid, known, told)
    names, libraries = (grid.rows, grid.columns) if is_rows else (grid.columns, grid.rows)
    lineages = dict(parts.lineages)
    if is_rows and has_lineages(grid.texts):
        lineages = together_with(taxa_of(grid.rows, grid.texts), lineages)
    sequences = dict(parts.sequences)
    if are_sequences(names):
        sequences = {name: cleaned(name) for name in names}
    features = joined(names, sequences, lineages)
    notes = check_known(sources, features, sequences, lineages, told)
    return Found(
        tuple(sources),
        grid.long(features_are_rows=is_rows),
        tuple(libraries),
        features,
        notes=[*grid.notes, *notes],
    )


def features_are_rows(grid: Grid, known: Collection[str], told: Stated) -> bool:
    """Tell which side of a table features are on: stated, or by names that are known.

    Names are known if they are sequences, if sequences and lineages go by them, or if the user's
    sheets have libraries of these names; lineages beside rows and the word above them tell, too.
    """
    if told.rows:
        return _SIDES[told.rows]
    if are_sequences(grid.rows) != are_sequences(grid.columns):
        return are_sequences(grid.rows)
    sides = set(grid.rows), set(grid.columns)
    known_names = set(known)
    rows, columns = (
        len(own & known_names) + len(other & told.libraries) for own, other in (sides, sides[::-1])
    )
    if rows != columns:
        return rows > columns
    if has_lineages(grid.texts) or _ABOVE_FEATURES.match(grid.corner):
        return True
    if _ABOVE_LIBRARIES.match(grid.corner):
        return False
    raise problem_of(
        "import-orientation",
        grid.source,
        found=f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers",
        expected="to know whether rows are features or libraries; names do not tell",
        fix="Say it in --method: `table: {rows: features}` or `table: {rows: libraries}`; or name"
        " the libraries in a sheet (`samples`, `libraries`), or a file of lineages or sequences",
    )


def check_known(
    sources: Sequence[Path],
    features: Mapping[str, Taxon],
    sequences: Mapping[str, str],
    lineages: Mapping[str, Taxon],
    told: Stated,
) -> list[str]:
    """Stop where sequences or lineages are there, but of other features; note what has none.

    Raises
    ------
    InputError
        If no feature has a lineage of those that are there, or some have no sequence.

    """
    bare = [name for name, taxon in features.items() if not taxon.sequence]
    unnamed = [
        name
        for name, taxon in features.items()
        if name not in lineages and taxon.sequence not in lineages
    ]
    notes = []
    problems = Problems(", ".join(source.name for source in sources))
    if sequences and bare and (len(bare) == len(features) or told.sequences != "incomplete"):
        some = len(bare) < len(features)
        _note_differing(
            problems,
            f"{len(bare)} of {len(features)} features without a sequence: {_some(bare)}",
            f"sequences by the names that the table has; the file has {_some(sequences)}",
            " or, if they are lost, say `table: {sequences: incomplete}`" if some else "",
        )
    elif sequences and bare:
        notes.append(f"{len(bare)} of {len(features)} features have no sequence: {_some(bare)}")
    if lineages and len(unnamed) == len(features):
        _note_differing(
            problems,
            f"no feature with a lineage: {_some(unnamed)}",
            f"lineages by the names that the table has; the file has {_some(lineages)}",
            "",
        )
    elif lineages and unnamed:
        notes.append(
            f"{len(unnamed)} of {len(features)} features have no lineage: {_some(unnamed)}"
        )
    problems.raise_if_any()
    return notes


def _some(names: Collection[str]) -> str:
    shown = [name if len(name) <= 40 else f"{name[:37]}..." for name in list(names)[:3]]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "")


def _note_differing(problems: Problems, found: str, expected: str, more: str) -> None:
    problems.add(
        "import-names-differ",
        found=found,
        expected=expected,
        fix=f"Name the files of one run of the pipeline{more}",
    )
