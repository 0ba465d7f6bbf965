"""Which columns are of ranks, and which of them belong to one classifier or database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from soilbio.importers.forms import is_nothing

PREFIX = {
    **{"domain": "d", "superkingdom": "d", "kingdom": "k", "supergroup": "sg", "division": "dv"},
    **{"phylum": "p", "subdivision": "sdv", "class": "c", "order": "o", "family": "f"},
    **{"genus": "g", "species": "s"},
}
_SOURCE = (
    r"(?P<before>(?:tax\w*|silva|unite|gtdb|pr2|ncbi|rdp|green ?genes2?|gg2?|dada2|blast|sintax"
    r"|decipher|idtaxa|mothur|vsearch)[._ -]+)?"
)
_RANK = re.compile(
    rf"^{_SOURCE}(?P<rank>{'|'.join(PREFIX)})(?P<behind>[._ (\[/-].*)?$", re.IGNORECASE
)
# phyloseq's `Rank1` where nobody named them, `taxonomy1` of BIOM: from domain or kingdom down.
NUMBERED = re.compile(r"^(rank|tax\w*|level|lvl|lineage|l)[._ -]?(\d)$", re.IGNORECASE)
# What stands behind the columns of one classifier for its supports, which may be words (high, low).
_SUPPORT = re.compile(r"conf|boot|support|score|prob|pident|ident|tax_?id|status", re.IGNORECASE)
_OF_RANK = "|".join(PREFIX)
# One of a rank's supports: `boot.Genus` (DADA2), `Genus_confidence` (ampliseq).
_SUPPORT_OF = re.compile(
    rf"^(?:(?:boot\w*|conf\w*|support)[._ ](?P<behind>{_OF_RANK})"
    rf"|(?P<before>{_OF_RANK})[._ ](?:boot\w*|conf\w*|support))$",
    re.IGNORECASE,
)
_LOOKED_AT = 200  # cells by which names are told from other text
# Columns by their headers, with the rank of each.
Ranks = tuple[tuple[str, str], ...]


def rank_of(header: str) -> str:
    """Tell which rank a header names; empty if none."""
    found = _RANK.match(header.strip())
    return found["rank"].lower() if found else ""


def is_rank_number(header: str) -> bool:
    """Tell whether a header is one of a rank by its number: Rank7, taxonomy3."""
    return bool(NUMBERED.match(header.strip()))


def supports_in(headers: Iterable[str]) -> Ranks:
    """Give the columns of the supports of ranks, with the rank of each."""
    found = ((header, _SUPPORT_OF.match(header.strip())) for header in headers)
    return tuple((header, (own["behind"] or own["before"]).lower()) for header, own in found if own)


def lineages_in(texts: Mapping[str, Sequence[str]]) -> list[Ranks]:
    """Give the columns of ranks of each classifier or database; the first are those to go by.

    What stands around the word for the rank tells whose a column is (`Genus_x`, `Genus.unite`), if
    there are two ranks or more of several: else columns are of one, and of several of one rank it
    is that which is called so, or the first. A column alone (`Species`, which only one of two
    tables had) is a lineage of its own, for nobody tells whose it is.
    """
    named = [name for name in texts if rank_of(name)]
    pairs = dict.fromkeys((_whose(name), rank_of(name)) for name in named)
    sizes = Counter(key for key, _ in pairs)
    whole = [key for key, number in sizes.items() if number > 1 and _hold_names(key, named, texts)]
    if len(whole) < 2:
        of_one = [name for name in named if _whose(name) in whole]
        first = _in_order([*of_one, *(name for name in named if name not in of_one)])
        return [first] if first else []
    whole.sort(key=lambda key: key != ("", ""))
    found = [_in_order([name for name in named if _whose(name) == key]) for key in whole]
    known = {rank for _, rank in found[0]}
    alone = [name for name in named if sizes[_whose(name)] == 1 and rank_of(name) not in known]
    return found + [((name, rank_of(name)),) for name in alone]


def _whose(header: str) -> tuple[str, str]:
    """Give what stands around the word for a rank."""
    found = _RANK.match(header.strip())
    around = (found["before"], found["behind"]) if found else ()
    return tuple((text or "").strip().casefold() for text in around)  # type: ignore[return-value]


def _hold_names(
    key: tuple[str, str], named: Sequence[str], texts: Mapping[str, Sequence[str]]
) -> bool:
    """Tell whether what columns hold are names: not their supports, and not nothing."""
    own = [name for name in named if _whose(name) == key]
    cells = [cell for name in own for cell in texts[name][:_LOOKED_AT] if not is_nothing(cell)]
    names = sum(bool(re.search("[A-Za-z]{3}", cell)) for cell in cells)
    return not _SUPPORT.search(key[1]) and 2 * names > len(cells)


def _in_order(names: Sequence[str]) -> Ranks:
    """Give columns by rank: of several of one rank that which is called so, or the first."""
    found: dict[str, str] = {}
    for name in names:
        rank = rank_of(name)
        if rank not in found or (name.lower() == rank != found[rank].lower()):
            found[rank] = name
    return tuple((found[rank], rank) for rank in PREFIX if rank in found)
