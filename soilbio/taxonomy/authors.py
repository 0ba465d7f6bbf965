"""Authors behind names of species and genera, as checklists and floras write them."""

from __future__ import annotations

import re

# What stands before surnames: (de Man, 1880), (van der Linde, 1938), d'Orbigny.
_WORDS = r"d[aeiou]|de[lmns]|della|der|dos|la|le|af|te[nr]|van|von|vom|zu[mr]?"
_PARTICLES = rf"(?:(?:{_WORDS}|v\.|'t)\s+|d['\u2019])*"
_CAPITAL = "[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽ]"
_AUTHOR = rf"\(?{_PARTICLES}(?:{_CAPITAL}\.[ -]?)*{_CAPITAL}[\w'.-]*\)?"
# Behind two words of which the second is lower case, what begins with a capital is an author or a
# strain; phages and viruses go by such names, and what has no epithet by the strain.
_SPECIES = re.compile(
    r"^((?:Candidatus )?[A-Z][a-z-]+ "
    r"(?!(?:sp|spp|cf|aff|nr|str|strain|phage|virus|viroid|prophage|plasmid|satellite|genomosp"
    rf"|genosp|symbiont|endosymbiont|group|clade|lineage|{_WORDS}|d['\u2019])\b)[a-z][a-z-]+),?\s+"
    rf"{_PARTICLES}\(?{_PARTICLES}{_CAPITAL}.*$"
)
_GENUS = re.compile(
    rf"^([A-Z][a-z]+(?:-[A-Z]?[a-z]+)*),?\s+{_PARTICLES}({_AUTHOR})"
    rf"(?:(?:,| &| et| and| ex| in)?\s+{_AUTHOR})*(?:,?\s+\(?\d{{4}}\)?)?$"
)
_YEAR = re.compile(r"[ ,(]\d{4}\)?$|[a-z]\.\)?$| L\.$|[a-z]\. (?:&|et|and|ex|in) ")
# First words that are no genus, and endings of names wider than a genus: SILVA's Marine Group II.
_NO_GENUS = re.compile(
    r"^(?:candidatus|family|order|class|clade|group|subgroup|cluster|lineage|marine|soil|deep|"
    r"hot|termite|rumen|unknown|incertae)$|(?:ales|aceae|bacteria|archaea|ota|mycetes)$",
    re.IGNORECASE,
)
# A word behind a genus is an author's name if it is written as one and is no genus, too.
_A_NAME = re.compile(
    r"^(?!(?:Endosymbiont|Symbiont|Biofilm|Cluster|Group|Subgroup|Clade|Lineage|Family|Order|Division|Type|Incertae)\b)"
    rf"\(?{_PARTICLES}(?:{_CAPITAL}\.[ -]?)*(?![IVXl]+[a-z]?$){_CAPITAL}[^\W\d_A-Z]"
    r"[^\W\d_]*(?:[-'][^\W\d_]+)*\)?$"
)
_LATIN = re.compile(r"(?:um|ella|bacter|coccus|monas|myces|spora|cystis|thrix|us|ia|is)$")
# Viruses are called by places and hosts: Maize streak Reunion virus.
_VIRUS = re.compile(r"(?:virus(?:es)?|viroid|phage|satellite)\b")
_TOP = frozenset({"Bacteria", "Archaea", "Eukaryota", "Viruses", "Fungi", "Metazoa", "Root"})
_LONGEST = 300  # characters of a name with its authors; what is longer is something else
_KNOWN = ("Linnaeus", "Rivinus", "Fabricius", "Retzius", "Fries", "Gleditsch", "Necker")


def without_author(name: str, *, bare: bool = True) -> str:
    """Take authors off a genus or species; a strain behind a species goes along.

    Of a genus those go without a year, brackets or a point (`Fusarium Link`) only with `bare`:
    reference files write two genera so (`Geosporobacter_Thermotalea`).
    """
    if len(name) > _LONGEST or _VIRUS.search(name):
        return name
    species = _SPECIES.sub(r"\1", name)
    if species != name:
        return species
    found = _GENUS.match(name)
    if not found or _NO_GENUS.search(found[1]):
        return name
    author = found[2]
    if re.fullmatch("[A-Z]{3,}", author):
        return name  # a collection of cultures: Nostoc PCC 7524
    is_author = (
        bare and bool(_A_NAME.match(author)) and (author in _KNOWN or not _LATIN.search(author))
    )
    return found[1] if is_author or _YEAR.search(name) else name


def has_author(text: str) -> bool:
    """Tell whether commas of a text part authors and a year from a name, not ranks of a lineage."""
    first, *rest = (part.strip() for part in text.split(","))
    if first in _TOP:
        return False
    # Codes of SILVA's begin with four digits, too: 0319-6G20, 1921-2.
    is_year = any(re.match(r"\(?(?:1[78]|19|20)\d\d\)?(?:$|[ (])", part) for part in rest)
    return is_year or without_author(first) != first
