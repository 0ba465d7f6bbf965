"""What names look like: sequences, lineages, numbers of features; what words stand above them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from soilbio.taxonomy.told_ranks import CLASSIFICATIONS, DOMAINS, KINGDOMS

_SEQUENCE = re.compile(r"^[ACGTUNRYSWKMBDHV]{40,}$", re.IGNORECASE)
LETTERS = re.compile(r"^[ACGTUNRYSWKMBDHV]+$")
# Ranks of lineages: `d__Bacteria`, also behind UNITE's headers; `D_0__`, SINTAX's `d:Bacteria`.
_PREFIXED = re.compile(
    r"^(?:sk|sg|dv|sdv|[dkpcofgs])__|^D_\d+__|^[dkp]:[A-Z\"\[]|(?:^|[;|,]\s?)[dk]__\w"
)
_SUPPORT = re.compile(r"\s*\(\d+(?:\.\d+)?%?\)$")
_RANK_BEHIND = re.compile(r"\s*\[[a-z ]+, \d+(?:\.\d+)?%?\]")  # DECIPHER's
_FIRST = frozenset(
    name.casefold()
    for name in (*DOMAINS, *KINGDOMS, "Root", "cellular organisms", "Eukaryotes", "Prokaryotes")
)
_PART = re.compile(r"^[A-Z\"'\[][\w\"'\[\](). -]{3,}$")
# What stands for no lineage, alone or with empty ranks behind it: `Unassigned;__;__`.
_NOTHING = re.compile(
    r"^(?:|na|nan|null|none|\?|-|unclassified|unassigned|unknown|unidentified|others?|"
    r"no[ _](?:blast[ _])?(?:hits?|match(?:es)?|taxonomy|data)|not[ _]assigned|ambiguous[ _]taxa|"
    r"uncultured)(?:[;|,]\s*(?:\w{0,3}__)?(?:unknown|unclassified|unassigned|others?)?)*$",
    re.IGNORECASE,
)
# What reads are called that are of nothing one looks for: rare taxa, contamination, organelles.
_ORGANELLE = re.compile(r"^(?:chloroplasts?|plastids?|mitochondri(?:a|on))[;|]?$", re.IGNORECASE)
_REST = re.compile(
    r"^(?:(?:unclassified|unassigned|unidentified|uncultured|unknown)[ _][a-z]+|unclassifiable|"
    r"not[ _](?:classified|identified|determined)|low[ _]complexity|contamina(?:tion|nts?)|"
    r"(?:(?:all[ _])?others?|rest|remain(?:ing|der)|rare|minor|low[ _-]abundan(?:t|ce))"
    r"(?:[ _](?:taxa|phyla|classes|orders|families|genera|species|otus|asvs|reads|sequences|"
    r"lineages|bacteria|archaea|fungi|eukaryot[ae]s?))?)?"
    r"[ _]?(?:\(?[<\u2264]\s?\d[\d.]*\s?%\)?)?[;|]?$",
    re.IGNORECASE,
)
# R turns the marks between ranks into points: `d__Bacteria.p__Bacillota`.
_OF_R = re.compile(r"^(?:X\.)?[dkp]__[^;|,]*\.{1,2}[pcofgs]__")
_WORDS_OF_R = re.compile(r"^(?:Bacteria|Archaea|Eukaryota|Fungi)\.{1,2}(?:[A-Z][a-z]|$)")
_NUMBERED = re.compile(
    r"^(?:z?otus?|[aes]svs?|zotus?|sotus?|feature|phylotype|clusters?)[ _.-]?\d+$", re.IGNORECASE
)
# Sums by which QIIME 2 and others name sequences: MD5, SHA-1, SHA-256.
_SUM = re.compile(r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$", re.IGNORECASE)
# What stands above the names of rows tells what they are.
ABOVE_FEATURES = re.compile(
    r"^#?\s*(?:z?otus?|[ae]svs?|features?|observations?)[ _.-]*(?:ids?|names?|no|number)?$",
    re.IGNORECASE,
)
ABOVE_LIBRARIES = re.compile(
    r"^#?\s*(?:samples?|librar(?:y|ies)|runs?)[ _.-]*(?:ids?|names?)?$", re.IGNORECASE
)
# What pandas and readr write above names that had no header.
_OF_PROGRAMS = re.compile(r"^(?:unnamed: ?0|\.\.\.1)$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ABOVE_NAMES = frozenset(
    {
        *("id", "ids", "name", "names", "no", "nr", "number", "index", "code", "key", "label"),
        *("otu", "otus", "zotu", "zotus", "asv", "asvs", "esv", "feature", "features"),
        *("motu", "motus", "esvs", "swarm", "haplotype", "contig"),
        *("sample", "samples", "library", "libraries", "run", "runs", "group", "site", "sites"),
        *("plot", "plots", "barcode", "well", "tube", "unnamed", "representative", "qseqid"),
        *("taxon", "taxa", "taxonomy", "lineage", "species", "genus", "family", "order", "class"),
        *("phylum", "kingdom", "domain", "sequence", "seq", "row", "rows", "event", "accession"),
        *("cluster", "hash", "probe", "clade"),
    }
)


def are_sequences(names: Sequence[str]) -> bool:
    """Tell whether names are sequences themselves: most of them."""
    return bool(names) and 2 * sum(bool(_SEQUENCE.match(name)) for name in names) > len(names)


def is_sequence(name: str) -> bool:
    """Tell whether a name is a sequence."""
    return bool(_SEQUENCE.match(name))


def is_nothing(text: str) -> bool:
    """Tell whether a text says that there is no lineage."""
    return bool(_NOTHING.match(text.strip()))


def is_organelle(text: str) -> bool:
    """Tell whether a text is the word for organelles, and no more."""
    return bool(_ORGANELLE.match(text.strip()))


def is_rest(text: str) -> bool:
    """Tell whether a name is one of reads that are of no taxon looked for: `Rest`, `rare taxa`."""
    return is_nothing(text) or is_organelle(text) or bool(_REST.match(text.strip()))


def is_lineage(text: str, *, is_said: bool = False) -> bool:
    """Tell whether a text is a lineage: it has prefixes, begins with a domain, or has many ranks.

    With `is_said`, where a header says so, commas may part ranks, and these may begin in lower
    case.
    """
    text = text.strip()
    if text.isalnum() and not text.isalpha():  # OTU1, 4479944: most names, and no lineages
        return False
    if _PREFIXED.search(text):
        return True
    text = _RANK_BEHIND.sub("", text)
    parts = [_SUPPORT.sub("", part.strip()) for part in re.split("[;|,]", text)]
    if parts[0].strip("\"'").casefold() in _FIRST or _is_megan_s(text, parts):
        return True
    filled = [part for part in parts if not is_nothing(part)]
    is_parted = len(filled) > 1 and not re.search("[|,]", text)
    if is_said:
        return len(filled) > 1 and all(re.search("[A-Za-z]{3}", part) for part in filled)
    return is_parted and all(map(_PART.match, filled))


def _is_megan_s(text: str, parts: Sequence[str]) -> bool:
    """Tell whether a text is one of MEGAN's paths, and no list of databases."""
    first, second = (*parts, "")[:2]
    is_root = ";" in text and first.casefold() in CLASSIFICATIONS
    return is_root and bool(second) and second.casefold() not in CLASSIFICATIONS


def are_lineages(texts: Iterable[str], *, is_said: bool = False) -> bool:
    """Tell whether texts are lineages: most of those that tell anything."""
    telling = [text for text in texts if not is_nothing(text)]
    return bool(telling) and 2 * sum(is_lineage(text, is_said=is_said) for text in telling) > len(
        telling
    )


def are_numbered(names: Sequence[str]) -> bool:
    """Tell whether names are those that pipelines give features: OTU_1, ASV12, Otu0001."""
    return bool(names) and 2 * sum(bool(_NUMBERED.match(name)) for name in names) > len(names)


def is_given(name: str) -> bool:
    """Tell whether a name is one that pipelines give features: a number of theirs, or a sum."""
    return bool(_NUMBERED.match(name) or _SUM.match(name))


def mangled(names: Sequence[str]) -> str:
    """Give the first lineage whose marks R turned into points; empty where there is none.

    Without prefixes they are such where most names are.
    """
    words = [name for name in names if _WORDS_OF_R.match(name)]
    most = words[:1] if 2 * len(words) > len(names) else []
    return next((name for name in names if _OF_R.match(name)), (most or [""])[0])


def is_whole_lineage(name: str) -> bool:
    """Tell whether a name is a lineage beyond doubt: prefixes, and several ranks."""
    return bool(_PREFIXED.search(name) and re.search("[;|]", name))


def is_above_names(header: str) -> bool:
    """Tell whether a header is one of a column of names, and no name itself."""
    if _OF_PROGRAMS.match(header.strip()):
        return True
    if header.strip()[-1:].isdigit():
        return False
    words = [word.lower() for word in _WORD.findall(header)]
    return not header.strip(" #") or any(
        word in _ABOVE_NAMES or (word.endswith("id") and word[:-2] in _ABOVE_NAMES)
        for word in words
    )
