"""Names against a taxonomy: what they are there, how surely, and why.

Homonyms are told apart by the higher ranks, never by luck: the codes of nomenclature are
independent of each other (one genus name may be a bacterium's, a plant's and an animal's), while
among prokaryotes a name is unique (International Code of Nomenclature of Prokaryotes).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.backbones.backbone import Backbone, Lineage, Usage
from soilbio.taxonomy.backbones.spellings import looked_up, spellings
from soilbio.taxonomy.below_species import species_of, species_of_trinomial
from soilbio.taxonomy.canonical import SAME_KINGDOMS, SUFFIX, changed_names, without_brackets
from soilbio.taxonomy.named_ranks import named_ranks
from soilbio.taxonomy.told_ranks import KINGDOMS, OF_UNITE

_SETTLED = {today.casefold(): name.casefold() for name, today in SAME_KINGDOMS.items()}
_PROKARYOTES = frozenset({"Bacteria", "Archaea"})
_UNIQUE = _PROKARYOTES | {"Viruses"}  # domains in which no name is that of two taxa
# Kingdoms, as they are compared: no animal or fungus is of another. Databases differ about algae.
_KINGDOMS = frozenset({"animalia", "plantae", "fungi"})
_OTHERS = frozenset(name.casefold() for name in KINGDOMS | OF_UNITE) - _KINGDOMS - _SETTLED.keys()
_ANIMALS = frozenset({"animalia"})
_EXCLUSIVE = frozenset({"animalia", "fungi"})
# Ranks whose names tell the domain of those below.
_TELLING = ("phylum", "class", "order", "family")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What was asked, what it is in the taxonomy, and why.

    `kind` is exact, synonym, higher rank, ambiguous or none. `confidence` is high where the nearest
    higher rank that both have is the same; medium where there is none to compare, or only a wider
    one is the same; low where nothing below the domain is; empty where there is no taxon.
    """

    asked_rank: str
    asked_name: str
    kind: str
    taxon_id: str = ""
    name: str = ""
    rank: str = ""
    confidence: str = ""
    reason: str = ""
    lineage: Lineage | None = None


def wanted_names(lineages: Iterable[Lineage]) -> set[str]:
    """List all spellings under which names are looked up, in lower case."""
    return {
        spelling.casefold()
        for lineage in lineages
        for rank, name in lineage.items()
        for one in (name, *species_above(rank, name))
        for spelling, _ in looked_up(rank, one)
    }


def species_above(rank: str, name: str) -> tuple[str, ...]:
    """Give the species that a name below one is of; of animals it is told by three words alone."""
    if rank not in ("", "species"):
        return ()
    return tuple(filter(None, [species_of(name) or species_of_trinomial(name)]))


def match(lineage: Lineage, backbone: Backbone) -> Match:
    """Find what a lineage is in a taxonomy, from its deepest name upwards.

    Parameters
    ----------
    lineage : mapping of rank to name
        Canonical ranks; a name of unknown rank stands under "".
    backbone : Backbone

    """
    ranks = [rank for rank in ("", *reversed(RANKS)) if lineage.get(rank)]
    if not ranks:
        return Match("", "", "none", reason="there is no name")
    asked_rank, asked_name = ranks[0], lineage[ranks[0]]
    reasons: list[str] = []
    tied: list[Usage] = []
    # What is concluded helps to tell homonyms apart; it is not what was asked.
    lineage = _with_domain(lineage, backbone)
    for rank in ranks:
        usages, why = _find(rank, lineage, backbone)
        reasons += why
        found, is_lifted = rank, rank != asked_rank
        if not usages and (above := species_above(rank, lineage[rank])):
            usages, why = _find_species(rank, above[0], lineage, backbone)
            reasons += why
            found, is_lifted = "species", True
        if len({usage.taxon_id for usage in usages}) == 1:
            if tied and _is_apart(usages[0], tied, backbone):
                break  # nothing that may be meant is in it
            asked = _Asked(asked_rank, asked_name, found, is_lifted)
            return _matched(usages[0], asked, lineage, backbone, reasons)
        tied = tied or usages
    if tied:
        return _tied(tied, asked_rank, asked_name, backbone, reasons)
    return Match(asked_rank, asked_name, "none", reason="; ".join(reasons))


def _is_apart(wider: Usage, tied: Sequence[Usage], backbone: Backbone) -> bool:
    """Tell whether none of several taxa is in a wider one, as far as that is known."""
    names = {backbone.lineages[usage.taxon_id].get(wider.rank, "") for usage in tied}
    return not names & {wider.accepted_name, ""}


def _with_domain(lineage: Lineage, backbone: Backbone) -> Lineage:
    """Add the domain, and the kingdom of eukaryotes, that names of a lineage tell."""
    if _domain(lineage):
        return lineage
    if _plain("kingdom", lineage.get("kingdom", "")) in _KINGDOMS | _OTHERS:
        return {"domain": "Eukaryota", **lineage}
    for rank in filter(lineage.get, _TELLING):
        name = lineage[rank]
        known, kingdom = named_ranks().get(name, ("", ""))
        if known == rank:
            own = {"kingdom": kingdom} if kingdom else {}
            return {"domain": "Eukaryota", **own, **lineage}
        usages = [
            one for text, _ in spellings(rank, name) for one in backbone.usages_of(text, rank)
        ]
        domains = {_domain(backbone.lineages[usage.taxon_id]) for usage in usages}
        if len(domains) == 1 and "" not in domains:
            return {"domain": domains.pop(), **lineage}
    return lineage


def _domain(lineage: Lineage) -> str:
    """Give the domain; some checklists call that of prokaryotes a kingdom."""
    kingdom = lineage.get("kingdom", "")
    return lineage.get("domain") or (kingdom if kingdom in _PROKARYOTES else "")


def _find(rank: str, lineage: Lineage, backbone: Backbone) -> tuple[list[Usage], list[str]]:
    """Give the usages of a name that may be meant, the likeliest only, and what was found."""
    name = lineage[rank]
    for spelling, why in looked_up(rank, name):
        usages = backbone.usages_of(spelling, rank or None)
        if not usages and rank == "species" and species_of(name):
            usages = [one for one in backbone.usages_of(spelling, None) if one.rank not in RANKS]
        # A subgenus or section has the name of its genus: of a name alone the genus is meant.
        usages = [usage for usage in usages if usage.rank in RANKS] or usages
        if not usages:
            continue
        told = [f"{name}: {why}"] if why else []
        possible = [usage for usage in usages if _is_possible(usage, rank, lineage, backbone)]
        if not possible:
            others = ", ".join(_place(usage, backbone) for usage in usages[:_SHOWN])
            return [], [*told, f"{name} is a homonym there, of {others}"]
        agreed = [_agreement(usage, rank, lineage, backbone) for usage in possible]
        best = [usage for usage, own in zip(possible, agreed, strict=True) if own == max(agreed)]
        if not max(agreed)[0]:
            best = possible  # nothing speaks for any: the one with less to compare is not it
        if len({usage.taxon_id for usage in best}) > 1:
            others = ", ".join(_place(usage, backbone) for usage in best[:_SHOWN])
            told.append(f"{name} is {len(best)} taxa there, of {others}")
        elif len(usages) > len(best):
            told.append(f"{name}: homonyms told apart by the higher ranks")
        return best, told
    return [], [f"{name} is not there" + (f" as {rank}" if rank else "")]


def _find_species(
    rank: str, species: str, lineage: Lineage, backbone: Backbone
) -> tuple[list[Usage], list[str]]:
    """Give the usages of the species that a name below it is of.

    Three words without a mark are such of animals only.
    """
    name = lineage[rank]
    wider = {**{one: text for one, text in lineage.items() if one != rank}, "species": species}
    usages, why = _find("species", wider, backbone)
    if not species_of(name):
        kingdoms = [backbone.lineages[one.taxon_id].get("kingdom", "") for one in usages]
        is_animal = bool(kingdoms) and all(_plain("kingdom", one) in _ANIMALS for one in kingdoms)
        if not is_animal:
            return [], []
    return usages, [f"{name} is below the species {species}", *why]


def _above(rank: str) -> Sequence[str]:
    return RANKS if not rank else RANKS[: RANKS.index(rank)]


def _is_possible(usage: Usage, rank: str, lineage: Lineage, backbone: Backbone) -> bool:
    """Tell whether the higher ranks allow that this is meant.

    Of prokaryotes and viruses the domain is enough: they have no homonyms. Of others, and where no
    domain is known, one rank below the kingdom must be the same if there are any to compare; but a
    phylum that the taxonomy does not have tells nothing within a kingdom (Tracheophyta).
    """
    there = backbone.lineages[usage.taxon_id]
    domains = {_domain(one) for one in (lineage, there)}
    if len(domains - {""}) == 2:
        return False
    if rank != "kingdom" and _are_other_kingdoms(lineage, there):
        return False
    # A species' genus is part of its name, and another one in that of a synonym.
    above = RANKS[2:-2] if rank in ("", "species") else _above(rank)[2:]
    compared = [name for name in above if lineage.get(name) and there.get(name)]
    if len(domains) == 1 and domains <= _UNIQUE:
        return True
    if any(not _differ(name, lineage, there) for name in compared):
        return True
    own = _plain("kingdom", lineage.get("kingdom", ""))
    has_none = not there.get("kingdom") and there.get("domain") == "Eukaryota"
    if not compared:
        return not (own in _EXCLUSIVE and has_none)
    is_same = own in _OTHERS if has_none else bool(own) and not _differ("kingdom", lineage, there)
    return is_same and compared == ["phylum"] and not _knows(lineage["phylum"], backbone)


def _are_other_kingdoms(one: Lineage, other: Lineage) -> bool:
    kingdoms = {_plain("kingdom", lineage.get("kingdom", "")) for lineage in (one, other)}
    kingdoms &= _KINGDOMS | _OTHERS
    return len(kingdoms) == 2 and (kingdoms <= _KINGDOMS or bool(kingdoms & _EXCLUSIVE))


def _knows(phylum: str, backbone: Backbone) -> bool:
    return any(backbone.usages_of(text, "phylum") for text, _ in spellings("phylum", phylum))


def _agreement(usage: Usage, rank: str, lineage: Lineage, backbone: Backbone) -> tuple[int, int]:
    """Count the higher ranks that are the same, then those that are not."""
    there = backbone.lineages[usage.taxon_id]
    compared = [name for name in _above(rank) if lineage.get(name) and there.get(name)]
    differing = sum(_differ(name, lineage, there) for name in compared)
    return len(compared) - differing, -differing


def _differ(rank: str, one: Lineage, other: Lineage) -> bool:
    names = [_plain(rank, lineage.get(rank, "")) for lineage in (one, other)]
    return all(names) and names[0] != names[1]


def _plain(rank: str, name: str) -> str:
    change = changed_names().get((rank, name))
    plain = SUFFIX.sub(r"\1", change.today if change else name).casefold()
    return _SETTLED.get(plain, plain)


def _place(usage: Usage, backbone: Backbone) -> str:
    there = backbone.lineages[usage.taxon_id]
    wide = next((there[rank] for rank in ("phylum", "kingdom", "domain") if rank in there), "?")
    return f"{wide} ({usage.taxon_id})"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, at which rank it was found, and whether that is above it."""

    rank: str
    name: str
    found: str
    is_lifted: bool


def _matched(
    usage: Usage,
    asked: _Asked,
    lineage: Lineage,
    backbone: Backbone,
    reasons: list[str],
) -> Match:
    there = backbone.lineages[usage.taxon_id]
    if asked.is_lifted:
        kind = "higher rank"
    elif usage.is_synonym or not _is_same_name(usage.accepted_name, asked.name):
        kind = "synonym"
        reasons = [*reasons, f"{asked.name} is {usage.accepted_name} there"]
    else:
        kind = "exact"
    confidence, why = _confidence(asked.found, lineage, there)
    return Match(
        asked.rank,
        asked.name,
        kind,
        usage.taxon_id,
        usage.accepted_name,
        usage.rank,
        confidence,
        "; ".join([*reasons, why]),
        there,
    )


def _is_same_name(one: str, other: str) -> bool:
    """Tell whether names are the same; NCBI's brackets are no part of them."""
    return without_brackets(one).casefold() == without_brackets(other).casefold()


def _confidence(rank: str, lineage: Lineage, there: Lineage) -> tuple[str, str]:
    compared = [name for name in _above(rank) if lineage.get(name) and there.get(name)]
    if not compared:
        return "medium", "no higher rank to compare"
    nearest = compared[-1]
    if not _differ(nearest, lineage, there):
        return "high", f"same {nearest}"
    same = [name for name in compared[1:] if not _differ(name, lineage, there)]
    differing = f"{nearest} {lineage[nearest]}, there {there[nearest]}"
    return ("medium", f"same {same[-1]}, {differing}") if same else ("low", differing)


def _tied(
    usages: Sequence[Usage], rank: str, name: str, backbone: Backbone, reasons: list[str]
) -> Match:
    """Give what all that may be meant have in common."""
    lineages = [backbone.lineages[usage.taxon_id] for usage in usages]
    common: dict[str, str] = {}
    for one in RANKS:
        names = {lineage.get(one, "") for lineage in lineages}
        if len(names) > 1:
            break
        if names != {""}:
            common[one] = names.pop()
    deepest = next(reversed(common), "")
    return Match(
        rank,
        name,
        "ambiguous",
        name=common.get(deepest, ""),
        rank=deepest,
        confidence="low" if deepest else "",
        reason="; ".join(reasons),
        lineage=common,
    )
