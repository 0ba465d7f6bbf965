"""mothur: .shared, or .list and .count_table; .cons.taxonomy or .taxonomy, .fasta."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Found, Taxon, first_of
from soilbio.importers.grid import Grid, ignoring, read_grid
from soilbio.importers.known import joined, read_fasta, read_lineages
from soilbio.importers.mothur_lists import (
    check_label,
    chosen,
    clustered,
    is_of_asvs,
    nearest,
    read_list,
    sequences_of_asvs,
)
from soilbio.importers.sides import check_known
from soilbio.importers.stated import Stated, stated
from soilbio.importers.text import open_text

_SHARED = ("*.shared", "*.shared.gz")
_SHARES = ("*.relabund", "*.relabund.gz")
_TABLE = re.compile(r"\.(?:shared|relabund|count_table)(?:\.gz)?$")
_OF_LIBRARIES = re.compile(r"\.(?:shared|relabund)(?:\.gz)?$")
_COUNTS = ("*.count_table", "*.count_table.gz")
_LISTS = ("*.list", "*.list.gz")
_LIST = re.compile(r"\.list(?:\.gz)?$")
# What is of OTUs, and what is of sequences.
_OF_OTUS = (("*.cons.taxonomy", "*.cons.tax.taxonomy"), ("*.rep.fasta",))
_OF_SEQUENCES = (("*.wang.taxonomy", "*.taxonomy"), ("*.fasta", "*.fasta.gz"))
_BESIDE = ("label", "numOtus", "numASVs", "numPhylos", "numotus", "numOTUs")
_OLDER = re.compile(r"\.(?:names?|groups?)(?:\.gz)?$")
_SEQUENCES = ("asv", "unique")
# What to do about sequences that go by the names of reads, of OTUs and of ASVs.
_ADVICE = {
    False: "Name the .rep.fasta that mothur's `get.oturep` writes; or, to have sequences as"
    " features, the .count_table, .fasta and .taxonomy alone",
    True: "Name the .list of the ASVs, too, which tells the sequence that each is",
}


def recognise(source: Path) -> str:
    """Tell why a file or folder is mothur's."""
    table = first_of(source, (*_SHARED, *_COUNTS, *_SHARES)) if source.is_dir() else source
    if table is None or not (_TABLE.search(table.name) or _LIST.search(table.name)):
        return ""
    lacking = "" if _names_libraries(table) else "; to settle first: it has no column Group"
    return f"{table.name} is a name of mothur's{lacking}"


def _names_libraries(table: Path) -> bool:
    """Tell whether a table of libraries in rows has the column that names them."""
    if not _OF_LIBRARIES.search(table.name):
        return True
    with open_text(table) as handle:
        return "Group" in handle.readline().rstrip("\r\n").split("\t")


@dataclass(slots=True)
class _Counted:
    """A table with features in rows or columns, of a label or of sequences."""

    grid: Grid
    is_shared: bool
    label: str

    @property
    def names(self) -> list[str]:
        return self.grid.columns if self.is_shared else self.grid.rows

    @property
    def is_of_otus(self) -> bool:
        return bool(self.label) and self.label.lower() not in _SEQUENCES

    @property
    def is_of_asvs(self) -> bool:
        return self.label.lower() == "asv"

    @property
    def is_of_names(self) -> bool:
        """Whether features are phylotypes: what has one name at a level, 1 the lowest."""
        return self.is_of_otus and (
            (self.label.isdigit() and int(self.label) > 0) or are_phylotypes(self.names)
        )

    @property
    def what(self) -> str:
        """What features are, in words."""
        if self.is_of_names:
            return f"phylotypes at level {self.label}: sequences of one name"
        return f"OTUs at {self.label}" if self.is_of_otus else "sequences"

    @property
    def engine(self) -> str:
        """What made features of reads."""
        if self.is_of_names:
            return "mothur phylotype"
        if self.is_of_otus:
            return "mothur OTU"
        return "mothur ASV" if self.is_of_asvs else "mothur unique sequences"


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read counts, and lineages and sequences where they are there."""
    told = stated(options)
    tables, lists, others = _files(sources)
    if len(tables) != 1 or len(lists) > 1:
        raise problem_of(
            "import-table-count",
            ", ".join(str(source) for source in sources),
            found=", ".join(path.name for path in (*tables, *lists)) or "none",
            expected="one .shared, .relabund or .count_table, with one .list where it is of OTUs",
            fix="Name the files of one level (label) themselves, instead of the folder",
        )
    counted = _counted(tables[0], lists, told)
    _check_list(lists, counted)
    names = _names(counted, lists)
    files = [*tables, *lists, *_beside(sources, counted, lists, tables[0]), *others]
    _check_single(files)
    lineages: dict[str, Taxon] = {}
    sequences: dict[str, str] = {}
    for path in files:
        if path.name.endswith(".taxonomy"):
            check_label(path, counted.label, (*lists, *tables)[0])
            lineages |= {names.get(name, name): one for name, one in read_lineages(path).items()}
        elif ".fasta" in path.name:
            check_label(path, counted.label, (*lists, *tables)[0])
            sequences |= _representatives(path, names, counted)
    features = joined(counted.names, sequences, lineages)
    return Found(
        tuple(files),
        counted.grid.long(features_are_rows=not counted.is_shared),
        tuple(counted.grid.rows if counted.is_shared else counted.grid.columns),
        features,
        shares=".relabund" in tables[0].name,
        method={"engine": counted.engine},
        notes=[
            *counted.grid.notes,
            f"features are {counted.what}",
            *_left(sources, files, counted),
            *check_known(files, features, sequences, lineages, told),
        ],
    )


def are_phylotypes(names: Sequence[str]) -> bool:
    """Tell whether names are those that mothur gives phylotypes: Phylo01."""
    return bool(names) and all(re.match(r"Phylo\d+$", name) for name in names)


def _counted(table: Path, lists: Sequence[Path], told: Stated) -> _Counted:
    if ".shared" in table.name or ".relabund" in table.name:
        return _shared(table, told)
    grid = _counts(table, told if not lists else replace(told, ignore_rows=()))
    if not lists:
        return _Counted(grid, is_shared=False, label="")
    label, otus = read_list(lists[0], told.label)
    grid = ignoring(clustered(grid, otus, (table, lists[0])), replace(told, ignore_columns=()))
    return _Counted(grid, is_shared=False, label=label)


def _files(sources: Sequence[Path]) -> tuple[list[Path], list[Path], list[Path]]:
    """Find tables, lists, and what else was named; of a folder, its tables and lists."""
    tables: list[Path] = []
    lists: list[Path] = []
    others: list[Path] = []
    for source in sources:
        if source.is_dir():
            shared = [path for name in _SHARED for path in sorted(source.glob(name))]
            counts = [path for name in _COUNTS for path in sorted(source.glob(name))]
            shares = [path for name in _SHARES for path in sorted(source.glob(name))]
            tables += shared or counts or shares
            found = [path for name in _LISTS for path in sorted(source.glob(name))]
            lists += [one for one in found if not shared or is_of_asvs(one, shared[0])]
        elif _TABLE.search(source.name):
            tables.append(source)
        elif _LIST.search(source.name):
            lists.append(source)
        else:
            others.append(source)
    _check_others(others, lists, tables)
    return tables, lists, others


def _check_others(others: Sequence[Path], lists: Sequence[Path], tables: Sequence[Path]) -> None:
    """Note what is not read, or not needed."""
    problems = Problems(", ".join(path.name for path in (*tables, *lists, *others)))
    for path in others:
        if not path.name.endswith(".taxonomy") and ".fasta" not in path.name:
            is_older = bool(_OLDER.search(path.name))
            problems.add(
                "import-file-missing",
                source=str(path),
                found=path.name,
                expected=".shared, .list, .count_table, .taxonomy or .fasta",
                fix="Make a .count_table of it with mothur's `count.seqs(name=, group=)`"
                if is_older
                else "Leave it out",
            )
    if lists and not tables:
        problems.add(
            "import-file-missing",
            source=str(lists[0]),
            expected="the .count_table beside a .list: that says how often each sequence was read",
            fix="Name it, too",
        )
    problems.raise_if_any()


def _check_list(lists: Sequence[Path], counted: _Counted) -> None:
    """Refuse a list beside the counts of OTUs; of ASVs it tells which sequence each is."""
    if lists and counted.is_shared and not counted.is_of_asvs:
        raise problem_of(
            "import-file-missing",
            str(lists[0]),
            found=lists[0].name,
            expected="a .shared, or a .list with its .count_table; not both",
            fix="Leave the .list out: the .shared has its counts",
        )


def _names(counted: _Counted, lists: Sequence[Path]) -> dict[str, str]:
    """Give features by what files may call them: their own names, and of ASVs the sequences'."""
    names = {name: name for name in counted.names}
    if lists and counted.is_of_asvs:
        pairs = sequences_of_asvs(lists[0], counted.label).items()
        names |= {sequence: name for sequence, name in pairs if name in names}
    return names


def _check_single(files: Sequence[Path]) -> None:
    """Refuse two files of lineages, or of sequences: one of them would win."""
    for is_one in (lambda name: name.endswith(".taxonomy"), lambda name: ".fasta" in name):
        names = [path.name for path in files if is_one(path.name)]
        if len(names) > 1:
            raise problem_of(
                "import-which-file",
                str(files[0]),
                found=", ".join(names),
                expected="one file of its lineages, and one of its sequences",
                fix="Leave out those that are not of the table",
            )


def _beside(
    sources: Sequence[Path], counted: _Counted, lists: Sequence[Path], table: Path
) -> Iterator[Path]:
    """Find lineages and sequences in the folders, those of the table's label and kind."""
    kinds = _OF_OTUS if counted.label else _OF_SEQUENCES
    if counted.is_of_asvs and lists:
        kinds = (_OF_OTUS[0], _OF_SEQUENCES[1])
    for source in sources:
        for names in kinds if source.is_dir() else ():
            paths = sorted({path for name in names for path in source.glob(name)})
            if not counted.label:
                paths = [path for path in paths if ".cons." not in path.name]
            if found := nearest(paths, counted.label, (*lists, table)[0]):
                yield found


def _left(sources: Sequence[Path], files: Sequence[Path], counted: _Counted) -> Iterator[str]:
    """Say which files of sequences in folders are not taken, where none is."""
    if any(".fasta" in path.name for path in files):
        return
    for folder in sources:
        found = sorted(path.name for name in _OF_SEQUENCES[1] for path in folder.glob(name))
        if found:
            advice = _ADVICE[counted.is_of_asvs]
            yield f"no sequences are taken of {folder}, which has {', '.join(found)}. {advice}"


def _shared(source: Path, told: Stated) -> _Counted:
    """Read a .shared: label, Group, number of OTUs, counts; of one label (cut-off)."""
    with open_text(source) as handle:
        header = handle.readline().rstrip("\r\n").split("\t")
        labels = dict.fromkeys(line.partition("\t")[0] for line in handle if line.strip())
    if "Group" not in header:
        raise _no_groups(source, header)
    label = chosen(source, list(labels), told.label) if header[0] == "label" else ""
    own = replace(
        told, ignore_columns=(*told.ignore_columns, *(one for one in _BESIDE if one in header))
    )
    only = ("label", label) if label else None
    return _Counted(read_grid(source, own, names="Group", only=only), is_shared=True, label=label)


def _no_groups(source: Path, header: Sequence[str]) -> InputError:
    return problem_of(
        "import-name",
        str(source),
        row=1,
        found=", ".join(header[:4]),
        expected="a column Group that names the libraries",
        fix="Write it anew with mothur's `make.shared`; of this table nobody knows which row is"
        " which library",
    )


def _counts(source: Path, told: Stated) -> Grid:
    """Read a .count_table, full or compressed (`2,15` is 15 in the second group)."""
    with open_text(source) as handle:
        first = handle.readline()
    if first.startswith("#Compressed"):
        return ignoring(_compressed(source), told)
    header = first.rstrip("\r\n").split("\t")
    if len(header) < 3:
        raise _no_groups(source, header)
    return read_grid(source, told)


def _compressed(source: Path) -> Grid:
    import numpy as np

    problems = Problems(str(source))
    groups: dict[int, str] = {}
    names: list[str] = []
    found: list[tuple[int, int, float]] = []
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            if line.startswith("#"):
                pairs = (cell.lstrip("#").split(",") for cell in cells if "," in cell)
                groups |= {int(pair[0]): pair[1] for pair in pairs if pair[0].isdigit()}
            elif cells[0] not in ("Representative_Sequence", ""):
                names.append(cells[0])
                for cell in cells[2:]:
                    group, _, value = cell.partition(",")
                    if group.isdigit() and int(group) in groups and value.isdigit():
                        found.append((len(names) - 1, int(group), float(value)))
                    else:
                        problems.add(
                            "import-cell",
                            row=number,
                            found=cell,
                            expected="group,count, as mothur's compressed tables have them",
                            fix="Write the table anew with `compress=f`",
                        )
    problems.raise_if_any()
    order = {group: at for at, group in enumerate(sorted(groups))}
    return Grid(
        str(source),
        names,
        [groups[group] for group in sorted(groups)],
        np.array([row for row, _, _ in found], dtype=np.int32),
        np.array([order[group] for _, group, _ in found], dtype=np.int32),
        np.array([value for _, _, value in found], dtype=np.float64),
        {},
    )


def _representatives(source: Path, names: Mapping[str, str], counted: _Counted) -> dict[str, str]:
    """Read sequences; those of `get.oturep` name their OTU in the second word of the header.

    Raises
    ------
    InputError
        If none is called as a feature is, or two of one feature differ.

    """
    found: dict[str, str] = {}
    problems = Problems(str(source))
    entries = read_fasta(source, by_header=True)
    for header, sequence in entries.items():
        words = re.split(r"[\s|]+", header)
        name = next((names[word] for word in words if word in names), None)
        if name and found.setdefault(name, sequence) != sequence:
            problems.add(
                "import-sequence",
                column=name,
                found="another sequence of the same name",
                expected="one sequence for each feature",
                fix="Name the sequences of one step of mothur",
            )
    problems.raise_if_any()
    if not found:
        raise problem_of(
            "import-names-differ",
            str(source),
            found=next(iter(entries)),
            expected=f"names of features of the table, such as {counted.names[0]}"
            if counted.names
            else "features in the table",
            fix=_ADVICE[counted.is_of_asvs],
        )
    return found
