"""mothur: which sequences are of which OTU (.list); which label and clustering a file is of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.grid import Grid
from soilbio.importers.text import open_text

_LABEL = re.compile(
    r"\.(unique|asv|\d+(?:\.\d+)?)\.(?:cons\.(?:tax\.)?taxonomy|rep\.(?:fasta|count_table))", re.I
)
# What mothur calls files by, for how it clustered: final.opti_mcc.shared, final.an.shared.
_CLUSTERING = re.compile(r"\.(opti_\w+|an|fn|nn|agc|dgc|tx|asv)(?=\.)", re.IGNORECASE)


def label_in(path: Path) -> str:
    """Take the label out of a file's name (`final.0.03.cons.taxonomy`); empty where it has none."""
    found = _LABEL.search(path.name)
    return found[1] if found else ""


def is_of(path: Path, label: str) -> bool:
    """Tell whether a file may be of a label: it has the same, or none."""
    own = label_in(path)
    return not own or not label or _same(own, label)


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one.lower() == other.lower()


def chosen(source: Path, labels: Collection[str], wanted: str) -> str:
    """Give the label that is wanted, or the only one.

    Raises
    ------
    InputError
        If there are several and none is wanted, or the one that is wanted is not there.

    """
    found = [label for label in labels if not wanted or _same(label, wanted)]
    if len(found) == 1:
        return found[0]
    raise problem_of(
        "import-labels",
        str(source),
        found=", ".join(sorted(labels)) or "no label",
        expected=f"the label {wanted}" if wanted else "to know which label (cut-off) is wanted",
        fix="Say it in --method: `table: {label: LABEL}`, one of those in the file",
    )


def check_label(path: Path, label: str, table: Path) -> None:
    """Stop where a file is of another label, or of another clustering, than the table.

    Raises
    ------
    InputError
        If its name says another.

    """
    if label and not _is_of_clustering(path, table):
        raise problem_of(
            "import-labels",
            str(path),
            found=", ".join(_CLUSTERING.findall(path.name)),
            expected=f"lineages and sequences of the clustering of {table.name}",
            fix="Name the file of that clustering; mothur numbers OTUs anew in each",
        )
    if not is_of(path, label):
        raise problem_of(
            "import-labels",
            str(path),
            found=label_in(path),
            expected=f"lineages and sequences of the label of the table, {label}",
            fix="Name the file of that label; mothur numbers OTUs anew for each",
        )


def _is_of_clustering(path: Path, table: Path) -> bool:
    own, wanted = (set(map(str.lower, _CLUSTERING.findall(one.name))) for one in (path, table))
    return not own or not wanted or bool(own & wanted)


def nearest(paths: Sequence[Path], label: str, table: Path) -> Path | None:
    """Choose the file whose name begins as the table's, of those of its label and clustering.

    Where none is of these, any is given, to be refused.

    Raises
    ------
    InputError
        If several are as near: of which one the table is, nobody knows.

    """
    fitting = [
        path
        for path in paths
        if is_of(path, label) and (not label or _is_of_clustering(path, table))
    ] or paths
    nearness = {path: _nearness(path, table) for path in fitting}
    best = [path for path in fitting if nearness[path] == max(nearness.values())]
    if len(best) > 1 and len(fitting) > 1:
        raise problem_of(
            "import-which-file",
            str(table),
            found=", ".join(path.name for path in best),
            expected="one file of its lineages, and one of its sequences",
            fix="Name the table and the files that are of it, instead of the folder",
        )
    return best[0] if best else None


def _nearness(path: Path, table: Path) -> tuple[int, int]:
    """Count the parts that two names begin with in common, then those behind them."""
    own, wanted = path.name.split("."), table.name.split(".")
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(own, wanted, strict=False)))
    return len(same), -len(own)


def read_list(source: Path, wanted: str) -> tuple[str, dict[str, list[str]]]:
    """Read the OTUs of a .list: the label, and sequences by OTU.

    Raises
    ------
    InputError
        If the label is not told, or it is no such file.

    """
    otus: dict[str, dict[str, list[str]]] = {}
    for label, names, groups in _lines(source):
        otus[label] = dict(zip(names, groups, strict=True))
    label = chosen(source, otus, wanted)
    return label, otus[label]


def is_of_asvs(source: Path, table: Path) -> bool:
    """Tell a list of ASVs that is not of another clustering than a table of counts."""
    if not _is_of_clustering(source, table):
        return False
    with open_text(source) as handle:
        return any(line.lower().startswith("asv\t") for line in handle)


def sequences_of_asvs(source: Path, label: str) -> dict[str, str]:
    """Give the ASV of each sequence of a list: each has one.

    Raises
    ------
    InputError
        As `read_list`.

    """
    _, asvs = read_list(source, label)
    return {sequence: name for name, sequences in asvs.items() for sequence in sequences}


def _lines(source: Path) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    header: list[str] = []
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n\t").split("\t")
            if cells[0].lower() == "label":
                header = cells[2:]
                continue
            if not line.strip():
                continue
            groups = [cell.split(",") for cell in cells[2:]]
            if len(cells) < 3 or cells[1] != str(len(groups)) or len(set(cells[2:])) < len(groups):
                raise _wrong(source, number, line[:60], "a label, the number of OTUs, and each OTU")
            digits = len(str(len(groups)))
            names = [f"Otu{at:0{digits}d}" for at in range(1, len(groups) + 1)]
            yield cells[0], header if len(header) == len(groups) else names, groups


def _wrong(source: Path, row: int | None, found: str, expected: str) -> InputError:
    return problem_of(
        "import-file-missing" if row is None else "import-cell",
        str(source),
        row=row,
        found=found,
        expected=expected,
        fix="Name the files of one step of mothur",
    )


def clustered(grid: Grid, otus: dict[str, list[str]], files: Sequence[Path]) -> Grid:
    """Add the counts of sequences up to those of OTUs.

    Raises
    ------
    InputError
        If sequences of either file are not in the other, or in two OTUs.

    """
    import numpy as np

    of_sequence: dict[str, int] = {}
    problems = Problems(", ".join(path.name for path in files))
    twice = []
    for at, names in enumerate(otus.values()):
        twice += [name for name in names if name in of_sequence]
        of_sequence |= dict.fromkeys(names, at)
    known = set(grid.rows)
    for names, expected in (
        (twice, "each sequence in one OTU"),
        (sorted(of_sequence.keys() - known), "sequences that the count_table has, too"),
        (sorted(known - of_sequence.keys()), "sequences that the list has, too"),
    ):
        if names:
            problems.add(
                "import-names-differ",
                found=f"{len(names)}, such as {names[0]}",
                expected=expected,
                fix="Name the .list and .count_table of one step of mothur",
            )
    problems.raise_if_any()
    places = np.array([of_sequence[name] for name in grid.rows], dtype=np.int32)
    return Grid(
        grid.source,
        list(otus),
        grid.columns,
        places[grid.row_of] if len(places) else grid.row_of,
        grid.column_of,
        grid.values,
        {},
        notes=grid.notes,
    )
