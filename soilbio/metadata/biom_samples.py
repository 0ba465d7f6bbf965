"""What a BIOM says of its samples, as the rows of a sheet; of its counts nothing is read."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ENDS = (".biom", ".biom.gz")
# HDF5 has no marks of paths in names; the format writes words for them.
_SLASH = "@@SLASH@@"
# What damaged files make h5py and json raise.
ODD = (OSError, EOFError, LookupError, AttributeError, TypeError, ValueError, RecursionError)


def is_biom(path: Path) -> bool:
    """Tell whether a file is a BIOM: HDF5 by its first bytes, JSON by its name."""
    with path.open("rb") as handle:
        return handle.read(len(_HDF5)) == _HDF5 or path.name.lower().endswith(_ENDS)


def grid_of_biom(path: Path) -> list[tuple[int, list[str]]]:
    """Give a header and a row for each sample, numbered as a spreadsheet counts them.

    A column that repeats the ids of samples, as exports of QIIME and phyloseq have, is left out.

    Raises
    ------
    OSError, EOFError, LookupError, AttributeError, TypeError, ValueError, RecursionError
        If it is no BIOM.

    """
    ids, columns = _of_hdf5(path) if _is_hdf5(path) else _of_json(path)
    own = {name: cells for name, cells in columns.items() if any(cells) and cells != ids}
    rows = [["sample_id", *own], *map(list, zip(ids, *own.values(), strict=True))]
    return list(enumerate(rows, start=1))


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(len(_HDF5)) == _HDF5


def _of_hdf5(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    import h5py

    with h5py.File(path) as handle:
        ids = [_as_text(one) for one in handle["sample/ids"][()].tolist()]
        found = handle.get("sample/metadata") or {}
        columns = {
            str(name).replace(_SLASH, "/"): list(map(_as_text, found[name][()].tolist()))
            for name in found
        }
    return ids, columns


def _of_json(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as handle:
        samples: Sequence[Mapping[str, Any]] = json.load(handle)["columns"]
    known = [one.get("metadata") or {} for one in samples]
    names = sorted({str(name) for one in known for name in one})
    columns = {name: [_as_text(one.get(name)) for one in known] for name in names}
    return [_as_text(one["id"]) for one in samples], columns


def _as_text(value: object) -> str:
    """Write a value as a sheet has it; of a list, such as ids that were joined, all of them."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return "; ".join(filter(None, map(_as_text, value)))
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.15g}"
    return "" if value is None else str(value)
