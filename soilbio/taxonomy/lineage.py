"""The dialects of lineage strings; what is not a name becomes absent."""

from __future__ import annotations

import re
from functools import lru_cache

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.authors import has_author, without_author
from soilbio.taxonomy.canonical import without_brackets
from soilbio.taxonomy.filled import genus_of, name_of_open, without_fills
from soilbio.taxonomy.headed import are_clades, with_groups
from soilbio.taxonomy.names import ORGANELLE, SUPPORT, UNIQUE, name_in
from soilbio.taxonomy.positions import is_of_ncbi, ranks_of, without_roots
from soilbio.taxonomy.pr2 import NINE, canonical_ranks
from soilbio.taxonomy.species import species_in
from soilbio.taxonomy.told_ranks import DOMAINS, KINGDOMS, OF_UNITE

# One-letter prefixes: `d__Bacteria`, `d:Bacteria`; older SILVA exports count, `D_0__Bacteria`.
_BY_LETTER = {
    "d": "domain",
    "sk": "domain",  # MGnify, superkingdom
    "k": "kingdom",
    "dv": "phylum",  # MGnify's PR2, division
    "p": "phylum",
    "c": "class",
    "o": "order",
    "f": "family",
    "g": "genus",
    "s": "species",
}
# PR2's ranks, where a lineage has such as no other database has.
_OF_PR2 = {"sg", "sdv"}
_PR2_LABELS = {
    **{letter: rank for letter, rank in _BY_LETTER.items() if rank in NINE},
    **{"k": "domain", "sg": "supergroup", "dv": "division", "sdv": "subdivision"},
}
# SILVA's exports count levels, and of eukaryotes these are no ranks: D_1__Opisthokonta.
_COUNTED = ("domain", "phylum", "class", "order", "family", "genus", "species")
# Ranks that are none of ours have prefixes, too: t (strain), sg, sdv (PR2), x (ours, for such).
# Some write the rank in full, `domain__Bacteria`, or its letter as a capital, `K__Bacteria`.
_WORDS = {"superkingdom": "d", **{rank: rank[0] for rank in RANKS}}
_PREFIX = re.compile(
    rf"^(?:(sk|sg|dv|sdv|sh|[dkpcofgstx]|[DKPCOFGS](?=__)|{'|'.join(_WORDS)})(?:__|:)"
    r"|D_(\d{1,2})__)"
)
# One underscore for two, where a lineage begins so: `d_Bacteria;p_Firmicutes`.
_SHORT = re.compile(r"^[dk]_[A-Z][a-z]+(?=;|$)")
_SHORTENED = re.compile(r"(?<![^;\s])([dkpcofgs])_(?=[^_])")
# What stands beside a species that stands alone.
_REALM = {"domain", "kingdom"}
_BESIDE = {*_REALM, "species"}
# RDP's headers: `Lineage=Root;rootrank;Bacteria;domain;"Actinobacteria";phylum`.
_RDP = re.compile(r"^.*?\bLineage=(?=Root\b)")
_WORDS_OF_RDP = {"rootrank", "no rank", *RANKS} | {f"sub{rank}" for rank in RANKS}
_SUPPORT_AND_MARKS = re.compile(r"\(.*\)$|[\"']")
# DECIPHER's IDTAXA: `Bacteria (65.3%)`, or `Bacteria [domain, 65.3%]`.
_PERCENT = re.compile(r"(?<=\d)%(?=\))")
_RANK_BEHIND = re.compile(r"\s*\[([a-z ]+), \d+(?:\.\d+)?%?\](?=;|$)")
# FROGS' of RDP: `Bacteria;(1.0);Firmicutes;(0.9);`.
_BETWEEN = re.compile(r";\s*\(\d+(?:\.\d+)?\)(?=;|$)")
# MEGAN's paths: `[D] Bacteria; [P] Firmicutes;`.
_BRACKETED = re.compile(r"(?:^|(?<=;))\s*\[([DKPCOFGS])\] ")
# USEARCH's headers: `SH1546402.08FU;tax=k:Fungi,p:Ascomycota;`.
_TAX = re.compile(r"^.*?\btax=(?=[a-z]:)")
# QIIME 1 joined the first two ranks of some tables: `k__Bacteria_p__Firmicutes`.
_GLUED = re.compile(r"(?<=[^_])_(?=[kpcofgs]__)")
# MIDORI2's names have NCBI's numbers behind them; the word of its rank before a name of another
# fills one that NCBI has not: `order_Vannellidae_95227;Vannellidae_95227`.
_OF_MIDORI = re.compile(r"(?:^|[;|,])(?:[a-z]{1,2}(?:__|:))?(?:root_1|Eukaryota_2759)(?=[;|,(]|$)")
_TAXID = re.compile(r"(?<=[A-Za-z.])_\d+(?=[;|,(]|$)")
_FILL_OF_MIDORI = re.compile(
    r"(?:(?<=__)|(?<=[:;|,])|^)(?:kingdom|phylum|class|order|family|genus)_[A-Z][^;|,]*"
)
# UNITE's headers stand before the lineage: `name|accession|SH…|refs|k__Fungi;p__…`.
_HEADER = re.compile(r"^[^;]*\|(?=[kd]__[^|]*(?:;|$))")


def _undecorated(text: str) -> str:
    """Take off what stands before lineages, and write ranks in one way."""
    if _OF_MIDORI.search(text):
        text = _FILL_OF_MIDORI.sub("", _TAXID.sub("", text)).removeprefix("root;")
    plain = _RDP.sub("", _GLUED.sub(";", _HEADER.sub("", text)))
    plain = _RANK_BEHIND.sub(r";\1", _PERCENT.sub("", plain))
    if ";(" in plain:
        plain = _BETWEEN.sub("", plain)
    if "tax=" in plain:
        plain = _TAX.sub("", plain).rstrip("; ")
    if _BRACKETED.search(plain):
        plain = _BRACKETED.sub(lambda found: f"{found[1].lower()}__", plain)
    if "<" in plain:
        plain = UNIQUE.sub("", plain)
    if _SHORT.match(plain):
        plain = _SHORTENED.sub(r"\1__", plain)
    return plain


@lru_cache(maxsize=200_000)
def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    parts = [part.strip() for part in _split(_undecorated(text))]
    while parts and parts[-1] in ("", "__"):
        parts.pop()
    prefixed = [_PREFIX.match(part) for part in parts]
    if any(prefixed):
        names, ranks = _with_prefixes(parts, prefixed)
    elif named := _with_words(parts):
        names, ranks = named
    else:
        names = without_roots(ORGANELLE.sub("", SUPPORT.sub("", part)) for part in parts)
        ranks = ranks_of(names, by_places=not is_of_ncbi(parts))
    ranks = with_groups(ranks, names)
    found = without_fills(
        (_own_rank(rank, clean), clean)
        for place, (rank, name) in enumerate(zip(ranks, names, strict=False))
        if rank and (clean := name_in(name, rank, names[:place]))
    )
    genus = next((name for rank, name in zip(ranks, names, strict=False) if rank == "genus"), "")
    if "genus" in found:
        # Underscores are reference files', which name no authors but of species.
        found["genus"] = without_author(found["genus"], bare="_" not in genus)
    species = [name for rank, name in zip(ranks, names, strict=False) if rank == "species"]
    species += [part.removeprefix("x__") for part in parts[-1:] if part.startswith("x__")]
    if species and not found.keys() - _BESIDE:
        told = name_of_open(species[0].replace("_", " "))
        found |= {} if found.keys() & _REALM and told.keys() & _REALM else told
    return tuple(_finish(found).items())


def _with_prefixes(
    parts: list[str], prefixed: list[re.Match[str] | None]
) -> tuple[list[str], list[str]]:
    """Read a lineage in which prefixes, or headers before, tell ranks."""
    names = [
        part[found.end() :] if found else part for part, found in zip(parts, prefixed, strict=True)
    ]
    bare = [SUPPORT.sub("", name) for name in names]
    letters = [_letter(found[1] or "") if found else "" for found in prefixed]
    ranks = _with_domain([_prefix_rank(found) for found in prefixed], names)
    if all(found and found[2] == str(place) for place, found in enumerate(prefixed)):
        ranks = list(ranks_of(bare))
    if _OF_PR2 & set(letters):
        return names, canonical_ranks([_PR2_LABELS.get(letter, "") for letter in letters], bare)
    if are_clades(ranks, names):
        names = without_roots(bare)
        ranks = ranks_of(names)
    return names, ranks


def parse_lineage(text: str | None) -> dict[str, str]:
    """Read a lineage of any dialect into names by canonical rank; never raises.

    Greengenes, SILVA, GTDB, UNITE (`k__…; p__…`, also behind its headers), older SILVA exports
    (`D_0__…`), SINTAX (`d:…,p:…`, support in brackets), MGnify (`sk__`, `dv__`), MetaPhlAn (`|`),
    PR2 (nine ranks, or eight; `taxonomy.pr2`), mothur and plain positional lineages.
    Underscores for spaces, Greengenes2's numbers and PR2's marks of organelles are taken off.
    Absent: empty ranks, and what is no name (uncultured, metagenome, incertae sedis, `_X` fills,
    genome bins such as GGB25847).
    """
    return dict(_parsed(text or ""))


def _with_words(parts: list[str]) -> tuple[list[str], list[str]] | None:
    """Read RDP's own form, in which the word for its rank stands behind each name."""
    words = [_SUPPORT_AND_MARKS.sub("", part).casefold() for part in parts[1::2]]
    if not parts or len(parts) % 2 or not set(words) <= _WORDS_OF_RDP:
        return None
    pairs = zip(parts[::2], words, strict=True)
    own = [(name.strip("\"' "), word) for name, word in pairs if word in RANKS]
    return [name for name, _ in own], [word for _, word in own]


def _split(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    for mark in ("|", " > "):
        if mark in text:
            return text.split(mark)
    # Commas part ranks; and a name from its authors and their year.
    return text.split(",") if is_parted_by_commas(text) else [text]


def is_parted_by_commas(text: str) -> bool:
    """Tell whether commas part the ranks of a lineage: not one name from its authors."""
    first, *rest = (part.strip() for part in text.split(","))
    if not rest:
        return False
    if any(_PREFIX.match(part) for part in rest):
        return True
    return not _PREFIX.match(first) and not has_author(text)


def _prefix_rank(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    letter, number = found.groups()
    if number is not None:
        return _COUNTED[int(number)] if int(number) < len(_COUNTED) else ""
    return _BY_LETTER.get(_letter(letter), "")


def _with_domain(ranks: list[str], names: list[str]) -> list[str]:
    """Tell the domain from the kingdom where both have the letter of the kingdom (KrakenTools)."""
    if ranks.count("kingdom") < 2 or "domain" in ranks:
        return ranks
    first = ranks.index("kingdom")
    if SUPPORT.sub("", names[first]) not in DOMAINS:
        return ranks
    return [*ranks[:first], "domain", *ranks[first + 1 :]]


def _letter(prefix: str) -> str:
    """Give the letter of a rank, whether it is written in full or as a capital."""
    return _WORDS.get(prefix, prefix.lower())


def _own_rank(rank: str, name: str) -> str:
    """Tell a kingdom from the domain that some call it: UNITE's for SINTAX begins with d:Fungi."""
    return "kingdom" if rank == "domain" and name in KINGDOMS | OF_UNITE else rank


def _finish(found: dict[str, str]) -> dict[str, str]:
    """Put a domain that a dialect calls kingdom where it belongs; complete a bare epithet."""
    if found.get("kingdom") in DOMAINS and "domain" not in found:
        found["domain"] = found.pop("kingdom")
    if found.get("domain") == "Eukarya":
        found["domain"] = "Eukaryota"
    genus = found.get("genus", "")
    if species := species_in(found.pop("species", ""), genus, found.values()):
        found["species"] = without_brackets(species)
        if not genus and (own := genus_of(species)):
            found["genus"] = own
    return {rank: found[rank] for rank in RANKS if rank in found}
