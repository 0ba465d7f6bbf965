"""mothur: .shared or .count_table, .cons.taxonomy or .taxonomy, .fasta; a folder or files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from soilbio.errors import Problems, problem_of
from soilbio.importers.found import Found, first_of
from soilbio.importers.grid import Grid, open_text, read_grid
from soilbio.importers.known import joined, read_fasta, read_lineages

_COUNTS = ("*.shared", "*.shared.gz", "*.count_table", "*.count_table.gz")
_LINEAGES = ("*.cons.taxonomy", "*.wang.taxonomy", "*.taxonomy")
_SEQUENCES = ("*.rep.fasta", "*.fasta", "*.fasta.gz")
_BESIDE = ("label", "numOtus", "numASVs", "numPhylos", "numotus")


def recognise(source: Path) -> str:
    """Tell why a file or folder is mothur's."""
    table = first_of(source, _COUNTS) if source.is_dir() else source
    if table is None or not re.search(r"\.(?:shared|count_table)(?:\.gz)?$", table.name):
        return ""
    return f"{table.name} is a name of mothur's"


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read counts, and lineages and sequences where they are there."""
    del options
    files = list(_files(sources))
    tables = [path for path in files if re.search(r"\.(?:shared|count_table)", path.name)]
    if len(tables) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(str(source) for source in sources),
            found=", ".join(path.name for path in tables) or "none",
            expected="one .shared or .count_table",
            fix="Name the files of one level (label) themselves, instead of the folder",
        )
    is_shared = ".shared" in tables[0].name
    grid = _shared(tables[0]) if is_shared else _counts(tables[0])
    names = grid.columns if is_shared else grid.rows
    lineages = {
        name: taxon
        for path in files
        if path.name.endswith(".taxonomy")
        for name, taxon in read_lineages(path).items()
    }
    sequences: dict[str, str] = {}
    for path in files:
        if ".fasta" in path.name:
            sequences |= _representatives(path, set(names))
    features = joined(names, sequences, lineages)
    label = "OTU clusters" if is_shared and not sequences else "sequences"
    return Found(
        tuple(files),
        grid.long(features_are_rows=not is_shared),
        tuple(grid.rows if is_shared else grid.columns),
        features,
        method={"engine": "mothur OTU" if is_shared else "mothur"},
        notes=[*grid.notes, f"features are {label}"],
    )


def _files(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        if not source.is_dir():
            yield source
            continue
        tables = [path for name in _COUNTS[:2] for path in sorted(source.glob(name))]
        yield from tables or [path for name in _COUNTS[2:] for path in sorted(source.glob(name))]
        for names in (_LINEAGES, _SEQUENCES):
            if path := first_of(source, names):
                yield path


def _shared(source: Path) -> Grid:
    """Read a .shared: label, Group, number of OTUs, counts; one label (cut-off) only."""
    problems = Problems(str(source))
    with open_text(source) as handle:
        header = handle.readline().rstrip("\r\n").split("\t")
        labels = {line.partition("\t")[0] for line in handle} if header[0] == "label" else set()
    if len(labels) > 1:
        problems.add(
            "import-labels",
            found=", ".join(sorted(labels)),
            expected="one label (cut-off) in the file",
            fix="Write the one you want with mothur's `make.shared(label=…)`",
        )
        problems.raise_if_any()
    return _without(read_grid(source, names="Group"), _BESIDE)


def _without(grid: Grid, names: Sequence[str]) -> Grid:
    """Leave columns out that are no features."""
    import numpy as np

    kept = [at for at, name in enumerate(grid.columns) if name not in names]
    place = np.full(len(grid.columns), -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    keep = place[grid.column_of] >= 0
    grid.row_of, grid.values = grid.row_of[keep], grid.values[keep]
    grid.column_of = place[grid.column_of[keep]]
    grid.columns = [grid.columns[at] for at in kept]
    return grid


def _counts(source: Path) -> Grid:
    """Read a .count_table, full or compressed (`2,15` is 15 in the second group)."""
    with open_text(source) as handle:
        is_compressed = handle.readline().startswith("#Compressed")
    if not is_compressed:
        return _without(read_grid(source), ("total",))
    return _compressed(source)


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


def _representatives(source: Path, names: set[str]) -> dict[str, str]:
    """Read sequences; those of `get.oturep` name their OTU in the second word of the header."""
    found = {}
    for header, sequence in read_fasta(source, by_header=True).items():
        name = next((word for word in re.split(r"[\s|]+", header) if word in names), None)
        if name:
            found[name] = sequence
    return found
