"""Assays side by side: the finest level at which their results may soundly be merged, and why.

What is a reason stands in `resources/comparability.tsv`, with its source; what makes one apply is
here. A user's own table can make rules stricter, never looser.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from soilbio.dataset.history import PLACEMENT
from soilbio.dataset.tables import ASSAYS
from soilbio.harmonise.lengths import Lengths, are_near
from soilbio.harmonise.no_names import have_one_key, of_no_names
from soilbio.harmonise.primer_versions import are_versions
from soilbio.harmonise.rules import LEVELS, Rule, fields_of
from soilbio.harmonise.taxa import of_taxa
from soilbio.standards.sharing_classes import SharingClass as Share

_ITS = re.compile(r"its[12]?$")
# A gene of ribosomal RNA with the region behind it.
_WITH_REGION = re.compile(r"(\d+(?:\.\d)?s)v\d")
_SPELLING = re.compile(r"\b(?:r[rd]na|gene|region)\b|[\s_-]+")
# Words of an engine that say that its features are exact sequences; that they were clustered, or
# made fewer otherwise, whatever they were before; and programs that cluster unless more is said.
_EXACT = re.compile(
    r"dada2|unoise|deblur|[zs]otu|\basv|\besv|sequence variant|unique sequences", re.I
)
_CLUSTERED = re.compile(
    r"(?<![zls])otu|\b9\d(?:[.,]\d+)? ?%|(?<![\d.])97(?![\d.])|\b0[.,]9\d|clust(?!er_unoise)"
    r"|uparse|swarm|cd-?hit|lulu|mumu|(?:tip|tax)_?glom|agglomerat|\bgrouped\b|collapsed|phylotype"
    r"|\b(?:at|of) [1-9](?:[.,]\d+)? ?%|(?:open|closed|de.novo).reference",
    re.I,
)
# The same of an engine's parameters, in which numbers may be of anything (reads are mapped to exact
# sequences at 97 %), and tables of counts have names of their own.
_CLUSTERED_THEN = re.compile(
    r"(?<![zl])\botus?\b(?![ -]?tab)|\bcluster_(?!unoise)\w+\b|cd-?hit|\bswarm\b|lulu|mumu"
    r"|(?:tip|tax)_?glom|agglomerat|clusterize|idclusters|opti_?clust"
    r"|\A(?!.*(?:unoise|usearch_global)).*(?:\bcentroids\b|--id 0?\.9\d)"
    r"|(?<!no )(?<!not )(?<!without )\b(?:re-?)?cluster(?:ed|ing)\b(?!\"?\s*[:=])",
    re.I | re.S,
)
_CLUSTERERS = re.compile(r"mothur|lotus", re.I)
# What assays state of their method that is not in its fingerprint, which is older.
_BESIDE = tuple(
    one.name for one in ASSAYS.columns if one.sharing_class == Share.METHOD and one.is_later
)
LENGTHS_TRIMMED = "lengths-trimmed"
UNSTATED = "method-unstated"
_NO_SEQUENCES, _PRIMERS_LEFT = "no-sequences", "primers-left"
_IN_PART, _OUT_OF_REACH, _VERSIONS = "region-in-part", "out-of-reach", "primers-are-versions"
Assay = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two assays by dataset and id, the finest sound level, and the rules that apply.

    `common` are the fields in which both say the same.
    """

    one: str
    other: str
    level: str
    rules: tuple[Rule, ...]
    common: tuple[str, ...] = ()

    @property
    def is_cut_to_one_length(self) -> bool:
        """Whether one has the beginnings of the other's sequences."""
        return any(rule.name == LENGTHS_TRIMMED for rule in self.rules)


def compare(
    assays: Mapping[str, Assay],
    rules: Mapping[str, Rule],
    windows: Mapping[str, str] | None = None,
    placed: Collection[str] = (),
    short: Mapping[str, bool] | None = None,
) -> list[Pair]:
    """Compare each assay with each other.

    Parameters
    ----------
    assays : mapping of name to row of `assays`
        With `has_counts` beside the columns of the table, `sh_version` of UNITE's species
        hypotheses that its features have, the `lengths` of its sequences, `has_own_names` where
        most of its features have neither a sequence nor a database's id, `primers_left`, and what
        `taxa_of` tells of metagenomes; of names that are not there what `sources.assays_of` says.
    rules : mapping of name to Rule
    windows : mapping of assay to gene, optional
        Assays whose sequences can be trimmed to a region that they share.
    placed : collection of str
        Assays whose sequences can be placed on a common tree.
    short : mapping of assay to bool, optional
        Assays whose sequences do not reach over the region that others of their gene share, and
        whether they are compared by what they hold of it.

    """
    windows, short = windows or {}, short or {}
    pairs = []
    for one, other in combinations(sorted(assays), 2):
        both = assays[one], assays[other]
        applying = _of_method(*both, rules)
        if one in windows and windows[one] == windows.get(other):
            of_place = (*_OF_PLACE, _PRIMERS_LEFT, _VERSIONS)
            applying = _instead(applying, of_place, rules["common-region"])
            # What was cut short cannot be trimmed to a window by its other end.
            is_in_part = one in short or other in short
            beside = [rules[_IN_PART]] if is_in_part else []
            of_lengths = beside[0] if beside else rules["lengths-differ"]
            applying = _instead(applying, (LENGTHS_TRIMMED, "lengths-differ"), of_lengths)
            applying += [rule for rule in beside if rule not in applying]
        elif {one, other} & {*windows} and {one, other} & {*short}:
            applying = _instead(applying, (LENGTHS_TRIMMED,), rules[_OUT_OF_REACH])
        applying = _by_hypotheses(*both, applying, rules)
        is_placed = one in placed and other in placed
        if is_placed:
            cut = (*_OF_PLACE, "lengths-differ", _PRIMERS_LEFT, _OUT_OF_REACH)
            applying = _instead(applying, cut, rules["placement"])
        applying += _of_merging(*both, rules, is_placed=is_placed)
        applying += _of_own(*both, rules, {rule.name for rule in applying})
        applying += _of_sampling(*both, rules, coarsest(applying))
        applying = [_within_reach(*both, rule, is_placed=is_placed) for rule in applying]
        applying += of_no_names(*both, LEVELS[coarsest(applying)], rules)
        common = tuple(field for field in fields_of(rules) if _agree(*both, field))
        pairs.append(Pair(one, other, LEVELS[coarsest(applying)], tuple(applying), common))
    return pairs


def _agree(one: Assay, other: Assay, field: str) -> bool:
    return _said(one, field) == _said(other, field) and _stated(one, field)


def _stated(assay: Assay, field: str) -> bool:
    return _said(assay, field) not in ("", "not stated")


def _instead(applying: Iterable[Rule], names: Collection[str], rule: Rule) -> list[Rule]:
    """Let a rule take the place of others, but not of those that the user made stricter."""
    found = [rule if one.name in names and not one.is_own else one for one in applying]
    return list(dict.fromkeys(found))


def _by_hypotheses(
    one: Assay, other: Assay, applying: list[Rule], rules: Mapping[str, Rule]
) -> list[Rule]:
    """Let one version of UNITE's species hypotheses stand for what sequences cannot tell."""
    if not _agree(one, other, "sh_version"):
        return applying
    replaced = {*_OF_PLACE, *_OF_FEATURES.values(), _NO_SEQUENCES, "lengths-differ"}
    replaced |= {LENGTHS_TRIMMED, _PRIMERS_LEFT, _OUT_OF_REACH}
    return _instead(applying, replaced, rules["species-hypothesis"])


def _of_merging(
    one: Assay, other: Assay, rules: Mapping[str, Rule], *, is_placed: bool
) -> Iterator[Rule]:
    """Yield the rule of how they were merged before, if they were."""
    merged = max(LEVELS.index(str(assay.get("merged_by") or "feature")) for assay in (one, other))
    if LEVELS[merged] == PLACEMENT and not is_placed:
        yield rules["placed-before"]
    elif merged:
        rule = rules["merged-before"]
        yield replace(rule, finest=LEVELS[max(merged, LEVELS.index(rule.finest))])


def _of_own(
    one: Assay, other: Assay, rules: Mapping[str, Rule], known: Collection[str]
) -> Iterator[Rule]:
    """Yield what a user made stricter and would not apply: beside the point, or replaced."""
    names = [*_MARKER]
    if one.get("library_strategy") == other.get("library_strategy"):
        names += _MAKING.get(str(one.get("library_strategy")), ())
    for name in names:
        rule = rules[name]
        if rule.is_own and name not in known and _differ(one, other, rule.fields):
            yield rule


def _within_reach(one: Assay, other: Assay, rule: Rule, *, is_placed: bool) -> Rule:
    """Take the next coarser level where both have no species hypotheses, or are on no tree."""
    if rule.finest == "sh" and not _agree(one, other, "sh_version"):
        because = f"{rule.because}; without species hypotheses of one version in both, by species"
        return replace(rule, finest="species", because=because)
    if rule.finest == PLACEMENT and not is_placed:
        because = f"{rule.because}; without a tree that both are placed on, by genus"
        return replace(rule, finest="genus", because=because)
    return rule


def coarsest(applying: Sequence[Rule]) -> int:
    """Give the place in `LEVELS` that rules leave."""
    return max((LEVELS.index(rule.finest) for rule in applying), default=0)


# What was sequenced, from wide to narrow: of the first that differs, the rest is beside the point.
_MARKER = ("strategy-differs", "gene-differs", "region-differs", "primers-differ")
_OF_FEATURES = {"clusters": "clusters-against-variants", "unknown": "features-unknown"}
_OF_PLACE = ("region-differs", "primers-differ", "region-unstated")
OF_NUMBERS = "counts-against-abundances"
# What was counted is another thing: by nature nothing, or a name and no more, is the same in both.
OF_OTHERS = ("strategy-differs", "gene-differs", "profiler-differs")
_MAKING = {
    "AMPLICON": ("engine-differs", "reference-differs", OF_NUMBERS),
    "WGS": ("profiler-differs", "database-differs", OF_NUMBERS),
}
# How soils were taken and treated, and reads processed: it does not change what a sequence is, so
# that these are told.
SAMPLING = (
    *("depth-differs", "sampling-differs", "storage-differs", "extraction-differs"),
    *("pcr-differs", "sequencing-differs", "trimming-differs", "decontamination-differs"),
    "parameters-differ",
)


def _of_method(one: Assay, other: Assay, rules: Mapping[str, Rule]) -> list[Rule]:
    """List the rules that apply to what was sequenced, and what was made of it."""
    if not all(_is_stated(assay) for assay in (one, other)):
        return [rules[UNSTATED]]
    marker = [rules[name] for name in _MARKER if _differ(one, other, rules[name].fields)][:1]
    if marker and marker[0].finest in LEVELS[-2:]:
        return marker  # there is no more to say of numbers that are of different things
    versions = []
    if [rule.name for rule in marker] == ["primers-differ"] and are_versions(one, other):
        versions = [] if marker[0].is_own else [rules[_VERSIONS]]
        marker = marker if marker[0].is_own else []
    # Clusters of two runs are two sets of clusters, whatever their representatives are called.
    features = {kind_of_features(assay) for assay in (one, other)} & {"clusters", "unknown"}
    clusters = [rules[_OF_FEATURES[kind]] for kind in sorted(features)]
    clusters += _of_names_alone(one, other, rules)
    if not _differ(one, other, rules["profiler-differs"].fields):
        clusters += of_taxa(one, other, rules)
    if not all(_has_place(assay) for assay in (one, other)):
        marker = [rules["region-unstated"]]
    lengths = [] if marker or clusters else _of_lengths(one, other, rules)
    if is_one_method(one, other):
        unstated = [rule for rule in marker if rule.name == "region-unstated"]
        numbers = rules[OF_NUMBERS]
        shares = [numbers] if _differ(one, other, numbers.fields) else []
        return [rules["same-method"], *unstated, *shares, *lengths, *clusters]
    names = _MAKING.get(str(one["library_strategy"]), _MAKING["WGS"])
    making = [rules[name] for name in names if _differ(one, other, rules[name].fields)]
    return [*marker, *versions, *making, *lengths, *clusters]


def _of_names_alone(one: Assay, other: Assay, rules: Mapping[str, Rule]) -> list[Rule]:
    """Give the rule of features that nothing but a dataset's own names tells apart."""
    if not any(assay.get("has_own_names") for assay in (one, other)) or have_one_key(one, other):
        return []
    is_amplicon = one.get("library_strategy") == "AMPLICON"
    return [rules[_NO_SEQUENCES if is_amplicon else "no-ids"]]


def _of_lengths(one: Assay, other: Assay, rules: Mapping[str, Rule]) -> list[Rule]:
    """Give the rule of sequences of one place and two lengths; by nature ITS differ in theirs.

    Primers that are left in some of them say more than that lengths differ.
    """
    left = {assay.get("primers_left") for assay in (one, other)}
    if "some" in left or left >= {None, "all"}:
        return [rules[_PRIMERS_LEFT]]
    lengths: list[Lengths] = [assay["lengths"] for assay in (one, other) if assay.get("lengths")]
    if len(lengths) < 2 or are_near(*lengths):
        return []
    shorter, longer = sorted(lengths, key=lambda own: own.typical_bp)
    if longer.assay not in shorter.meets:
        return [rules[_PRIMERS_LEFT if left == {None, "start"} else "lengths-differ"]]
    return [rules[LENGTHS_TRIMMED]] if shorter.is_cut else []


def _of_sampling(one: Assay, other: Assay, rules: Mapping[str, Rule], place: int) -> Iterator[Rule]:
    """Yield the rules that apply to soils and their treatment, with the fields that differ.

    Their values are not told: an agreement may withhold them. Where no numbers are compared, those
    that a user made stricter are told, no others. Of controls alone nothing is.
    """
    if not (one.get("has_soils", True) and other.get("has_soils", True)):
        return
    has_numbers = place < LEVELS.index("presence")
    for name in (name for name in SAMPLING if has_numbers or rules[name].is_own):
        fields = rules[name].fields
        differing = [field for field in fields if _said(one, field) != _said(other, field)]
        are_stated = [_stated(one, field) and _stated(other, field) for field in differing]
        named = [
            field if is_stated else f"{field} (one does not say)"
            for field, is_stated in zip(differing, are_stated, strict=True)
        ]
        if differing:
            yield replace(rules[name], because=f"{rules[name].because}: {', '.join(named)}")


def is_one_method(one: Assay, other: Assay) -> bool:
    """Tell whether two assays are of one method: by the fingerprint, and what is not in it."""
    known = one.get("method_fingerprint")
    is_known = bool(known) and known == other.get("method_fingerprint")
    return is_known and not _differ(one, other, _BESIDE)


def is_one_place(one: Assay, other: Assay) -> bool:
    """Tell whether two assays are of one stretch of one gene, between the same primers."""
    of_primers = ("pcr_primer_forward", "pcr_primer_reverse")
    are_of_one = are_versions(one, other) or not _differ(one, other, of_primers)
    return are_of_one and not _differ(one, other, ("target_gene", "target_subfragment"))


def _differ(one: Assay, other: Assay, names: Iterable[str]) -> bool:
    return any(
        _said(one, name) != _said(other, name) and not _is_told_by_primers(one, other, name)
        for name in names
    )


def _is_told_by_primers(one: Assay, other: Assay, name: str) -> bool:
    """Tell whether primers say where an assay is that names no region, as one that was trimmed."""
    if name != "target_subfragment" or (_said(one, name) and _said(other, name)):
        return False
    pairs = [
        [_said(assay, field) for field in ("pcr_primer_forward", "pcr_primer_reverse")]
        for assay in (one, other)
    ]
    return all(pairs[0]) and (pairs[0] == pairs[1] or are_versions(one, other))


def _said(assay: Assay, name: str) -> str:
    """Give a value to compare; genes and regions are written in many ways (V3-V4, V3V4)."""
    value = assay.get(name, True if name == "has_counts" else None)
    text = " | ".join(sorted(value)) if isinstance(value, frozenset) else _plain(value)
    if name in ("pcr_primer_forward", "pcr_primer_reverse"):
        return text.replace("i", "n")  # an inosine pairs with all
    if not name.startswith("target_"):
        return text
    spelt = plain_gene(text) if name == "target_gene" else _SPELLING.sub("", text)
    if _ITS.match(gene := _SPELLING.sub("", _plain(assay.get("target_gene")))):
        # ITS1 and ITS2 are regions of one gene, wherever they are written.
        return "its" if name == "target_gene" else spelt or gene.removeprefix("its")
    return spelt


def plain_gene(gene: object) -> str:
    """Give a gene as it is compared, however it is written, its region left out."""
    spelt = _SPELLING.sub("", _plain(gene))
    found = _WITH_REGION.match(spelt)
    return found[1] if found else spelt


def _is_stated(assay: Assay) -> bool:
    strategy = assay.get("library_strategy")
    return bool(strategy) and (strategy != "AMPLICON" or bool(assay.get("target_gene")))


def _has_place(assay: Assay) -> bool:
    """Tell whether it is known where in a gene sequences begin and end."""
    pair = (assay.get("pcr_primer_forward"), assay.get("pcr_primer_reverse"))
    is_amplicon = assay.get("library_strategy") == "AMPLICON"
    return not is_amplicon or bool(_said(assay, "target_subfragment")) or all(pair)


def kind_of_features(assay: Assay) -> str:
    """Tell what features of an amplicon's assay are: exact sequences, clusters, or not known."""
    if assay.get("library_strategy") != "AMPLICON":
        return "taxa"
    engine = str(assay.get("engine") or "")
    parameters = str(assay.get("engine_parameters") or "")
    if _CLUSTERED.search(engine) or _CLUSTERED_THEN.search(parameters):
        return "clusters"
    if _EXACT.search(engine):
        return "exact"
    return "clusters" if _CLUSTERERS.search(engine) else "unknown"


def _plain(value: Any) -> str:
    if isinstance(value, float):  # none at all is stated, too
        return f"{value:g}"
    return str(value or "").strip().casefold()
