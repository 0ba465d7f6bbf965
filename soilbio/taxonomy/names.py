"""One name of a lineage: what decorates it is taken off; what is no name is absent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import LETTERS
from soilbio.taxonomy.undetermined import without_stage

# MetaPhlAn names what has no name by genome bins: GGB25847_SGB37835, CFGB8514; species of a genus
# by the bin, too: Alicycliphilus_SGB61891.
_BIN = re.compile(r"^(?:[PCOFGS]|PF|CF|OF|FG|GG|SG)?GB\d+(?:_|$)|(?:^|[ _])SGB\d+(?:[ _]group)?$")
# Words of NCBI's for what was found and not named: Lachnospiraceae bacterium 2_1_58FAA.
_FOUND = re.compile(
    r"(?:^|[ _])(?:[a-z]*bacterium|archaeon|fungus|eukaryote|prokaryote|organism)(?:[ _]|$)"
)
# Support is at most 100: strains are of years (Aeromonas sp. C7(2011)).
SUPPORT = re.compile(r"\((?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)\)$")
# Greengenes2 numbers the parts of what is not of one origin: g__Bacillus_A_289472; strains of
# others are numbers further behind: Bacillus_sp_FJAT_27264.
_NUMBERED = re.compile(r"^([^ _]+(?:_[A-Z]+)?)_\d{5,}(?= |$)")
# PR2 marks the genomes of organelles: Chlorella:plas.
ORGANELLE = re.compile(r":(?:plas|mito|nucl|apic|chrom)$")
# UNITE's species hypotheses behind a name: Fungi_sp|SH1502188.08FU.
_HYPOTHESIS = re.compile(r"\|SH\d+\.\d+FU.*$")
# What a species' sequence is from, in GTDB's and RDP's sets for DADA2: a genome
# (Lactobacillus_iners(RS_GCF_000160875_1), or a record of RefSeq (NR_112116.1) or INSDC, whose
# accessions have so many letters and digits.
_ACCESSION = (
    r"(?:(?:RS|GB)[_ ])?GC[AF][_ ]\d+|N[A-Z][_ ]\d{6,}"
    r"|(?:NZ[_ ])?(?:[A-Z]\d{5}|[A-Z]{2}\d{6}(?:\d\d)?|[A-Z]{4}\d{8,10}|[A-Z]{6}\d{9,11})"
)
_SOURCE = re.compile(rf"[_ ]?\((?:{_ACCESSION})(?:[._ ]\d+)?\)?$")
# mOTUs lists the species that one of its own holds: Escherichia coli [Escherichia coli/Shigella].
HELD = re.compile(r"(?<=\S) \[[^\[\]]*/[^\[\]]*\]$")
# NCBI's unique names, which MEGAN writes: Actinobacteria <phylum>, Bacillus <bacterium>.
UNIQUE = re.compile(r"(?<=\S)[ _]<[^<>;|]*>(?=\s*(?:[;|,(]|$))")
# Zoologists write the subgenus in brackets: Carabus (Morphocarabus) monilis. What stands there
# before such words is an author.
_SUBGENUS = re.compile(
    r"^([A-Z][a-z-]+) \([A-Z][a-z-]+\) (?!(?:emend|et|ex|in|and|sensu|non|nec|van|von|de[lnr]?)\b)"
    r"(?=[a-z])"
)
# MetaPhlAn and others write no points: Smithella_sp_F21 is NCBI's Smithella sp. F21.
_POINTLESS = re.compile(r"^((?:Candidatus )?\[?[A-Z][\w-]+\]? (?:sp|spp|cf|aff|nr)) (?=\S)")
# Behind a species, how widely it is meant: s.l., s. str., sensu lato, agg.
_SENSE = re.compile(
    r"^([A-Z][\w-]+ (?!sens|s\b)[a-z][a-z-]+(?: .*?)?),?"
    r" \(?(?:s\. ?l(?:at)?\.?|s\. ?s(?:tr)?\.?|sens[u.] ?(?:lat[.o]|str(?:\.|icto))|agg\.?)\)?$"
)
# Many write underscores for spaces; GTDB's suffix behind one word (Bacillus_A) is a part of it.
# RDP's numbers (Clostridium_IV, Clostridium_XIVa) are no suffixes: each is another genus.
# Nor is what numbers follow in collections of cultures: Nostoc_PCC_7524, Chroococcus_SAG_2023.
_WITH_SUFFIX = re.compile(rf"^(?:Candidatus )?[^_ ]+_(?![A-Z]{{3}}[_ ]\d){LETTERS}(?=[ _]|$)")
# A species of GTDB's, with a space in it: coli_E is no Escherichia coli.
_GTDB_SPECIES = re.compile(rf"^[A-Z][^_ ]*(?:_{LETTERS})? [a-z][a-z0-9-]*_{LETTERS}$")
# SILVA names some taxa twice: Acidobacteriaceae_(Subgroup_1), Metazoa (Animalia).
_SYNONYM = re.compile(r"^([A-Z][a-z]+)[ _]?\([A-Z][^()]*\)$")
# Within a name they are those of a strain: Bartonella sp. 'Tel Aviv'.
_QUOTED = re.compile(r"([\"'])(.*)\1")
# Words that are no name alone, so that what follows is no suffix: Family_XI.
_GENERIC = re.compile(r"^(family|order|class|clade|group|subgroup|cluster|lineage)_", re.IGNORECASE)
# Greengenes writes it without a space, too: CandidatusSolibacter.
_CANDIDATUS = re.compile(r"^(?:[Cc]andidatus[ _]*|Ca\.?[ _]+|Ca\.)(?=[A-Z])")
_MARKED = r"_(?:ph|cl|or|fa|ge|uc(?:_[pcofgs])?)$"
_NO_NAME = re.compile(
    r"^(?:|[\W_]+|\d+(?:[.,]\d+)?|#?n/?a|n\.a\.?|<na>|nan|null|none|unknown"
    r"|undef(?:\.|ined)?|undetermined|unresolved|ambiguous|metagenome|incertae|"
    r"environmental(?:[ _]samples?)?|others?|ambiguous[ _]taxa|unranked|"
    r"not[ _](?:assigned|available|classified|identified|determined)|"
    r"no[ _](?:blast[ _])?(?:hit|match|name|taxon)(?:e?s)?)$"
    r"|^no[ _]?rank(?:_|$)|uncult(?:ured|ivated)|metagenome|unidentified|unclassified|unassigned"
    r"|unspecified|unverified"
    r"|incertae[ _]sedis|unknown[ _]|_none$|^multi[ _-]affiliation$|^other[ _]"
    r"|_(?:gen|fam|ord|cls|phy|sp)[ _]incertae|[ _](?:spp?|gen)\.?$"
    # mothur's SILVA fills ranks that are empty: Subgroup_6_or, Subgroup_6_fa, Subgroup_6_ge.
    rf"|(?-i:{_MARKED})",
    re.IGNORECASE,
)
# PR2 fills ranks that are empty, by the name above: Chlorellales_X, Chlorellales_XX; so do copies
# of mothur's SILVA without underscores. Of GTDB (Paenibacillus_X) that is a suffix.
# microViz's tax_fix puts the word for the rank behind it; EzBioCloud its letter, or uc.
_RANK_WORD = r"(?:Domain|Kingdom|Phylum|Class|Order|Family|Genus)"
_FILL = re.compile(rf"^(.+?)(?:[_ ]X+|[ _](?:ph|cl|or|fa|ge|[pcofgs]|NA|{_RANK_WORD}))$")
# Tutorials of phyloseq fill empty ranks with the name above behind the word for its rank
# (Phylum_Acidobacteriota); what copies cells to the right leaves its prefix (p__, D_1__).
_RANK_BEFORE = re.compile(
    rf"^(?:(?P<word>(?i:{_RANK_WORD}))[_ ]|(?P<letter>[dkpcofgs])_{{1,2}}|D_(?P<level>\d)__)"
    r"(?P<name>[A-Z\['\"].*)$"
)
# Actinobacteria (class), as NCBI had it; Acidobacteriota (phylum) at the place of a class.
_RANK_BEHIND = re.compile(rf"^(?P<name>.+?)[ _]\((?P<word>(?i:{_RANK_WORD}))\)$")
_LEVELS = ("domain", *RANKS[2:])  # of SILVA's D_0__ and on
_LATIN_BEGINNING = re.compile(r"[\[\"']*[A-Z][a-z]{2,}")  # unlike SILVA's genus Family_XIII_UCG-001
_ENDINGS = {"aceae": "family", "ales": "order"}


def name_in(text: str, rank: str = "", above: Sequence[str] = ()) -> str:
    """Clean one name: support, quotes, proposed-name brackets; empty where it is no name.

    Parameters
    ----------
    text : str
        The name as it stands in the lineage, without prefix.
    rank : str
        Its rank, if it is known.
    above : sequence of str
        What stands above it, as it stands there: what repeats that with a mark fills an empty rank.

    """
    # Lists from Excel and Word have two spaces, or such as do not break, within a name.
    name = _HYPOTHESIS.sub("", SUPPORT.sub("", " ".join(text.split())).strip())
    name = HELD.sub("", _SOURCE.sub("", name))
    name = _NUMBERED.sub(r"\1", ORGANELLE.sub("", name))
    if name.count("'") % 2 or name.count('"') % 2:
        return ""  # a piece of a longer one: `g__'Solanum; s__tuberosum' phytoplasma`
    while found := _QUOTED.fullmatch(name):
        name = found[2].strip()
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    if _NO_NAME.search(name) or _BIN.search(name) or _FOUND.search(name):
        return ""
    if _fills(name, rank, above):
        return ""
    if (marked := _marked(name)) and marked[1] == rank and _LATIN_BEGINNING.match(marked[0]):
        name = marked[0]
    name = _CANDIDATUS.sub("Candidatus ", _GENERIC.sub(r"\1 ", name))
    suffixed = _GTDB_SPECIES.match(name) or _WITH_SUFFIX.match(name)
    end = suffixed.end() if suffixed else 0
    # Behind a space they are those of strains: Streptomyces sp. TLI_053.
    space = name.find(" ", len("Candidatus ") if name.startswith("Candidatus ") else 0)
    rest = max(end, space) if space > 0 else len(name)
    plain = (name[:end] + name[end:rest].replace("_", " ") + name[rest:]).strip()
    plain = _POINTLESS.sub(r"\1. ", plain)
    return _SUBGENUS.sub(r"\1 ", _SENSE.sub(r"\1", without_stage(_SYNONYM.sub(r"\1", plain))))


def is_fill(text: str, above: Sequence[str]) -> bool:
    """Tell whether a name only fills a rank: by a mark behind it, or behind a name from above."""
    name = SUPPORT.sub("", text.strip()).strip("\"' ")
    return bool(re.search(_MARKED, name)) or name.endswith("_none") or _fills(name, "", above)


def _fills(name: str, rank: str, above: Sequence[str]) -> bool:
    """Tell whether a name is one from above, or of another rank, with a mark at one of its ends."""
    if found := _FILL.match(name):
        stem = found[1].replace("_", " ")
        own = next((of for ending, of in _ENDINGS.items() if stem.endswith(ending)), rank)
        return bool(rank and own != rank) or _stands_above(stem, above)
    if not (marked := _marked(name)):
        return False
    stem, told = marked
    if told == rank:
        return False
    is_wider = rank in RANKS and RANKS.index(told) < RANKS.index(rank)
    return (is_wider and bool(_LATIN_BEGINNING.match(stem))) or _stands_above(stem, above)


def _marked(name: str) -> tuple[str, str] | None:
    """Part a name from the word, letter or number of a rank at one of its ends."""
    if found := _RANK_BEHIND.match(name):
        return found["name"], found["word"].casefold()
    if not (found := _RANK_BEFORE.match(name)):
        return None
    if found["level"]:
        return found["name"], _LEVELS[min(int(found["level"]), len(_LEVELS) - 1)]
    told = (found["word"] or found["letter"]).casefold()
    return found["name"], next(rank for rank in RANKS if rank.startswith(told))


def _stands_above(stem: str, above: Sequence[str]) -> bool:
    """Tell whether a name stands above, whatever support, mark or brackets it has there."""
    bare = {
        ORGANELLE.sub("", SUPPORT.sub("", one)).strip("\"' []").replace("_", " ") for one in above
    }
    return stem.strip("\"' []").replace("_", " ") in bare
