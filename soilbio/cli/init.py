"""Make a project folder from a folder of FASTQ files: sheets, configuration, agreement.

Files are paired by their names, the primers found in the reads, controls guessed from names; reads
without primers that begin anywhere are those of whole metagenomes. What only you can know (places,
dates, soil properties, who may see what) is left to fill in.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.metadata.explore import Explored

HELP = "make a project folder from a folder of FASTQ files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("reads", type=Path, help="folder with FASTQ files, subfolders included")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new project")
    parser.add_argument(
        "--assay",
        help="the primer pair, instead of what the reads begin with; wgs for whole metagenomes",
    )


def run(args: argparse.Namespace) -> int:
    """Explore the reads, write the project, say what was found and what is left to do."""
    from soilbio.metadata.explore import explore
    from soilbio.metadata.template import (
        databases_for,
        references_for,
        refuse_existing,
        write_project,
    )
    from soilbio.references.manifest import installed

    refuse_existing(args.out)
    explored = explore(args.reads, args.assay)
    files = write_project(explored, args.out)
    for line in _told(explored):
        print(line, file=sys.stderr)
    for path in files:
        print(path)
    if missing := sorted({*references_for(explored).values()} - {*installed()}):
        print(
            f"Not installed yet, and needed to name what is found: {', '.join(missing)}"
            " (`soilbio reference get NAME`).",
            file=sys.stderr,
        )
    if databases := databases_for(explored):
        named = ", ".join(f"{name} ({engine})" for engine, name in databases.items())
        print(f"Databases that fit this machine: {named}.", file=sys.stderr)
        for command in _to_get(databases.values()):
            print(f"Not there yet: {command}", file=sys.stderr)
    config = args.out / "config" / "config.yaml"
    quoted = shlex.quote(str(config))
    print(
        f"Fill in {config.with_name('samples.tsv')} and edit the agreement: it closes all to the"
        f" public and opens results to the consortium only.\nThen: soilbio check --config {quoted}",
        file=sys.stderr,
    )
    return 0


def _to_get(names: Iterable[str]) -> list[str]:
    """Write the commands that install databases, of those that are not."""
    from soilbio.references.entries import read_manifest, to_get
    from soilbio.references.manifest import installed

    manifest, there = read_manifest(), installed()
    return [to_get(manifest[name]) for name in names if name not in there]


def _told(explored: Explored) -> list[str]:
    """Say what was found, and what was guessed."""
    from soilbio.metadata.explore import RUN_NOT_TOLD

    libraries = explored.libraries
    paired = sum(library.second is not None for library in libraries)
    samples = {library.sample_id for library in libraries}
    lines = [
        f"{len(libraries)} libraries ({paired} paired, {len(libraries) - paired} single) of"
        f" {len(samples)} samples in {len({library.run for library in libraries})} run(s)."
    ]
    for assay, count in sorted(Counter(library.assay for library in libraries).items()):
        if assay in explored.metagenomes:
            lines.append(f"Assay {assay}: {count} libraries of whole metagenomes.")
            continue
        removed = assay in explored.without_primers
        how = "primers removed before (primers_in_reads: false)" if removed else "primers in reads"
        lines.append(f"Assay {assay}: {count} libraries, {how}.")
        if removed and (alike := _alike(assay)):
            lines.append(f"  Without primers these look the same: {alike}. Correct it if need be.")
    if untold := [one.library_id for one in libraries if one.run == RUN_NOT_TOLD]:
        lines.append(
            f"Reads' names that tell no sequencing run: {len(untold)} libraries, such as"
            f" {untold[0]}. They are one run, {RUN_NOT_TOLD}; if they are of several, correct"
            " the column run."
        )
    if numbered := sorted({one.sample_id for one in libraries if one.is_numbered}):
        lines.append(
            f"Told apart by a number, since their names are the same: {', '.join(numbered)}."
            " If two are of one soil, give them one sample_id."
        )
    lines += [
        f"Guessed from its name: {library.library_id} is a control ({library.control_type})."
        for library in libraries
        if library.control_type
    ]
    lines += [f"Left out, reads of no sample: {path}" for path in explored.left_out]
    return lines + [
        f"Left out, beside the pair of its name (reads that lost their mates, or merged): {path}"
        for path in explored.beside
    ]


def _alike(assay_id: str) -> str:
    """Name the assays whose reads cannot be told from another's once the primers are gone."""
    from soilbio.metadata.assays import known_assays

    own = known_assays()[assay_id]
    return ", ".join(
        other.assay_id
        for other in known_assays().values()
        if other is not own
        and (other.forward_follows, other.reverse_follows)
        == (own.forward_follows, own.reverse_follows)
    )
