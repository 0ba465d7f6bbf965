"""Samples, libraries and measurements of several datasets: what two have is there once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import TABLES
from soilbio.harmonise.history import owners_of_samples
from soilbio.harmonise.measured import MEASURED_SLOTS
from soilbio.harmonise.same_samples import are_one, libraries_of
from soilbio.harmonise.treated import TREATED, parted_before, workers
from soilbio.metadata.meaning import meaning_of
from soilbio.standards.insdc import is_missing
from soilbio.standards.materials import Material, Rows, are_several, by_material
from soilbio.standards.mixs import method_slot

if TYPE_CHECKING:
    import polars as pl

    from soilbio.errors import Problems
    from soilbio.harmonise.sources import Source

# Samples of one material (MIxS source_mat_id in several datasets, or an archive's accession).
MATERIAL = "provenance/same_material.tsv"
MATERIAL_HEADER = ("source_mat_id", "dataset", "sample_id")
# Cells that say the same in other words; the merged dataset has one of them.
WRITTEN = "provenance/written_otherwise.tsv"
WRITTEN_HEADER = ("subject", "property", "dataset", "value")
Row = dict[str, Any]
# Row, column, dataset, and what is in it.
_Cell = tuple[str, str, str, str]


def rows_of(
    sources: Sequence[Source],
    table: str,
    problems: Problems,
    assays: Mapping[tuple[str, str], str] | None = None,
) -> tuple[list[Row], list[_Cell], list[_Cell]]:
    """Take the rows of a table; what two datasets have must say the same in both.

    Of a sample that is one by more than its name an empty cell takes the other's value, and soil
    properties that differ stay both, as measurements: in the sample, which has one cell for them,
    is neither. So it is with what laboratories did with it, of which no one's word is another's.
    Of two ways of writing the same the first by alphabet stays.

    Returns
    -------
    rows : list of dict
    differing : list of tuple
        The cells that differ, for `measurements` and `CONFLICTS`: row, column, dataset and text.
    written : list of tuple
        Those that say the same in other words, for `WRITTEN`.

    """
    key = TABLES[table].key[0]
    found: dict[str, list[tuple[str, Row]]] = {}
    for source in sources:
        for row in source.rows(table):
            if assays is not None:
                row["assay_id"] = assays[source.digest, row["assay_id"]]
            found.setdefault(row[key], []).append((source.name, row))
    several = {name for name, own in found.items() if len(own) > 1}
    is_sample = table == "samples"
    measured = _measured(sources, several) if is_sample and several else {}
    controls = _controls(sources) if is_sample else {}
    libraries = libraries_of(sources) if is_sample and several else {}
    before = parted_before(sources) if is_sample and several else set()
    rows: list[Row] = []
    settled: list[_Cell] = []
    written: list[_Cell] = []
    for name, own in found.items():
        is_known = is_sample and are_one(own, libraries)
        one = _One(dict(own[0][1]))
        parted = _part_work(one, own, workers(own, libraries), before) if is_known else set()
        _fill(one, own, measured if is_known else None, parted)
        differing = one.differing
        if len({controls.get((who, name)) for who, _ in own} - {None}) > 1:
            differing.append("control_type")  # of a control other things may be shared
        rows.append(one.row)
        settled += [(name, *cell) for cell in one.settled]
        written += [(name, *cell) for cell in one.written]
        if differing:
            problems.add(
                "harmonise-conflict",
                source=", ".join(sorted({who for who, _ in own}, reverse=True)),
                column=", ".join(differing),
                found=name,
                expected=f"one {key[:-3]} of that name, or the same in both datasets",
                fix="Correct the one that is wrong; two that share a name need another one each"
                " (here with --prefix DATASET=TEXT; in the method.yaml of an import `prefix`, or"
                " `library_prefix` for libraries of two assays of one sample)"
                + _fix(differing, is_sample=is_sample, is_known=is_known),
            )
    return rows, settled, written


def _fix(differing: Collection[str], *, is_sample: bool, is_known: bool) -> str:
    """Say how a sample stays one."""
    if is_sample and not is_known:
        return (
            "; if it is one sample, give it the same source_mat_id, or lat_lon and collection_date,"
            " in both (no name says so)"
        )
    if is_sample and "agreement_id" in differing:
        return (
            "; one sample under two agreements needs two names, and is known to be of one soil by"
            " the same source_mat_id in both (`prefix` puts an accession there)"
        )
    return ""


# Empty, these say that a sample is no control, and under which terms nothing is.
_ID, _DATASET = "sample_id", " dataset"
_NOT_FILLED = frozenset({"samp_category", "agreement_id"})
# What a dataset says of a sample in its measurements: (dataset, sample, column) to texts.
_Measured = Mapping[tuple[str, str, str], set[str]]


@dataclass(slots=True)
class _One:
    """A row made of several, and its cells: what measurements have, other words, what differs."""

    row: Row
    settled: list[tuple[str, str, str]] = field(default_factory=list)
    written: list[tuple[str, str, str]] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


def _measured(sources: Sequence[Source], samples: Collection[str]) -> _Measured:
    import polars as pl

    found: dict[tuple[str, str, str], set[str]] = {}
    is_of = pl.col("subject").is_in(sorted(samples))
    for source in sources:
        for row in source.frame("measurements").filter(is_of).collect().iter_rows(named=True):
            subject, name = row["subject"], row["property"]
            for column, text in (
                (name, row["verbatim_value"]),
                (method_slot(name), row["method"]),
            ):
                if text:
                    found.setdefault((source.name, subject, column), set()).add(text)
        for row in source.rows("samples"):
            for column, text in _to_be_measured(row) if row[_ID] in samples else ():
                found.setdefault((source.name, row[_ID], column), set()).add(text)
    return found


def _to_be_measured(row: Row) -> Iterator[tuple[str, str]]:
    """Yield soil properties and their methods of a sample.

    What of them is no number (below detection, a range) becomes a measurement where others differ.
    """
    for name in MEASURED_SLOTS:
        if not _is_empty(row.get(name)):
            yield name, row[name]
            if method := row.get(method_slot(name)):
                yield method_slot(name), method


def _controls(sources: Sequence[Source]) -> dict[tuple[str, str], bool]:
    """Tell of the samples of each dataset whether all of their libraries are controls."""
    found: dict[tuple[str, str], bool] = {}
    for source in sources:
        for row in source.rows("libraries"):
            place = source.name, row["sample_id"]
            found[place] = found.get(place, True) and bool(row["control_type"])
    return found


def _part_work(
    one: _One,
    own: Sequence[tuple[str, Row]],
    groups: Sequence[Sequence[str]],
    before: Collection[tuple[str, str]],
) -> set[str]:
    """Leave the cells of work empty that laboratories tell differently, or not all; give which.

    Also those that earlier merging left so (`before`); what one says is for `CONFLICTS`.
    """
    parted: set[str] = set()
    if len(own) == 1:
        return parted
    for name in sorted(TREATED.intersection({name for _, row in own for name in row})):
        told = {who: row[name] for who, row in own if not _is_empty(row.get(name))}
        words = [{_meaning(name, told[who]) for who in group if who in told} for group in groups]
        is_one = all(own_words == words[0] for own_words in words)
        if any(len(own_words) > 1 for own_words in words):
            continue  # of one laboratory, these are in conflict
        if not is_one or (one.row[_ID], name) in before:
            one.settled += sorted((name, who, str(text)) for who, text in told.items())
            one.row[name] = None
            parted.add(name)
    return parted


def _fill(
    one: _One,
    own: Sequence[tuple[str, Row]],
    measured: _Measured | None,
    parted: Collection[str],
) -> None:
    """Make one row of several, but for the columns in which it is `parted`.

    Where `measured` is None nothing may differ; what is empty says something there.
    """
    names = {name for _, row in own for name in row}.difference(parted)
    for name in sorted(names) if len(own) > 1 else ():
        known = None if name in _NOT_FILLED else measured
        said = {(who, row.get(name) or None) for who, row in own}
        if known is not None:
            said = _said(own, name, known)
        texts = {text for _, text in said}
        cells = sorted((name, who, str(text)) for who, text in said)
        if len({_meaning(name, text) for text in texts}) > 1:
            if known and all(
                text in known.get((who, one.row[_ID], name), ()) for who, text in said
            ):
                one.row[name] = None
                one.settled += cells
            else:
                one.differing.append(name)
        elif len(texts) > 1:
            one.row[name] = min(map(str, texts))
            one.written += cells
        elif known is not None:
            one.row[name] = next(iter(texts), _nothing(own, name))


def _meaning(name: str, value: object) -> object:
    return meaning_of(name, value) if isinstance(value, str) else value


def _said(
    own: Sequence[tuple[str, Row]], name: str, measured: _Measured
) -> set[tuple[str, object]]:
    """Tell which dataset says what of a column of a sample; what is empty says nothing."""
    said = {(who, row.get(name)) for who, row in own if not _is_empty(row.get(name))}
    if not said:  # a term for what is missing stays one
        said = {(who, row[name]) for who, row in own if row.get(name) not in (None, "")}
    # A cell that earlier merging left to measurements is no empty one.
    left = [who for who, row in own if said and _is_empty(row.get(name))]
    texts = {(who, text) for who in left for text in measured.get((who, own[0][1][_ID], name), ())}
    return said | texts


def _nothing(own: Sequence[tuple[str, Row]], name: str) -> str | None:
    return "" if any(row.get(name) == "" for _, row in own) else None


def _is_empty(value: object) -> bool:
    """Tell whether a cell has no value; one that only says why has none, either."""
    return value in (None, "") or (isinstance(value, str) and is_missing(value))


def by_name_alone(sources: Sequence[Source]) -> int:
    """Count the samples of several datasets that nothing but their name says to be one."""
    libraries = libraries_of(sources)
    found: dict[str, list[tuple[str, Row]]] = {}
    for source in sources:
        for row in source.rows("samples"):
            found.setdefault(row["sample_id"], []).append((source.name, row))
    return sum(not are_one(own, libraries) for own in found.values())


def same_material(
    sources: Sequence[Source], notes: dict[str, int] | None = None
) -> list[tuple[str, str, str]]:
    """List the samples that are of one material, under whatever names.

    Those of one name are one sample. The others stay apart: what two laboratories made of one soil
    is a measure of the laboratories. An archive's accession is one however it is written, and where
    samples go by it, too; it alone makes samples of one dataset one material, since an id of one's
    own may be that of a plot.
    """
    materials, none = by_material(
        (f"{name} {row['agreement_id']}", {**row, _DATASET: name})
        for source, owners in zip(sources, owners_of_samples(sources), strict=True)
        for row in source.rows("samples")
        for name in owners.get(row["sample_id"], [source.name])
    )
    if none and notes is not None:
        notes["material_ids_of_samples_that_are_of_several_soils"] = len(none)
    return sorted(
        {
            (material.told, row[_DATASET], row["sample_id"])
            for material, rows in materials.items()
            if _is_of_several(material, rows)
            for _, row in rows
        }
    )


def _is_of_several(material: Material, rows: Rows) -> bool:
    """Tell whether several samples are of a material: of several datasets, or by an accession."""
    samples, datasets = ({row[name] for _, row in rows} for name in (_ID, _DATASET))
    is_known = material.is_accession and not are_several(rows)
    return len(samples) > 1 and (len(datasets) > 1 or is_known)


def frame_of(rows: Sequence[Row], table: str) -> pl.DataFrame:
    """Make a table of rows; columns that any row has are there."""
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    declared = {column.name: types[column.type] for column in TABLES[table].columns}
    names = sorted({name for row in rows for name in row} - declared.keys())
    schema = declared | dict.fromkeys(names, pl.String)
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


def own_columns(sources: Sequence[Source], problems: Problems) -> dict[str, str]:
    """Take the users' own columns; one name with two sharing classes is nobody's to decide."""
    found: dict[str, str] = {}
    for source in sources:
        for name, one in source.dataset.extra_columns.items():
            if found.setdefault(name, one) != one:
                problems.add(
                    "harmonise-class",
                    source=source.name,
                    column=name,
                    found=one,
                    expected=f"one sharing class; another dataset has {found[name]}",
                    fix="Rename one of the columns at its source",
                )
    problems.raise_if_any()
    return found
