"""Put tables, sequences and lineages of one source together; which side of a table is which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from soilbio.errors import InputError, problem_of
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

FASTA = (".fasta", ".fa", ".fna", ".fas", ".fasta.gz", ".fa.gz", ".fna.gz")
_SIDES = {"features": True, "libraries": False}


@dataclass(slots=True)
class Parts:
    """Tables of numbers, sequences and lineages that belong together."""

    grids: list[Grid] = field(default_factory=list)
    sequences: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, Taxon] = field(default_factory=dict)


def sort_out(sources: Sequence[Path], *, sheet: str = "") -> Parts:
    """Read files and tell them apart by what they hold.

    Raises
    ------
    InputError
        With what is wrong with any of them.

    """
    parts = Parts()
    for source in sources:
        if source.name.lower().endswith(FASTA):
            parts.sequences |= read_fasta(source)
            continue
        grid = read_grid(source, sheet=sheet)
        if grid.columns:
            parts.grids.append(grid)
        elif has_lineages(grid.texts):
            parts.lineages = together_with(parts.lineages, taxa_of(grid.rows, grid.texts))
        else:
            parts.lineages = together_with(parts.lineages, read_lineages(source, sheet=sheet))
    return parts


def together(
    sources: Sequence[Path], parts: Parts, *, rows: str = "", convention: bool | None = None
) -> Found:
    """Put what was read together.

    Parameters
    ----------
    sources : sequence of Path
        The files, for the record.
    parts : Parts
        What they hold.
    rows : str
        `features` or `libraries`, as the user states it; empty where not.
    convention : bool, optional
        Whether features are the rows where nothing else tells: the format's own habit.

    Raises
    ------
    InputError
        If there is no table of numbers, several, or nothing tells which side is which.

    """
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
    is_rows = features_are_rows(grid, known, rows=rows, convention=convention)
    names, libraries = (grid.rows, grid.columns) if is_rows else (grid.columns, grid.rows)
    lineages = dict(parts.lineages)
    if is_rows and has_lineages(grid.texts):
        lineages = together_with(taxa_of(grid.rows, grid.texts), lineages)
    sequences = dict(parts.sequences)
    if are_sequences(names):
        sequences = {name: cleaned(name) for name in names}
    features = joined(names, sequences, lineages)
    _check_known(sources, features, sequences, lineages)
    return Found(
        tuple(sources),
        grid.long(features_are_rows=is_rows),
        tuple(libraries),
        features,
        notes=list(grid.notes),
    )


def features_are_rows(
    grid: Grid, known: Collection[str], *, rows: str = "", convention: bool | None = None
) -> bool:
    """Tell which side of a table features are on: by names that are known, or stated."""
    if rows in _SIDES:
        return _SIDES[rows]
    if rows:
        raise _unclear(grid, f"rows: {rows}")
    if are_sequences(grid.rows) != are_sequences(grid.columns):
        return are_sequences(grid.rows)
    is_known = [len(set(names) & set(known)) for names in (grid.rows, grid.columns)]
    if is_known[0] != is_known[1]:
        return is_known[0] > is_known[1]
    if has_lineages(grid.texts):
        return True
    if convention is None:
        raise _unclear(grid, f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers")
    return convention


def _unclear(grid: Grid, found: str) -> InputError:
    return problem_of(
        "import-orientation",
        grid.source,
        found=found,
        expected="to know whether rows are features or libraries; names do not tell",
        fix="Say it in --method: `table: {rows: features}` or `table: {rows: libraries}`",
    )


def _check_known(
    sources: Sequence[Path],
    features: Mapping[str, Taxon],
    sequences: Mapping[str, str],
    lineages: Mapping[str, Taxon],
) -> None:
    """Stop where sequences or lineages are there, but of other features."""
    for what, known in (("sequences", sequences), ("lineages", lineages)):
        if known and not any(
            (taxon.sequence if what == "sequences" else taxon.lineage or name in known)
            for name, taxon in features.items()
        ):
            raise problem_of(
                "import-names-differ",
                ", ".join(source.name for source in sources),
                found=f"{next(iter(features), '')} beside {next(iter(known))}",
                expected=f"{what} by the names that the table has",
                fix="Name the files of one run of the pipeline",
            )
