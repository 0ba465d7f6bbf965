"""What only the values of a configuration together, or their meaning, show to be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from soilbio.errors import Problems
from soilbio.metadata.assays import Assay
from soilbio.yaml_rows import Place, dotted

Rows = Mapping[Place, int]


def check_meaning(
    filled: Mapping[str, Any], assays: Mapping[str, Assay], rows: Rows, problems: Problems
) -> None:
    """Note what only the values together, or their meaning, show to be wrong."""
    taxonomy = filled["taxonomy"]
    _check_reference(taxonomy, ("taxonomy",), rows, problems)
    for name, own in taxonomy["by_assay"].items():
        place = ("taxonomy", "by_assay", name)
        _check_reference(own, place, rows, problems)
        if name not in assays or assays[name].is_shotgun:
            known = [one for one, assay in assays.items() if not assay.is_shotgun]
            like = get_close_matches(name, known, n=1)
            problems.add(
                "config-reference",
                row=rows.get(place),
                column=dotted(place),
                found=name,
                expected="an assay of amplicons; rRNA genes of metagenomes are named as those of"
                " 16S (or 18S) are",
                fix=f"Did you mean '{like[0]}'?"
                if like
                else "Correct the name, or remove the line",
            )
    _check_columns(filled["columns"], rows, problems)


def _check_reference(told: Mapping[str, Any], place: Place, rows: Rows, problems: Problems) -> None:
    """Note a reference of one's own of which one file of two is named."""
    both = ("sequences", "lineages")
    given = [key for key in both if told.get(key)]
    wrong = {dotted((*place, key)) for key in both}
    if len(given) == 1 and not any(problem.column in wrong for problem in problems.errors):
        problems.add(
            "config-reference",
            row=rows.get((*place, *given)),
            column=dotted((*place, *given)),
            found=str(told[given[0]]),
            expected="sequences and lineages together, or neither",
            fix="Add the other file, or name an installed reference only",
        )


def _check_columns(columns: Mapping[str, str], rows: Rows, problems: Problems) -> None:
    from soilbio.standards.mixs import SLOTS

    for name in columns:
        if name in SLOTS or name in {"sample_id", "agreement_id"}:
            share = SLOTS[name].sharing_class if name in SLOTS else "identity"
            problems.add(
                "config-column-known",
                row=rows.get(("columns", name)),
                column=f"columns.{name}",
                found=name,
                expected="a column of your own; this one is known",
                fix=f"Remove the line: the sharing class of {name} is {share}",
            )
