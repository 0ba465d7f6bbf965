"""What every engine hands on: features, their counts, the reads it kept; written alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Features:
    """Features of an assay: sequence by id, reads by (library, id), reads before chimeras went.

    `failures` says of a library why the engine could do nothing with it.
    """

    sequences: Mapping[str, str]
    counts: Mapping[tuple[str, str], int]
    denoised_reads: Mapping[str, int]
    merged_reads: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


def feature_id(sequence: str) -> str:
    """Name a feature by the MD5 of its upper-case sequence, as vsearch and QIIME 2 do."""
    return md5(sequence.upper().encode("ascii"), usedforsecurity=False).hexdigest()


def write_features(features: Features, engine: Mapping[str, object], folder: Path) -> None:
    """Write `features.fasta`, `counts.parquet`, `tracking.tsv` and `engine.json`.

    Features without a count are left out. They are sorted by reads, then by id; counts by library
    and feature; so the same result has the same bytes.
    """
    import polars as pl

    totals: dict[str, int] = {}
    kept_reads = dict.fromkeys(features.denoised_reads, 0)
    for (library, feature), count in features.counts.items():
        totals[feature] = totals.get(feature, 0) + count
        kept_reads[library] += count
    order = sorted(totals, key=lambda feature: (-totals[feature], feature))
    text = "".join(f">{feature}\n{features.sequences[feature]}\n" for feature in order)
    _write_text(text, folder / "features.fasta")

    rows = sorted(features.counts.items())
    counts = pl.DataFrame(
        {
            "library_id": [library for (library, _), _ in rows],
            "feature_id": [feature for (_, feature), _ in rows],
            "count": [count for _, count in rows],
        },
        schema={"library_id": pl.String, "feature_id": pl.String, "count": pl.Int64},
    )
    part = folder / "counts.parquet.part"
    counts.write_parquet(part, compression="zstd")
    part.replace(folder / "counts.parquet")

    _write_text(json.dumps(engine, indent=1, sort_keys=True) + "\n", folder / "engine.json")
    lines = ["library_id\treads_merged\treads_denoised\treads_nonchimeric\tfailure"]
    lines += [
        f"{library}\t{features.merged_reads.get(library, '')}\t{reads}\t{kept_reads[library]}"
        f"\t{features.failures.get(library, '')}"
        for library, reads in sorted(features.denoised_reads.items())
    ]
    _write_text("\n".join(lines) + "\n", folder / "tracking.tsv")


def _write_text(text: str, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(target)
