"""Put tables, sequences and lineages of one source together; which side of a table is which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.contradictions import Said, check_sequences
from soilbio.importers.forms import are_sequences
from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.grid import Grid, not_taken, numbers_not_taken, read_grid
from soilbio.importers.known import (
    cleaned,
    first_rows,
    is_bare,
    joined,
    read_fasta,
    read_lineages,
    taxa_of,
    together_with,
    without_size,
)
from soilbio.importers.lineage_columns import columns_of
from soilbio.importers.lineage_notes import left_of, notes_on, of_hits
from soilbio.importers.naming import is_index
from soilbio.importers.orientation import features_are_rows
from soilbio.importers.shapes import place_of_names
from soilbio.importers.stated import Stated, check_ignored, check_names
from soilbio.importers.supports import is_of_rdp, on_first, read_rdp
from soilbio.importers.text import completed, rows_of
from soilbio.importers.unlike import check_alike
from soilbio.importers.word_above import named_by_word, notes_on_names
from soilbio.importers.workbook import has_sheet, is_book, several, sheets_of

FASTA = (".fasta", ".fa", ".fna", ".fas", ".fasta.gz", ".fa.gz", ".fna.gz")


@dataclass(slots=True)
class Parts:
    """Tables of numbers, sequences and lineages that belong together."""

    grids: list[Grid] = field(default_factory=list)
    sequences: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, Taxon] = field(default_factory=dict)
    headers: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    numbered: list[str] = field(default_factory=list)  # files of which rows have numbers only
    said: list[Said] = field(default_factory=list)  # the sequences of each file

    def add_sequences(
        self, source: str, sequences: Mapping[str, str], *, is_of_sequences: bool = True
    ) -> None:
        """Add sequences to those that are there; where both have one, that stays."""
        self.sequences = {**sequences, **self.sequences}
        self.said.append(Said(source, sequences, is_of_sequences))

    def add_lineages(self, source: str, taxa: Mapping[str, Taxon]) -> None:
        """Add lineages of a further classifier, and note which sequences stand beside them."""
        self.lineages = together_with(self.lineages, taxa)
        self.said.append(said_beside(source, taxa))


def said_beside(source: str, taxa: Mapping[str, Taxon]) -> Said:
    """Give the sequences that stand beside names or lineages."""
    return Said(source, {name: one.sequence for name, one in taxa.items() if one.sequence})


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
            _sort(source, parts, _of_book(source, sources, told))
        except InputError as error:
            problems.extend(error.problems)
    if told.sheet and not problems.errors and len(parts.grids) == 1:
        _add_sheets_beside(parts, told)
    if not problems.errors:
        check_ignored(told.ignore_columns, parts.headers, "column", problems)
        check_ignored(told.ignore_rows, parts.names, "row", problems)
    if told.names:
        check_names(told, parts.headers, problems)
    problems.raise_if_any()
    return parts


def _of_book(source: Path, sources: Sequence[Path], told: Stated) -> Stated:
    """Give what is stated; of a sheet that another workbook has, this one need have none."""
    if not told.sheet or not is_book(source) or has_sheet(source, told.sheet):
        return told
    is_of_other = any(has_sheet(one, told.sheet) for one in sources)
    return replace(told, sheet="") if is_of_other else told


def _sort(source: Path, parts: Parts, told: Stated) -> None:
    if source.name.lower().endswith(FASTA):
        parts.add_sequences(str(source), read_fasta(source))
        return
    if is_book(source) and not told.sheet and len(names := sheets_of(source)) > 1:
        _sort_sheets(source, names, parts, told)
        return
    told = _own(source, parts, told)
    called = f"{source}, sheet {told.sheet}" if told.sheet else str(source)
    rows = rows_of(source, sheet=told.sheet, separator=told.separator)
    first = first_rows(cells for _, cells in rows)
    if taxa := _without_header(source, first, told):
        parts.notes += on_first(first, source.name)
        parts.add_lineages(called, taxa)
        return
    grid = read_grid(source, told)
    if not told.names and is_index(grid.corner, grid.rows):
        parts.numbered.append(source.name)
    if grid.columns:
        parts.grids.append(grid)
    elif (columns := columns_of(grid.texts, str(source))).has_lineages:
        more = taxa_of(grid.rows, grid.texts, str(source))
        parts.notes += notes_on(grid.texts, columns)
        parts.notes += left_of(grid.texts, columns, source.name)
        parts.add_lineages(called, more)
    elif columns.sequence:
        more = taxa_of(grid.rows, grid.texts, str(source))
        parts.add_sequences(called, said_beside(called, more).sequences)
    else:
        parts.add_lineages(called, read_lineages(source, sheet=told.sheet))


def _without_header(source: Path, first: Sequence[Sequence[str]], told: Stated) -> dict[str, Taxon]:
    """Read lineages of a file that has no header, as classifiers write them; else nothing."""
    if first and is_of_rdp(first[0]):
        return read_rdp(source, sheet=told.sheet)
    return read_lineages(source, sheet=told.sheet) if is_bare(*first) else {}


def _own(source: Path, parts: Parts, told: Stated) -> Stated:
    """Give what is stated, of names and of what is to be ignored only what this file has.

    That all of it is in one of the files, is looked at when these were read.
    """
    if not told.ignore_columns and not told.ignore_rows and not told.names:
        return told
    rows = completed(rows_of(source, sheet=told.sheet, separator=told.separator))
    headers = [cell.strip() for cell in next(rows, (0, []))[1]]
    at = place_of_names(headers, told.names)
    cells = (cells for _, cells in rows if at < len(cells)) if told.ignore_rows else ()
    names = {row[at].strip() for row in cells}
    parts.headers |= set(headers)
    parts.names |= names
    return replace(
        told,
        names=told.names if told.names in headers else "",
        ignore_columns=tuple(name for name in told.ignore_columns if name in headers),
        ignore_rows=tuple(name for name in told.ignore_rows if name in names),
    )


def _sort_sheets(source: Path, names: Sequence[str], parts: Parts, told: Stated) -> None:
    """Read a workbook of one table of numbers and sheets of lineages; another is refused."""
    found = Parts()
    for name in names:
        grids, lineages = len(found.grids), found.lineages
        try:
            _sort(source, found, replace(told, sheet=name))
        except InputError as error:
            if any(one.code in ("import-cell", "import-numbers") for one in error.problems):
                raise
            raise several(source, names) from error
        if len(found.grids) == grids and found.lineages is lineages:
            raise several(source, names)
    if len(found.grids) > 1:
        raise several(source, names)
    parts.grids += found.grids
    parts.said += found.said
    parts.notes += found.notes
    parts.headers |= found.headers
    parts.names |= found.names
    parts.lineages = together_with(parts.lineages, found.lineages)


def _add_sheets_beside(parts: Parts, told: Stated) -> None:
    """Take the sheet of lineages, and of sequences, that has the features of the stated table.

    Others are named. Another table's features may be called as these are: only sheets with all of
    these and no other are taken, and of several none.
    """
    (grid,) = parts.grids
    source = Path(grid.source)
    if not is_book(source) or not has_sheet(source, told.sheet):
        return
    own = told.sheet.casefold()
    others = [name for name in sheets_of(source) if name.casefold() != own]
    found = {name: _fitting(source, name, grid) for name in others}
    kinds = (
        ("lineages", parts.lineages or columns_of(grid.texts, grid.source).has_lineages),
        ("sequences", parts.sequences or are_sequences(grid.rows) or are_sequences(grid.columns)),
    )
    taken: dict[str, Parts] = {}
    for kind, has_own in kinds:
        fitting = {name: one for name, one in found.items() if one and getattr(one, kind)}
        taken |= fitting if len(fitting) == 1 and not has_own else {}
    for one in taken.values():
        parts.lineages = together_with(parts.lineages, one.lineages)
        parts.sequences = {**one.sequences, **parts.sequences}
        parts.said += one.said
        parts.notes += one.notes
    if left := [name for name in others if name not in taken]:
        parts.notes.append(
            Advised(
                f"sheets of {source.name} that are not taken: {', '.join(left)}",
                " (give samples as `samples:`; save lineages or sequences as a file, and name it)",
            )
        )


def _fitting(source: Path, sheet: str, grid: Grid) -> Parts | None:
    """Read a sheet of lineages or sequences of the features of a table; another one is none."""
    found = Parts()
    try:
        _sort(source, found, Stated(sheet=sheet))
    except InputError:
        return None
    names = found.lineages.keys() | found.sequences.keys()
    is_of_table = not found.grids and names in (set(grid.rows), set(grid.columns))
    return found if is_of_table else None


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
        If there is no table of numbers, several, or nothing tells which side is which; or they
        contradict each other.

    """
    told = told or Stated()
    if len(parts.grids) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(parts.grids)} tables of numbers",
            expected="one table of numbers, beside sequences and lineages",
            fix="Name the files of one table; import each table on its own. Numbers beside lineages"
            " that are of no library are left out by `table: {ignore_columns: [name]}` in --method",
        )
    grid = parts.grids[0]
    known = parts.sequences.keys() | parts.lineages.keys()
    is_rows = features_are_rows(grid, known, told, rows=rows)
    if is_rows and len(parts.numbered) > 1:
        raise _only_numbered(sources, parts.numbered)
    names, libraries = (grid.rows, grid.columns) if is_rows else (grid.columns, grid.rows)
    lineages, notes, said = dict(parts.lineages), list(grid.notes), parts.said
    if is_rows:
        own, notes = _beside(grid, known=lineages.keys())
        lineages = together_with(own, lineages)
        said = [said_beside(grid.source, own), *said]
    notes += check_sequences(said)
    sequences = dict(parts.sequences)
    if are_sequences(names):
        sequences = {name: cleaned(name) for name in names}
    features = joined(names, sequences, lineages)
    check_alike(grid, features, told, is_rows=is_rows)
    notes += notes_on_names(grid.corner if is_rows else None, features)
    notes += check_known(sources, features, sequences, lineages, told, beside=parts.lineages)
    return Found(
        tuple(sources),
        grid.long(features_are_rows=is_rows),
        tuple(libraries),
        features,
        notes=[*notes, *parts.notes],
    )


def _only_numbered(sources: Sequence[Path], numbered: Sequence[str]) -> InputError:
    return problem_of(
        "import-name",
        ", ".join(source.name for source in sources),
        found=f"numbers of rows in the first columns of {' and '.join(numbered)}"[:100],
        expected="names of features, by which one file knows those of the other; a number may be"
        " another feature's there",
        fix="Say which column has them, `table: {names: HEADER}` in --method; or write them in"
        " front, below `OTU ID`, in each file",
    )


def _beside(grid: Grid, *, known: Collection[str]) -> tuple[dict[str, Taxon], list[str]]:
    """Take what columns of text tell of features in rows, and the word above their names."""
    columns = columns_of(grid.texts, grid.source)
    names = {*columns.taken, *columns.beside, *of_hits(grid.texts)}
    told = {says(name) for name in names for says in (not_taken, numbers_not_taken)}
    notes = [note for note in grid.notes if note not in told] + notes_on(grid.texts, columns)
    if columns.has_lineages or columns.sequence:
        return taxa_of(grid.rows, grid.texts, grid.source), notes
    return ({} if known else named_by_word(grid.corner, grid.rows)), notes


def check_known(
    sources: Sequence[Path],
    features: Mapping[str, Taxon],
    sequences: Mapping[str, str],
    lineages: Mapping[str, Taxon],
    told: Stated,
    *,
    beside: Mapping[str, Taxon] | None = None,
) -> list[str]:
    """Stop where sequences or lineages are there, but of other features; note what has none.

    `beside` are the lineages that are in other files than the table, if these are not all.

    Raises
    ------
    InputError
        If no feature has a lineage of those that are there, or some have no sequence.

    """
    bare = [name for name, taxon in features.items() if not taxon.sequence]
    unnamed = [name for name, taxon in features.items() if not taxon.lineage]
    beside = lineages if beside is None else beside
    is_other = not any(
        name in beside or without_size(name) in beside or one.sequence in beside
        for name, one in features.items()
    )
    notes = []
    problems = Problems(", ".join(source.name for source in sources))
    absent = [name for name in bare if name not in lineages]
    in_column = [name for name, one in lineages.items() if one.sequence]
    if not sequences and in_column and bare and bare == absent:
        notes.append(
            f"{len(bare)} of {len(features)} features are not in the sheet that has sequences:"
            f" {_some(bare)}"
        )
    elif not sequences and in_column and bare and told.sequences != "incomplete":
        _note_differing(
            problems,
            f"{len(bare)} of {len(features)} features without a sequence: {_some(bare)}",
            "a sequence for each, as the column of sequences has for others",
            " or, if they are lost, say `table: {sequences: incomplete}`",
        )
    elif sequences and bare and (len(bare) == len(features) or told.sequences != "incomplete"):
        some = len(bare) < len(features)
        _note_differing(
            problems,
            f"{len(bare)} of {len(features)} features without a sequence: {_some(bare)}",
            f"sequences by the names that the table has; the file has {_some(sequences)}",
            " or, if they are lost, say `table: {sequences: incomplete}`" if some else "",
        )
    elif bare and (sequences or in_column):
        notes.append(f"{len(bare)} of {len(features)} features have no sequence: {_some(bare)}")
    if beside and is_other:
        _note_differing(
            problems,
            f"no feature with a lineage of the file: {_some(features)}",
            f"lineages by the names that the table has; the file has {_some(beside)}",
            "",
        )
    elif unnamed and len(unnamed) < len(features):
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
