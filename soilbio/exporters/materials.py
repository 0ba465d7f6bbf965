"""Which samples are of one soil, told by pseudonyms where the ids of their materials are withheld.

A recipient who took them for several soils would take libraries of one soil for replicates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from soilbio.agreements.model import Decision, Strictness
from soilbio.dataset.columns import column_of
from soilbio.dataset.history import History, laboratory_of_libraries
from soilbio.dataset.tables import TABLES
from soilbio.standards.materials import material_of, soils_of
from soilbio.standards.pseudonyms import is_pseudonym
from soilbio.standards.sharing_classes import SharingClass as Share
from soilbio.standards.written import written_plainly

if TYPE_CHECKING:
    from soilbio.exporters.rows import Names, Row
    from soilbio.exporters.view import View

MATERIAL = "source_mat_id"
# What samples tell of their soil. One that tells more of it than another may tell it of both.
_OF_SOIL = (Share.LOCATION, Share.REGION, Share.TIME, Share.ENVIRONMENT, Share.MANAGEMENT)


def laboratories_of(history: History, sample_of: Mapping[str, str]) -> dict[str, set[str]]:
    """Tell which laboratories, datasets that were merged, have libraries of each sample.

    `sample_of` are shared libraries. Those of a dataset that was not merged are of one laboratory,
    which has no name.
    """
    found: dict[str, set[str]] = {sample: set() for sample in sample_of.values()}
    for library, name in laboratory_of_libraries(history).items():
        if library in sample_of:
            found[sample_of[library]].add(name)
    return {sample: own or {""} for sample, own in found.items()}


def borrowed_ids(samples: Iterable[tuple[Row, Decision]]) -> set[str]:
    """List samples whose material has another's id of it, which that one does not share.

    Who received a soil under a pseudonym, and has a sample of it, calls it as that one does
    (`harmonise.materials`); the agreement of the received sample does not speak for that id.
    """
    borrowed: dict[str, list[str]] = {}
    is_open: dict[str, bool] = {}
    for row, decision in samples:
        sample, told = row["sample_id"], str(row.get(MATERIAL) or "")
        if not is_pseudonym(sample):
            for material, _ in (material_of(told), material_of(sample)):
                is_open[material] = is_open.get(material, True) and not _is_withheld(decision)
        elif told and not is_pseudonym(told):
            borrowed.setdefault(material_of(told)[0], []).append(sample)
    return {
        sample
        for material, own in borrowed.items()
        if not is_open.get(material, False)
        for sample in own
    }


def tells_all(samples: Iterable[tuple[Row, Decision]]) -> bool:
    """Tell whether of all samples the same may be told: then so is each soil that several are of.

    The answer is of agreements alone, which their recipient knows: one that followed the ids of
    materials would tell of these.
    """
    groups = {_terms(one) if _is_withheld(one) else "" for _, one in samples}
    return len(groups) < 2


def told_materials(
    samples: Iterable[tuple[Row, Decision]], laboratories: Mapping[str, set[str]], names: Names
) -> dict[str, str]:
    """Give a pseudonym of its soil to each shared sample that is of one soil with others of them.

    Only samples of which the same may be told are joined: else one agreement's exact place would
    be known of what another one gives a coarse place. Who may have the ids themselves has these.
    """
    groups: dict[str, dict[str, Row]] = {}
    for row, decision in samples:
        if _is_withheld(decision) and row["sample_id"] in laboratories:
            groups.setdefault(_terms(decision), {})[row["sample_id"]] = row
    found: dict[str, str] = {}
    for terms, rows in sorted(groups.items()):
        soil_of = soils_of(rows.values(), {sample: laboratories[sample] for sample in rows})
        several = {soil for soil, number in Counter(soil_of.values()).items() if number > 1}
        for soil in sorted(several):
            own = [sample for sample in soil_of if soil_of[sample] == soil]
            told = _material([rows[sample] for sample in own])
            found |= dict.fromkeys(own, names.of(f"material\n{told}\n{terms}"))
    return found


def _is_withheld(decision: Decision) -> bool:
    return decision.outcomes[Share.IDENTITY].strictness != Strictness.ALLOW


def _terms(decision: Decision) -> str:
    outcomes = (decision.outcomes[one] for one in _OF_SOIL)
    return "; ".join(f"{one.strictness.name} {one.how}" for one in outcomes)


def _material(rows: Collection[Row]) -> str:
    """Name a soil: by an accession, which is the same in another dataset, and a core's depth.

    An id of one's own may be another's elsewhere, so that its samples are named, too.
    """
    own = {material_of(row.get(MATERIAL) or "") for row in rows}
    names = {material_of(row["sample_id"]) for row in rows}
    accessions = {name for name, is_accession in own | names if is_accession}
    if not accessions:
        accessions = {"\n".join(sorted(row["sample_id"] for row in rows))}
    depths = {written_plainly("depth", str(row.get("depth") or "")) for row in rows}
    return f"{min(accessions)} {min(depths) if len(depths) == 1 else ''}"


def with_materials(view: View) -> View:
    """Put the pseudonyms of soils where the ids of materials would stand.

    For files that stay with who receives them: an archive would take them for its own accessions.
    """
    import polars as pl

    column = column_of(TABLES["samples"], MATERIAL, {})
    if not view.materials or column is None:
        return view
    samples = view.tables["samples"]
    own = pl.col(MATERIAL) if MATERIAL in view.columns["samples"] else pl.lit(None, pl.String)
    told = pl.col("sample_id").replace_strict(
        dict(view.materials), default=None, return_dtype=pl.String
    )
    return replace(
        view,
        tables={
            **view.tables,
            "samples": samples.with_columns(pl.coalesce(own, told).alias(MATERIAL)),
        },
        columns={**view.columns, "samples": {**view.columns["samples"], MATERIAL: column}},
        evidence=view.evidence.noting(
            samples_told_to_be_of_one_soil_with_others=len(view.materials)
        ),
    )
