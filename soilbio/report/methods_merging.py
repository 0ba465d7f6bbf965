"""How datasets were merged, as a methods section tells it: what was done, and why so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from soilbio.dataset.history import History, merges_of
from soilbio.report.citations import citations_of
from soilbio.report.content import plural
from soilbio.report.methods_notes import OF_OTHER_GENES, notes_told
from soilbio.report.reasons import Reasons, reasons_of
from soilbio.report.references import References
from soilbio.report.sources import TREE_OF_CLADES, is_looked_at_again

# So many assays are named where several were treated alike; of datasets all are.
_SHOWN = 4
# Behind a field that one of two assays does not state.
_ONE_SAYS_NOT = " (one does not say)"


def merging_told(history: History, cite: References | None = None) -> Iterator[str]:
    """Tell how datasets were merged, each merging that led to this one, and why no finer.

    With `cite` what is cited has its number there.
    """
    cite = cite or References(is_numbered=False)
    told: dict[str, None] = {}  # two datasets may have one merging behind them
    for merging in merges_of(history):
        what = "Harmonisation" if merging is history else "Merged before"
        told |= dict.fromkeys(_merging(merging, what, cite))
    yield from told


def _merging(history: History, what: str, cite: References) -> Iterator[str]:
    """Tell of one merging what was merged and how, what was found, lost, and why it was so."""
    reasons = reasons_of(history)
    names = [one["name"] for one in history.get("datasets", ())]
    merged = f"{plural(len(names), 'dataset')} ({', '.join(names)})" if names else "Datasets"
    if len(names) == 1:  # nothing of the others was shared, or is left
        merged += " and others that are not told here"
    how = f"merged with {soilbio_of(history)} by {history['level']}"
    if reasons.is_nothing_merged:
        how = f"put side by side with {soilbio_of(history)}; nothing was merged"
    yield (
        f"**{what}.** {merged} were {how}; {_counts(history)}, and no number of two datasets was"
        f" added up. {' '.join(notes_told(history['notes']))}".rstrip()
    )
    yield from _compared(history, cite)
    yield from _beside(history.get("programs", {}), cite)
    losses = [one for one in history.get("losses", ()) if one["without_name"] is not None]
    if losses:
        what = "is of no clade" if "placement" in history else "has no name at that level"
        yield f"What {what}: {'; '.join(_unnamed(losses))}."
    yield from _why(reasons, str(history["level"]), cite)


def _beside(programs: Mapping[str, str], cite: References) -> Iterator[str]:
    """Name the programs that no sentence cites."""
    left = [name for name in programs if not set(citations_of(name)) <= set(cite.listed)]
    if left and cite.is_numbered:
        used = ", ".join(f"{name} {programs[name]}{cite.used(name)}" for name in sorted(left))
        yield f"Programs that were used: {used}."


def _why(reasons: Reasons, level: str, cite: References) -> Iterator[str]:
    """Tell which assays were not compared with which, and what the level and all that follow."""
    if len(reasons.groups) > 1:
        groups = "; ".join(
            f"({place}) {', '.join(map(_of_dataset, own))}"
            for place, own in enumerate(reasons.groups, start=1)
        )
        because = f" Why: {_listed(reasons.apart, cite)}." if reasons.apart else ""
        yield (
            f"Numbers were compared within each of these groups of assays alone: {groups}. The"
            f" groups stand side by side, and only which genera are there was compared of"
            f" them.{because}"
        )
    if reasons.level:
        yield f"The level, {level}, follows from these reasons: {_listed(reasons.level, cite)}."
    elif reasons.is_coarser_than_sound:
        yield f"By {level} was asked for; a finer level would have been sound."
    if reasons.beside:
        yield (
            "What may make laboratories differ beside their soils, and was not corrected:"
            f" {_listed(_once(reasons.beside), cite)}."
        )


def _listed(rules: Iterable[Mapping[str, Any]], cite: References) -> str:
    """Write reasons, each once, with who says so; one's own rules may be in no list."""
    own = {
        f"{rule['because']} ({rule['source']})" if rule.get("is_own") else rule["because"]: rule
        for rule in rules
    }
    return "; ".join(f"{words}{cite.said(own[words]['source'])}" for words in sorted(own))


def _once(rules: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield each rule once, with all fields in which any two assays differ."""
    found: dict[str, tuple[Mapping[str, Any], dict[str, bool]]] = {}
    for rule in rules:
        words, _, fields = rule["because"].rpartition(": ")
        _, known = found.setdefault(words, (rule, {}))
        for field in fields.split(", "):
            name = field.removesuffix(_ONE_SAYS_NOT)
            known[name] = known.get(name, False) or name != field
    for words, (rule, known) in found.items():
        told = (f"{name}{' (not stated by all)' if known[name] else ''}" for name in sorted(known))
        yield {**rule, "because": f"{words}: {', '.join(told)}"}


def _of_dataset(node: str) -> str:
    dataset, is_told, assay = node.rpartition(": ")
    return f"{assay} of {dataset}" if is_told else node


def _some(values: Sequence[object]) -> str:
    shown = ", ".join(map(str, values[:_SHOWN]))
    return shown if len(values) <= _SHOWN else f"{shown} and {len(values) - _SHOWN} others"


def soilbio_of(made: Mapping[str, Any]) -> str:
    """Name the version that made something, where it is known."""
    return f"soilbio {made['soilbio_version']}" if made.get("soilbio_version") else "soilbio"


def _counts(history: History) -> str:
    """Say what became of the reads: those of features outside a common region are in no count."""
    if history.get("common_regions") and not history.get("losses"):
        return (
            "raw counts were kept, but for features outside the common region, which are in no"
            " count (whoever merged did not pass on how many)"
        )
    numbers = [(one.get("reads"), one.get("reads_after")) for one in history.get("losses", ())]
    known = [(reads, after) for reads, after in numbers if reads is not None and after is not None]
    reads, after = (sum(own) for own in zip(*known, strict=True)) if known else (0, 0)
    if after == reads:
        return "raw counts were kept"
    return (
        f"raw counts were kept but for {reads - after:,} of {reads:,} reads, of features outside"
        " the common region, which are in no count"
    )


def _compared(history: History, cite: References) -> Iterator[str]:
    """Tell what sequences were compared with."""
    programs = history.get("programs", {})
    cutadapt, vsearch = (
        f"{name} {programs.get(name, '')}".rstrip() for name in ("cutadapt", "vsearch")
    )
    for gene, window in sorted(history.get("common_regions", {}).items()):
        pair = [window[name] for name in ("forward_primer", "reverse_primer")]
        region = f"the region between {' and '.join(pair)}" if all(pair) else "a common region"
        yield (
            f"Sequences of {gene} were trimmed to {region}, placed by alignment"
            f" ({cutadapt}{cite.used('cutadapt')}) on {window['references_with_all_primers']:,}"
            f" {_reference(history, cite)}."
        )
    yield from _cut(history.get("common_lengths", {}))
    yield from _cut_at_ends(history.get("common_ends", {}))
    if is_looked_at_again(history):
        yield (
            "In what sequences have in common then, chimeras were looked for again (UCHIME3,"
            f" {vsearch}{cite.used('vsearch uchime3')}), within each dataset; they are flagged."
        )
    if history.get("reference") and not history.get("common_regions"):
        yield (
            f"Sequences were turned to the direction of {_reference(history, cite)} ({vsearch},"
            f" orient{cite.used('vsearch')})."
        )
    if known := history.get("classified"):
        others = history.get("notes", {}).get(OF_OTHER_GENES)
        but = f", but for {others:,} of other genes," if others else ""
        yield (
            f"The sequences of all datasets{but} were classified anew with {known['classifier']}"
            f" (vsearch, support of {known['confidence']:g} at the least"
            f"{cite.used('vsearch', known['classifier'])}) and {known['reference']}"
            f" {known['reference_version']}{cite.used(known['reference'])}; the names that came"
            " with them stay verbatim."
        )
    if placed := history.get("placement"):
        yield _on_a_tree(placed, cite)


def _reference(history: History, cite: References) -> str:
    known = history.get("reference")
    if not known:
        return "reference sequences"
    name = f"{known['name']}{cite.used(known['name'])}"
    return f"reference sequences of {name} (SHA-256 {known['sha256'][:12]})"


def _on_a_tree(placed: Mapping[str, Any], cite: References) -> str:
    """Tell how sequences were placed on a common tree, and what a clade is."""
    raxml, mafft = (placed["programs"][name] for name in ("RAxML", "MAFFT"))
    return (
        f"The sequences of {', '.join(placed['assays'])} were added to an alignment of"
        f" {placed['tips']:,} genes (SHA-256 {placed['alignment_sha256'][:12]}) by MAFFT {mafft}"
        " (--addfragments, --keeplength, --6merpair) and placed on its tree (SHA-256"
        f" {placed['tree_sha256'][:12]}) by RAxML {raxml} (Evolutionary Placement Algorithm,"
        f" {placed['model']}, seed {placed['seed']}). The tree was cut into {placed['clades']:,}"
        f" clades whose tips are at most {placed['clade_diameter']:g} apart (Max Clade, as"
        f" TreeCluster's{cite.used(TREE_OF_CLADES)}). A sequence is of a clade if at least"
        f" {placed['least_weight']:g} of its likelihood weight is there and it is to"
        f" {placed['least_like']:g} at the least like one of the clade's tips; others stay as they"
        " are."
    )


def _cut(lengths: Mapping[str, int]) -> Iterator[str]:
    for length in sorted(set(lengths.values())):
        names = sorted(name for name, own in lengths.items() if own == length)
        yield (
            f"Sequences of {_some(names)} were cut at their ends to {length:,} bases, to which some"
            " of them had been cut before."
        )


def _cut_at_ends(ends: Mapping[str, Sequence[int]]) -> Iterator[str]:
    for start, end in sorted({(own[0], own[1]) for own in ends.values()}):
        names = sorted(name for name, own in ends.items() if (own[0], own[1]) == (start, end))
        yield (
            f"Sequences of {_some(names)} were cut by {plural(start, 'base')} at their start and"
            f" {plural(end, 'base')} at their end, where those of other assays begin and end."
        )


def _unnamed(losses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in losses:
        yield f"{row['dataset']}, {100 * row['without_name']:.1f} % of what was counted"
