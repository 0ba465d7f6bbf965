"""The species of a lineage: completed by its genus, without authors; absent where it is none."""

from __future__ import annotations

import re
from collections.abc import Collection

from soilbio.taxonomy.authors import without_author
from soilbio.taxonomy.below_species import species_of
from soilbio.taxonomy.names import name_in
from soilbio.taxonomy.undetermined import is_undetermined, without_stage

# An epithet stands alone, or before authors, a strain, or what is below or about it: a third word
# of Latin, an abbreviation, the other parent of a hybrid. Other words in lower case are cut from
# GenBank's names of what was sampled: anaerobic digester (metagenome).
_LATIN = r"[a-z-]+(?:us|a|um|is|i|ae|ens|ans|ense|[eu]stre|are|ale|ile|or|[aeio]x)(?![a-z-])"
_EPITHET = re.compile(
    r"(?:spp?|species|cf|aff|nr|x|\u00d7)\b.*"
    r"|\S+(?: (?:[^a-z].*|s\..*|sens.*|agg\b.*|(?:species )?(?:complex|group)))?"
    rf"|{_LATIN} (?:{_LATIN}|(?:[a-z]+\.|[x\u00d7]) ?.*)"
)
_COMPARED = re.compile(r"(?:cf|aff|nr)\.? [A-Z]")  # NCBI's: cf. Phaeosphaeria sp. CPC 11231
_VIRUS = re.compile(r"(?:virus|viroid|phage)(?: |$)")  # human papillomavirus 85
# Species between which DADA2 could not tell: `subtilis/vallismortis`.
_SEVERAL = re.compile(r"(?:^| )[a-z-]+(?:/[a-z-]+)+$")
# Names of a genus or something wider; and what was found with one.
_NO_SPECIES = re.compile(
    r"(?:Candidatus )?[A-Z][a-z]+"
    r"|[A-Z]\S+ (?:(?:endo|ecto)?symbiont|epibiont|environmental(?: samples?)?|clone|str\.|strain)"
)


def species_in(text: str, genus: str, above: Collection[str]) -> str:
    """Give the species that stands in a lineage; empty where it is no name of one.

    Parameters
    ----------
    text : str
        As `name_in` leaves it: with its genus, or an epithet.
    genus : str
        Empty if there is none. GTDB's suffix (`Bacillus_A cereus`) is part of its name.
    above : collection of str
        The names above; a species that is called as one of these fills a rank (`g__RB41;s__RB41`).

    """
    whole = _with_genus(text, genus) if text and not is_undetermined(text, above) else ""
    species = without_author(name_in(whole, "species"))
    is_none = species in above or _NO_SPECIES.fullmatch(species) or _SEVERAL.search(species)
    return "" if is_none else species


def _with_genus(text: str, genus: str) -> str:
    """Put the genus before an epithet; what begins in lower case, and is none, is no name."""
    if genus and text.casefold().startswith(f"{genus.casefold()} "):
        return f"{genus}{text[len(genus) :]}"
    epithet = text.removeprefix(f"{genus[:1]}. ")
    is_whole = not (epithet[:1].islower() or epithet.startswith("\u00d7"))
    if is_whole or _VIRUS.search(epithet) or _COMPARED.match(epithet):
        return text
    whole = without_stage(f"{genus} {epithet}")
    epithet = whole.removeprefix(f"{genus} ")
    is_epithet = _EPITHET.fullmatch(epithet) or species_of(whole) or without_author(whole) != whole
    return whole if genus and is_epithet else ""
