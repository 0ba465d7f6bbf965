"""How soils were taken and treated, as a methods section tells it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from soilbio.dataset.conflicts import is_cell, read_conflicts
from soilbio.report.content import listed
from soilbio.standards.insdc import is_missing

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset

# Of soils, what is told and in which words.
_OF_SOILS = {
    "depth": "taken at a depth (m) of",
    "samp_collect_method": "taken by",
    "sieving": "sieved at (mm)",
    "store_cond": "kept",
    "samp_vol_we_dna_ext": "of which so much was extracted (g):",
    "nucl_acid_ext": "extracted as in",
    "nucl_acid_ext_kit": "extracted with",
    "pcr_cond": "amplified by the programme",
}
_SHOWN = 4


def how_sampled(dataset: Dataset, samples: Collection[str]) -> str:
    """Tell how soils were taken and treated, as far as it is stated, and of how many it is not.

    One laboratory's word is not to be taken for that of all that were merged.
    """
    import polars as pl

    soils = dataset.table("samples").filter(pl.col("sample_id").is_in(list(set(samples))))
    differing = _differing(dataset, set(soils["sample_id"]))
    told, lacking = [], []
    for name, words in _OF_SOILS.items():
        stated = _stated(soils[name]) if name in soils.columns else []
        cells = differing.get(name, {})
        if stated or cells:
            left = soils.height - len(stated) - len(cells)
            values = sorted({*stated, *(text for texts in cells.values() for text in texts)})
            told.append(f"{words} {listed(values, _SHOWN)}{_lacking(left, soils.height, cells)}")
        else:
            lacking.append(name)
    text = f"Soils were {'; '.join(told)}." if told else ""
    missing = f"Not stated of the soils: {', '.join(lacking)}." if lacking else ""
    return " ".join(filter(None, (text, missing)))


def _lacking(left: int, number: int, cells: Collection[str]) -> str:
    """Say of how many samples something is not stated, or not by all laboratories alike."""
    parts = [f"not stated of {left:,} of {number:,} samples"] if left else []
    if cells:
        parts.append(f"laboratories do not all say the same of {len(cells):,} of {number:,}")
    return f" ({'; '.join(parts)})" if parts else ""


def _differing(dataset: Dataset, samples: Collection[str]) -> dict[str, dict[str, set[str]]]:
    """Give, by column and sample, what laboratories say of samples that they all have."""
    found: dict[str, dict[str, set[str]]] = {}
    for line in read_conflicts(dataset.folder):
        if is_cell(line) and line[0] in samples and line[1] in _OF_SOILS:
            found.setdefault(line[1], {}).setdefault(line[0], set()).add(line[-2])
    return found


def _stated(values: pl.Series) -> list[str]:
    """Give what is stated; INSDC's words for what is missing state nothing."""
    return [text for value in values.drop_nulls().to_list() if not is_missing(text := str(value))]
