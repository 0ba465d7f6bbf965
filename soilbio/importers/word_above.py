"""What the word above names of rows tells of them: their rank, or that they are names of taxa."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from soilbio.importers.columns import number_of
from soilbio.importers.forms import (
    are_lineages,
    are_numbered,
    are_sequences,
    is_given,
    is_nothing,
    is_organelle,
)
from soilbio.importers.found import Advised, Taxon
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.ranked_names import prefixed, scientific
from soilbio.taxonomy.filled import rank_of_wider
from soilbio.taxonomy.lineage import parse_lineage

# What stands above names of any rank: GBIF's word, and others for the same.
_OF_TAXA = re.compile(
    r"^#?\s*(?:tax(?:on|a|onomy)?|(?:scientific|latin|taxon)[ _.]?names?)$", re.IGNORECASE
)
_WORD = re.compile("[A-Za-z]{3}")
# SILVA's names of what was never grown: RB41, A4b, AD3, SC-I-84, 0319-6G20; 67-14, 1174-901-12.
_CODE = re.compile(r"^(?=.*[A-Za-z])(?=.*\d)|^\d+(?:-\d+)+$")
_MOST_CODES = 3  # so many beside each word: names that are nearly all codes are a laboratory's
_LATIN = re.compile(r"^(?:Candidatus )?\[?[A-Z][a-z]{2,}[\w-]*\]?(?:[ _][a-z(].*)?$")


def is_above_taxa(header: str) -> bool:
    """Tell whether a header is one of names of taxa of any rank: scientificName, Taxon."""
    return bool(_OF_TAXA.match(header.strip()))


def named_by_word(corner: str, names: Sequence[str]) -> dict[str, Taxon]:
    """Give taxa whose names stand below the word of their rank, or one for taxa of any rank.

    `Genus` above Bacillus makes it a genus; below `scientificName` two words are a species.
    """
    if are_sequences(names) or are_lineages(names) or are_numbered(names):
        return {}
    if rank := rank_of(corner):
        own = _names_of_rank(names)
        return {name: Taxon(lineage=prefixed(rank, name)) for name in names if name in own}
    if not is_above_taxa(corner):
        return {}
    return {name: Taxon(lineage=_of_any_rank(name)) for name in names if _is_latin(name)}


def _of_any_rank(name: str) -> str:
    """Write a name with its rank, as far as it tells that itself: Isotomidae is a family."""
    return scientific(name, rank_of_wider(name), {})


def _names_of_rank(names: Sequence[str]) -> set[str]:
    """Give the names that are words; beside such also codes, which are no numbers of features."""
    words = {name for name in names if _WORD.search(name)}
    codes = {
        name
        for name in names
        if _CODE.search(name) and number_of(name) is None and not is_given(name)
    } - words
    told = sum(not is_nothing(name) for name in words)
    return words | codes if len(codes) <= _MOST_CODES * told else words


def _is_latin(name: str) -> bool:
    return bool(_LATIN.match(name)) and not is_nothing(name)


def _has_no_rank(name: str, taxon: Taxon) -> bool:
    is_without = taxon.lineage == f"x__{name}" and not parse_lineage(taxon.lineage)
    return is_without and not (is_organelle(name) or _is_counted(name))


def _is_counted(name: str) -> bool:
    """Tell whether a name ends as those of features do that pipelines number: Zotu1, Cluster3."""
    return name[-1:].isdigit()


def notes_on_names(corner: str | None, features: Mapping[str, Taxon]) -> list[str]:
    """Say which names of taxa have no rank, for want of its word above them, and what helps.

    Parameters
    ----------
    corner : str or None
        What stands above names of features; None where these are names of columns.
    features : mapping
        Features by name, with what is known of them.

    """
    some = [name for name, one in features.items() if _has_no_rank(name, one)]
    if not some and not any(one.lineage for one in features.values()):
        latin = [name for name in features if _is_latin(name) and not _is_counted(name)]
        some = latin if 2 * len(latin) > len(features) else []
    if not some:
        return []
    below = f"below '{corner}'" if corner else "below nothing"
    where, what = below, "write"
    if corner is None:
        where = "above columns"
        what = "write their rank before each, as g__ or s__; or turn the table, and write"
    shown = ", ".join(some[:3]) + (" …" if len(some) > 3 else "")
    return [
        Advised(
            f"{len(some)} of {len(features)} features have a name of no rank: {shown}",
            f" (these stand {where}; {what} the word of their rank above them, such as Genus or"
            " Species; or scientificName, if they are of several, and sp. behind a genus)",
        )
    ]
