"""What the environment triad and the taxon of a sample may be.

A cell alone shows whether its terms exist and are named right; the row shows whether each stands in
the right place, which does not apply to controls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from soilbio.errors import Problems
from soilbio.metadata.slots import Cell
from soilbio.standards.envo import BRANCH_OF_SLOT, TERMS, VERSION, Match, find, id_in, named, plain
from soilbio.standards.insdc import is_missing
from soilbio.standards.samp_taxa import SOIL, find_taxon, parse_taxon

_FORM = "a term with its id, such as 'cropland biome [ENVO:01000245]'"
_BRANCHES = {
    "biome": "a biome, such as 'cropland biome [ENVO:01000245]'",
    "feature": "a feature of the landscape, such as 'agricultural field [ENVO:00000114]'",
    "material": "an environmental material, such as 'agricultural soil [ENVO:00002259]'",
}
# A feature, says ENVO; sheets all over the world have it as the material, so it is a warning.
_RHIZOSPHERE = "ENVO:00005801"
# The middle comes last: it is what repeats one of the others, whose branches are fixed.
_ORDER = ("env_broad_scale", "env_medium", "env_local_scale")
_SLOT_OF_BRANCH = {branch: slot for slot, branch in BRANCH_OF_SLOT.items()}


def check_environment_term(cell: Cell) -> None:
    """Note what is wrong with the terms in a cell of the triad; several stand apart by `|`.

    Terms of other ontologies are right in form and otherwise not looked at.
    """
    for text in _parts(cell.value):
        match = find(text)
        if match is None:
            _note_unknown(cell, text)
        elif not match.is_label_right:
            _note_label(cell, match)
        elif not match.is_id_right:
            cell.note(
                "term-unknown",
                f"a term of ENVO {VERSION}, whose ids have all their digits: {match.found.id}",
                f"Write '{match.completed}' for '{text}'",
            )
        elif match.found.is_obsolete:
            _note_obsolete(cell, match)
        elif not match.is_complete:
            branch = BRANCH_OF_SLOT[cell.name]
            is_at_home = branch in match.term.branches
            cell.note(
                "term-format",
                f"a term with its id, such as '{match.completed}'" if is_at_home else _FORM,
                f"Write '{match.completed}' for '{text}'"
                if is_at_home
                else f"Choose {_BRANCHES[branch].partition(',')[0]}, and write it with its id",
                is_warning=True,
            )


def _parts(value: str) -> list[str]:
    return [part for part in (text.strip() for text in value.split("|")) if part]


def _note_unknown(cell: Cell, text: str) -> None:
    term_id = id_in(text)
    if term_id:
        candidates = named(text[: text.upper().rfind("ENVO")].rstrip("[( "))
        cell.note(
            "term-unknown",
            f"a term of ENVO {VERSION}, which has no {term_id}",
            f"Write '{candidates[0]}', if that is meant" if candidates else "Correct the id",
        )
    elif not _is_of_another_ontology(text):
        cell.note(
            "term-format",
            _FORM,
            _advise(text, BRANCH_OF_SLOT[cell.name]),
            is_warning=True,
        )


def _is_of_another_ontology(text: str) -> bool:
    """Tell whether a text ends in an id: `flower [PO:0009046]`."""
    label, bracket, rest = text.rpartition(" [")
    prefix, colon, local = rest.rstrip("]").partition(":")
    return bool(
        label and bracket and colon and rest.endswith("]") and prefix.isalnum() and local.isalnum()
    )


def _advise(text: str, branch: str) -> str:
    several = named(text)
    if several:
        return f"Write one of {_list(map(str, several))}"
    labels = _labels(branch)
    like = get_close_matches(plain(text), labels, n=1, cutoff=0.8)
    if like:
        return f"Write '{labels[like[0]]}', if that is meant"
    return "Look the term up and add its id; archives demand it"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


@cache
def _labels(branch: str) -> dict[str, str]:
    """Labels of the terms of a branch, with what to write."""
    return {
        plain(term.label): str(term)
        for term in TERMS.values()
        if branch in term.branches and not term.is_obsolete
    }


def _note_label(cell: Cell, match: Match) -> None:
    label = match.text[: match.text.upper().rfind("ENVO")].rstrip("[( ")
    other = [str(term) for term in named(label) if term.id != match.found.id]
    also = f", or '{other[0]}' if the label is right and the id wrong" if other else ""
    cell.note(
        "term-label",
        f"the label that belongs to {match.found.id}: '{match.found.label}'",
        f"Write '{match.completed}'{also}",
    )


def _note_obsolete(cell: Cell, match: Match) -> None:
    found, term = match.found, match.term
    choices = [str(TERMS[other]) for other in found.consider if other in TERMS]
    if term.id != found.id:
        fix = f"Write '{term}', which replaces it"
    elif found.replaced_by:
        fix = f"Use {found.replaced_by}, which replaces it"
    elif choices:
        fix = f"Choose instead, for example {_list(choices)}"
    else:
        fix = "Choose another term"
    cell.note(
        "term-obsolete",
        f"a term in use; ENVO has given up {found.id} '{found.label}'",
        fix,
        is_warning=True,
    )


def check_triad(
    rows: Mapping[int, Mapping[str, str]],
    problems: Problems,
    controls: frozenset[str] = frozenset(),
) -> None:
    """Note terms that stand at the wrong place of the triad, and places that say the same twice.

    Parameters
    ----------
    rows : mapping of row number to row
        Samples; `check_environment_term` has looked at each cell for itself.
    problems : Problems
        Collects what is found.
    controls : frozenset of str
        Samples that are controls, whose surroundings are no soil's; by `sample_id` or `samp_name`.

    """
    for number, row in rows.items():
        if _sample_of(row) in controls:
            continue
        _check_row(row, number, problems)


def _check_row(row: Mapping[str, str], number: int, problems: Problems) -> None:
    """Note terms of one row that are in the wrong branch, or said twice."""
    seen: dict[str, str] = {}
    for slot in _ORDER:
        cell = Cell(slot, row.get(slot) or "", number, problems)
        for match in _known(cell.value):
            other = seen.setdefault(match.term.id, slot)
            if other != slot and slot == "env_local_scale":
                _note_twice(cell, other)
            else:
                _check_branch(cell, match, BRANCH_OF_SLOT[slot])


def _known(value: str) -> Iterator[Match]:
    """Read the terms of a cell that ENVO knows, as what they are now."""
    if value and not is_missing(value):
        yield from (match for match in map(find, _parts(value)) if match is not None)


def _check_branch(cell: Cell, match: Match, branch: str) -> None:
    branches = match.term.branches
    if branch in branches or match.term.is_obsolete:
        return
    homes = [_SLOT_OF_BRANCH[other] for other in sorted(branches) if other != branch]
    what = f"'{match.term.label}' belongs in {homes[0]}; " if homes else ""
    cell.note(
        "term-branch",
        _BRANCHES[branch],
        f"{what}choose another term here",
        # What counts as near is a matter of judgement; biomes and materials are defined.
        is_warning=branch == "feature" or match.term.id == _RHIZOSPHERE,
    )


def _note_twice(cell: Cell, other: str) -> None:
    cell.note(
        "triad-same",
        f"another term than in {other}",
        "Say from afar, from near and of what: a biome, a feature and a material",
    )


def check_taxon(cell: Cell) -> None:
    """Note what is wrong with the form of a taxon, or with its name beside its taxid."""
    name, taxid = parse_taxon(cell.value)
    taxon = find_taxon(cell.value)
    if taxon is None:
        if taxid is None or not name:
            _note_taxon(cell, f"Write '{SOIL}' for a soil, else the name and NCBI taxid")
    elif name and plain(name) != taxon.name:
        own = find_taxon(name)
        cell.note(
            "taxon-label",
            f"the name that belongs to taxid {taxon.taxid}: '{taxon.name}'",
            f"Write '{taxon}'" + (f", or '{own}' if the taxid is wrong" if own else ""),
        )
    elif plain(cell.value) != plain(str(taxon)):
        _note_taxon(cell, f"Write '{taxon}'")


def _note_taxon(cell: Cell, fix: str) -> None:
    cell.note(
        "taxon-format",
        f"a taxon with its taxid, such as '{SOIL}'",
        fix,
        is_warning=True,
    )


def check_taxa(
    rows: Mapping[int, Mapping[str, str]],
    problems: Problems,
    controls: frozenset[str] = frozenset(),
) -> None:
    """Note samples that go by the taxon of an organism; `check_taxon` has looked at each cell.

    Controls may be organisms. A taxid that is not listed is right where its name is a
    metagenome's; the taxonomy has more of them than the list.
    """
    for number, row in rows.items():
        value = row.get("samp_taxon_id") or ""
        if not value or is_missing(value) or _sample_of(row) in controls:
            continue
        if not _may_be_metagenome(value):
            Cell("samp_taxon_id", value, number, problems).note(
                "taxon-metagenome",
                f"a metagenome, such as '{SOIL}': the sample holds a community",
                f"Write '{SOIL}'; what was found in it is told by the counts",
            )


def _may_be_metagenome(value: str) -> bool:
    name, taxid = parse_taxon(value)
    taxon = find_taxon(value)
    if taxon:
        return taxon.is_metagenome
    # A taxid alone that is not listed may be anything; a name says what it is.
    return "metagenome" in name.casefold() or (taxid is not None and not name)


def _sample_of(row: Mapping[str, str]) -> str:
    return row.get("sample_id") or row.get("samp_name") or ""
