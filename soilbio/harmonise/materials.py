"""Pseudonyms of soils that were received, where more is known: of one's own, or of one sender.

What is received tells by a pseudonym which samples are of one soil. Where one of them is a sample
of one's own under another name, the others are of the soil that this is of. And a soil has another
pseudonym in another release of one sender, if others share samples of it since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from soilbio.standards.materials import material_of
from soilbio.standards.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source

_MATERIAL = "source_mat_id"


def one_name_each(sources: Sequence[Source]) -> list[Source]:
    """Call a soil by one name where its samples, known by theirs, have several names of it.

    What it is called by whoever knows it goes before pseudonyms.
    """
    found: dict[str, set[str]] = {}
    for source in sources:
        for row in source.rows("samples"):
            if told := str(row.get(_MATERIAL) or ""):
                found.setdefault(row["sample_id"], set()).add(told)
    soils: dict[str, set[str]] = {}
    for own in found.values():
        if any(map(is_pseudonym, own)):
            joined = own.union(*(soils.get(name, set()) for name in own))
            soils |= dict.fromkeys(joined, joined)
    renamed = {
        name: first
        for name, own in soils.items()
        if is_pseudonym(name)
        and name != (first := min(own, key=lambda one: (is_pseudonym(one), one)))
    }
    return [_changed(source, renamed, {}) for source in sources] if renamed else list(sources)


def with_materials(sources: Sequence[Source], same: Sequence[tuple[str, str]]) -> list[Source]:
    """Call soils that were received by what one's own samples of them say, or the reverse.

    Parameters
    ----------
    sources : sequence of Source
    same : sequence of (library, library)
        Each a copy, and the one that it is of.

    """
    samples = {library: row for source in sources for library, row in _samples_by_library(source)}
    renamed: dict[str, str] = {}
    filled: dict[str, str] = {}
    for copy, original in same:
        told, own = str(samples[copy].get(_MATERIAL) or ""), samples[original]
        if not is_pseudonym(told):
            continue
        said = str(own.get(_MATERIAL) or "")
        if material_of(said)[0]:
            renamed.setdefault(told, said)
        elif material_of(own["sample_id"])[1]:
            renamed.setdefault(told, own["sample_id"])
        else:
            filled[own["sample_id"]] = told
    if not renamed and not filled:
        return list(sources)
    return [_changed(source, renamed, filled) for source in sources]


def _samples_by_library(source: Source) -> list[tuple[str, Mapping[str, Any]]]:
    rows = {row["sample_id"]: row for row in source.rows("samples")}
    return [(row["library_id"], rows[row["sample_id"]]) for row in source.rows("libraries")]


def _changed(source: Source, renamed: Mapping[str, str], filled: Mapping[str, str]) -> Source:
    import polars as pl

    samples = source.dataset.tables["samples"]
    if _MATERIAL not in samples.collect_schema():
        return source
    told = pl.col("sample_id").replace_strict(filled, default=None, return_dtype=pl.String)
    changed = samples.with_columns(
        pl.coalesce(told, pl.col(_MATERIAL).replace(renamed)).alias(_MATERIAL)
    )
    tables = {**source.dataset.tables, "samples": changed}
    return replace(source, dataset=replace(source.dataset, tables=tables))
