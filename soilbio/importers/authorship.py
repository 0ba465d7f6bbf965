"""Names of any rank without their authors, as Darwin Core's scientificName has them."""

from __future__ import annotations

import re

from soilbio.taxonomy.authors import without_author

_LATIN = re.compile(r"^[A-Z][a-z]+(?:a|ae|es|um)$")
_BETWEEN = frozenset({"&", "and", "et", "ex", "in", "al.", "de", "den", "der", "du", "la", "van"})
_YEAR = re.compile(r"^(?:1[78]|19|20)\d\d$")
# Words and numbers that are part of a name: Clostridiales Family XI, Rhizobiales Incertae Sedis.
_OF_NAMES = re.compile(
    r"^(?:group|subgroup|cluster|clade|lineage|family|order|class|incertae|sedis|type|division|"
    r"[IVX]+[a-z]?)$",
    re.IGNORECASE,
)


def without_authorship(name: str, rank: str) -> str:
    """Take the authors off a name above species; all else of it stays, however many words."""
    if rank in ("genus", "species"):
        return without_author(name)
    first, *more = name.split()
    is_author = more and _LATIN.match(first) and all(_is_of_authors(word) for word in more)
    return first if is_author else name


def _is_of_authors(word: str) -> bool:
    """Tell whether a word is an author's name, a year, or what stands between such."""
    bare = word.strip("(),[]")
    if bare in _BETWEEN or _YEAR.match(bare) or not bare:
        return True
    is_name = bare[0].isupper() and (bare.endswith(".") or any(map(str.islower, bare)))
    return is_name and not _OF_NAMES.match(bare)
