"""Names beside those of features that are none: numbers of a library would be counted as one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from soilbio.errors import Problems
from soilbio.importers.forms import (
    are_lineages,
    are_numbered,
    are_sequences,
    is_given,
    is_lineage,
    is_rest,
    is_sequence,
)
from soilbio.importers.found import Taxon
from soilbio.importers.grid import Grid
from soilbio.importers.measured import check_values, is_of_design
from soilbio.importers.stated import Stated

# Numbers in references (`AB353770.1.1740`, `4479944`) stand beside the sums and numbers of what
# no reference has, where OTUs were picked by both; so do QIIME 1's own.
_OF_REFERENCE = re.compile(r"\d{5}|^\d+$|ReferenceOTU\d+$")
_STEM = re.compile(r"[a-z]+(?=[ _.-]?\d)", re.IGNORECASE)


def check_alike(grid: Grid, features: Mapping[str, Taxon], told: Stated, *, is_rows: bool) -> None:
    """Stop where a column has other numbers than libraries and features have, or another name.

    Where names of features are sequences, lineages, or such as pipelines give, all are, but for
    those of which a sequence or lineage is known.

    Raises
    ------
    InputError
        With all that are something else.

    """
    problems = Problems(grid.source)
    check_values(grid, told, problems, features_are_rows=is_rows)
    problems.raise_if_any()
    odd, kind = _unlike(features)
    side = "row" if is_rows else "column"
    for name in features:
        if name not in odd and not is_of_design(name, is_column=not is_rows):
            continue
        problems.add(
            "import-column",
            column=name,
            found=name,
            expected=f"one of the {kind}, as the others; this may be something measured",
            fix=f"Say `table: {{ignore_{side}s: ['{name}']}}` in --method if it is no feature; else"
            " correct the name, or give it a sequence or lineage; reads of what is not known are"
            " called `Unassigned`",
        )
    problems.raise_if_any()


def _unlike(features: Mapping[str, Taxon]) -> tuple[set[str], str]:
    """Give the names of features that are no such as most, and what most are."""
    names = list(features)
    if are_sequences(names):
        return {name for name in names if not is_sequence(name)}, "sequences"
    unknown = {
        name
        for name, one in features.items()
        if not one.sequence and not one.lineage and not is_lineage(name) and not is_rest(name)
    }
    if are_lineages(names):
        return unknown, "lineages"
    given = set(filter(is_given, names))
    if 2 * len(given) <= len(names):
        return set(), "features"
    stems = {_stem(name) for name in given if are_numbered([name])}
    return {
        name
        for name in unknown - given
        if not _OF_REFERENCE.search(name) and _stem(name) not in stems
    }, "ids"


def _stem(name: str) -> str:
    """Give the word before a name's number, of `OTU12b` `otu`; empty where there is none."""
    found = _STEM.match(name)
    return found[0].casefold() if found else ""
