"""How soils were taken and treated, as a methods section tells it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

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
    told, lacking = [], []
    for name, words in _OF_SOILS.items():
        stated = _stated(soils[name]) if name in soils.columns else []
        if stated:
            left = soils.height - len(stated)
            of = f" (not stated of {left:,} of {soils.height:,} samples)" if left else ""
            told.append(f"{words} {listed(sorted(set(stated)), _SHOWN)}{of}")
        else:
            lacking.append(name)
    text = f"Soils were {'; '.join(told)}." if told else ""
    missing = f"Not stated of the soils: {', '.join(lacking)}." if lacking else ""
    return " ".join(filter(None, (text, missing)))


def _stated(values: pl.Series) -> list[str]:
    """Give what is stated; INSDC's words for what is missing state nothing."""
    return [text for value in values.drop_nulls().to_list() if not is_missing(text := str(value))]
