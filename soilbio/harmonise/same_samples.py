"""Which samples of one name are one: a name alone, `S1` say, is given by many laboratories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.standards.insdc import is_missing
from soilbio.standards.materials import material_of
from soilbio.standards.written import written_plainly

if TYPE_CHECKING:
    from soilbio.harmonise.sources import Source

Row = Mapping[str, Any]
# Libraries of samples: (dataset, sample) to their names.
Libraries = Mapping[tuple[str, str], set[str]]
# Samples that were named alike, taken at one place on one day, are one.
_PLACE_AND_DATE = ("lat_lon", "collection_date")


def libraries_of(sources: Sequence[Source]) -> dict[tuple[str, str], set[str]]:
    """List the libraries of each sample of each dataset."""
    found: dict[tuple[str, str], set[str]] = {}
    for source in sources:
        for row in source.rows("libraries"):
            found.setdefault((source.name, row["sample_id"]), set()).add(row["library_id"])
    return found


def are_one(own: Sequence[tuple[str, Row]], libraries: Libraries) -> bool:
    """Tell whether samples of one name in several datasets are one by more than their name.

    They are if each agrees with one of the others in what no two samples have alike: material,
    an archive's accession as the name, place and date, or a library.
    """
    known, rest = [own[0]], list(own[1:])
    while rest:
        found = [one for one in rest if any(_agree(one, other, libraries) for other in known)]
        if not found:
            return False
        known += found
        rest = [one for one in rest if one not in found]
    return True


def _agree(one: tuple[str, Row], other: tuple[str, Row], libraries: Libraries) -> bool:
    (who, row), (whose, its) = one, other
    sample = row["sample_id"]
    if material_of(sample)[1]:
        return True
    material, its_material = (
        material_of(each.get("source_mat_id") or "")[0] for each in (row, its)
    )
    if material and material == its_material:
        return True
    if all(
        _stated(row, name) and _stated(row, name) == _stated(its, name) for name in _PLACE_AND_DATE
    ):
        return True
    return not libraries.get((who, sample), set()).isdisjoint(libraries.get((whose, sample), ()))


def _stated(row: Row, name: str) -> str:
    """Give a place or a date; words that say why there is none have no figures."""
    text = str(row.get(name) or "").strip()
    is_stated = any(map(str.isdigit, text)) and not is_missing(text)
    return written_plainly(name, text) if is_stated else ""
