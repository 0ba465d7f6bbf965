"""Assays of several datasets: one method has one row, and one name is of one method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.dataset.assay_names import (
    LABEL_DIGITS,
    SHARES,
    method_of,
    name_before_merging,
)

if TYPE_CHECKING:
    from soilbio.harmonise.rows import Row
    from soilbio.harmonise.sources import Source


def assay_names(
    sources: Sequence[Source], assays: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """Name the assays: one that is called the same and is another method, after its method too.

    Counts and shares of one method stay two assays: no column says of a library which it has. Names
    are those of merging all at once: what earlier merging put behind a name is put there anew.

    Returns
    -------
    dict
        The name by checksum of the dataset and name in it.

    """
    methods: dict[str, dict[str, str]] = {}
    kinds: dict[str, set[bool]] = {}
    made = []
    for source in sources:
        for row in source.rows("assays"):
            has_counts = bool(assays[f"{source.name}: {row['assay_id']}"]["has_counts"])
            own = row["assay_id"]
            name = name_before_merging(row, has_counts=has_counts) if source.history else own
            made.append((source.digest, own, name, method_of(row), has_counts))
            methods.setdefault(name, {})[method_of(row)] = row.get("method_fingerprint") or ""
            kinds.setdefault(name, set()).add(has_counts)
    names = {}
    for digest, own, name, method, has_counts in made:
        ends = [f"-{_label(method, methods[name])}"] if len(methods[name]) > 1 else []
        ends += [SHARES] if len(kinds[name]) > 1 and not has_counts else []
        names[digest, own] = name + "".join(ends)
    return names


def _label(method: str, fingerprints: Mapping[str, str]) -> str:
    """Begin with the fingerprint; where several methods share it, with the checksum of all."""
    own = fingerprints[method]
    is_only = list(fingerprints.values()).count(own) == 1
    return (own if own and is_only else method)[:LABEL_DIGITS]


def merged_assays(
    sources: Sequence[Source], names: Mapping[tuple[str, str], str], libraries: Iterable[Row]
) -> list[Row]:
    """Make the rows of assays under their new names, with the agreements of their libraries."""
    agreements: dict[str, set[str]] = {}
    for row in libraries:
        agreements.setdefault(row["assay_id"], set()).add(row["agreement_id"])
    found: dict[str, Row] = {}
    for source in sources:
        for row in source.rows("assays"):
            name = names[source.digest, row["assay_id"]]
            own = set(row["agreement_ids"].split("|"))
            every = agreements.get(name, set()) | own
            found[name] = {
                **found.get(name, row),
                "assay_id": name,
                "agreement_ids": "|".join(
                    sorted(every | set((found.get(name) or row)["agreement_ids"].split("|")))
                ),
            }
    return list(found.values())
