"""What was not determined to species: words that stand behind a name, or alone for an epithet."""

from __future__ import annotations

import re

_WORD = (
    r"\(?(?:(?:gen|fam|spp?|spec|et|n|nov|(?:in|un)det|unid|juv|imm|subad|ad|cf|aff|nr)\.?"
    r"|species|(?:un)?identified|(?:un|in)determined|juveniles?|immatures?|larvae?|nymphs?|adults?"
    r"|cocoons?|eggs?)\)?"
)
_WORDS = rf"{_WORD}(?: {_WORD})*"
# There is a species Paenibacillus larvae, once Bacillus.
_BEHIND = re.compile(rf"(?!\w*acillus larvae$)((?:Candidatus |Ca\. ?)?[A-Z][\w-]+) {_WORDS}")
_ALONE = re.compile(rf"(?!larvae$){_WORDS}")


def name_before(text: str) -> str:
    """Give the name behind which only such words stand; empty where that is not so.

    `Aporrectodea sp. juv.`, `Lumbricidae gen. et sp. indet.`, `Collembola larvae`.
    """
    found = _BEHIND.fullmatch(text)
    return found[1] if found else ""


def is_undetermined(species: str) -> bool:
    """Tell whether a species, or an epithet without its genus, says that it is not known."""
    return bool(_ALONE.fullmatch(species) or _BEHIND.fullmatch(species))
