"""What to cite for how a dataset was made: tools, references, primers, and reasons for a level."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from soilbio.dataset.history import History, making_of, merges_of, read_making
from soilbio.dataset.package import RUN
from soilbio.metadata.assays import known_assays
from soilbio.report.citations import citations_of
from soilbio.report.reasons import reasons_of

if TYPE_CHECKING:
    from pathlib import Path

Row = Mapping[str, Any]
IMPORTED = "provenance/imported.json"
# Each is one thing that was used, in one cell or in two.
_USED = (
    ("engine", "engine_version"),
    ("classifier",),
    ("classifier_version",),
    ("reference",),
    ("reference_version",),
    ("trim_method",),
    ("screen_contam_method",),
)
# Other programs write reports of this form, too: the engine tells which one did.
OF_OTHERS = frozenset({"kraken2"})
# What builds trees of features, and roots them.
TREES = "mafft fasttree scikit-bio"
TREE_OF_CLADES = "mafft addfragments raxml evolutionary placement algorithm treecluster"
# What can be looked up has a year or is a norm: the dataset's own records, or a house's, cannot.
_LITERATURE = re.compile(r"\b(?:1[89]|20)\d\d\b|\bISO \d")
_WORK = re.compile(r"\w[\w-]*(?: et al\.| & [\w-]+) \d{4}")
# What a norm or list says stands behind it, such as: FAIRe checklist (...): primers are mandatory.
_SAYING = re.compile(r"(\)): .*$")


class Making(NamedTuple):
    """How a dataset was made, or one of those that were merged: by a run, or by importing.

    `name` is that of a merged one, empty of a dataset of its own; a record is empty if there is
    none.
    """

    name: str
    run: Row
    imported: Row


def makings_of(folder: Path, history: History) -> list[Making]:
    """Read how a dataset was made; of a merged one, how each of its datasets was."""
    if not history:
        return [Making("", read_making(folder / RUN), read_making(folder / IMPORTED))]
    records = ("run.json", "imported.json")
    return [
        Making(one["name"], *(making_of(folder, one["sha256"], name) for name in records))
        for one in history.get("datasets", ())
    ]


def sources_of(
    assays: Iterable[Row], history: History, makings: Iterable[Making], also: Iterable[str] = ()
) -> list[str]:
    """List what to cite, each once: what was used, the primers, and what reasons rest on.

    It is looked up by what was used alone: names that people gave, and notes on what was left
    aside, may hold the same words. `also` are further words for what was used.
    """
    rows = list(assays)
    words = [*_of_assays(rows), *_of_merging(history), *_of_making(makings), *also]
    cited = [*citations_of("\n".join(words)), *works_of_primers(rows)]
    return [*cited, *_of_rules(history, cited)]


def _of_assays(assays: Iterable[Row]) -> Iterator[str]:
    for row in assays:
        yield from (" ".join(str(row.get(name) or "") for name in cells) for cells in _USED)
        yield from values_of(str(row.get("engine_parameters") or ""))
        if has_uchime3(row):
            yield "uchime3"


def has_uchime3(assay: Row) -> bool:
    """Tell whether the workflow's `unoise` made an assay, which removes chimeras with UCHIME3."""
    return '"chimera_skew"' in str(assay.get("engine_parameters") or "")


def values_of(parameters: str) -> Iterator[str]:
    """Give the words of parameters: what is only called by a name may be switched off."""
    try:
        found = json.loads(parameters or "{}")
    except json.JSONDecodeError:
        found = parameters
    values = found.values() if isinstance(found, dict) else [found]
    return (value for value in values if isinstance(value, str))


def is_looked_at_again(merging: History) -> bool:
    """Tell whether sequences were cut so much that chimeras were looked for again."""
    return bool(merging.get("common_regions") or merging.get("common_lengths"))


def _of_merging(history: History) -> Iterator[str]:
    for one in merges_of(history):
        # What was received does not tell its programs.
        yield from one.get("programs", {})
        if one.get("common_regions"):
            yield "cutadapt"
        if is_looked_at_again(one):
            yield "vsearch uchime3"
        yield str(one.get("reference", {}).get("name") or "")
        if known := one.get("classified"):
            yield f"vsearch {known['classifier']}"
            yield str(known["reference"])
        if "placement" in one:
            yield TREE_OF_CLADES


def _of_making(makings: Iterable[Making]) -> Iterator[str]:
    for one in makings:
        if one.run.get("is_workflow_run", True):
            yield from (str(tool["name"]) for tool in one.run.get("tools", ()))
        if one.imported and one.imported["format"] not in OF_OTHERS:
            yield str(one.imported["format"])


def works_of_primers(assays: Iterable[Row]) -> list[str]:
    """List the works that pairs of primers are from, where a pair is a known one."""
    known: dict[tuple[str, ...], str] = {
        (one.forward_primer, one.reverse_primer): one.source for one in known_assays().values()
    }
    works: dict[str, None] = {}
    for row in assays:
        pair = tuple(str(row.get(f"pcr_primer_{side}") or "") for side in ("forward", "reverse"))
        works |= dict.fromkeys(part.strip() for part in known.get(pair, "").split(";"))
    return [f"Primers: {work}" for work in works if work]


def _of_rules(history: History, cited: Sequence[str]) -> list[str]:
    """List the literature that reasons rest on, each once, and none that is cited already."""
    if not history:
        return []
    reasons = (reasons_of(one) for one in merges_of(history))
    found = {rule["source"] for one in reasons for rule in one.told}
    parts = {part for one in found for part in literature_in(one)}
    known = {work for one in cited for work in works_in(one)}
    return sorted(one for one in parts if not known & works_in(one))


def literature_in(source: str) -> list[str]:
    """List what can be looked up of who says so, each without what it says."""
    parts = (_SAYING.sub(r"\1", part.strip()) for part in source.split(";"))
    return [part for part in parts if _LITERATURE.search(part)]


def works_in(text: str) -> set[str]:
    """Give authors and years of what is cited; of one paper the journal is spelt in many ways."""
    return {found.casefold() for found in _WORK.findall(text)}
