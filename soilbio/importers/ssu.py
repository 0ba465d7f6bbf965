"""Reads of rRNA genes of metagenomes, one table a library, as the workflow leaves them → tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any

from soilbio.dataset.tables import FEATURES, RANKS
from soilbio.importers.shotgun import write_json
from soilbio.profile.ssu import UNCLASSIFIED, read_profile
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.flags import Target, flags_of
from soilbio.taxonomy.lineage import parse_lineage

# rRNA reads of any domain and length are what was looked for.
_ANY = Target((), 0, 2**31)


def collect_ssu(
    libraries: Sequence[str],
    assay: str,
    results: Path,
    engine: Mapping[str, Any],
    classifier: Mapping[str, Any],
) -> None:
    """Write counts, features, tracking and accounts of an assay of rRNA reads.

    Parameters
    ----------
    libraries : sequence of str
        With their engine, `L1-ssu`.
    assay : str
        With its engine, `WGS-ssu`.
    results : Path
        The run's folder.
    engine, classifier : mapping
        What was used, and how.

    """
    folder = results / "profile" / assay
    folder.mkdir(parents=True, exist_ok=True)
    profiles = {}
    for unit in libraries:
        library = unit.removesuffix("-ssu")
        profiles[unit] = read_profile(results / "shotgun" / "ssu" / f"{library}.tsv")
        text = (results / "shotgun" / "clean" / f"{library}.json").read_text(encoding="utf-8")
        write_json({**json.loads(text), "library_id": unit}, folder / "reads_left" / f"{unit}.json")
    _write_counts(profiles, classifier, folder)
    _track(profiles, folder / "tracking.tsv")
    write_json(engine, folder / "engine.json")
    write_json(classifier, results / "taxonomy" / assay / "classifier.json")


def _feature_id(lineage: str, reference: str) -> str:
    if lineage == UNCLASSIFIED:
        return f"{reference}:{UNCLASSIFIED}"
    return f"{reference}:{md5(lineage.encode(), usedforsecurity=False).hexdigest()}"


def _write_counts(
    profiles: Mapping[str, Mapping[str, int]], classifier: Mapping[str, Any], folder: Path
) -> None:
    import polars as pl

    reference = str(classifier["reference"])
    rows = [
        {"library_id": unit, "feature_id": _feature_id(lineage, reference), "count": reads}
        for unit, counts in profiles.items()
        for lineage, reads in counts.items()
    ]
    schema = {"library_id": pl.String, "feature_id": pl.String, "count": pl.Int64}
    counts = pl.DataFrame(rows, schema=schema).sort("library_id", "feature_id")
    _put(
        counts.with_columns(pl.lit(None, dtype=pl.Float64).alias("relative_abundance")),
        folder / "counts.parquet",
    )
    lineages = sorted({lineage for counts in profiles.values() for lineage in counts})
    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    columns = [column for column in FEATURES.columns if column.name != "agreement_ids"]
    features = [_feature(lineage, reference, str(classifier["classifier"])) for lineage in lineages]
    shape = {column.name: types[column.type] for column in columns}
    frame = pl.DataFrame(
        [{name: row.get(name) for name in shape} for row in features], schema=shape
    )
    _put(frame.sort("feature_id"), folder / "features.parquet")


def _feature(lineage: str, reference: str, classifier: str) -> dict[str, Any]:
    verbatim = "" if lineage == UNCLASSIFIED else lineage
    ranks = canonical(parse_lineage(verbatim)).ranks
    named = [rank for rank in RANKS if ranks[rank]]
    return {
        "feature_id": _feature_id(lineage, reference),
        "verbatim_lineage": verbatim or None,
        "classifier": classifier,
        **ranks,
        "taxon_rank": named[-1] if named else None,
        "flags": "|".join(flags_of(ranks, verbatim, 1, _ANY)),
    }


def _put(frame: Any, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    frame.write_parquet(part, compression="zstd")
    part.replace(target)


def _track(profiles: Mapping[str, Mapping[str, int]], target: Path) -> None:
    """Write what each library keeps: the reads of rRNA genes; the others are of other genes."""
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, delimiter="\t", lineterminator="\n")
        table.writerow(
            ("library_id", "reads_merged", "reads_denoised", "reads_nonchimeric", "failure")
        )
        for unit in sorted(profiles):
            reads = sum(profiles[unit].values())
            table.writerow([unit, "", reads, reads, ""])
    part.replace(target)
