"""A soilbio dataset of what a partner may have: its agreements go along and bind whoever holds it.

The trees stay behind: their branches tell of sequences that are not shared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from soilbio import __version__
from soilbio.agreements.model import Strictness
from soilbio.dataset.folder import SHARED
from soilbio.dataset.history import HISTORY, ORIGINS, write_said
from soilbio.dataset.tables import TABLES
from soilbio.dataset.write import write_dataset
from soilbio.errors import Refused
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.rows import NOTES
from soilbio.exporters.view import View, names_samples
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl

FOLDER = "dataset"


def write(view: View, folder: Path) -> Evidence:
    """Write `dataset/`, which `soilbio dataset validate` accepts.

    Raises
    ------
    Refused
        If a dataset could not be whole without what is withheld, or an agreement's own text would
        tell the names of samples.

    """
    _check_texts(view)
    _check_required(view)
    with TemporaryDirectory(prefix="soilbio-partner-") as scratch:
        _write(view, folder / FOLDER, _merged(view, Path(scratch)))
    return view.evidence


def _merged(view: View, scratch: Path) -> dict[str, Path | str]:
    """Write how it was merged, and what features were made of.

    So each part is passed on by its own agreements, and nobody takes what is merged for something
    finer.
    """
    if view.origins is None:
        return {}
    path = scratch / "origins.parquet"
    write_said(view.origins, path)
    return {ORIGINS: path, HISTORY: f"{json.dumps(view.history, indent=1, ensure_ascii=False)}\n"}


def _write(view: View, target: Path, files: Mapping[str, Path | str]) -> None:
    write_dataset(
        view.tables,
        view.texts,
        target,
        extra_columns=_own_columns(view),
        provenance={
            "title": f"Shared with {view.recipient} on {view.date.isoformat()}",
            "soilbio_version": __version__,
            "date": view.date.isoformat(),
            "is_workflow_run": False,
            "tools": [],
            "references": [],
            "parameters": {"recipient": view.recipient, "purpose": view.purpose},
            "inputs": [],
        },
        files={SHARED: shared_text(view), **files},
    )


def shared_text(view: View) -> str:
    """Write to whom the dataset goes, what for, and until when what of it may be kept."""
    held = {decision.agreements: decision.until for decision in view.in_use()}
    rest = {*view.agreements}.difference(*held)
    if rest:  # of no sample: they end with the first
        held[tuple(sorted(rest))] = min((end for end in held.values() if end), default=None)
    records = [
        {
            "recipient": view.recipient,
            "purpose": view.purpose,
            "date": view.date.isoformat(),
            "until": end.isoformat() if end else None,
            "agreements": [*names],
        }
        for names, end in sorted(held.items())
    ]
    return f"{json.dumps(records, indent=1)}\n"


def _own_columns(view: View) -> dict[str, str]:
    """List the columns of samples that are no MIxS slot: the provider's, and our notes."""
    from soilbio.standards.mixs import SLOTS

    known = {column.name for column in TABLES["samples"].columns} | SLOTS.keys()
    return {
        name: (SharingClass.METHOD if name in NOTES else column.sharing_class).value
        for name, column in view.columns["samples"].items()
        if name not in known
    }


def _check_texts(view: View) -> None:
    """Refuse agreements whose text names samples that the recipient knows by pseudonyms."""
    for decision in view.in_use():
        named = [name for name in decision.agreements if names_samples(view, name)]
        if named:
            because = "; ".join(decision.outcomes[SharingClass.IDENTITY].because)
            raise Refused(
                f"partner needs the text of {', '.join(named)}, which names samples under `covers`,"
                f" and identity may not be shared with {view.recipient}: {because}."
            )


def _check_required(view: View) -> None:
    """Refuse tables that lack what every dataset has."""
    import polars as pl

    for name, table in TABLES.items():
        frame: pl.LazyFrame = view.tables[name]
        for column in table.columns:
            if not column.is_required or column.is_id:
                continue
            there = column.name in view.columns[name]
            missing = pl.col(column.name).is_null().any() if there else pl.len() > 0
            if frame.select(missing).collect(engine="streaming").item():
                reasons = {
                    reason
                    for decision in (*view.in_use(), *view.combined())
                    if decision.outcomes[column.sharing_class].strictness > Strictness.ALLOW
                    for reason in decision.outcomes[column.sharing_class].because
                }
                raise Refused(
                    f"partner needs {column.sharing_class} ({name}.{column.name}), which may not be"
                    f" shared of every record with {view.recipient}: {'; '.join(sorted(reasons))}."
                )
