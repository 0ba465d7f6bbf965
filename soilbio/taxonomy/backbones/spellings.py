"""How taxonomies may write a name: as it is, today, before, with GTDB's parts or without."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import (
    CANDIDATUS,
    SAME_KINGDOMS,
    SUFFIX,
    SUFFIX_AT_END,
    changed_names,
    in_brackets,
    without_brackets,
)


@cache
def spellings(rank: str, name: str) -> tuple[tuple[str, str], ...]:
    """Give a name as it is, then as it may be written elsewhere, with what was done to it.

    Parameters
    ----------
    rank : str
        Empty, where a name stands alone.
    name : str

    """
    found = {name: ""}
    plain = SUFFIX.sub(r"\1", name)
    for text, why in _other_names(rank, name):
        found.setdefault(text, why)
    if rank in ("", "kingdom"):
        same = SAME_KINGDOMS | {other: own for own, other in SAME_KINGDOMS.items()}
        found.setdefault(same.get(name, name), "the same kingdom")
    found.setdefault(plain, "without the suffix of GTDB")
    if plain != name:
        suffix = SUFFIX_AT_END.search(name)
        for text, why in _other_names(rank, plain):
            if suffix:
                found.setdefault(f"{text}{suffix.group()}", why)
            found.setdefault(text, f"{why}, without the suffix of GTDB")
    found.setdefault(CANDIDATUS.sub("", plain), "without Candidatus")
    found.setdefault(f"Candidatus {plain}", "as Candidatus")
    return tuple(found.items())


def _other_names(rank: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield today's name, and those before, of which a name may be one itself."""
    known = changed_names()
    # Of a name alone the rank is not known, either.
    asked = [(one, name) for one in ([rank] if rank else RANKS)]
    todays = set(asked)
    for change in filter(None, map(known.get, asked)):
        todays.add((change.rank, change.today))
        yield change.today, f"{change.today} today ({change.source})"
    for change in known.values():
        if (change.rank, change.today) in todays and change.former != name:
            yield change.former, f"{change.former} before ({change.source})"


def looked_up(rank: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield spellings, then the name in NCBI's brackets, then with any suffix that GTDB gives it.

    Of a species the genus' comes first: what has none at its epithet, too, is the species that the
    name is of (Bacillus_A cereus, not Bacillus_A cereus_AU).
    """
    yield from spellings(rank, name)
    own = without_brackets(name)
    if own != name:
        yield own, "without the brackets of NCBI"
    if rank in ("", "species") and own == name:
        yield in_brackets(name), "in brackets there, of another genus"
    bare = CANDIDATUS.sub("", own)
    plain = SUFFIX.sub(r"\1", bare)
    for one in dict.fromkeys((without_suffix_of_genus(bare), plain)):
        yield with_any_suffix(one), "with a suffix of GTDB there"
    if " " in plain:
        yield with_any_suffixes(plain), "with suffixes of GTDB there"


def without_suffix_of_genus(name: str) -> str:
    """Take GTDB's suffix off the first word of a name."""
    genus, space, rest = name.partition(" ")
    return f"{SUFFIX.sub('', genus)}{space}{rest}"


def with_any_suffix(plain: str) -> str:
    """Give the key under which taxonomies have names whose first word has a suffix: Bacillus_A."""
    return f"{plain} (with a suffix)"


def with_any_suffixes(plain: str) -> str:
    """Give the key under which taxonomies have species whose epithets have a suffix."""
    return f"{plain} (with suffixes)"
