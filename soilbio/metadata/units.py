"""Libraries as the dataset has them: one of a metagenome is a library of each of its profilers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from soilbio.errors import Problems
from soilbio.metadata.assays import Assay
from soilbio.metadata.sheet import Library


def units_of(
    libraries: Mapping[str, Library], assays: Mapping[str, Assay], source: str
) -> tuple[dict[str, Library], dict[str, Assay]]:
    """Give libraries and assays with one of each for every profiler: `L1-kraken2`, `WGS-kraken2`.

    What two profilers make of the same reads are two results of two methods, and no replicates.

    Parameters
    ----------
    libraries : mapping of library_id to Library
        As the sheet has them.
    assays : mapping of assay_id to Assay
    source : str
        The sheet, to be named where two ids would become one.

    Raises
    ------
    InputError
        If an id that is made so is there already.

    """
    problems = Problems(source)
    units: dict[str, Library] = {}
    methods = dict(assays)
    for library in libraries.values():
        assay = assays[library.assay]
        for profiler in assay.engines if assay.is_shotgun else ("",):
            end = f"-{profiler}" if profiler else ""
            unit = replace(
                library, library_id=f"{library.library_id}{end}", assay=f"{library.assay}{end}"
            )
            if unit.library_id in units or (end and unit.library_id in libraries):
                problems.add(
                    "id-duplicate",
                    row=library.row,
                    column="library_id",
                    found=unit.library_id,
                    expected="an id that no library has when its profiler is added",
                    fix="Rename one of the libraries",
                )
            if end and unit.assay in assays:
                problems.add(
                    "id-duplicate",
                    row=library.row,
                    column="assay",
                    found=unit.assay,
                    expected="an assay that is none when its profiler is added",
                    fix="Rename one of the assays, in the configuration and the sheet",
                )
            units[unit.library_id] = unit
            if profiler:
                methods[unit.assay] = replace(assay, assay_id=unit.assay, engine=profiler)
    problems.raise_if_any()
    return units, methods
