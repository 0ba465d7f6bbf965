"""Get reads and sample metadata of the European Nucleotide Archive, and write the two sheets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.archives.ena.fetch import Plan

HELP = "get reads and sample metadata of an archive, and write the sheets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "accession",
        nargs="+",
        metavar="ACCESSION",
        help="of runs, experiments, samples or studies, such as ERR1234567 or PRJEB12345",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to fill")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="list the files, get none of them")
    how.add_argument(
        "--offline", action="store_true", help="ask nobody; list what to carry in, and from where"
    )
    parser.add_argument("--assay", default="", help="of all libraries (default: recognised)")
    parser.add_argument("--agreement", default="", help="of all libraries, as id or id@version")


def run(args: argparse.Namespace) -> int:
    """Get the files, or list them."""
    import os
    import time

    from soilbio.archives.ena.fetch import get_reads, plan_fetch
    from soilbio.archives.ena.portal import Portal
    from soilbio.archives.ena.sheets import write_sheets
    from soilbio.references.disk import writing_to

    portal = Portal.of(os.environ)
    with writing_to(args.out):
        plan = plan_fetch(
            args.accession,
            args.out,
            portal,
            wait=time.sleep,
            is_online=not args.offline,
            keeps=not args.dry_run,
        )
        _tell_left_out(plan)
        if args.dry_run or (args.offline and plan.needs()):
            return _list(plan, is_incomplete=args.offline)
        get_reads(plan.reads, args.out, time.sleep, lambda text: print(text, file=sys.stderr))
        paths = write_sheets(plan, args.out, assay=args.assay, agreement=args.agreement)
    for path in paths:
        print(path)
    return 0


def _tell_left_out(plan: Plan) -> None:
    if plan.without_reads:
        runs = ", ".join(plan.without_reads[:5])
        more = f" and {len(plan.without_reads) - 5} more" if len(plan.without_reads) > 5 else ""
        print(f"Without FASTQ files in the archive, left out: {runs}{more}.", file=sys.stderr)
    single = [name for entry in plan.entries for name in entry.left_out]
    if single:
        print(f"{len(single)} files of reads without a mate are left out.", file=sys.stderr)


def _list(plan: Plan, *, is_incomplete: bool) -> int:
    """Print what is to be got; without a network that is what must be carried in."""
    needs = plan.needs()
    print("path", "bytes", "md5", "url", sep="\t")
    for one in needs:
        print(one.path, "" if one.size is None else one.size, one.md5, one.url, sep="\t")
    size = sum(one.size or 0 for one in needs)
    print(
        f"{len(plan.entries)} runs; {len(needs)} files to get, {size / 1e6:,.1f} MB.",
        file=sys.stderr,
    )
    return int(is_incomplete)
