"""What was not determined to species: words that stand behind a name, or alone for an epithet."""

from __future__ import annotations

import re
from collections.abc import Collection

_NYMPH = r"(?:(?:proto|deuto|trito)?nymphs?)"  # mites' are three
_WORD = (
    r"\(?(?:(?:gen|fam|spp?|ssp|spec|et|n|nov|(?:in|un)det|unid|juv|imm|immat|subad|ad|cf|aff|nr)"
    rf"\.?|species|(?:un)?identified|(?:un|in)determined|juvenile?s?|immatures?|larvae?|{_NYMPH}"
    r"|adults?|cocoons?|eggs?)\)?"
)
_WORDS = rf"{_WORD}(?: {_WORD})*"
_BEHIND = re.compile(rf"((?:Candidatus |Ca\. ?)?[A-Z][\w-]+) {_WORDS}")
# Behind a species they tell what was counted of it, or that it was not determined further.
_STAGE = (
    r"\(?(?:(?:juv|imm|immat|subad|ad|m|f)\.?|juvenile?s?|immatures?|(?:sub)?adults?|larvae?"
    rf"|{_NYMPH}|pupae|imago|imagines|(?:fe)?males?|[\u2640\u2642]|cocoons?|eggs?|ssp\.?|subsp\.?)\)?"
)
_OF_SPECIES = re.compile(
    rf"([A-Z][\w-]+ (?:(?:cf|aff|nr)\.? )?(?!{_WORD}(?: |$))[a-z][a-z-]+(?: .*?)?),?(?: {_STAGE})+"
)
# A question mark says what `cf.` says (Sigovini et al. 2016, Methods Ecol Evol 7:1217).
_DOUBTED = re.compile(r"([A-Z][a-z-]+) (?:\? ?([a-z-]+)|([a-z-]+) ?\?)")
# NCBI's and BLAST's of what was found and not named: Pyrinomonadaceae bacterium, with a strain or
# without.
_FOUND = re.compile(
    r"((?:Candidatus |Ca\. ?)?[A-Z][\w-]+) (?:bacterium|archaeon|fungus|eukaryote)(?: .*)?"
)
_ALONE = re.compile(_WORDS)
# Stages of animals that are epithets of others: Paenibacillus larvae, Sporoschisma juvenile.
_EPITHET = re.compile(r"(?:[A-Z]\S+ )?(?:larvae?|juvenile)")
_WITHOUT_STAGES = frozenset({"Bacteria", "Archaea", "Fungi", "Viruses"})


def name_before(text: str) -> str:
    """Give the name behind which only such words stand; empty where that is not so.

    `Aporrectodea sp. juv.`, `Lumbricidae gen. et sp. indet.`, `Terriglobales bacterium`.
    """
    found = _BEHIND.fullmatch(text) or _FOUND.fullmatch(text)
    return found[1] if found else ""


def without_stage(text: str) -> str:
    """Take off what stands behind a species and names none: `Lumbricus terrestris juv.`."""
    found = _OF_SPECIES.fullmatch(text)
    return _DOUBTED.sub(r"\1 cf. \2\3", found[1] if found else text)


def is_undetermined(species: str, above: Collection[str]) -> bool:
    """Tell whether a species, or an epithet without its genus, says that it is not known."""
    if may_be_epithet(species) and not _WITHOUT_STAGES.isdisjoint(above):
        return False
    return bool(_ALONE.fullmatch(species) or _BEHIND.fullmatch(species))


def may_be_epithet(text: str) -> bool:
    """Tell whether the word for a stage of animals is a Latin one, which may name a species."""
    return bool(_EPITHET.fullmatch(text))
