"""Turn the prepared reads of an assay into features and counts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.metadata.sheet import Library


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare one sub-command an engine step."""
    steps = parser.add_subparsers(dest="step", required=True)
    of_assay = argparse.ArgumentParser(add_help=False)
    of_assay.add_argument("--sheet", type=Path, required=True, help="the sample sheet")
    of_assay.add_argument("--assay", required=True)
    of_assay.add_argument("--out", type=Path, required=True)

    unoise = steps.add_parser(
        "unoise", parents=[of_assay], help="pool, denoise, remove chimeras, count (vsearch)"
    )
    unoise.add_argument("--unique", required=True, help="FASTA, with {library} in its path")
    unoise.add_argument("--min-size", type=int, required=True)
    unoise.add_argument("--unoise-alpha", type=float, required=True)
    unoise.add_argument("--chimera-skew", type=float, required=True)
    unoise.add_argument("--count-identity", type=float, required=True)
    unoise.add_argument("--threads", type=int, default=1)

    truncation = steps.add_parser(
        "truncation", parents=[of_assay], help="choose where DADA2's reads are cut"
    )
    truncation.add_argument("--run", dest="run_id", required=True)
    truncation.add_argument("--min-length-bp", type=int, required=True)
    truncation.add_argument("--max-length-bp", type=int, required=True)
    truncation.add_argument("--min-overlap-bp", type=int, required=True)
    truncation.add_argument("--max-expected-errors", type=float, required=True)
    truncation.add_argument("--primer-bp", type=int, nargs=2, default=(0, 0))

    manifest = steps.add_parser(
        "manifest", parents=[of_assay], help="list the files of a run for DADA2"
    )
    manifest.add_argument("--run", dest="run_id", required=True)
    manifest.add_argument("--filtered", required=True, help="FASTQ, with {library} and {end}")

    dada2 = steps.add_parser("dada2", parents=[of_assay], help="put DADA2's runs together")
    dada2.add_argument("--found", type=Path, nargs="+", required=True, help="sequences, a run each")
    dada2.add_argument("--tracking", type=Path, nargs="+", required=True, help="a run each")
    dada2.add_argument("--chimeras", type=Path, required=True)
    dada2.add_argument("--version-file", type=Path, required=True)
    dada2.add_argument("--parameters", required=True, help="JSON")


def run(args: argparse.Namespace) -> int:
    """Run the step that was asked for."""
    from soilbio.metadata.sheet import read_sheet

    libraries = [
        library
        for library in read_sheet(args.sheet).values()
        if library.assay == args.assay and getattr(args, "run_id", library.run) == library.run
    ]
    steps = {
        "unoise": _unoise,
        "truncation": _truncation,
        "manifest": _manifest,
        "dada2": _dada2,
    }
    steps[args.step](args, libraries)
    return 0


def _unoise(args: argparse.Namespace, libraries: list[Library]) -> None:
    from soilbio.profile.unoise import Settings, denoise

    settings = Settings(args.min_size, args.unoise_alpha, args.chimera_skew, args.count_identity)
    uniques = {
        library.library_id: Path(args.unique.format(library=library.library_id))
        for library in libraries
    }
    denoise(uniques, settings, args.out, threads=args.threads)


def _truncation(args: argparse.Namespace, libraries: list[Library]) -> None:
    from soilbio.profile.truncation import Demand, choose_truncation, write_truncation

    first, second = args.primer_bp
    demand = Demand(
        args.min_length_bp,
        args.max_length_bp,
        args.min_overlap_bp,
        args.max_expected_errors,
        (first, second),
    )
    pairs = [(one.fastq_1, one.fastq_2) for one in libraries if one.fastq_1]
    write_truncation(choose_truncation(pairs, demand), args.out)


def _manifest(args: argparse.Namespace, libraries: list[Library]) -> None:
    from soilbio.profile.dada2 import write_manifest

    write_manifest(libraries, args.filtered, args.out)


def _dada2(args: argparse.Namespace, libraries: list[Library]) -> None:
    import json

    from soilbio.profile.dada2 import collect

    engine = args.version_file.read_text(encoding="utf-8").strip(), json.loads(args.parameters)
    tables = list(zip(args.found, args.tracking, strict=True))
    names = [library.library_id for library in libraries]
    collect(tables, args.chimeras, names, engine, args.out)
