"""The dialects of lineage strings; what is not a name becomes absent."""

from __future__ import annotations

import re
from functools import lru_cache

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.positions import DOMAINS, ranks_of, without_roots
from soilbio.taxonomy.pr2 import NINE, canonical_ranks

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
_COUNTED = ("domain", "phylum", "class", "order", "family", "genus", "species")
# Ranks that are none of ours have prefixes, too: t (strain), sg, sdv (PR2), x (ours, for such).
_PREFIX = re.compile(r"^(?:(sk|sg|dv|sdv|sh|[dkpcofgstx])(?:__|:)|D_(\d+)__)")
# QIIME 1 joined the first two ranks of some tables: `k__Bacteria_p__Firmicutes`.
_GLUED = re.compile(r"(?<=[^_])_(?=[kpcofgs]__)")
# UNITE's headers stand before the lineage: `name|accession|SH…|refs|k__Fungi;p__…`.
_HEADER = re.compile(r"^[^;]*\|(?=[kd]__[^|]*(?:;|$))")
# MetaPhlAn names what has no name by genome bins: GGB25847_SGB37835, CFGB8514.
_BIN = re.compile(r"^(?:[PCOFGS]|CF|OF|FG|GG|SG)?GB\d+(?:_SGB\d+(?:_group)?)?$")
# Authors follow the name of a species or genus in checklists: with a year, brackets, shortened.
_PARTICLES = r"(?:(?:da|de|du|la|le|van|von|zu)\s+)*"
_AUTHORS = (
    re.compile(
        rf"^([A-Z][a-z-]+ [a-z][a-z-]+)\s+{_PARTICLES}"
        r"\(?[A-Z][\w.'-]*.*?(?:\d{4}|[A-Za-z]\.|\)).*$"
    ),
    re.compile(rf"^([A-Z][a-z-]+)\s+{_PARTICLES}\(?[A-Z][\w.' &-]*?(?:[ ,(]\d{{4}}|[a-z]\.)\)?$"),
)
# Words of NCBI's for what was found and not named: Lachnospiraceae bacterium 2_1_58FAA.
_FOUND = re.compile(
    r"(?:^|[ _])(?:[a-z]*bacterium|archaeon|fungus|eukaryote|prokaryote|organism)(?:[ _]|$)"
)
_SUPPORT = re.compile(r"\((?:\d+(?:\.\d+)?)\)$")
# Greengenes2 numbers the parts of what is not of one origin: g__Bacillus_A_289472.
_NUMBERED = re.compile(r"(?<=[A-Za-z])_\d{5,}(?= |$)")
# PR2 marks the genomes of organelles: Chlorella:plas.
_ORGANELLE = re.compile(r":(?:plas|mito|nucl|apic|chrom)$")
# UNITE's species hypotheses behind a name: Fungi_sp|SH1502188.08FU.
_HYPOTHESIS = re.compile(r"\|SH\d+\.\d+FU.*$")
# A space, for which many write an underscore; that of GTDB's suffixes (Bacillus_A) is their own.
_SPACE = re.compile(r"(?<=[A-Za-z0-9.-])_(?![A-Z]{1,3}(?:[ _]|$))")
# Words that are no name alone, so that what follows is no suffix: Family_XI.
_GENERIC = re.compile(r"^(family|order|class|clade|group|subgroup|cluster|lineage)_", re.IGNORECASE)
_CANDIDATUS = re.compile(r"^(?:Candidatus|Ca\.|Ca)[ _](?=[A-Z])")
_NO_NAME = re.compile(
    r"^(?:|na|nan|none|unknown|unclassified|unidentified|unassigned|uncultured|metagenome|"
    r"environmental[ _]samples?|other|ambiguous[ _]taxa|no[ _]rank|not[ _]assigned|"
    r"no[ _](?:blast[ _])?(?:hit|match))$"
    r"|uncultured|metagenome|unidentified|unclassified|incertae[ _]sedis|unknown[ _]"
    r"|_(?:gen|fam|ord|cls|phy|sp)[ _]incertae|_x+$|[ _]sp\.?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=200_000)
def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    plain = _GLUED.sub(";", _HEADER.sub("", text))
    parts = [part.strip() for part in _split(plain)]
    while parts and not parts[-1]:
        parts.pop()
    prefixed = [_PREFIX.match(part) for part in parts]
    if any(prefixed):
        names = [
            part[found.end() :] if found else part
            for part, found in zip(parts, prefixed, strict=True)
        ]
        letters = [found[1] or "" if found else "" for found in prefixed]
        ranks = [_prefix_rank(found) for found in prefixed]
        if _OF_PR2 & set(letters):
            labels = [_PR2_LABELS.get(letter, "") for letter in letters]
            ranks = canonical_ranks(labels, [_SUPPORT.sub("", name) for name in names])
    else:
        names = without_roots(_ORGANELLE.sub("", _SUPPORT.sub("", part)) for part in parts)
        ranks = ranks_of(names)
    found = {
        rank: clean
        for rank, name in zip(ranks, names, strict=False)
        if rank and (clean := name_in(name))
    }
    return tuple(_finish(found).items())


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


def name_in(text: str) -> str:
    """Clean one name: support, quotes, proposed-name brackets; empty where it is no name."""
    name = _HYPOTHESIS.sub("", _SUPPORT.sub("", text.strip()).strip())
    name = _NUMBERED.sub("", _ORGANELLE.sub("", name))
    if name.count("'") % 2 or name.count('"') % 2:
        return ""  # a piece of a longer one: `g__'Solanum; s__tuberosum' phytoplasma`
    name = name.strip("\"' ")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    if _NO_NAME.search(name) or _BIN.match(name) or _FOUND.search(name):
        return ""
    name = _CANDIDATUS.sub("Candidatus ", _GENERIC.sub(r"\1 ", name))
    return _SPACE.sub(" ", name)


def without_author(name: str) -> str:
    """Take authors off a genus or species; a strain with a number behind a species goes along."""
    for authors in _AUTHORS:
        name = authors.sub(r"\1", name)
    return name


def _split(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    if "|" in text:
        return text.split("|")
    return text.split(",")


def _prefix_rank(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    letter, number = found.groups()
    if number is not None:
        return _COUNTED[int(number)] if int(number) < len(_COUNTED) else ""
    return _BY_LETTER.get(letter, "")


def _finish(found: dict[str, str]) -> dict[str, str]:
    """Put a domain that a dialect calls kingdom where it belongs; complete a bare epithet."""
    if found.get("kingdom") in DOMAINS and "domain" not in found:
        found["domain"] = found.pop("kingdom")
    if found.get("domain") == "Eukarya":
        found["domain"] = "Eukaryota"
    if "genus" in found:
        found["genus"] = without_author(found["genus"])
    species, genus = found.get("species"), found.get("genus")
    if species:
        # GTDB's suffix (`Bacillus_A cereus`) is part of the genus' name.
        species = without_author(species)
        is_epithet = species[0].islower() and " " not in species
        if is_epithet and not genus:
            del found["species"]
        else:
            found["species"] = f"{genus} {species}" if is_epithet else species
    return {rank: found[rank] for rank in RANKS if rank in found}
