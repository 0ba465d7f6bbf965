"""BIOM 1.0 (JSON) and 2.1 (HDF5), read by the format's own library."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, problem_of
from soilbio.importers.contradictions import check_sequences
from soilbio.importers.forms import are_lineages, are_numbered, are_sequences
from soilbio.importers.found import Advised, Found
from soilbio.importers.known import joined, taxa_of, together_with
from soilbio.importers.lineage_columns import columns_of
from soilbio.importers.objects import spelled_out
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.sides import Parts, check_known, said_beside, sort_out
from soilbio.importers.stated import Stated, stated
from soilbio.importers.text import open_text

# What its reader raises where a file is damaged, or no table.
_ODD = (OSError, EOFError, LookupError, AttributeError, TypeError, ValueError, RecursionError)
# What the library reads as lists of names.
_LISTS = ("taxonomy", "Taxonomy")
_NOT_TAKEN = "metadata of samples that are not taken"
_HDF5 = b"\x89HDF\r\n\x1a\n"


def recognise(source: Path) -> str:
    """Tell why a file is BIOM."""
    if not source.is_file():
        return ""
    if _is_hdf5(source):
        return "an HDF5 file" if source.suffix == ".biom" else ""
    if ".biom" not in source.name:
        return ""
    with open_text(source) as text:
        return "JSON of BIOM 1.0" if text.read(1) == "{" else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read a table; sequences (.fasta) and lineages (.tsv) may stand beside it."""
    told = stated(options)
    tables = [source for source in sources if ".biom" in source.name or source.suffix == ".hdf5"]
    if len(tables) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(tables)} BIOM files",
            expected="one .biom, and beside it sequences or lineages",
            fix="Import each table on its own",
        )
    parts = sort_out([source for source in sources if source not in tables])
    found = read_biom(tables[0])
    sheet = options.get("samples")
    if isinstance(sheet, Path) and sheet.resolve() == tables[0].resolve():
        found.notes = [one for one in found.notes if _NOT_TAKEN not in one]
    add_beside(found, parts, sources, told)
    return found


def add_beside(found: Found, parts: Parts, sources: Sequence[Path], told: Stated) -> None:
    """Put what files beside a BIOM hold to what it says itself of its observations.

    Raises
    ------
    InputError
        If they are of other features, or contradict it.

    """
    own = said_beside(str(found.sources[0]), found.features)
    found.notes += [*parts.notes, *check_sequences([own, *parts.said])]
    lineages = together_with(found.features, parts.lineages)
    sequences = {**own.sequences, **parts.sequences}
    found.features = joined(found.features, sequences, lineages)
    found.sources = tuple(sources)
    found.notes += check_known(sources, found.features, parts.sequences, parts.lineages, told)


def read_biom(source: Path) -> Found:
    """Read counts, and lineages where they are metadata of observations.

    Raises
    ------
    InputError
        If the file is no BIOM.

    """
    import polars as pl

    table = _table(source)
    _check_sides(source, table)
    names = [str(name) for name in table.ids(axis="observation")]
    libraries = [str(name) for name in table.ids(axis="sample")]
    matrix = table.matrix_data.tocoo()
    filled = matrix.data != 0
    counts = pl.DataFrame(
        {
            "library": pl.Series(libraries, dtype=pl.String).gather(matrix.col[filled]),
            "feature": pl.Series(names, dtype=pl.String).gather(matrix.row[filled]),
            "value": matrix.data[filled].astype(float),
        }
    )
    metadata = table.metadata(axis="observation") or [None] * len(names)
    texts = _texts(metadata, str(source))
    # FROGS has the lineages of two classifiers; of these its own, as in its tables.
    own = {name: cells for name, cells in texts.items() if name != "rdp_taxonomy"}
    own = own if "blast_taxonomy" in texts else texts
    features = taxa_of(names, own, str(source))
    taken = columns_of(own, str(source)).taken
    notes = [
        f"'{name}' of the observations' metadata is not taken"
        for name, cells in texts.items()
        if name not in taken and any(cells)
    ]
    notes += _of_samples(source, table.metadata(axis="sample") or ())
    made = str(table.generated_by or "")
    history = {"generated_by": made} if made else {}
    return Found((source,), counts, tuple(libraries), features, history=history, notes=notes)


def _of_samples(source: Path, metadata: Sequence[Mapping[str, Any] | None]) -> list[str]:
    """Say what is not taken of samples: words of any standard, which a sheet is checked for."""
    known = (key for one in metadata for key, value in (one or {}).items() if value is not None)
    if not (names := sorted(set(map(str, known)))):
        return []
    return [
        Advised(
            f"{_NOT_TAKEN} in {source.name}: {', '.join(names)}",
            f"; to have them, say in --method `samples: {source.name}`",
        )
    ]


def _table(source: Path) -> Any:
    """Read a table; observations whose metadata are a list have that as their lineage.

    R's biomformat writes such, and BIOM's own library takes keys and values only.
    """
    import zlib

    import h5py
    from biom import Table, load_table
    from biom.exception import BiomException

    try:
        if _is_hdf5(source):
            with h5py.File(source) as handle:
                return Table.from_hdf5(handle, parse_fs=dict.fromkeys(_LISTS, _as_it_is))
        if not _is_json(source):
            return load_table(str(source))
        with open_text(source) as handle:
            document = json.load(handle)
        for row in (*document["rows"], *document["columns"]):
            known = row.get("metadata")
            row["metadata"] = known if isinstance(known, dict | None) else {"taxonomy": known}
        return Table.from_json(document)
    except (*_ODD, BiomException, zlib.error) as error:
        raise problem_of(
            "import-biom",
            str(source),
            found=str(error).partition("\n")[0][:200],
            expected="BIOM 1.0 (JSON) or 2.1 (HDF5)",
            fix="Get the file again; `biom validate-table` tells what is wrong",
        ) from error


def _check_sides(source: Path, table: Any) -> None:
    """Stop where samples are what features should be: sequences, lineages, or of such."""
    names = [[str(name) for name in table.ids(axis=axis)] for axis in ("observation", "sample")]
    for are_such in (are_sequences, are_lineages, are_numbered):
        of_features, of_samples = map(are_such, names)
        if of_features:
            return
        if of_samples:
            raise _turned(source, f"samples called as features are: {names[1][0][:60]}")
    if _has_lineages(table.metadata(axis="sample") or []):
        raise _turned(source, "samples with lineages")


def _has_lineages(metadata: Sequence[Mapping[str, Any] | None]) -> bool:
    """Tell whether metadata of samples are lineages; a class of soil is none."""
    if {"phylum", "genus", "family"} & {rank_of(str(key)) for one in metadata for key in one or {}}:
        return True
    try:
        columns = columns_of(_texts(metadata))
    except InputError:
        return False
    return bool(columns.whole or columns.numbered)


def _turned(source: Path, found: str) -> InputError:
    return problem_of(
        "import-orientation",
        str(source),
        found=found,
        expected="features as observations and libraries as samples, as BIOM has them",
        fix="Turn it (in Python: `biom.load_table(path).transpose()`) and write it anew",
    )


def _is_hdf5(source: Path) -> bool:
    with source.open("rb") as handle:
        return handle.read(8) == _HDF5


def _as_it_is(value: Any) -> Any:
    """Keep ranks without a name: the library leaves them out, and names would change their rank."""
    return value


def _is_json(source: Path) -> bool:
    with open_text(source) as text:
        return text.read(64).lstrip()[:1] == "{"


def _texts(metadata: Sequence[Mapping[str, Any] | None], source: str = "") -> dict[str, list[str]]:
    """Give metadata as columns of text; lists and objects of names are lineages."""
    names = dict.fromkeys(str(name) for known in metadata for name in known or {})
    columns = {name: [(known or {}).get(name) for known in metadata] for name in sorted(names)}
    return spelled_out(columns, source)
