"""Make soilbio/standards/envo.tsv: every ENVO term with label, branch and what replaces it.

Usage: python resources/standards/make_envo.py SHARED [FOLDER]
where SHARED/standards/04_faire_mdt_obis_nmdc holds `envo/envo.obo` of the release that
`soilbio.standards.envo.VERSION` names (CC0-1.0) and NMDC's value sets for soils (MIT; ids only).
Definitions are not taken over, nor synonyms that are broader, narrower or merely related.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
COLUMNS = ("id", "label", "branches", "lists", "is_obsolete", "replaced_by", "consider", "synonyms")
BIOME, MATERIAL = "ENVO:00000428", "ENVO:00010483"
# What else a sample can lie in or at: material and immaterial entities.
FEATURES = ("BFO:0000040", "BFO:0000141")
# NMDC's lists name these; the slot is what we call the list.
LISTS = {
    "env_broad_scale": "soil_env_broad_scale.tsv",
    "env_local_scale": "soil_env_local_scale.tsv",
    "env_medium": "soil_env_medium.tsv",
}
ID = re.compile(r"[A-Za-z]+[:_]\d+")
EXACT = re.compile(r'"(.+)" EXACT\b')
Stanza = dict[str, list[str]]


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write one row a term, sorted by id."""
    source = shared / "standards" / "04_faire_mdt_obis_nmdc"
    terms = read_obo(source / "envo" / "envo.obo")
    lists = {slot: ids_of(source / "nmdc" / "submission_schema" / LISTS[slot]) for slot in LISTS}
    with (folder / "envo.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for term_id in sorted(term for term in terms if term.startswith("ENVO:")):
            slots = [slot for slot, ids in lists.items() if term_id in ids]
            writer.writerow(row_of(term_id, terms, slots))


def read_obo(path: Path) -> dict[str, Stanza]:
    """Read the term stanzas of an OBO file, tag by tag; comments after `!` are cut."""
    terms: dict[str, Stanza] = {}
    stanza: Stanza | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            stanza = {} if line == "[Term]" else None
        elif stanza is not None and ": " in line:
            tag, value = line.split(": ", 1)
            stanza.setdefault(tag, []).append(value.split(" !")[0].split(" {")[0].strip())
            if tag == "id":
                terms[value] = stanza
    return terms


def ids_of(path: Path) -> set[str]:
    """Read the ids of a list."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {row["id"] for row in csv.DictReader(handle, delimiter="\t")}


def row_of(term_id: str, terms: dict[str, Stanza], slots: list[str]) -> list[str]:
    """Write the facts of a term, in the order of the columns."""
    stanza = terms[term_id]
    label = stanza.get("name", [""])[0]
    is_obsolete = "is_obsolete" in stanza
    exact = (EXACT.match(text) for text in stanza.get("synonym", []))
    names = {match[1].strip() for match in exact if match and "|" not in match[1]} - {label}
    return [
        term_id,
        label.removeprefix("obsolete ") if is_obsolete else label,
        "|".join(branches(term_id, terms)),
        "|".join(slots),
        "yes" if is_obsolete else "",
        "|".join(ids(stanza, "replaced_by")[:1]),
        "|".join(ids(stanza, "consider")),
        "|".join(sorted(names)),
    ]


def ids(stanza: Stanza, tag: str) -> list[str]:
    """Take the ids of a tag; the release also writes `false` and underscores there."""
    return [value.replace("_", ":") for value in stanza.get(tag, []) if ID.fullmatch(value)]


def branches(term_id: str, terms: dict[str, Stanza]) -> list[str]:
    """Name the branches of a term: a feature is what is neither biome nor material."""
    above = ancestors(term_id, terms)
    found = [name for name, root in (("biome", BIOME), ("material", MATERIAL)) if root in above]
    return found or (["feature"] if above.intersection(FEATURES) else [])


def ancestors(term_id: str, terms: dict[str, Stanza]) -> set[str]:
    """Collect a term and all that it is a kind of."""
    found: set[str] = set()
    waiting = [term_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += terms.get(current, {}).get("is_a", [])
    return found


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
