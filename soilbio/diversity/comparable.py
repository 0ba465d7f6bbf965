"""Which libraries of a merged dataset may be measured together, and which are of one soil."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soilbio.dataset.history import TELLS_SOILS, laboratory_of_libraries
from soilbio.errors import problem_of
from soilbio.standards.materials import soils_of
from soilbio.standards.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from soilbio.dataset.history import History
    from soilbio.dataset.read import Dataset

# Levels of a pair that leave no number to compare.
_NO_NUMBERS = ("presence", "refused")


@dataclass(frozen=True, slots=True)
class Group:
    """Libraries whose numbers may be compared: of one gene, and no rule keeps any two apart.

    `name` is the gene, numbered where there are several groups of it.
    """

    name: str
    assays: tuple[str, ...]
    libraries: frozenset[str]


def groups_of(dataset: Dataset, history: History, laboratory_of: Mapping[str, str]) -> list[Group]:
    """Part the libraries into those whose numbers may be compared, as the pairs of assays say.

    An assay joins the first group with all assays of which it may be compared, so that no pair that
    shares names at most is ever in one.
    """
    gene_of = {
        row["assay_id"]: str(row["target_gene"] or row["library_strategy"])
        for row in dataset.table("assays").iter_rows(named=True)
    }
    apart = {
        frozenset((pair["one"], pair["other"]))
        for pair in history["pairs"]
        if pair["level"] in _NO_NUMBERS
    }
    own = _by_assay(dataset, history, laboratory_of)
    members: list[list[tuple[str, str]]] = []
    for _, assay, node in sorted((gene_of[assay], assay, node) for node, assay in own):
        for others in members:
            if not any(frozenset((node, other)) in apart for other, _ in others):
                others.append((node, assay))
                break
        else:
            members.append([(node, assay)])
    genes = [gene_of[min(assay for _, assay in one)] for one in members]
    return [
        Group(
            name,
            tuple(sorted({assay for _, assay in one})),
            frozenset(library for key in one for library in own[key]),
        )
        for name, one in zip(_numbered(genes), members, strict=True)
    ]


def slug_of(name: str) -> str:
    """Give a name as that of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _numbered(genes: Sequence[str]) -> Iterator[str]:
    """Give those of one name, or of one folder, a number."""
    many = Counter(slug_of(gene).casefold() for gene in genes)
    seen: Counter[str] = Counter()
    for gene in genes:
        slug = slug_of(gene).casefold()
        seen[slug] += 1
        yield f"{gene} {seen[slug]}" if many[slug] > 1 else gene


def _by_assay(
    dataset: Dataset, history: History, laboratory_of: Mapping[str, str]
) -> dict[tuple[str, str], list[str]]:
    """Give the libraries of each `dataset: assay` that was compared, with what it is called now."""
    sources: dict[str, list[str]] = {}
    for source, parts in sorted(history["parts"].items()):
        for part in parts:
            sources.setdefault(part, []).append(source)
    node_of = {
        (source, assay): node
        for source in history["parts"]
        for node, assay in sorted(history["assays"].items(), reverse=True)
        if node.startswith(f"{source}: ")
    }
    found: dict[tuple[str, str], list[str]] = {}
    rows = dataset.table("libraries").select("library_id", "assay_id").sort("library_id")
    for library, assay in rows.iter_rows():
        known = (node_of.get((source, assay)) for source in sources[laboratory_of[library]])
        node = next(filter(None, known), None)
        if node is None:
            raise problem_of(
                "laboratories-unknown",
                str(dataset.folder),
                found=assay,
                expected="a dataset that tells as what each of its assays was compared",
                fix="Merge the laboratories' datasets again, or get it again from the sender",
            )
        found.setdefault((node, assay), []).append(library)
    return found


def soils_in(dataset: Dataset) -> dict[str, str]:
    """Give the soil of each sample of a dataset, merged or not; see `materials.soils_of`."""
    laboratories = laboratories_in(dataset)
    return soils_of(dataset.table("samples").iter_rows(named=True), laboratories)


def laboratories_in(dataset: Dataset) -> dict[str, set[str]]:
    """Give the laboratories, datasets that were merged, which have libraries of each sample."""
    owner = laboratory_of_libraries(dataset.history)
    laboratories: dict[str, set[str]] = {}
    rows = dataset.table("libraries").select("library_id", "sample_id").iter_rows()
    for library, sample in rows:
        laboratories.setdefault(sample, set()).add(owner.get(library, ""))
    return laboratories


def hides_soils(dataset: Dataset, laboratories: Mapping[str, Collection[str]]) -> bool:
    """Tell whether samples of several laboratories may be of one soil, and a sender withheld which.

    Samples of one laboratory at least are under pseudonyms, and of no material that is told: they
    may be of a soil of any other's. None is where the sender told all there are.

    Parameters
    ----------
    dataset : Dataset
    laboratories : mapping of sample to the laboratories that have libraries of it

    """
    if not dataset.shared or dataset.history.get(TELLS_SOILS):
        return False
    if len({name for own in laboratories.values() for name in own}) < 2:
        return False
    return any(
        is_pseudonym(row["sample_id"])
        and not row.get("source_mat_id")
        and laboratories.get(row["sample_id"])
        for row in dataset.table("samples").iter_rows(named=True)
    )


def shared_soils(soil_of: Mapping[str, str], samples: Iterable[str]) -> dict[str, list[str]]:
    """Give the soils that several of some samples are of, with these."""
    found: dict[str, list[str]] = {}
    for sample in sorted(set(samples)):
        found.setdefault(soil_of[sample], []).append(sample)
    return {soil: own for soil, own in found.items() if len(own) > 1}


def one_each(
    libraries: Iterable[str], depths: Mapping[str, int], parts_of: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Keep the deepest library of each sample, laboratory and assay: others are no replicates."""
    best: dict[tuple[str, ...], str] = {}
    for name in sorted(libraries, key=lambda name: (-depths[name], name)):
        best.setdefault(parts_of[name], name)
    return sorted(best.values())
