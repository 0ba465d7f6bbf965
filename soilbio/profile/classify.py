"""Lineages of features by SINTAX (Edgar 2016, bioRxiv 074161), as vsearch has it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from soilbio.profile.tools import ToolFailed, run_tool_into, tool_version
from soilbio.references.disk import scratch_beside

# Most features of one vsearch process. SINTAX draws at random; it repeats itself only with one
# thread and a fixed seed, and a feature's draws depend on those before it. So the chunks depend on
# the number of features only, not on that of threads; there are eight, or a multiple, so that
# two, four or eight processes end together.
CHUNK = 100
_CHUNKS = 8
_SEED = "1"


@dataclass(frozen=True, slots=True)
class Database:
    """A SINTAX reference, FASTA with `;tax=` or vsearch's UDB of it, and where it comes from."""

    path: Path
    name: str
    version: str
    sha256: str


def classify(
    features: Path, database: Database, confidence: float, folder: Path, *, threads: int
) -> None:
    """Write `sintax.tsv` and `classifier.json`.

    Parameters
    ----------
    features : Path
        FASTA with one line a sequence.
    database : Database
        Each of at most `threads` processes holds it in memory.
    confidence : float
        Bootstrap support (0 to 1) that a rank needs; supports are kept as they are.
    folder : Path
        Where the two files go.
    threads : int
        Processes at once; the result does not depend on it.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_beside(folder / "sintax") as scratch:
        try:
            texts = _classify_chunks(features, database.path, scratch, threads, confidence)
        except ToolFailed as failure:
            raise failure.as_input_error(str(features)) from failure
    _write(folder / "sintax.tsv", "".join(texts))
    record = classifier_record(database, confidence)
    _write(folder / "classifier.json", json.dumps(record, indent=1, sort_keys=True) + "\n")


def classifier_record(database: Database, confidence: float) -> dict[str, object]:
    """Say what names features, and by which reference, as the dataset keeps it of an assay."""
    return {
        "classifier": "SINTAX",
        "classifier_version": f"vsearch {tool_version(['vsearch', '--version'])}",
        "confidence_cutoff": confidence,
        "reference": database.name,
        "reference_version": database.version,
        "reference_sha256": database.sha256,
    }


def _classify_chunks(
    features: Path, database: Path, scratch: Path, threads: int, confidence: float
) -> list[str]:
    chunks = list(_split(features, scratch))
    if not chunks:
        return []

    def run_one(chunk: Path) -> str:
        target = chunk.with_suffix(".tsv")
        run_tool_into(
            [
                *("vsearch", "--sintax", chunk, "--db", database, "--tabbedout", "-"),
                *("--sintax_cutoff", f"{confidence:g}", "--strand", "plus"),
                *("--threads", "1", "--randseed", _SEED),
            ],
            target,
        )
        return _in_order(chunk, target)

    with ThreadPoolExecutor(max(1, min(threads, len(chunks)))) as pool:
        return list(pool.map(run_one, chunks))


def _split(features: Path, scratch: Path) -> Iterator[Path]:
    with features.open(encoding="ascii") as handle:
        size = _chunk_size(sum(line.startswith(">") for line in handle))
        handle.seek(0)
        number = 0
        while lines := list(islice(handle, 2 * size)):
            chunk = scratch / f"{number:06d}.fasta"
            chunk.write_text("".join(lines), encoding="ascii")
            number += 1
            yield chunk


def _chunk_size(features: int) -> int:
    """Choose how many features a process classifies, at most `CHUNK`; 1 where there are none."""
    chunks = -(-features // (CHUNK * _CHUNKS)) * _CHUNKS
    return max(1, -(-features // max(1, chunks)))


def _in_order(chunk: Path, lineages: Path) -> str:
    """Put vsearch's lines in the order of the features, each there once."""
    by_name = {
        line.split("\t", 1)[0]: line
        for line in lineages.read_text(encoding="utf-8").splitlines(keepends=True)
    }
    names = [line[1:].strip() for line in chunk.read_text("ascii").splitlines()[::2]]
    return "".join(by_name.get(name, f"{name}\t\t\t\n") for name in names)


def _write(target: Path, text: str) -> None:
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)
