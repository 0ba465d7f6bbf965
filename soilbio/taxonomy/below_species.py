"""Names below species (subspecies, forms, pathovars, strains …), and which species they are of."""

from __future__ import annotations

import re

# Words before what is below a species, without their points (ICNafp, articles 4 and 24; ICNP,
# rule 5d and appendix 10).
_MARKS = frozenset(
    {
        *("subsp", "ssp", "subspecies", "nothosubsp", "var", "variety", "varietas", "nothovar"),
        *("subvar", "f", "fo", "forma", "form", "subf", "subforma", "fsp", "pv", "pathovar", "bv"),
        *("biovar", "biotype", "sv", "serovar", "serotype", "serogroup", "genomovar", "phagovar"),
        *("chemovar", "cultivar", "cv", "convar", "str", "strain", "substr", "isolate", "morph"),
    }
)
_SPECIES = re.compile(r"^((?:Candidatus )?[A-Z][\w-]* (?:[x\u00d7] ?)?([a-z][a-z-]+)) (.+)$")
# Second words that are no epithet: what was not described, or only compared; and marks.
_OPEN = re.compile(
    r"^(?:spp?|cf|aff|nr|gen|group|complex|clade|subgroup|cluster|lineage|virus|phage|x"
    r"|[a-z]*bacterium|archaeon|fungus|sect|subg|subgen|ser)$"
)
# Of animals a third word needs no mark (ICZN, article 5.2); behind it stand authors only.
_THIRD = re.compile(
    r"^(?!(?:group|complex|clade|subgroup|cluster|lineage|virus|phage)\b)[a-z][a-z-]{2,}"
    r"(?: (?:[^a-z ]|d[aeiou] |de[lnr] |van |von ).*)?$"
)


def species_of(name: str) -> str:
    """Give the species, `Genus epithet`, of a name below it; empty where it is of none.

    A mark (`subsp.`, `f. sp.`, `var.` …) with a word behind it tells that.
    """
    species, words = _parted(name)
    marks = [word.rstrip(".").replace(".", "") for word in words[:-1]]
    # Without a space behind the point, too: `f.sp.cubense`, `subsp.subtilis`.
    joined = [word.partition(".") for word in words]
    is_below = any(mark in _MARKS for mark in marks) or any(
        mark in _MARKS and rest for mark, _, rest in joined
    )
    return species if is_below else ""


def species_of_trinomial(name: str) -> str:
    """Give the species of three words, as subspecies of animals are written; empty for others."""
    species, words = _parted(name)
    return species if _THIRD.match(" ".join(words)) else ""


def _parted(name: str) -> tuple[str, list[str]]:
    """Part a species and the words behind it."""
    found = _SPECIES.match(name)
    if not found or _OPEN.match(found[2]) or found[2] in _MARKS:
        return "", []
    return found[1], found[3].split()
