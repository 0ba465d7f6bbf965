"""What the files of another pipeline hold, in their own names and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.errors import InputError, problem_of

if TYPE_CHECKING:
    import polars as pl


class Advised(str):
    """A note with advice behind it: both are told at import, the fact alone is kept.

    What is kept becomes part of a methods section, which is no place for advice.
    """

    __slots__ = ("fact",)
    fact: str

    def __new__(cls, fact: str, advice: str) -> Advised:
        """Join the two as they are."""
        self = super().__new__(cls, f"{fact}{advice}")
        self.fact = fact
        return self


def facts_of(notes: Iterable[str]) -> list[str]:
    """Give notes without the advice that is for whoever imports."""
    return [note.fact if isinstance(note, Advised) else note for note in notes]


@dataclass(frozen=True, slots=True)
class Taxon:
    """A feature as its source has it; `taxon_id` is of a reference (`ncbi:562`), else empty.

    `others` are the lineages that further classifiers or databases give it; `ncbi_taxid` is NCBI's
    number of what goes by another id.
    """

    sequence: str = ""
    lineage: str = ""
    confidence: float | None = None
    taxon_id: str = ""
    others: tuple[str, ...] = ()
    ncbi_taxid: int | None = None


@dataclass(slots=True)
class Found:
    """Numbers by library and feature, what is known of features, and what is said of the method.

    `counts` has the columns `library`, `feature`, `value` (not zero); `libraries` may name some
    without any. `shares` tells that values are relative abundances, `is_counted` that they are
    reads; else it shows in them. Shares are of `whole` (0: of 1 or 100); where the source says that
    it leaves a rest out (`has_rest`), they may add up to less. `method` holds columns of `assays`,
    of which `usual` are not said, but so as a rule; `metadata` MIxS slots by library; `notes` what
    was done on the way, where advice goes with it as `Advised`.
    """

    sources: tuple[Path, ...]
    counts: pl.DataFrame
    libraries: tuple[str, ...]
    features: Mapping[str, Taxon]
    shares: bool = False
    method: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    is_counted: bool = False
    whole: float = 0.0
    has_rest: bool = False
    usual: tuple[str, ...] = ()


def backbone_ids(taxon: Taxon, lineage: str) -> dict[str, object]:
    """Give the ids of a taxon in the backbones, as a row of features has them.

    `ncbi:562` is NCBI's; of a taxon of GTDB the species is its id, as its lineage has it.
    """
    source, _, number = taxon.taxon_id.partition(":")
    is_ncbi = source == "ncbi" and number.isdigit() and int(number) > 0
    species = lineage.replace("|", ";").rpartition(";")[2].strip()
    is_gtdb = (
        source.partition("-")[0] == "gtdb"
        and species.startswith("s__")
        and len(species) > len("s__")
    )
    return {
        "ncbi_taxid": int(number) if is_ncbi else taxon.ncbi_taxid,
        "gtdb_species": species.removeprefix("s__") if is_gtdb else None,
    }


def id_by_name(source: str, name: str) -> str:
    """Give the id of what a database calls by a name; none where there is no name (`s__`)."""
    return "" if not name or name.endswith("__") else f"{source}:{name}"


def one_of(folder: Path, names: tuple[str, ...], what: str) -> Path:
    """Find the first of several patterns of files below a folder; the shortest path of each.

    Raises
    ------
    InputError
        If there is none.

    """
    found = first_of(folder, names)
    if found is None:
        raise _lacking(folder, names, what)
    return found


def first_of(folder: Path, names: tuple[str, ...]) -> Path | None:
    """Find the first of several patterns of files; None where there is none."""
    for name in names:
        paths = sorted(folder.glob(name), key=lambda path: (len(path.parts), str(path)))
        if paths:
            return paths[0]
    return None


def _lacking(folder: Path, names: tuple[str, ...], what: str) -> InputError:
    return problem_of(
        "import-file-missing",
        str(folder),
        expected=f"{what}: {' or '.join(names)}",
        fix="Name the folder that the pipeline wrote, or import its files as `table`",
    )
