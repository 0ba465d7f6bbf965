"""The formats that a view can be written in, and what each cannot do without."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from soilbio.agreements.model import Strictness
from soilbio.errors import Refused
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.materials import with_materials
from soilbio.exporters.view import View
from soilbio.standards.sharing_classes import SharingClass

Writer = Callable[[View, Path], Evidence]


@dataclass(frozen=True, slots=True)
class Target:
    """A format: what it is, where its writer is, its files, the classes it needs, its licences.

    `licences` are those that its public archive takes; empty where any will do. What goes to an
    open archive everybody has, for ever. `files` are names or patterns of what lies in its folder.
    What `wants_reads` is written of read files, which are named with the request. What
    `tells_soils` stays with its recipient, and has pseudonyms for the ids of materials.
    """

    what: str
    writer: str
    files: tuple[str, ...]
    needs: tuple[SharingClass, ...] = ()
    licences: tuple[str, ...] = ()
    is_open_archive: bool = False
    wants_reads: bool = False
    tells_soils: bool = False


_OPEN_LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0")
_COUNTED = (SharingClass.COUNTS, SharingClass.TAXONOMY)

TARGETS = {
    "biom": Target(
        "BIOM 2.1, a file for each assay",
        "soilbio.exporters.biom:write",
        ("*.biom",),
        (SharingClass.COUNTS,),
        tells_soils=True,
    ),
    "tsv": Target(
        "tab-separated tables with a dictionary of their columns",
        "soilbio.exporters.tsv:write",
        ("*.tsv",),
        tells_soils=True,
    ),
    "tables": Target(
        "the tables as Parquet, TSV and a workbook",
        "soilbio.exporters.tables:write",
        ("*.tsv", "*.parquet", "*.xlsx"),
        tells_soils=True,
    ),
    "dwca": Target(
        "Darwin Core Archives for GBIF",
        "soilbio.exporters.dwca:write",
        ("*.zip",),
        _COUNTED,
        _OPEN_LICENCES,
        is_open_archive=True,
    ),
    "dwc-dp": Target(
        "Darwin Core Data Package 0.1 (GBIF, experimental)",
        "soilbio.exporters.dwc_dp:write",
        ("*.csv", "datapackage.json"),
        _COUNTED,
        _OPEN_LICENCES,
        is_open_archive=True,
    ),
    "mixs": Target(
        "samples as MIxS 7 slots", "soilbio.exporters.mixs:write", ("*.tsv", "report.txt")
    ),
    "ena": Target(
        "samples as tables of ENA's checklist ERC000022",
        "soilbio.exporters.ena:write",
        ("*.tsv", "report.txt"),
        is_open_archive=True,
    ),
    "nmdc": Target(
        "samples as JSON of nmdc-schema",
        "soilbio.exporters.nmdc:write",
        ("*.tsv", "*.json", "report.txt"),
        is_open_archive=True,
    ),
    "glosis": Target(
        "soil properties as Turtle and tables of GLOSIS",
        "soilbio.exporters.glosis:write",
        ("*.tsv", "*.ttl", "report.txt"),
    ),
    "phyloseq": Target(
        "files and a script for phyloseq in R, a folder for each assay",
        "soilbio.exporters.phyloseq:write",
        ("phyloseq",),
        (SharingClass.COUNTS,),
        tells_soils=True,
    ),
    "qiime2": Target(
        "files that QIIME 2 imports, a folder for each assay",
        "soilbio.exporters.qiime2:write",
        ("qiime2",),
        (SharingClass.COUNTS,),
        tells_soils=True,
    ),
    "summary": Target(
        "mean shares of genera in groups of at least five soils",
        "soilbio.exporters.summary:write",
        ("*.tsv",),
        _COUNTED,
    ),
    "reads": Target(
        "raw reads with new headers",
        "soilbio.exporters.reads:write",
        ("reads", "reads.tsv"),
        (SharingClass.RAW_READS,),
        wants_reads=True,
    ),
    "partner": Target(
        "a soilbio dataset, to be sealed for a partner",
        "soilbio.exporters.partner:write",
        ("dataset",),
        tells_soils=True,
    ),
}


OF_TABLES = tuple(name for name, target in TARGETS.items() if not target.wants_reads)


def writer_of(name: str) -> Writer:
    """Import the writer of a format."""
    module, _, function = TARGETS[name].writer.partition(":")
    writer: Writer = getattr(importlib.import_module(module), function)
    return writer


def as_target(view: View, name: str) -> View:
    """Give a view as a format is to have it: with what it tells of soils, if it does."""
    return with_materials(view) if TARGETS[name].tells_soils else view


def check_target(view: View, name: str) -> None:
    """Refuse a format that could not hold anything of the view, or not under its licence.

    Raises
    ------
    Refused
        If no record allows a class that the format needs, if an agreement keeps data from open
        archives, or if what is for the public has a licence that the archive does not take.

    """
    target = TARGETS[name]
    for needed in target.needs:
        outcomes = [decision.outcomes[needed] for decision in view.in_use()]
        if all(outcome.strictness != Strictness.ALLOW for outcome in outcomes):
            reasons = sorted({reason for outcome in outcomes for reason in outcome.because})
            raise Refused(
                f"{name} needs {needed}, which may not be shared with {view.recipient}"
                f" for {view.purpose} on {view.date.isoformat()}: {'; '.join(reasons)}."
            )
    reasons = sorted({reason for one in view.in_use() for reason in one.closed_to_archives})
    if target.is_open_archive and reasons:
        raise Refused(f"{name} is for an archive that is open to everybody: {'; '.join(reasons)}.")
    closed = {
        f"{one.licence} of {', '.join(one.agreements)}"
        for one in view.in_use()
        if target.licences and one.licence not in target.licences
    }
    if closed and view.recipient == "public":
        raise Refused(
            f"{name} for the public needs one of {', '.join(target.licences)};"
            f" the licence is {'; '.join(sorted(closed))}."
        )
