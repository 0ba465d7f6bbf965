"""The profiles of an assay's libraries, one a library, as the workflow leaves them → tables."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import FEATURES, RANKS
from soilbio.errors import Problems
from soilbio.importers import kraken2
from soilbio.importers.evidence import write_evidence
from soilbio.importers.found import Taxon, backbone_ids
from soilbio.importers.reestimates import collect_reestimates
from soilbio.references.genome_names import accession_of, is_accession, is_of_gtdb
from soilbio.references.lineages import read_lineages
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

if TYPE_CHECKING:
    import polars as pl

UNCLASSIFIED = "unclassified"
_GENOME = "genome:"
_ROUNDING = 1e-7  # shares are written with nine digits
Row = tuple[str, str, float]  # library, feature, reads or share


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an engine's names and numbers.

    `taxids` are those of Kraken2's database: `ncbi`, `gtdb`, or a word for its own. `lineages` is a
    table of genome and lineage, of the `taxonomy` gtdb or another; `auto` knows GTDB by its RS_ and
    GB_. `database` tells a database from others, whose genomes of the same files' names are others.
    Re-estimates need a `distribution` and `min_reads`.
    """

    taxids: str = "ncbi"
    lineages: Path | None = None
    taxonomy: str = "auto"
    distribution: Path | None = None
    min_reads: int = 0
    database: str = ""


def collect_profiles(
    engine: str,
    profiles: Mapping[str, Path],
    left: Mapping[str, Mapping[str, Any]],
    told: Told,
    target: Path,
) -> list[str]:
    """Write counts, features and tracking of an assay; give the genomes found without a lineage.

    Parameters
    ----------
    engine : str
        `kraken2` (reads), `bracken` (shares, of Kraken2's reports), `sylph` or `sourmash` (shares).
    profiles : mapping of library to Path
        As `profile.shotgun` writes them; those of libraries without reads are not looked at.
    left : mapping of library to dict
        The accounts of reads, by library.
    told : Told
    target : Path
        Folder for `counts.parquet`, `features.parquet`, `tracking.tsv`; for re-estimates also
        `reestimated.tsv`, with all ranks.

    Raises
    ------
    InputError
        `shotgun-profile`, if a report of Kraken2 is not of all reads of its library.

    """
    rows: list[Row] = []
    taxa: dict[str, Taxon] = {}
    with_reads = {name: path for name, path in profiles.items() if left[name]["reads_merged"]}
    if engine == "kraken2" or told.distribution is not None:
        _check_reports(with_reads, left)
    if engine == "kraken2":
        for library, path in with_reads.items():
            _read_report(library, path, told.taxids, rows, taxa)
    elif told.distribution is not None:
        target.mkdir(parents=True, exist_ok=True)
        found, taxa = collect_reestimates(
            with_reads, told.taxids, told.distribution, told.min_reads, target / "reestimated.tsv"
        )
        rows = [(library, _known(feature), share) for library, feature, share in found]
    else:
        known, source = _read_lineages(told.lineages, told.taxonomy)
        for library, path in with_reads.items():
            _read_shares(library, path, (known, source, told.database), rows, taxa)
    _write(engine, rows, taxa, target)
    if engine == "kraken2":
        write_evidence(with_reads, target / "evidence.tsv")
    _track({row[0] for row in rows}, profiles, left, target / "tracking.tsv")
    return sorted(
        taxon.taxon_id.partition(":")[2]
        for feature, taxon in taxa.items()
        if feature.startswith(_GENOME) and not taxon.lineage
    )


def _known(feature: str) -> str:
    return UNCLASSIFIED if feature.endswith(":0") else feature


def _check_reports(reports: Mapping[str, Path], left: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse reports that were cut, or are of other reads than those that are left."""
    problems = Problems("profiles")
    for library, path in reports.items():
        reads = sum(node.own for node in kraken2.nodes_of(path)) if path.stat().st_size else 0
        if reads != left[library]["reads_merged"]:
            problems.add(
                "shotgun-profile",
                source=str(path),
                found=f"a report of {reads} reads",
                expected=f"all {left[library]['reads_merged']} of {library}",
                fix=f"Remove the file and its copy, made/{path.stem}.json beside it, and run again",
            )
    problems.raise_if_any()


def _read_report(
    library: str, path: Path, taxids: str, rows: list[Row], taxa: dict[str, Taxon]
) -> None:
    found = kraken2.read([path], {"taxids": taxids})
    taxa |= found.features
    rows += [
        (library, _known(feature), value)
        for _, feature, value in found.counts.select("library", "feature", "value").iter_rows()
    ]


def _read_shares(
    library: str,
    path: Path,
    told: tuple[Mapping[str, str], str, str],
    rows: list[Row],
    taxa: dict[str, Taxon],
) -> None:
    """Read shares of genomes; of a library that nothing is found in, all is unclassified.

    Genomes of one name have one lineage, and are one feature.
    """
    known, source, database = told
    found: defaultdict[str, float] = defaultdict(float)
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            found[row["genome"]] += float(row["share"])
    # Digits that are cut off when shares are written may make them more than all.
    whole = max(1.0, sum(found.values()))
    for genome, share in found.items():
        is_own = bool(database) and not is_accession(genome)
        feature = f"{_GENOME}{database}:{genome}" if is_own else f"{_GENOME}{genome}"
        taxa[feature] = Taxon(lineage=known.get(genome, ""), taxon_id=f"{source}:{genome}")
        rows.append((library, feature, share / whole))
    rest = 1 - sum(found.values())
    if rest > _ROUNDING:
        rows.append((library, UNCLASSIFIED, rest))


def _read_lineages(path: Path | None, taxonomy: str) -> tuple[dict[str, str], str]:
    """Read genome and lineage, and whose species they are; GTDB puts RS_ and GB_ before genomes."""
    if path is None:
        return {}, "genome"
    lineages = read_lineages(path)
    found = {accession_of(genome): lineage for genome, lineage in lineages.items()}
    is_gtdb = taxonomy == "gtdb" or (taxonomy == "auto" and any(map(is_of_gtdb, lineages)))
    return found, "gtdb" if is_gtdb else "genome"


def _write(engine: str, rows: Sequence[Row], taxa: Mapping[str, Taxon], target: Path) -> None:
    import polars as pl

    target.mkdir(parents=True, exist_ok=True)
    is_counted = engine == "kraken2"
    none = [None] * len(rows)
    values = [value for _, _, value in rows]
    counts = pl.DataFrame(
        {
            "library_id": [library for library, _, _ in rows],
            "feature_id": [feature for _, feature, _ in rows],
            "count": [int(value) for value in values] if is_counted else none,
            "relative_abundance": none if is_counted else values,
        },
        schema={
            **{"library_id": pl.String, "feature_id": pl.String},
            **{"count": pl.Int64, "relative_abundance": pl.Float64},
        },
    ).sort("library_id", "feature_id")
    _put(counts, target / "counts.parquet")
    names = sorted({feature for _, feature, _ in rows})
    features = [_feature(name, taxa.get(name, Taxon()), engine) for name in names]
    _put(_frame(features), target / "features.parquet")


def _put(frame: pl.DataFrame, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    frame.write_parquet(part, compression="zstd")
    part.replace(target)


def _feature(name: str, taxon: Taxon, engine: str) -> dict[str, Any]:
    lineage = "" if name == UNCLASSIFIED else taxon.lineage
    ranks = canonical(parse_lineage(lineage)).ranks
    named = [rank for rank in RANKS if ranks[rank]]
    return {
        "feature_id": name,
        "verbatim_lineage": lineage or None,
        "classifier": engine,
        **ranks,
        "taxon_rank": named[-1] if named else None,
        "flags": "" if named else UNCLASSIFIED,
        **backbone_ids(taxon, lineage),
    }


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    columns = [column for column in FEATURES.columns if column.name != "agreement_ids"]
    schema = {column.name: types[column.type] for column in columns}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _track(
    found: set[str],
    profiles: Mapping[str, Path],
    left: Mapping[str, Mapping[str, Any]],
    target: Path,
) -> None:
    """Write what each library keeps: all trimmed reads, since those without a name are a result."""
    names = ("library_id", "reads_merged", "reads_denoised", "reads_nonchimeric", "failure")
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, delimiter="\t", lineterminator="\n")
        table.writerow(names)
        for library in sorted(profiles):
            reads = left[library]["reads_merged"] if library in found else 0
            table.writerow([library, reads, reads, reads, ""])
    part.replace(target)


def write_json(content: Mapping[str, Any], target: Path) -> None:
    """Write a note of an engine, whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(target)
