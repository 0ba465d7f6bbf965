"""Prepare one library for an engine: primers, merging, filtering, unique sequences."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; the workflow gives all of them."""
    parser.add_argument("--library", required=True)
    parser.add_argument("--fastq-1", type=Path, required=True)
    parser.add_argument("--fastq-2", type=Path)
    parser.add_argument("--forward", default="", help="forward primer; empty: removed before")
    parser.add_argument("--reverse", default="", help="reverse primer; empty: removed before")
    parser.add_argument("--primer-error-rate", type=float, default=0.1)
    parser.add_argument("--max-expected-errors", type=float, default=1.0)
    parser.add_argument("--min-length-bp", type=int, default=50)
    parser.add_argument("--min-overlap-bp", type=int, default=20)
    parser.add_argument("--max-mismatches", type=int, default=10)
    parser.add_argument("--truncation", type=Path, help="JSON of `soilbio profile truncation`")
    parser.add_argument("--truncate-1-bp", type=int, default=0)
    parser.add_argument("--truncate-2-bp", type=int, default=0)
    parser.add_argument("--reads-left", type=Path, required=True, help="JSON to write")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--unique", type=Path, help="FASTA of unique sequences (unoise)")
    target.add_argument("--filtered", type=Path, nargs="+", help="FASTQ files (dada2)")


def run(args: argparse.Namespace) -> int:
    """Prepare the library and write what is left of its reads."""
    from soilbio.profile.prepare import Filters, Reads, prepare_filtered, prepare_unique
    from soilbio.profile.primers import Primers

    truncate = (args.truncate_1_bp, args.truncate_2_bp)
    if args.truncation:
        from soilbio.profile.truncation import read_truncation

        truncate = read_truncation(args.truncation)
    reads = Reads(args.library, args.fastq_1, args.fastq_2)
    has_primers = args.forward and args.reverse
    primers = Primers(args.forward, args.reverse, args.primer_error_rate) if has_primers else None
    filters = Filters(
        args.max_expected_errors,
        args.min_length_bp,
        *truncate,
        args.min_overlap_bp,
        args.max_mismatches,
    )
    if args.unique:
        left = prepare_unique(reads, primers, filters, args.unique)
    else:
        left = prepare_filtered(reads, primers, filters, args.filtered)
    left.write(args.reads_left)
    return 0
