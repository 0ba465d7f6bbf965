"""A dataset and a request → the view that holds what the agreements allow, made by copying.

A record is touched by the agreements of its own row and of the rows it hangs on: sample, libraries
and counts of one sample share theirs. A feature is touched by those of the counts that are shared:
so what a view holds is what it would hold if the withheld rows had never been there, and a feature
that a closed agreement knows too looks like any other; in a merged dataset its values are those of
the datasets whose counts are shared (`origins`). Where several agreements touch a shared record,
the strictest rules, class by class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

from soilbio.agreements.model import Decision, Strictness
from soilbio.agreements.onward import Holding
from soilbio.dataset.columns import column_of, property_of
from soilbio.dataset.folder import SHARED
from soilbio.dataset.history import TELLS_SOILS, History
from soilbio.dataset.tables import TABLES, Column
from soilbio.errors import problem_of
from soilbio.exporters.assay_names import renamed, shown_assays
from soilbio.exporters.evidence import Evidence, Fate, Ledger
from soilbio.exporters.features import copy_features, counted, keep_counts
from soilbio.exporters.filled import filled_columns, frame_of
from soilbio.exporters.gate import Gate, key_of, open_gate
from soilbio.exporters.materials import (
    MATERIAL,
    borrowed_ids,
    laboratories_of,
    tells_all,
    told_materials,
)
from soilbio.exporters.merged_history import Received, copy_history, cuts_of
from soilbio.exporters.origins import origins_of
from soilbio.exporters.profile_names import sheet_names
from soilbio.exporters.rows import (
    NEVER,
    NOTES,
    UNCERTAINTY,
    Names,
    Row,
    can_show,
    copy_row,
    is_control,
)
from soilbio.exporters.rows import copy_sample as copy_sample_row
from soilbio.exporters.view import View
from soilbio.standards.materials import soils_of
from soilbio.standards.pseudonyms import PSEUDONYM
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    import polars as pl

__all__ = ["redacted_view"]

_ID = "feature_id"
_NO_SAMPLE = frozenset({"", "sample"})
_LIBRARY_CLASSES = (Share.METHOD, Share.COUNTS)


class Source(Protocol):
    """What is needed of a dataset."""

    @property
    def tables(self) -> Mapping[str, pl.LazyFrame]: ...
    @property
    def agreements(self) -> Mapping[str, str]: ...
    @property
    def extra_columns(self) -> Mapping[str, str]: ...
    @property
    def shared(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def origins(self) -> pl.LazyFrame | None: ...
    @property
    def history(self) -> History: ...


@dataclass(slots=True)
class _Work:
    """What is known while a view is made; ids are the dataset's own unless said otherwise."""

    source: Source
    gate: Gate
    names: Names
    ledger: Ledger = field(default_factory=Ledger)
    key_of_sample: dict[str, str] = field(default_factory=dict)
    sample_of: dict[str, str] = field(default_factory=dict)  # of a library
    is_control: dict[str, bool] = field(default_factory=dict)  # of a library
    new_sample: dict[str, str] = field(default_factory=dict)
    new_library: dict[str, str] = field(default_factory=dict)

    def columns(self, table: str) -> dict[str, Column]:
        """Describe the columns of a table that have a sharing class."""
        present = self.source.tables[table].collect_schema().names()
        found = {
            name: column_of(TABLES[table], name, self.source.extra_columns) for name in present
        }
        return {name: column for name, column in found.items() if column is not None}

    def rows(self, table: str) -> list[Row]:
        """Read a small table, sorted."""
        frame = self.source.tables[table].sort(TABLES[table].key[0]).collect()
        return list(frame.iter_rows(named=True))


def redacted_view(dataset: Source, recipient: str, purpose: str, on: dt.date, key: bytes) -> View:
    """Copy what the agreements let a recipient have.

    Parameters
    ----------
    dataset : Dataset
        As `soilbio.dataset.read.read_dataset` gives it: its invariants hold.
    recipient : str
        `public`, `consortium`, or the ROR of a party of an agreement of the dataset.
    purpose : str
        A key of `standards.purposes.PURPOSES`.
    on : date
        The day of sharing.
    key : bytes
        The key of pseudonyms (`pseudonyms.read_key`).

    Returns
    -------
    View
        `counts` and `features` are lazy; the other tables are in memory, O(n_samples +
        n_libraries + n_measurements), and so are the ids of the shared features.

    Raises
    ------
    InputError
        If an agreement cannot be read, or purpose or recipient are unknown.
    Refused
        If nothing may be shared; the message names the clauses.

    """
    gate = open_gate(dataset.agreements, recipient, purpose, on, _holdings(dataset.shared))
    names = Names(key, recipient, sheet_names(dataset.tables), _pseudonyms_in(dataset))
    work = _Work(dataset, gate, names)
    _relate(work)
    small = {"samples": _samples(work)}
    if not small["samples"]:
        raise gate.refusal(Share, "Nothing")
    small["libraries"] = _libraries(work)
    small["assays"] = _assays(work)
    shown = _assay_names(work)
    for table in ("libraries", "assays"):
        small[table] = renamed(small[table], shown)
    small["measurements"] = _measurements(work)
    kept = {library: work.key_of_sample[work.sample_of[library]] for library in work.new_library}
    is_open = counted(kept, gate)
    origins = origins_of(dataset.origins, dataset.history, is_open)
    counts = keep_counts(dataset.tables["counts"], is_open, work.ledger)
    copied = copy_features(
        (dataset.tables["features"], origins),
        *(counts, work.new_library, gate, (work.names, work.ledger)),
    )
    lots = origins.lots if origins else {}
    assay_of = {row["library_id"]: row["assay_id"] for row in small["libraries"]}
    received = Received(small["assays"], work.new_library, (assay_of, shown), lots, work.names)
    columns = {table: _shown(work, table) for table in TABLES}
    columns |= {table: filled_columns(rows, columns[table]) for table, rows in small.items()}
    tables = {table: frame_of(rows, table, columns[table]) for table, rows in small.items()}
    tables["features"] = copied.features.select(*columns["features"])
    tables["counts"] = copied.counts.select(*columns["counts"])
    of_sample = {new: work.key_of_sample[old] for old, new in work.new_sample.items()}
    materials, is_whole = _materials(work)
    return View(
        recipient,
        purpose,
        on,
        {table: tables[table] for table in TABLES},
        columns,
        dict(sorted(gate.decisions.items())),
        of_sample,
        in_use := _in_use(gate, of_sample.values()),
        {name: dataset.agreements[name] for name in in_use},
        Evidence(
            *(work.ledger.values, work.ledger.rows, _digests(dataset.agreements)),
            cuts_of(history := copy_history(dataset.history, received)),
        ),
        work.names.of("dataset"),
        copied.origins,
        history | ({TELLS_SOILS: True} if history and is_whole else {}),
        materials,
        _soils(work),
    )


def _pseudonyms_in(dataset: Source) -> frozenset[str]:
    """List the ids that are pseudonyms already: no other thing may get one of them."""
    import polars as pl

    found: set[str] = set()
    for table, name in (("samples", "sample_id"), ("libraries", "library_id"), ("features", _ID)):
        ids = dataset.tables[table].select(pl.col(name).str.extract(PSEUDONYM)).drop_nulls()
        found.update(ids.collect(engine="streaming").to_series())
    return frozenset(found)


def _holdings(shared: Sequence[Mapping[str, Any]]) -> list[Holding]:
    """Read on which terms data were shared with the dataset's holder; none for one's own.

    Raises
    ------
    InputError
        If that cannot be read: then nobody knows what may be done with it.

    """
    found = []
    for one in shared:
        try:
            until = one["until"]
            holding = Holding(
                one["recipient"],
                one["purpose"],
                dt.date.fromisoformat(one["date"]),
                dt.date.fromisoformat(until) if until else None,
                tuple(one["agreements"]),
            )
        except (KeyError, ValueError, TypeError):
            raise problem_of(
                "dataset-shared",
                SHARED,
                found=str(one)[:200],
                expected="recipient, purpose, date, until and agreements, as the sender wrote them",
                fix="Get the dataset again from the sender",
            ) from None
        found.append(holding)
    return found


def _digests(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}


def _in_use(gate: Gate, keys: Iterable[str]) -> dict[str, Any]:
    names = sorted({name for key in keys for name in key.split("|")})
    return {name: gate.agreements[name] for name in names}


def _relate(work: _Work) -> None:
    """Find the agreements that touch each sample: its own, those of its libraries and counts."""
    samples = {row["sample_id"]: row for row in work.rows("samples")}
    touching = {sample: {row["agreement_id"]} for sample, row in samples.items()}
    for row in work.rows("libraries"):
        work.sample_of[row["library_id"]] = row["sample_id"]
        work.is_control[row["library_id"]] = is_control(row, samples[row["sample_id"]])
        touching[row["sample_id"]].add(row["agreement_id"])
    pairs = work.source.tables["counts"].select("library_id", "agreement_id").unique()
    for library, agreement in pairs.collect(engine="streaming").iter_rows():
        touching[work.sample_of[library]].add(agreement)
    work.key_of_sample = {sample: key_of(names) for sample, names in touching.items()}


def _shares(decision: Decision, columns: Iterable[tuple[str, Column]]) -> bool:
    return any(
        can_show(name, one.sharing_class, decision) for name, one in columns if not one.is_id
    )


def _samples(work: _Work) -> list[Row]:
    """Copy the samples that anything may be shared of; controls only where those may be."""
    columns = work.columns("samples")
    libraries: dict[str, list[str]] = {}
    for library, sample in work.sample_of.items():
        libraries.setdefault(sample, []).append(library)
    copied = []
    rows = work.rows("samples")
    decided = [(row, work.gate.of(work.key_of_sample[row["sample_id"]])) for row in rows]
    borrowed = borrowed_ids(decided)
    for row, decision in decided:
        old = row["sample_id"]
        own = libraries.get(old, [])
        is_all_control = (
            all(work.is_control[one] for one in own)
            if own
            else (row.get("samp_category") or "") not in _NO_SAMPLE
        )
        has_library = any(_is_library_kept(work, one) for one in own)
        is_open = not is_all_control or work.gate.allows(work.key_of_sample[old], Share.CONTROLS)
        if is_open and (has_library or _shares(decision, columns.items())):
            told = {**row, MATERIAL: None} if old in borrowed else row
            new, fates = copy_sample_row(told, columns, decision, work.names)
            fates += [(Share.IDENTITY, Fate.WITHHELD)] * (old in borrowed)
            work.new_sample[old] = new["sample_id"]
            work.ledger.add_row("samples", fates)
            copied.append(new)
        else:
            _drop(work, "samples", row, columns)
    return copied


def _materials(work: _Work) -> tuple[dict[str, str], bool]:
    """Give the pseudonyms of soils that several shared samples are of, by their new ids.

    And whether these are all that several are of; what was received may lack some.
    """
    shared = {library: work.sample_of[library] for library in work.new_library}
    rows = [row for row in work.rows("samples") if row["sample_id"] in work.new_sample]
    decided = [(row, work.gate.of(work.key_of_sample[row["sample_id"]])) for row in rows]
    laboratories = laboratories_of(work.source.history, shared)
    told = told_materials(decided, laboratories, work.names)
    is_known = not work.source.shared or bool(work.source.history.get(TELLS_SOILS))
    materials = {work.new_sample[old]: new for old, new in sorted(told.items())}
    return materials, is_known and tells_all(decided)


def _soils(work: _Work) -> dict[str, str]:
    """Group the shared samples by soil, by their new ids."""
    rows = [row for row in work.rows("samples") if row["sample_id"] in work.new_sample]
    shared = {library: work.sample_of[library] for library in work.new_library}
    soil_of = soils_of(rows, laboratories_of(work.source.history, shared))
    return {work.new_sample[old]: work.new_sample[soil] for old, soil in soil_of.items()}


def _is_library_kept(work: _Work, library: str) -> bool:
    key = work.key_of_sample[work.sample_of[library]]
    if work.is_control[library] and not work.gate.allows(key, Share.CONTROLS):
        return False
    return any(work.gate.allows(key, one) for one in _LIBRARY_CLASSES)


def _libraries(work: _Work) -> list[Row]:
    """Copy the libraries whose methods or counts may be shared, under their samples' names."""
    columns = work.columns("libraries")
    copied = []
    for row in work.rows("libraries"):
        old, sample = row["library_id"], row["sample_id"]
        if sample not in work.new_sample or not _is_library_kept(work, old):
            _drop(work, "libraries", row, columns)
            continue
        decision = work.gate.of(work.key_of_sample[sample])
        new, fates = copy_row("libraries", row, columns, decision, work.names)
        work.new_library[old] = new["library_id"]
        work.ledger.add_row("libraries", fates)
        copied.append(new)
    return copied


def _keys_of_assays(work: _Work) -> dict[str, str]:
    """Give the shared assays, with the agreements of their shared libraries; these touch them."""
    keys: dict[str, set[str]] = {}
    for row in work.rows("libraries"):
        if row["library_id"] in work.new_library:
            keys.setdefault(row["assay_id"], set()).add(work.key_of_sample[row["sample_id"]])
    return {assay: key_of(own) for assay, own in keys.items()}


def _assay_names(work: _Work) -> dict[str, str]:
    rows = {row["assay_id"]: row for row in work.rows("assays")}
    keys = _keys_of_assays(work)
    has_method = {name: work.gate.allows(key, Share.METHOD) for name, key in keys.items()}
    return shown_assays(rows, has_method, work.names, is_merged=bool(work.source.history))


def _assays(work: _Work) -> list[Row]:
    """Copy the assays of shared libraries; only their agreements touch them."""
    columns = work.columns("assays")
    keys = _keys_of_assays(work)
    copied = []
    for row in work.rows("assays"):
        if row["assay_id"] not in keys:
            _drop(work, "assays", row, columns)
            continue
        key = keys[row["assay_id"]]
        new, fates = copy_row("assays", row, columns, work.gate.of(key), work.names)
        work.ledger.add_row("assays", fates)
        copied.append({**new, "agreement_ids": key})
    return copied


def _measurements(work: _Work) -> list[Row]:
    """Copy measurements of shared samples and libraries whose property may be shared.

    A property has the class of the column of that name; one that has none is withheld, so that a
    place cannot leave as a soil property.
    """
    columns = work.columns("measurements")
    copied = []
    for row in work.rows("measurements"):
        subject = row["subject"]
        sample = subject if subject in work.new_sample else work.sample_of.get(subject, "")
        is_there = subject in work.new_sample or subject in work.new_library
        key = key_of([row["agreement_id"], work.key_of_sample.get(sample, "")])
        known = property_of(row["property"], work.source.extra_columns)
        is_open = (
            is_there
            and known is not None
            and not known.is_id
            and work.gate.allows(key, known.sharing_class)
            and work.gate.allows(key, Share.ENVIRONMENT)
        )
        if not is_open:
            _drop(work, "measurements", row, columns)
            continue
        new, fates = copy_row("measurements", row, columns, work.gate.of(key), work.names)
        new["subject"] = work.new_sample.get(subject) or work.new_library[subject]
        work.ledger.add_row("measurements", fates)
        copied.append(new)
    return copied


def _drop(work: _Work, table: str, row: Row, columns: Mapping[str, Column]) -> None:
    classes = [one.sharing_class for name, one in columns.items() if row[name] not in (None, "")]
    work.ledger.drop_row(table, classes)


def _shown(work: _Work, table: str) -> dict[str, Column]:
    """List the columns of a table that any decision in use lets a value through of, and its ids."""
    decisions = [work.gate.of(work.key_of_sample[old]) for old in work.new_sample]
    columns = {
        name: column
        for name, column in work.columns(table).items()
        if column.is_id
        or (
            (table, name) not in NEVER
            and any(can_show(name, column.sharing_class, one) for one in decisions)
        )
    }
    if table == "samples":
        if any(
            one.outcomes[Share.LOCATION].strictness == Strictness.GENERALISE for one in decisions
        ):
            own = column_of(TABLES[table], UNCERTAINTY, {})
            columns.update({UNCERTAINTY: own} if own else {})
        columns.update(
            {name: Column(name, "string", Share.METHOD, text) for name, text in NOTES.items()}
        )
    return columns
