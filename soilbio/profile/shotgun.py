"""Trimmed reads of whole metagenomes, named by profilers, library by library."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from soilbio.metadata.databases import check_kraken2, wrong_database
from soilbio.profile.clean import Cleaned
from soilbio.profile.packing import needing_room, parts_of
from soilbio.profile.tools import ToolFailed, run_tool, run_tool_into, tool_version
from soilbio.references.disk import scratch_beside
from soilbio.references.genome_names import accession_of
from soilbio.references.kinds import check_fits
from soilbio.references.versions import check_whole

# Of a profile of shares: what stands in the files that sylph's and sourmash's steps write.
# `share` is of all DNA; sylph also estimates the share of genomes, among those that it found.
COLUMNS = ("genome", "share", "taxonomic_share", "ani", "coverage")

_PACKAGES = {"sylph": "pysylph", "sourmash": "sourmash"}
_OWN_READS = 2  # of a line of Kraken2's report: reads that are named so and no finer


def version_of(engine: str) -> str:
    """Name the program that makes an engine's profiles, and its version."""
    if engine == "kraken2":
        return f"kraken2 {tool_version(['kraken2', '--version'])}"
    return f"{_PACKAGES[engine]} {version(_PACKAGES[engine])}"


def kraken2(
    reads: Cleaned, database: Path, options: Mapping[str, str], report: Path, *, threads: int
) -> None:
    """Classify reads by their k-mers; write Kraken2's report (Wood et al. 2019).

    Parameters
    ----------
    reads : Cleaned
    database : Path
        Folder with `hash.k2d`, `opts.k2d`, `taxo.k2d`.
    options : mapping
        `confidence` and `minimum-hit-groups`, as Kraken2 calls them.
    report : Path
        Empty if there are no reads.
    threads : int

    """
    if reads.is_empty():
        report.write_text("", encoding="utf-8")
        return
    check_kraken2(database)
    command = ["kraken2", "--db", str(database), "--threads", str(threads), "--gzip-compressed"]
    for name, value in options.items():
        command += [f"--{name}", value]
    # Minimizers cost nothing, and tell true findings from those of a relative's reads.
    command += ["--report", "/dev/fd/1", "--report-minimizer-data", "--output", "-"]
    command += [*(["--paired"] if reads.reverse else []), *reads.files()]
    # Kraken2 itself ends well on a full disk, with a report that is cut.
    with needing_room(report), parts_of([report]) as (part,), _telling(database):
        said = run_tool_into(command, part)
        _check_report(part, said)


def _check_report(report: Path, said: str) -> None:
    """Hold a report to how many reads Kraken2 says that it looked at."""
    found = re.search(r"(\d+) sequences \([^)]*\) processed", said)
    with report.open(encoding="utf-8") as lines:
        reads = sum(int(line.split("\t")[_OWN_READS]) for line in lines)
    if not found or int(found[1]) != reads:
        seen = found[1] if found else "an unknown number of"
        raise ToolFailed("kraken2", f"it looked at {seen} reads, and its report has {reads}")


def sylph(reads: Cleaned, database: Path, min_ani: float, target: Path) -> None:
    """Estimate which genomes reads are of (pysylph; Shaw & Yu 2024); write shares of reads.

    Reads of no genome of the database are the rest to 1: sylph estimates how many of a sample's
    k-mers it knows (`estimate_unknown`).
    """
    import pysylph

    if reads.is_empty():
        _write_shares([], target)
        return
    check_fits("sylph", database)
    # All of it is read now in any case; pysylph itself ends the process where lengths are none.
    check_whole("sylph", database)
    try:
        sketches = pysylph.Database.load(str(database))
    except (OSError, ValueError) as error:
        raise wrong_database(database, "a file of genomes' sketches (.syldb)", error) from error
    if not len(sketches):
        raise wrong_database(database, "a file with at least one sketch", "none")
    sketcher = pysylph.Sketcher(c=sketches[0].c, k=sketches[0].k)
    pair = [_sequences(Path(path)) for path in reads.files()]
    sample = (
        sketcher.sketch_paired("sample", *pair)
        if reads.reverse
        else sketcher.sketch_single("sample", pair[0])
    )
    profiler = pysylph.Profiler(sketches, minimum_ani=min_ani, seq_id=None, estimate_unknown=True)
    rows = [
        {
            "genome": accession_of(hit.genome_sketch.name),
            "share": hit.sequence_abundance / 100,
            "taxonomic_share": hit.taxonomic_abundance / 100,
            "ani": hit.ani,
            "coverage": hit.coverage,
        }
        for hit in profiler.profile(sample)
    ]
    _write_shares(rows, target)


def _sequences(path: Path) -> Iterator[bytes]:
    import dnaio

    with dnaio.open(path) as records:
        for record in records:
            yield record.sequence.encode()


def sourmash(reads: Cleaned, database: Path, options: Mapping[str, int], target: Path) -> None:
    """Find the fewest genomes that hold the reads' k-mers (Irber et al. 2024); write shares.

    Shares are of the reads' k-mers, weighted by how often they occur; the rest to 1 is unknown.

    Parameters
    ----------
    reads : Cleaned
    database : Path
    options : mapping
        `ksize`, `scaled`, `threshold_bp`.
    target : Path

    """
    if reads.is_empty():
        _write_shares([], target)
        return
    check_fits("sourmash", database)
    ksize, scaled = options["ksize"], options["scaled"]
    with needing_room(target), scratch_beside(target) as scratch:
        sketch, found = scratch / "reads.zip", scratch / "gather.csv"
        kind = f"dna,k={ksize},scaled={scaled},abund"
        start = ["sourmash", "sketch", *kind.split(",", 1)[:1], "-p", kind.split(",", 1)[1]]
        _run([*start, "--merge", "reads", "-o", str(sketch), *reads.files()], target)
        gather = ["sourmash", "gather", str(sketch), str(database), "-o", str(found)]
        limit = ["--threshold-bp", str(options["threshold_bp"]), "-k", str(ksize)]
        _run([*gather, *limit, "--scaled", str(scaled)], database)
        rows = _gathered(found) if found.is_file() else []
    _write_shares(rows, target)


def _gathered(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            {
                "genome": accession_of(row["name"]),
                "share": float(row["f_unique_weighted"]),
                "ani": float(row["match_containment_ani"] or 0) * 100,
                "coverage": float(row["average_abund"] or 0),
            }
            for row in csv.DictReader(handle)
        ]


def _run(command: list[str], source: Path) -> None:
    with _telling(source):
        run_tool(command)


@contextmanager
def _telling(source: Path) -> Iterator[None]:
    """Tell the user of a tool that failed, with what it was working on."""
    try:
        yield
    except ToolFailed as failure:
        raise failure.as_input_error(str(source)) from failure


def _write_shares(rows: list[dict[str, Any]], target: Path) -> None:
    with (
        needing_room(target),
        parts_of([target]) as (part,),
        part.open("w", encoding="utf-8", newline="") as handle,
    ):
        table = csv.DictWriter(handle, COLUMNS, delimiter="\t", lineterminator="\n")
        table.writeheader()
        for row in sorted(rows, key=lambda row: str(row["genome"])):
            table.writerow(
                {name: f"{v:.9g}" if isinstance(v, float) else v for name, v in row.items()}
            )
