"""What laboratories did with a soil, which of one sample that several have is each one's own.

That one tells how it stored, extracted and amplified a soil says nothing of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.dataset.conflicts import CONFLICT_HEADER, CONFLICTS, is_cell
from soilbio.harmonise.lists import lines_before
from soilbio.harmonise.measured import MEASURED_SLOTS
from soilbio.standards.mixs import SLOTS

if TYPE_CHECKING:
    from soilbio.dataset.history import History
    from soilbio.harmonise.same_samples import Libraries
    from soilbio.harmonise.sources import Source

_WORK = {
    *("samp_size", "samp_mat_process", "sieving", "size_frac", "size_frac_low", "size_frac_up"),
    *("store_cond", "samp_store_temp", "samp_store_dur", "sop", "pool_dna_extracts"),
    *("samp_vol_we_dna_ext", "nucl_acid_ext", "nucl_acid_ext_kit", "nucl_acid_amp"),
}
# Columns of samples that tell of a laboratory's work; how a soil was taken is not, nor what it is.
TREATED = frozenset(
    {*_WORK, *(name for name, slot in SLOTS.items() if slot.is_of_library)}.difference(
        MEASURED_SLOTS
    )
)
NOT_STATED = "not stated"
Row = Mapping[str, Any]
_Own = Sequence[tuple[str, Row]]


def workers(own: _Own, libraries: Libraries) -> list[list[str]]:
    """Put the datasets of one sample together that have a library of it in common.

    These are of one laboratory; of others it is not known.
    """
    groups: list[tuple[list[str], set[str]]] = []
    for who, row in own:
        names, has = [who], set(libraries.get((who, row["sample_id"]), ()))
        apart = []
        for others, theirs in groups:
            if has.isdisjoint(theirs):
                apart.append((others, theirs))
            else:
                names, has = [*others, *names], has | theirs
        groups = [*apart, (names, has)]
    return [names for names, _ in groups]


def parted_before(sources: Sequence[Source]) -> set[tuple[str, str]]:
    """List the cells (sample, column) that earlier merging left empty, since work differs."""
    lists = lines_before(sources, CONFLICTS, CONFLICT_HEADER).values()
    return {
        (line[0], line[1]) for own in lists for line in own if is_cell(line) and line[1] in TREATED
    }


def work_of_libraries(source: Source) -> Iterator[tuple[str, str, str]]:
    """Yield library, column and text of work that the one cell of its sample cannot tell.

    They are what the datasets said that this one was merged of; of libraries of which none said it
    the text is `NOT_STATED`.
    """
    lines = lines_before([source], CONFLICTS, CONFLICT_HEADER).get(source.name, set())
    told: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for sample, column, *_, dataset, text, _ in filter(is_cell, lines):
        if column in TREATED:
            told.setdefault((sample, column), []).append((dataset, text))
    if not told:
        return
    owned = _owned(source.history)
    has: dict[str, list[str]] = {}
    for row in source.rows("libraries"):
        has.setdefault(row["sample_id"], []).append(row["library_id"])
    for (sample, column), cells in sorted(told.items()):
        for library in has.get(sample, ()):
            texts = {text for dataset, text in cells if library in owned.get(dataset, ())}
            for text in sorted(texts or {NOT_STATED}):
                yield library, column, text


def _owned(history: History) -> dict[str, set[str]]:
    """Give the libraries of each dataset, also of those that are of several parts by now."""
    owned = {name: set(own) for name, own in history.get("libraries", {}).items()}
    for merging in (*history.get("before", ()), history):
        known = {name: set(own) for name, own in merging.get("libraries", {}).items()}
        for name, parts in merging.get("parts", {}).items():
            owned.setdefault(name, set().union(*(known.get(one, ()) for one in parts)))
    return owned
