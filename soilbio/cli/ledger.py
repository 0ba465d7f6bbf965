"""What was shared and received: show it, verify that it is whole, and see what is due."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.transfer.ledger import Head, Record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    show = steps.add_parser("show", help="a line for each entry")
    verify = steps.add_parser("verify", help="find any edit, deletion, reordering or truncation")
    verify.add_argument("--head", metavar="N:SHA256", help="the head that you noted last")
    due = steps.add_parser("due", help="what must be deleted, returned or credited, and when")
    due.add_argument("--date", help="the day to look from, YYYY-MM-DD (default: today)")
    recall = steps.add_parser("recall", help="everyone who holds a dataset")
    recall.add_argument("dataset", type=Path, metavar="DATASET", help="the dataset's folder")
    met = steps.add_parser("met", help="note that a duty was met")
    met.add_argument("entry", type=int, metavar="N", help="the entry that the duty is of")
    met.add_argument(
        "how",
        choices=("deleted", "returned", "credited", "notified", "shared"),
        help="what was done",
    )
    met.add_argument("--note", default="", help="by whom, where, which letter")
    for step in (show, verify, due, recall, met):
        step.add_argument(
            "--ledger", type=Path, default=Path("ledger.jsonl"), metavar="FILE", help="the ledger"
        )


def run(args: argparse.Namespace) -> int:
    """Run a step."""
    steps = {"show": _show, "verify": _verify, "due": _due, "recall": _recall, "met": _met}
    return steps[args.step](args)


def _show(args: argparse.Namespace) -> int:
    from soilbio.transfer.ledger import read

    for record in read(args.ledger):
        print(_line(record))
    return 0


def _line(record: Record) -> str:
    of = record.get("sender", "") if record["kind"] == "receive" else record.get("recipient", "")
    rows = record.get("rows", {})
    shared = sum(one["shared"] for one in rows.values())
    parts = [f"{record['n']:>4}", record["at"], record["kind"], of, record.get("purpose", "")]
    if rows:
        parts.append(f"{shared:,} rows under {', '.join(record['agreements'])}")
    if record.get("until"):
        parts.append(f"until {record['until']}")
    if "of" in record:
        parts.append(f"of entry {record['of']} {record['note']}")
    return "  ".join(part for part in parts if part).rstrip()


def _verify(args: argparse.Namespace) -> int:
    from soilbio.errors import Problems
    from soilbio.transfer.ledger import check

    problems = Problems(str(args.ledger))
    head = check(args.ledger, _head(args.head), problems)
    for warning in problems.found:
        if warning.is_warning:
            print(warning)
    problems.raise_if_any()
    print(f"{head.number} entries, none changed, removed or moved. Note the head: {head}")
    if args.head is None:
        print("Whether the end was cut off, only a head that was noted before can tell (--head).")
    return 0


def _head(text: str | None) -> Head | None:
    import re

    from soilbio.errors import problem_of
    from soilbio.transfer.ledger import Head

    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,12}):([0-9a-f]{64})", text.strip())
    if match is None:
        raise problem_of(
            "ledger-head",
            "--head",
            found=text,
            expected="a head as `ledger verify` prints it: a number, a colon, 64 digits",
            fix="Copy it as it was printed",
        )
    return Head(int(match[1]), match[2])


def _due(args: argparse.Namespace) -> int:
    from soilbio.cli.dates import day
    from soilbio.transfer.entries import due
    from soilbio.transfer.ledger import read

    on = day(args.date)
    found = due(read(args.ledger))
    for one in found:
        when = one.until or "whenever used"
        late = "  LATE" if one.until and one.until < on.isoformat() else ""
        print(f"{when:<13}  entry {one.number}  {one.who}  {one.kind}: {one.text}{late}")
    print(f"{len(found)} open; note what was done with `soilbio ledger met`")
    return 0


def _recall(args: argparse.Namespace) -> int:
    from soilbio.transfer.entries import holders
    from soilbio.transfer.ledger import read

    found = holders(read(args.ledger), args.dataset)
    for record in found:
        print(_line(record))
    print(f"{len({record['recipient'] for record in found})} hold something of {args.dataset}")
    return 0


def _met(args: argparse.Namespace) -> int:
    from soilbio.cli.transfer_options import record
    from soilbio.errors import problem_of
    from soilbio.transfer.ledger import read

    known = {one["n"]: one["kind"] for one in read(args.ledger)}
    if known.get(args.entry) not in ("export", "seal", "receive"):
        raise problem_of(
            "ledger-entry",
            str(args.ledger),
            found=str(args.entry),
            expected="the number of an export, a package or a receipt",
            fix="See `soilbio ledger show`",
        )
    print(record(args.ledger, args.how, {"of": args.entry, "note": args.note}))
    return 0
