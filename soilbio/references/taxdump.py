"""NCBI's taxonomy files: read for names of taxon ids, and written for names of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import problem_of
from soilbio.references.disk import atomic_text
from soilbio.references.lineages import RANK_LETTERS, ranks_of

# Kraken 2 knows the first rank by NCBI's former name.
_RANKS = {
    "d": "superkingdom",
    "k": "kingdom",
    "p": "phylum",
    "c": "class",
    "o": "order",
    "f": "family",
    "g": "genus",
    "s": "species",
}
_LETTERS = {rank: letter for letter, rank in _RANKS.items()} | {"domain": "d"}
ROOT = 1


@dataclass(frozen=True, slots=True)
class Taxdump:
    """Parents, ranks and scientific names by taxon id; `merged` gives replaced ids."""

    folder: Path
    parents: dict[int, int]
    ranks: dict[int, str]
    names: dict[int, str]
    merged: dict[int, int]

    def current(self, taxid: int) -> int:
        """Give the id that a taxon has today."""
        return self.merged.get(taxid, taxid)

    def lineage(self, taxid: int) -> str | None:
        """Write the lineage of a taxon with ranks' letters; None, if the id is unknown."""
        at = self.current(taxid)
        if at not in self.parents:
            return None
        found: dict[str, str] = {}
        while at != ROOT and at in self.parents:
            letter = _LETTERS.get(self.ranks[at])
            if letter:
                found.setdefault(letter, self.names.get(at, ""))
            at = self.parents[at]
        return ";".join(f"{letter}__{found[letter]}" for letter in RANK_LETTERS if letter in found)


def read_taxdump(folder: Path) -> Taxdump:
    """Read nodes.dmp, names.dmp and, if there, merged.dmp; O(taxa) in memory.

    Raises
    ------
    InputError
        `reference-taxonomy`.

    """
    nodes, names = folder / "nodes.dmp", folder / "names.dmp"
    missing = [path.name for path in (nodes, names) if not path.is_file()]
    if missing:
        raise _problem(folder, f"no {', '.join(missing)}")
    try:
        rows = [line[:3] for line in _rows(nodes)]
        parents = {int(own): int(parent) for own, parent, _ in rows}
        ranks = {int(own): rank for own, _, rank in rows}
        titles = {
            int(row[0]): row[1] for row in _rows(names) if len(row) > 3 and row[3] == _SCIENTIFIC
        }
        merged_path = folder / "merged.dmp"
        merged = {
            int(row[0]): int(row[1])
            for row in (_rows(merged_path) if merged_path.is_file() else ())
        }
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise _problem(folder, str(error)) from error
    return Taxdump(folder, parents, ranks, titles, merged)


_SCIENTIFIC = "scientific name"


def _rows(path: Path) -> Iterable[list[str]]:
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            yield [part.strip() for part in line.rstrip("\r\n").removesuffix("\t|").split("\t|\t")]


def _problem(folder: Path, found: str) -> Exception:
    return problem_of(
        "reference-taxonomy",
        str(folder),
        found=found,
        expected="a folder with NCBI's nodes.dmp and names.dmp",
        fix="Correct the path, or install one (soilbio reference get ncbi-taxonomy-2026-09)",
    )


def write_taxdump(lineages: Iterable[str], folder: Path) -> dict[str, int]:
    """Write nodes.dmp and names.dmp for lineages; return the taxon id of each lineage.

    Ids are numbers from 2 on, in the order of the lineages' ranks and names: the same lineages give
    the same ids. Taxa of one name below different parents are different taxa.
    """
    paths = {text: tuple(ranks_of(text).items()) for text in sorted(set(lineages))}
    taxa = sorted({path[:end] for path in paths.values() for end in range(1, len(path) + 1)})
    ids = {path: number for number, path in enumerate(taxa, start=ROOT + 1)}
    with atomic_text(folder / "nodes.dmp") as nodes, atomic_text(folder / "names.dmp") as names:
        nodes.write(_line(ROOT, ROOT, "no rank"))
        names.write(_line(ROOT, "root", "", _SCIENTIFIC))
        for path, number in ids.items():
            letter, name = path[-1]
            nodes.write(_line(number, ids.get(path[:-1], ROOT), _RANKS[letter]))
            names.write(_line(number, name.replace("|", " "), "", _SCIENTIFIC))
    return {text: ids[path] for text, path in paths.items()}


def _line(*parts: object) -> str:
    return "\t|\t".join(map(str, parts)) + "\t|\n"
