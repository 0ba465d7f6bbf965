"""Which names of a dataset are others today: from, to, source, date, and of how many features."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import Change, canonical
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.settle import MARK

if TYPE_CHECKING:
    import polars as pl

RENAMED = "provenance/renamed.tsv"


def renamed_files(features: pl.DataFrame) -> dict[str, str]:
    """Give the file that lists the names that were changed; none where none was.

    Parameters
    ----------
    features : DataFrame
        `verbatim_lineage`, and the canonical ranks that were made of it.

    """
    counted: Counter[Change] = Counter()
    for verbatim, *names in features.select("verbatim_lineage", *RANKS).iter_rows():
        today = dict(zip(RANKS, names, strict=True))
        changes = {
            change
            for text in (verbatim or "").split(MARK)
            for change in canonical(parse_lineage(text)).changes
        }
        # Of what a classifier was not sure of, or several differ in, there is no name.
        counted.update(change for change in changes if today[change.rank] == change.today)
    if not counted:
        return {}
    text = io.StringIO()
    lines = csv.writer(text, delimiter="\t", lineterminator="\n")
    words = {"former": "from", "today": "to"}
    lines.writerow([*(words.get(one.name, one.name) for one in fields(Change)), "features"])
    ordered = sorted(counted.items(), key=lambda item: (RANKS.index(item[0].rank), item[0].former))
    lines.writerows([*astuple(change), number] for change, number in ordered)
    return {RENAMED: text.getvalue()}
