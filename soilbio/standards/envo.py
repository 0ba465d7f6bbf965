"""The Environment Ontology: labels, ids, branches, and what replaces a term that is obsolete.

All terms of the release are here, so that a wrong one can be told from an unknown one. The branch
says where in the triad of MIxS a term belongs; lists of terms for soils are those of NMDC.
The table is made by `resources/standards/make_envo.py`.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

VERSION = "2025-10-20"
SOURCE = "Environment Ontology (ENVO) 2025-10-20, CC0-1.0; lists for soils: NMDC 2026-08, MIT"

# The branch that each slot of the triad asks for.
BRANCH_OF_SLOT = {
    "env_broad_scale": "biome",
    "env_local_scale": "feature",
    "env_medium": "material",
}
_TABLE = Path(__file__).with_name("envo.tsv")
_PREFIX = re.compile(r"ENVO\s*:\s*", re.IGNORECASE)
_FORM = re.compile(r"\S.* \[ENVO:\d{7,8}\]")
_ID = re.compile(
    r"(?P<label>.*?)\s*[\[(]?\s*(?:https?://purl\.obolibrary\.org/obo/)?"
    r"ENVO\s*[:_]\s*(?P<digits>\d+)\s*[\])]?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Term:
    """A term; `branches` holds `biome`, `feature` or `material`, or nothing (processes, qualities).

    `replaced_by` is the id to use instead of an obsolete term, or empty; `consider` are ids that
    come into question. `synonyms` are exact ones only; `lists` are the triad's slots for which
    the term is commonly chosen with soils.
    """

    id: str
    label: str
    branches: frozenset[str]
    is_obsolete: bool
    replaced_by: str
    synonyms: tuple[str, ...]
    consider: tuple[str, ...]
    lists: tuple[str, ...]

    def __str__(self) -> str:
        """Write the term as MIxS does, `label [ENVO:id]`."""
        return f"{self.label} [{self.id}]"


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was taken for.

    `term` is the one meant, with the replacement in place of an obsolete one where there is
    exactly one in ENVO; `found` is the one named. `is_complete` tells whether the text already has
    the form `label [ENVO:id]`; `is_label_right` whether its label, if it has one, is the term's
    label or an exact synonym, however it is capitalised; `is_id_right` whether its id, if it has
    one, has all its digits.
    """

    text: str
    found: Term
    term: Term
    is_complete: bool
    is_label_right: bool
    is_id_right: bool = True

    @property
    def is_safe(self) -> bool:
        """Tell whether `completed` may be written unasked: label or id are those of a term in use.

        A synonym may be meant otherwise, and what replaces an obsolete term is for people to judge.
        """
        if self.found.is_obsolete or not self.is_label_right:
            return False
        label = _PREFIX.sub("", self.text, count=1)
        return bool(id_in(self.text)) or plain(label) == plain(self.found.label)

    @property
    def completed(self) -> str:
        """Write what the text should be."""
        return str(self.term)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _read_terms(table: Path) -> dict[str, Term]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["id"]: Term(
                id=row["id"],
                label=row["label"],
                branches=frozenset(_split(row["branches"])),
                is_obsolete=row["is_obsolete"] == "yes",
                replaced_by=row["replaced_by"],
                synonyms=_split(row["synonyms"]),
                consider=_split(row["consider"]),
                lists=_split(row["lists"]),
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


TERMS: dict[str, Term] = _read_terms(_TABLE)


def plain(label: str) -> str:
    """Make labels comparable: case, underscores and runs of spaces do not count."""
    return " ".join(label.replace("_", " ").casefold().split())


@cache
def _names() -> dict[str, tuple[Term, ...]]:
    """Terms by name: by label where a term in use has it, else by exact synonym, else obsolete."""
    by_rank: tuple[defaultdict[str, list[Term]], ...] = tuple(defaultdict(list) for _ in range(3))
    for term in TERMS.values():
        by_rank[2 if term.is_obsolete else 0][plain(term.label)].append(term)
        for synonym in () if term.is_obsolete else term.synonyms:
            by_rank[1][plain(synonym)].append(term)
    names: dict[str, tuple[Term, ...]] = {}
    for ranked in by_rank:
        for name, terms in ranked.items():
            names.setdefault(name, tuple(terms))
    return names


@lru_cache(maxsize=4096)
def find(text: str) -> Match | None:
    """Find the term that a text names: `label [ENVO:id]`, an id or its IRI, or a label alone.

    Returns
    -------
    Match or None
        None where the release has no such term, where several have the same label, or where the
        text names a term of another ontology. An id counts more than the label beside it.

    """
    text = " ".join(text.split())
    match = _ID.fullmatch(text)
    if match is None:
        named = _names().get(plain(_PREFIX.sub("", text, count=1)), ())
        return _match(text, named[0], is_label_right=True) if len(named) == 1 else None
    found = TERMS.get(_id_of(match["digits"]))
    if found is None:
        return None
    label = plain(match["label"])
    known = {plain(name) for name in (found.label, f"obsolete {found.label}", *found.synonyms)}
    return _match(
        text,
        found,
        is_label_right=not label or label in known,
        is_id_right=found.id == f"ENVO:{match['digits']}",
    )


def _match(text: str, found: Term, *, is_label_right: bool, is_id_right: bool = True) -> Match:
    is_complete = is_id_right and bool(_FORM.fullmatch(text))
    return Match(text, found, current(found), is_complete, is_label_right, is_id_right)


def current(term: Term) -> Term:
    """Follow the replacements of an obsolete term as far as they lead within ENVO."""
    seen = {term.id}
    while term.is_obsolete and term.replaced_by in TERMS and term.replaced_by not in seen:
        term = TERMS[term.replaced_by]
        seen.add(term.id)
    return term


def named(label: str) -> tuple[Term, ...]:
    """List the terms that a label or exact synonym names; usually one."""
    return _names().get(plain(label), ())


def id_in(text: str) -> str:
    """Take the ENVO id out of a text, whether or not the release has it; else nothing."""
    match = _ID.fullmatch(" ".join(text.split()))
    return _id_of(match["digits"]) if match else ""


def _id_of(digits: str) -> str:
    """Write an id; a spreadsheet may have cut its leading zeros, and a few have seven digits."""
    as_written = f"ENVO:{digits}"
    return as_written if as_written in TERMS else f"ENVO:{digits.zfill(8)}"


def suggested(slot: str) -> tuple[str, ...]:
    """List `label [ENVO:id]` of the terms commonly chosen for a slot of the triad with soils."""
    return tuple(sorted(str(term) for term in TERMS.values() if slot in term.lists))
