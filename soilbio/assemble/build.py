"""From the files of a run to the dataset: the one place where both sides of the seam are known."""

from __future__ import annotations

import csv
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.agreements.folder import agreements_of, read_agreements
from soilbio.assemble.provenance import provenance_of
from soilbio.assemble.rows import (
    assay_row,
    library_rows,
    measurement_rows,
    sample_rows,
    treatment,
)
from soilbio.dataset.tables import COUNTS, FEATURES, LIBRARIES, MEASUREMENTS
from soilbio.dataset.write import write_dataset
from soilbio.metadata.config import Config, read_config
from soilbio.metadata.genome_files import genomes_of
from soilbio.metadata.samples import read_samples
from soilbio.metadata.sheet import Library, read_sheet
from soilbio.metadata.units import units_of
from soilbio.profile.truncation import read_truncation
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.flags import Target, flags_of
from soilbio.taxonomy.renamed import renamed_files
from soilbio.taxonomy.settle import agreed_rows
from soilbio.taxonomy.sintax import read_sintax

if TYPE_CHECKING:
    import polars as pl


def build_dataset(config: Path, results: Path, target: Path) -> None:
    """Put metadata, agreements, reads left, features, lineages and counts together.

    Parameters
    ----------
    config : Path
        The project's configuration.
    results : Path
        The `results/` folder of its run, profiled and classified.
    target : Path
        The dataset's folder; an old one is replaced when the new one is whole.

    Held in memory: all counts once, as three columns.

    """
    import polars as pl

    project = read_config(config)
    libraries, methods = units_of(
        read_sheet(project.libraries), project.assays, str(project.libraries)
    )
    project = replace(project, assays=methods)
    texts = read_agreements(project.agreements)
    agreement_of = agreements_of(libraries.values(), texts, str(project.libraries), project.title)
    metadata = _metadata(project)
    samples = sample_rows(libraries.values(), metadata, agreement_of)
    assays = sorted({library.assay for library in libraries.values()})
    counts = _counts(assays, results, agreement_of)
    reads_left = _reads_left(libraries.values(), results)
    tables: dict[str, pl.DataFrame] = {
        "samples": pl.DataFrame(samples, schema=_text_schema(samples)),
        "assays": pl.DataFrame(
            [_assay(project, assay, libraries, agreement_of, results) for assay in assays]
        ),
        "libraries": _frame(
            library_rows(
                libraries.values(),
                reads_left,
                _tracking(assays, results),
                agreement_of,
            ),
            LIBRARIES.columns,
        ),
        "features": _features(project, list(libraries.values()), results, counts),
        "counts": counts,
        "measurements": _frame(
            [*measurement_rows(samples), *_soil_rows(project, metadata, samples)],
            MEASUREMENTS.columns,
        ),
    }
    used = {name: texts[name] for name in sorted(set(agreement_of.values()))}
    # Of a tree that is no longer asked for, the file is still there, with other features.
    trees = {
        f"trees/{assay}.nwk": path
        for assay in assays
        if project.tree["build"]
        and (path := results / "tree" / f"{assay}.nwk").exists()
        and path.stat().st_size
    }
    write_dataset(
        tables,
        used,
        target,
        extra_columns=project.columns,
        provenance=provenance_of(
            project,
            libraries,
            tables["assays"],
            genomes=_genomes(reads_left),
            truncation={assay: _truncation(project, assay, libraries, results) for assay in assays},
        ),
        files={**trees, **renamed_files(tables["features"])},
    )


def _metadata(project: Config) -> dict[str, Mapping[str, str]]:
    return {row["sample_id"]: row for row in read_samples(project.samples, project.columns)}


def _soil_rows(
    project: Config,
    metadata: Mapping[str, Mapping[str, str]],
    samples: Sequence[Mapping[str, object]],
) -> list[dict[str, object]]:
    """Make the measurements of the soil sheet, each under the agreement of its sample."""
    if project.soil is None:
        return []
    from soilbio.metadata.soil.project import soil_rows

    agreement_of = {row["sample_id"]: row["agreement_id"] for row in samples}
    known = [row for name, row in metadata.items() if name in agreement_of]
    return [
        {**row, "agreement_id": agreement_of[row["subject"]]} for row in soil_rows(project, known)
    ]


def _text_schema(rows: Sequence[Mapping[str, object]]) -> dict[str, type[pl.String]]:
    import polars as pl

    return dict.fromkeys(sorted({name for row in rows for name in row}), pl.String)


def _frame(rows: Sequence[Mapping[str, object]], columns: Sequence[object]) -> pl.DataFrame:
    """Make a table of rows with the declared types, also of no rows."""
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    schema = {column.name: types[column.type] for column in columns}  # type: ignore[attr-defined]
    return pl.DataFrame(list(rows), schema=schema)


def _assay(
    project: Config,
    assay: str,
    libraries: Mapping[str, Library],
    agreement_of: Mapping[str, str],
    results: Path,
) -> dict[str, object]:
    own = [library for library in libraries.values() if library.assay == assay]
    row = assay_row(
        project.assays[assay],
        own,
        _json(results / "profile" / assay / "engine.json"),
        _json(results / "taxonomy" / assay / "classifier.json"),
        [agreement_of[library.library_id] for library in own],
    )
    removed = [genome.name for genome in genomes_of(project)]
    return {**row, **treatment(project.assays[assay], project.shotgun, removed)}


def _truncation(
    project: Config, assay: str, libraries: Mapping[str, Library], results: Path
) -> dict[str, tuple[int, int]]:
    """Give the lengths at which DADA2's reads were cut, by run, where they were chosen by it."""
    method = project.assays[assay]
    runs = sorted({library.run for library in libraries.values() if library.assay == assay})
    files = {run: results / "profile" / assay / "truncation" / f"{run}.json" for run in runs}
    engine = method.engine or project.amplicon["engine"]
    if method.truncate_1_bp or engine != "dada2":
        return {}
    return {run: read_truncation(path) for run, path in files.items() if path.is_file()}


def _counts(assays: Sequence[str], results: Path, agreement_of: Mapping[str, str]) -> pl.DataFrame:
    """Read what was counted, and what was estimated: one is never written as the other."""
    import polars as pl

    found = pl.concat(
        [pl.read_parquet(results / "profile" / assay / "counts.parquet") for assay in assays],
        how="diagonal",
    )
    agreements = pl.DataFrame(
        {
            "library_id": list(agreement_of),
            "agreement_id": [agreement_of[name] for name in agreement_of],
        },
        schema={"library_id": pl.String, "agreement_id": pl.String},
    )
    share = COUNTS.columns[3].name
    if share not in found.columns:
        found = found.with_columns(pl.lit(None, dtype=pl.Float64).alias(share))
    return found.join(agreements, on="library_id", how="left")


def _features(
    project: Config, libraries: Sequence[Library], results: Path, counts: pl.DataFrame
) -> pl.DataFrame:
    """Name and flag every feature; one that several assays name has what their names agree on."""
    import polars as pl

    assays = sorted({one.assay for one in libraries})
    single = frozenset(one.assay for one in libraries if one.fastq_2 is None)
    told: dict[str, list[dict[str, object]]] = {}
    for assay in assays:
        found = (
            _taxa(assay, results)
            if project.assays[assay].is_shotgun
            else _sequences(project, assay, results, single)
        )
        for row in found:
            others = told.setdefault(str(row["feature_id"]), [])
            if row not in others:
                others.append(row)
    agreements = counts.group_by("feature_id").agg(
        pl.col("agreement_id").unique().sort().str.join("|").alias("agreement_ids")
    )
    columns = [column for column in FEATURES.columns if column.name != "agreement_ids"]
    sole = _frame([own[0] for own in told.values() if len(own) == 1], columns)
    named_twice = [row for own in told.values() if len(own) > 1 for row in own]
    if named_twice:
        agreed = agreed_rows(_frame(named_twice, columns)).select(sole.columns)
        sole = pl.concat([sole, agreed.sort("feature_id").cast(sole.schema)])
    return sole.join(agreements, on="feature_id", how="left")


def _taxa(assay: str, results: Path) -> list[dict[str, object]]:
    import polars as pl

    return pl.read_parquet(results / "profile" / assay / "features.parquet").to_dicts()


def _sequences(
    project: Config, assay: str, results: Path, single: Container[str]
) -> Iterator[dict[str, object]]:
    sequences = dict(_fasta(results / "profile" / assay / "features.fasta"))
    classifier = _json(results / "taxonomy" / assay / "classifier.json")
    confidence = float(str(classifier["confidence_cutoff"]))
    stated = project.assays[assay]
    # Single reads need not reach over the amplicon.
    shortest = 0 if assay in single else stated.min_length_bp
    aim = Target(stated.domains, shortest, stated.max_length_bp)
    for lineage in read_sintax(results / "taxonomy" / assay / "sintax.tsv", confidence):
        sequence = sequences[lineage.feature_id]
        ranks = canonical(lineage.ranks).ranks
        named = [rank for rank in ranks if ranks[rank]]
        flags = flags_of(ranks, lineage.verbatim, len(sequence), aim)
        yield {
            "feature_id": lineage.feature_id,
            "sequence": sequence,
            "length_bp": len(sequence),
            "verbatim_lineage": lineage.verbatim,
            "classifier": classifier["classifier"],
            "confidence": lineage.confidence,
            **ranks,
            "taxon_rank": named[-1] if named else None,
            "flags": "|".join(flags),
        }


def _reads_left(libraries: Iterable[Library], results: Path) -> dict[str, dict[str, object]]:
    """Read the account of each library under its assay: under another one is an older run's."""
    return {
        one.library_id: _json(
            results / "profile" / one.assay / "reads_left" / f"{one.library_id}.json"
        )
        for one in libraries
    }


def _genomes(reads_left: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Give the genomes whose reads were taken out, with the SHA-256 of their files."""
    found: dict[str, str] = {}
    for left in reads_left.values():
        known = left.get("genomes")
        found |= known if isinstance(known, dict) else {}
    return dict(sorted(found.items()))


def _tracking(assays: Sequence[str], results: Path) -> dict[str, dict[str, str]]:
    found = {}
    for assay in assays:
        path = results / "profile" / assay / "tracking.tsv"
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle, delimiter="\t"):
                found[row["library_id"]] = row
    return found


def _fasta(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="ascii") as handle:
        for header in handle:
            yield header[1:].strip(), next(handle).strip()


def _json(path: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content
