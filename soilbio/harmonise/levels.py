"""The level by which datasets are merged, which all their assays leave, and how it is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from soilbio.dataset.history import PLACEMENT
from soilbio.harmonise.compare import OF_NUMBERS, OF_OTHERS, UNSTATED, Assay, Pair, coarsest
from soilbio.harmonise.no_names import NONE, WITHHELD
from soilbio.harmonise.rules import LEVELS, Rule

# So many pairs of the same reasons are named; all are in the merged dataset.
_SHOWN = 10


def dataset_of(assay: str) -> str:
    """Give the dataset of an assay that is called `dataset: assay`."""
    return assay.rpartition(": ")[0]


def are_side_by_side(pairs: Iterable[tuple[str, str, str]]) -> bool:
    """Tell whether no assay of any dataset (one, other, level) is compared with another's."""
    levels = {level for one, other, level in pairs if dataset_of(one) != dataset_of(other)}
    return bool(levels) and levels <= {"presence"}


def together(level: str, pairs: Iterable[Pair]) -> str:
    """Say what becomes of datasets that are merged by a level."""
    if not are_side_by_side((pair.one, pair.other, pair.level) for pair in pairs):
        return level
    return f"side by side (each keeps its {'features' if level == 'feature' else level})"


def why_refused(pairs: Iterable[Pair]) -> str:
    """Say why some assays are not to be merged at all; nothing, if none is refused."""
    refused = [pair for pair in pairs if pair.level == "refused"]
    if not refused:
        return ""
    unstated = any(rule.name == UNSTATED for pair in refused for rule in pair.rules)
    return "A method is not known." if unstated else "Rules of your own refuse it."


def is_looked_at_by_reference(pair: Pair) -> bool:
    """Tell whether a region that the primers share would make more of two assays."""
    return any(rule.name in ("region-differs", "primers-differ") for rule in pair.rules)


def level_as_it_came(assays: Mapping[str, Assay], placed: Collection[str] = ()) -> str:
    """Give the coarsest level that any assay was merged by before: it has nothing finer.

    Clades are those of a tree; of what is not placed on one now, lineages are all that is known.
    """
    found = {"feature"}
    for name, assay in assays.items():
        level = str(assay.get("merged_by") or "feature")
        found.add("genus" if level == PLACEMENT and name not in placed else level)
    return max(found, key=LEVELS.index)


def sound_level(pairs: Iterable[Pair], came: str = "feature") -> str:
    """Give the finest level that is sound for all pairs whose numbers can be compared at all.

    It is no finer than what they came as (`level_as_it_came`), whatever they are compared with.

    Assays that share names at most stay side by side, each with its own libraries; but where only
    their numbers are of two kinds, what their features are still says which may be one. Of one
    gene and one way of counting, what shares which genera are there shares no finer features;
    what has no names shares none, and makes the others no coarser.
    """
    levels = [LEVELS.index(came)]
    for pair in pairs:
        finest = coarsest([rule for rule in pair.rules if rule.name != OF_NUMBERS])
        if pair.level == "refused":
            levels.append(LEVELS.index(pair.level))
        elif any(rule.name in (WITHHELD, NONE) for rule in pair.rules):
            continue
        elif LEVELS[finest] != "presence":
            levels.append(finest)
        elif not any(rule.name in OF_OTHERS for rule in pair.rules):
            levels.append(LEVELS.index("genus"))
    return LEVELS[max(levels)]


def told(pairs: Sequence[Pair], shown: int | None = _SHOWN) -> str:
    """Write what can be compared, and why not more finely; pairs of the same reasons together.

    So many of these are named, all if `shown` is None.
    """
    groups: dict[tuple[str, tuple[Rule, ...], tuple[str, ...]], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.level, pair.rules, pair.common), []).append(pair)
    lines = []
    for (level, rules, common), own in groups.items():
        words = _words(level, rules, common)
        lines += [f"{pair.one} and {pair.other}: {words}" for pair in own[:shown]]
        if shown is not None and len(own) > shown:
            lines.append(f"and {len(own) - shown:,} other pairs: {words}")
        lines.append(f"  both say the same of: {', '.join(common) or 'nothing'}")
        lines += [f"  {rule.because} [{rule.source}]" for rule in rules]
    return "\n".join(lines)


def _words(level: str, rules: Iterable[Rule], common: Collection[str]) -> str:
    """Say by what two assays may be merged; those of no gene are profiles, without sequences."""
    if level == "refused" and not any(rule.name == UNSTATED for rule in rules):
        return "not at all, by a rule of your own"
    if level == "feature" and "target_gene" not in common:
        return "taxon by taxon, or genome by genome, of the same database"
    return {
        "feature": "by their sequences",
        "sh": "by UNITE's species hypotheses",
        PLACEMENT: "by clades of the common tree",
        "presence": "side by side; in common only which genera are there",
        "refused": "not at all until the method is stated",
    }.get(level, f"by {level}")
