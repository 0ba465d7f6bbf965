"""What an exporter gets: tables that hold nothing but what the recipient may have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from soilbio.agreements.model import Agreement, Decision, Strictness
from soilbio.dataset.history import History
from soilbio.dataset.tables import Column
from soilbio.exporters.evidence import Evidence
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class View:
    """The redacted copy of a dataset for one recipient, purpose and day.

    `tables` have the dataset's names and are sorted by their keys as they stand here; `columns`
    describes what each of them holds. `decisions` are found by the agreements that touch a record,
    joined by '|'; `of_sample` names those of a sample, by the id it has here. `agreements` are
    those that let the recipient have anything, by id@version, and `texts` how they are written.
    `dataset_id` is a pseudonym too. `origins` is, of a merged dataset, what its features were made
    of, as far as the recipient may have it, and `history` how it was merged. `materials` are
    pseudonyms of soils that several samples are of, by sample (`materials.with_materials`);
    `soils` groups samples by soil, also where that may not be told: for counting only.
    """

    recipient: str
    purpose: str
    date: dt.date
    tables: Mapping[str, pl.LazyFrame]
    columns: Mapping[str, Mapping[str, Column]]
    decisions: Mapping[str, Decision]
    of_sample: Mapping[str, str]
    agreements: Mapping[str, Agreement]
    texts: Mapping[str, str]
    evidence: Evidence
    dataset_id: str
    origins: pl.LazyFrame | None = None
    history: History = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    soils: Mapping[str, str] = field(default_factory=dict)

    def decision_of(self, sample_id: str) -> Decision:
        """Give the decision on a sample of this view."""
        return self.decisions[self.of_sample[sample_id]]

    def in_use(self) -> list[Decision]:
        """List the decisions that anything is shared under, one for each set of agreements."""
        return [self.decisions[key] for key in sorted(set(self.of_sample.values()))]

    def combined(self) -> list[Decision]:
        """List the decisions on rows that the samples of several agreements have in common."""
        alone = set(self.of_sample.values())
        return [
            one
            for key, one in self.decisions.items()
            if len(one.agreements) > 1 and key not in alone and {*one.agreements} <= {*self.texts}
        ]


def names_samples(view: View, agreement: str) -> bool:
    """Tell whether an agreement's text names samples that the recipient knows by pseudonyms."""
    if not view.agreements[agreement].samples:
        return False
    identities = [
        decision.outcomes[SharingClass.IDENTITY].strictness
        for decision in view.in_use()
        if agreement in decision.agreements
    ]
    return any(strictness != Strictness.ALLOW for strictness in identities)
