"""How a dataset was merged, as far as whoever receives it must know to merge it soundly again.

That is the level, and to what sequences were cut: so they are not taken for whole ones, nor
names of a rank for sequences. Datasets are called by pseudonyms; which pairs were compared and why,
and what each dataset lost, is for those who hold them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from soilbio.dataset.history import LOTS, PLACEMENT, History, merges_of
from soilbio.exporters.rows import Names, Row

# Of a common region: what tells whose assays it is of stays behind.
_OF_WINDOW = ("forward_primer", "reverse_primer", "length_bp", "references_with_all_primers")
_PRIMERS = {"forward_primer": "pcr_primer_forward", "reverse_primer": "pcr_primer_reverse"}


@dataclass(frozen=True, slots=True)
class Received:
    """What a recipient gets: assays as they are copied, the new ids of libraries, open lots.

    `assay_of` is that of each library by its new id, and the recipient's name of each assay.
    """

    assays: Collection[Row]
    libraries: Mapping[str, str]
    assay_of: tuple[Mapping[str, str], Mapping[str, str]]
    lots: Collection[str]
    names: Names


def copy_history(history: History, received: Received) -> dict[str, Any]:
    """Copy how a dataset was merged; empty if it was not."""
    if not history:
        return {}
    digests = {one["name"]: one["sha256"] for one in history["datasets"]}
    libraries: dict[str, list[str]] = {}
    for name, own in history["libraries"].items():
        shared = [received.libraries[one] for one in own if one in received.libraries]
        if shared:
            libraries.setdefault(received.names.of(digests[name]), []).extend(shared)
    return {
        **_sequences(history, received),
        **_compared(history, received),
        "datasets": [{"name": name, "sha256": name} for name in sorted(libraries)],
        "libraries": {name: sorted(set(own)) for name, own in sorted(libraries.items())},
        LOTS: dict(
            sorted(
                (received.names.of(lot), sorted(received.libraries[one] for one in own))
                for lot, own in history.get(LOTS, {}).items()
                if lot in received.lots
            )
        ),
    }


def cuts_of(history: History) -> dict[str, int]:
    """Give how many assays were cut to which length, for the notes on an export."""
    lengths = Counter(
        length for one in merges_of(history) for length in one.get("common_lengths", {}).values()
    )
    ends = sum(len(one.get("common_ends", {})) for one in merges_of(history))
    return {
        **{f"assays_cut_to_{length}_bp": lengths[length] for length in sorted(lengths)},
        **({"assays_cut_at_their_ends": ends} if ends else {}),
    }


def _compared(history: History, received: Received) -> dict[str, Any]:
    """Copy which shared assays of which datasets were compared, and the level of each two.

    Reasons stay behind: some tell of samples what may be withheld.
    """
    parts, nodes = _nodes(history, received)
    pairs = [
        {"one": nodes[pair["one"]][0], "other": nodes[pair["other"]][0], "level": pair["level"]}
        for pair in history["pairs"]
        if pair["one"] in nodes and pair["other"] in nodes
    ]
    return {
        **({"parts": {name: sorted(own) for name, own in sorted(parts.items())}} if parts else {}),
        "assays": dict(sorted(nodes.values())),
        "pairs": [
            {
                **dict(zip(("one", "other"), sorted((one["one"], one["other"])), strict=True)),
                "level": one["level"],
                "rules": [],
                "common": [],
            }
            for one in sorted(pairs, key=lambda one: sorted((one["one"], one["other"])))
        ],
    }


def _nodes(
    history: History, received: Received
) -> tuple[dict[str, list[str]], dict[str, tuple[str, str]]]:
    """Give the parts of each dataset that was named, and new words and name of shared assays."""
    names, (assay_of, shown) = received.names, received.assay_of
    digests = {one["name"]: one["sha256"] for one in history["datasets"]}
    assays: dict[str, set[str]] = {}  # of each dataset that was named, those of shared libraries
    parts: dict[str, list[str]] = {}
    for source, own in history.get("parts", {}).items():
        for part in own:
            new = [received.libraries.get(one) for one in history["libraries"][part]]
            found = {assay_of[one] for one in new if one is not None}
            if found:
                assays.setdefault(source, set()).update(found)
                parts.setdefault(names.of(source), []).append(names.of(digests[part]))
    nodes = {
        node: (f"{names.of(source)}: {shown[name]}", shown[name])
        for source, shared in assays.items()
        for node, name in history.get("assays", {}).items()
        if node.startswith(f"{source}: ") and shown.get(name) in shared
    }
    return parts, nodes


def _sequences(history: History, received: Received) -> dict[str, Any]:
    """Copy what says to what features were made, by this and earlier merging."""
    regions = history.get("common_regions", {})
    placed = history.get(PLACEMENT)
    before = [_sequences(one, received) for one in history.get("before", ())]
    _, shown = received.assay_of
    genes = {row.get("target_gene") for row in received.assays}
    return {
        "level": history["level"],
        "common_regions": {
            gene: _window(regions[gene], received) for gene in sorted(regions) if gene in genes
        },
        **{
            what: cut
            for what in ("common_lengths", "common_ends")
            if (cut := _cut(history, received, what))
        },
        **(
            {
                PLACEMENT: {
                    **placed,
                    "assays": [shown[one] for one in placed["assays"] if one in shown],
                }
            }
            if placed
            else {}
        ),
        **({"before": before} if before else {}),
        "pairs": [],
        "notes": {},
        "losses": [],
    }


def _cut(history: History, received: Received, what: str) -> dict[str, Any]:
    """Copy how sequences of shared assays were cut, where methods are shared."""
    cut = history.get(what, {})
    has_method = {row["assay_id"] for row in received.assays if row.get("engine")}
    _, nodes = _nodes(history, received) if cut else ({}, {})
    return {
        new: cut[old]
        for old, (new, name) in sorted(nodes.items(), key=lambda one: one[1])
        if old in cut and name in has_method
    }


def _window(window: Mapping[str, Any], received: Received) -> dict[str, Any]:
    """Copy a common region; a primer is told where an assay has it that the recipient gets."""
    told = {name: window[name] for name in _OF_WINDOW}
    for name, column in _PRIMERS.items():
        if window[name] not in {row.get(column) for row in received.assays}:
            told |= dict.fromkeys(_PRIMERS, "")
    return told
