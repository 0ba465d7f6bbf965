"""Write what the agreements of a dataset let a recipient have, in an archive's format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.cli.transfer_options import add_ledger, record

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset
    from soilbio.exporters.registry import Writer
    from soilbio.exporters.view import View

HELP = "write what an agreement allows, in an archive's format"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    from soilbio.exporters.registry import TARGETS

    formats = "; ".join(f"{name}: {target.what}" for name, target in TARGETS.items())
    parser.add_argument("target", metavar="TARGET", choices=TARGETS, help=formats)
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="the dataset's folder")
    parser.add_argument(
        "--recipient", required=True, help="public, consortium, or the ROR of a party"
    )
    parser.add_argument("--purpose", required=True, help="what for, such as DUO:0000042")
    parser.add_argument("--date", help="the day of sharing, YYYY-MM-DD (default: today)")
    parser.add_argument(
        "--pseudonym-key",
        type=Path,
        metavar="FILE",
        help="the key of pseudonyms, made where there is none"
        " (default: pseudonym.key beside the dataset)",
    )
    parser.add_argument(
        "--record-refusal",
        action="store_true",
        help="where nothing may be shared, write that as the decision (a workflow step)",
    )
    parser.add_argument(
        "--reads", type=Path, metavar="SHEET", help="with reads: the sheet of libraries"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to write")
    add_ledger(parser)


def run(args: argparse.Namespace) -> int:
    """Write the export, or say what it would hold."""
    from soilbio.cli.dates import day
    from soilbio.dataset.read import read_dataset
    from soilbio.errors import Refused, problem_of
    from soilbio.exporters.evidence import reasons_of, table_of, told_of_combined
    from soilbio.exporters.package import write_package, write_refusal
    from soilbio.exporters.redact import redacted_view
    from soilbio.exporters.registry import as_target, check_target
    from soilbio.transfer.entries import of_export
    from soilbio.transfer.ledger import NAME, ready

    if args.reads and args.target != "reads":
        raise problem_of(
            "export-reads", "--reads", expected="the target reads", fix="Leave out --reads"
        )
    if args.out is None and not args.dry_run:
        raise problem_of(
            "export-out", "--out", expected="a folder to write", fix="Add --out, or --dry-run"
        )
    on = day(args.date)
    ledger = args.ledger or args.dataset.resolve().parent / NAME
    dataset = read_dataset(args.dataset)
    try:
        key = _key(args)
        view = redacted_view(dataset, args.recipient, args.purpose, on, key)
        view = as_target(view, args.target)
        check_target(view, args.target)
        reasons = [reasons_of(view.in_use()), *told_of_combined(view.combined())]
        told = "\n".join([table_of(view.in_use(), view.evidence), "", *reasons])
        if args.dry_run:
            print(told)
            return 0
        ready(ledger)
        writer = _reads_writer(args, dataset, view, key) if args.reads else None
        evidence = write_package(view, args.target, args.out, writer)
    except Refused as refusal:
        if not args.record_refusal or args.out is None:
            raise
        request = {"recipient": args.recipient, "purpose": args.purpose, "date": on.isoformat()}
        write_refusal({"target": args.target, **request}, str(refusal), args.out)
        print(f"Refused: {refusal}", file=sys.stderr)
        return 0
    print(told)
    for name, number in sorted(evidence.notes.items()):
        print(f"{name.replace('_', ' ')}: {number:,}")
    print(record(ledger, "export", of_export(view, evidence, args.out, args.dataset)))
    print(args.out)
    return 0


def _reads_writer(args: argparse.Namespace, dataset: Dataset, view: View, key: bytes) -> Writer:
    """Bind the writer of reads to the files of a sheet, by the names that libraries have here.

    Of libraries of which reads were to be removed, to the files that the run kept without them.
    """
    from soilbio.exporters.clean_reads import FOLDER, clean_reads, sought
    from soilbio.exporters.profile_names import sheet_names
    from soilbio.exporters.pseudonyms import pseudonym
    from soilbio.exporters.reads import Sequenced, writer_of
    from soilbio.metadata.sheet import read_sheet

    shown = set(view.tables["libraries"].select("library_id").collect()["library_id"])
    screened = (
        dataset.tables["libraries"]
        .filter(sought())
        .collect()
        .rows_by_key("library_id", named=True, unique=True)
    )
    rows = read_sheet(args.reads)
    reads = {}
    for library, stem in sheet_names(dataset.tables).items():
        name = library if library in rows else stem
        if name not in rows:
            continue
        here, called = library, name
        if library not in shown:
            here = pseudonym(key, view.recipient, stem) + library.removeprefix(stem)
            called = pseudonym(key, view.recipient, name)
        files = tuple(path for path in (rows[name].fastq_1, rows[name].fastq_2) if path)
        if library in screened:
            folder = args.dataset.resolve().parent / FOLDER
            kept = clean_reads(screened[library], stem, folder, len(files))
            reads[here] = Sequenced(called, kept.files, True, kept.reads, kept.fault)
            continue
        reads[here] = Sequenced(called, files)
    return writer_of(reads)


def _key(args: argparse.Namespace) -> bytes:
    """Read or make the key; a trial makes none that stays."""
    from soilbio.exporters.pseudonyms import fresh_key, read_key

    path = args.pseudonym_key or args.dataset.resolve().parent / "pseudonym.key"
    return fresh_key() if args.dry_run and not path.exists() else read_key(path)
