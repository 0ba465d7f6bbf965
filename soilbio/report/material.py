"""All that the sections of a report are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from soilbio.report.content import Choice
from soilbio.report.results import Results
from soilbio.report.view import View

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.history import History
    from soilbio.report.sources import Making

DETAILS = "The table below holds the numbers."


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page is made of, as whoever makes it calls it; empty what was not given.

    `folders` are those that are there, each with what it holds. `has_truth` tells whether it is
    known what was put into mock communities, None where no configuration says so or not.
    """

    dataset: str
    results: str = ""
    config: str = ""
    folders: tuple[tuple[str, str], ...] = ()
    has_truth: bool | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A dataset's tables, a run's results, and the view through which both may be shown.

    `tables` hold everything: what is taken from them is named by `view`, never by their own ids.
    """

    title: str
    view: View
    tables: Mapping[str, pl.LazyFrame]
    results: Results
    settings: Mapping[str, Any]
    agreements: tuple[Mapping[str, str], ...]
    software: Mapping[str, str]
    origin: Origin
    # Of a merged dataset: by what it was merged, and how, as far as the reader may know it.
    level: str = ""
    history: History = field(default_factory=dict)
    # How it was made, or those that were merged, and how many samples are of one soil: likewise.
    makings: tuple[Making, ...] = ()
    soils: str = ""

    @property
    def assay_ids(self) -> list[str]:
        """The assays, in the order of the dataset."""
        return [str(assay["assay_id"]) for assay in self.view.assays]

    @property
    def reads_unit(self) -> str:
        """What is counted: pairs, single reads, or both where assays differ."""
        layouts = {str(assay.get("lib_layout") or "") for assay in self.view.assays}
        known = {"paired": "read pairs", "single": "reads"}
        return known.get(layouts.pop(), "reads") if len(layouts) == 1 else "reads or read pairs"

    @property
    def column_options(self) -> tuple[str, ...]:
        """The columns to group by; an empty one where there is none."""
        return self.view.columns or ("",)


def choices(**lists: tuple[str, ...]) -> tuple[Choice, ...]:
    """Make the lists to choose from; those with a single option are still part of the key."""
    return tuple(
        Choice(label.replace("_", " "), options) for label, options in lists.items() if options
    )


def readable(name: str) -> str:
    """Write a column or measure for people."""
    known = {
        "bray_curtis": "Bray-Curtis",
        "jaccard": "Jaccard",
        "robust_aitchison": "robust Aitchison",
        "weighted_unifrac": "weighted UniFrac",
        "unweighted_unifrac": "unweighted UniFrac",
        "permanova": "PERMANOVA",
        "permdisp": "PERMDISP",
        "cur_land_use": "current land use",
        "env_local_scale": "local environment",
        "ph": "pH",
    }
    return known.get(name, name.replace("_", " "))
