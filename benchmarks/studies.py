"""Studies of many laboratories as datasets of soilbio, made with a fixed seed.

Each study has its own part of a common pool of features, and its lineages in one of four dialects.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from soilbio.dataset.write import write_tables
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

_SEED = 1
_LENGTH_BP = 253
_AGREEMENT = """\
id: partner{place}
version: "1.0"
title: Agreement of partner {place}
contact: data@partner{place}.example
licence: CC-BY-4.0
parties:
  - {{name: Partner {place}, role: provider}}
grants: {grants}
"""
# Terms of their own for each partner: some purpose from a day on that no other has.
_OWN_GRANTS = (
    '[{{recipient: public, purposes: ["DUO:0000042"], from: {day}, classes: {{counts: allow}}}}]'
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is in all; features and counts are of a library."""

    studies: int
    libraries: int
    features: int
    features_per_study: int
    counts_per_library: int

    @property
    def counts(self) -> int:
        """Give all counts."""
        return self.libraries * self.counts_per_library


def _greengenes(names: Mapping[str, str]) -> str:
    return "; ".join(f"{rank[0]}__{name}" for rank, name in names.items())


def _silva(names: Mapping[str, str]) -> str:
    return ";".join(f"{'d' if rank == 'kingdom' else rank[0]}__{n}" for rank, n in names.items())


def _dada2(names: Mapping[str, str]) -> str:
    return ";".join(name or "NA" for name in names.values())


def _mothur(names: Mapping[str, str]) -> str:
    last, texts = "", []
    for name in names.values():
        last = name or last
        texts.append(f"{name or f'{last}_unclassified'}(100)")
    return ";".join([*texts, ""])


DIALECTS = (_greengenes, _silva, _dada2, _mothur)
RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")


def write_studies(
    lineages: list[str], size: Size, folder: Path, *, own_terms: bool = False
) -> list[Path]:
    """Write the datasets that are not there yet.

    Parameters
    ----------
    lineages : list of str
        Of the reference, with `k__` and so on; features get them in turn.
    size : Size
    folder : Path
    own_terms : bool
        Whether each partner shares otherwise than all others; else none shares anything.

    """
    draw = random.Random(_SEED)
    sequences = ["".join(draw.choices("ACGT", k=_LENGTH_BP)) for _ in range(size.features)]
    ids = np.array([md5(one.encode(), usedforsecurity=False).hexdigest() for one in sequences])
    pool = pl.DataFrame(
        {
            "feature_id": ids,
            "sequence": sequences,
            "lineage": [lineages[place % len(lineages)] for place in range(size.features)],
        }
    )
    targets = []
    for place in range(size.studies):
        target = folder / f"study-{place:03d}"
        targets.append(target)
        if not target.is_dir():
            agreement = f"partner{place}@1.0"
            day = dt.date(2027, 1, 1) + dt.timedelta(days=place)
            grants = _OWN_GRANTS.format(day=day) if own_terms else "[]"
            text = _AGREEMENT.format(place=place, grants=grants)
            write_tables(_tables(place, pool, size, agreement), {agreement: text}, target)
    return targets


def _tables(place: int, pool: pl.DataFrame, size: Size, agreement: str) -> dict[str, Any]:
    rng = np.random.default_rng([_SEED, place])
    own = pool[rng.choice(pool.height, size.features_per_study, replace=False)]
    number = size.libraries // size.studies
    libraries = [f"S{place:03d}-L{n:04d}" for n in range(number)]
    counts = pl.concat(_counts(libraries, own["feature_id"], size, rng))
    used = own.join(counts.select("feature_id").unique(), on="feature_id", how="semi")
    named = {"agreement_id": [agreement] * number}
    return {
        "samples": pl.DataFrame({"sample_id": libraries, **named}),
        "assays": pl.DataFrame(
            {
                "assay_id": ["16S-V4-515F-806R"],
                "library_strategy": ["AMPLICON"],
                "target_gene": ["16S rRNA"],
                "target_subfragment": ["V4"],
                "pcr_primer_forward": ["GTGYCAGCMGCCGCGGTAA"],
                "pcr_primer_reverse": ["GGACTACNVGGGTWTCTAAT"],
                "engine": ["dada2"],
                "reference": [DIALECTS[place % len(DIALECTS)].__name__.strip("_")],
                "agreement_ids": [agreement],
            }
        ),
        "libraries": pl.DataFrame(
            {
                "library_id": libraries,
                "sample_id": libraries,
                "assay_id": ["16S-V4-515F-806R"] * number,
                "run_id": ["run"] * number,
                "status": ["ok"] * number,
                **named,
            }
        ),
        "features": _named(used, place).with_columns(pl.lit(agreement).alias("agreement_ids")),
        "counts": counts.with_columns(pl.lit(agreement).alias("agreement_id")),
        "measurements": pl.LazyFrame(),
    }


def _counts(
    libraries: list[str], features: pl.Series, size: Size, rng: np.random.Generator
) -> Iterator[pl.DataFrame]:
    for name in libraries:
        chosen = rng.choice(len(features), size.counts_per_library, replace=False)
        reads = rng.lognormal(1.5, 1.5, len(chosen)).astype(np.int64) + 1
        yield pl.DataFrame(
            {"library_id": [name] * len(chosen), "feature_id": features[chosen], "count": reads}
        )


def _named(features: pl.DataFrame, place: int) -> pl.DataFrame:
    """Give features their lineage in the study's dialect, and the canonical names."""
    written = DIALECTS[place % len(DIALECTS)]
    rows = []
    for lineage in features["lineage"]:
        parts = [part.strip().partition("__")[2] for part in lineage.split(";")][: len(RANKS)]
        text = written(dict(zip(RANKS, [*parts, *[""] * len(RANKS)], strict=False)))
        rows.append({"verbatim_lineage": text, **canonical(parse_lineage(text)).ranks})
    return features.drop("lineage").with_columns(pl.DataFrame(rows, infer_schema_length=None))
