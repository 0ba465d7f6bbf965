"""Headers of long tables, one row for a feature or taxon in a library: which column is which."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.importers.lineage_columns import is_beside_lineages, is_of_features
from soilbio.importers.rank_columns import is_rank_number, rank_of
from soilbio.importers.word_above import is_above_taxa

Places = tuple[int, int, int]
_PSMELT = ("OTU", "Sample", "Abundance")
# Words by which features, libraries and numbers go; where none of the first is there, the others.
_FEATURES = (
    re.compile(r"^(?:otu|asv|feature)(?:[ _.]?ids?)?$", re.IGNORECASE),
    re.compile(
        r"^(?:z?otus?|[ae]svs?|m?otus?|features?|sequences?|seqs?|hash|clusters?|swarms?"
        r"|haplotypes?)(?:[ _.-]?(?:ids?|names?|hash))?$",
        re.IGNORECASE,
    ),
)
_LIBRARIES = re.compile(r"^(?:sample|library)(?:[ _.]?(?:id|name))?$", re.IGNORECASE)
_NUMBERS = re.compile(r"^(?:abundance|counts?|reads)$", re.IGNORECASE)
# These are other things, too: they count only where no other column is there to tell.
_MAYBE_LIBRARIES = re.compile(
    r"^(?:plot|site|event|run|barcode|station)(?:[ _.]?(?:id|name|nr|no|number|code))?$",
    re.IGNORECASE,
)
_MAYBE_NUMBERS = re.compile(
    r"^(?:n|(?i:n[ _.]?reads?|(?:num|number|no)[ _.](?:of[ _.])?reads|read[ _.]?(?:counts?|number)|"
    r"total[ _.]?reads|rel(?:ative|\.)?[ _.]?abundance|organismquantity|frequency|value))$"
)
RANK_OF_TAXON = "taxonrank"


def long_places(header: Sequence[str]) -> Places | None:
    """Give the places of feature or taxon, library and number in a long table, as psmelt writes it.

    Columns of phyloseq's sample data may be called as these are: `SampleID`, `sample_name`.
    """
    names = [name.strip() for name in header]
    if all(names.count(name) == 1 for name in _PSMELT):
        feature, library, number = map(names.index, _PSMELT)
        return feature, library, number
    is_plain = all(map(_is_told, names))
    found = (
        _place(names, *_FEATURES) if _has_features(names) else _place_of_taxa(names),
        _place(names, _LIBRARIES, *([_MAYBE_LIBRARIES] if is_plain else [])),
        _place(names, _NUMBERS, *([_MAYBE_NUMBERS] if is_plain else [])),
    )
    return None if None in found else found  # type: ignore[return-value]


def is_long_of_ranks(header: Sequence[str]) -> bool:
    """Tell a long table whose features have no names but their ranks: Sample, Genus, Abundance."""
    names = [name.strip() for name in header]
    return (
        _has_ranks(names) and not _has_features(names) and bool(long_places([_PSMELT[0], *header]))
    )


def is_of_taxa(name: str) -> bool:
    """Tell whether a header is one of names of taxa, or of whole lineages: no rank, no soil's."""
    is_rank = bool(rank_of(name)) or name.lower() == "classification"
    return not is_rank and (is_of_features(name) or is_above_taxa(name))


def is_of_numbers(name: str) -> bool:
    """Tell whether a header is one of numbers in long tables, by its word."""
    return bool(_NUMBERS.match(name) or _MAYBE_NUMBERS.match(name))


def _has_features(names: Sequence[str]) -> bool:
    return any(pattern.match(name) for pattern in _FEATURES for name in names)


def _has_ranks(names: Sequence[str]) -> bool:
    return any(rank_of(name) or name.lower() == RANK_OF_TAXON for name in names)


def _place(names: Sequence[str], *patterns: re.Pattern[str]) -> int | None:
    """Give the only column that goes by the first words that any goes by."""
    for pattern in patterns:
        if found := [at for at, name in enumerate(names) if pattern.match(name)]:
            return found[0] if len(found) == 1 else None
    return None


def _place_of_taxa(names: Sequence[str]) -> int | None:
    """Give the only column of taxa, where no ranks stand beside it."""
    found = [at for at, name in enumerate(names) if is_of_taxa(name)]
    return found[0] if len(found) == 1 and not _has_ranks(names) else None


def _is_told(name: str) -> bool:
    """Tell whether a header is one that long tables of features or taxa have."""
    patterns = (*_FEATURES, _LIBRARIES, _NUMBERS, _MAYBE_LIBRARIES, _MAYBE_NUMBERS)
    return (
        not name
        or name.lower() == RANK_OF_TAXON
        or bool(rank_of(name))
        or is_of_taxa(name)
        or is_rank_number(name)
        or is_beside_lineages(name)
        or any(pattern.match(name) for pattern in patterns)
    )
