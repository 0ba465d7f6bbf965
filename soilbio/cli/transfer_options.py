"""Options that the commands of packages share."""

from __future__ import annotations

import argparse
import datetime as dt
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from soilbio.transfer.contents import Holder
    from soilbio.transfer.receive import Own, Received, Trust


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """Declare where the ledger is, and that none may be wanted."""
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="the ledger (default: ledger.jsonl beside it)"
    )


def add_receiver(parser: argparse.ArgumentParser) -> None:
    """Declare who receives and whom they trust."""
    parser.add_argument("package", type=Path, metavar="PACKAGE", help="the file or folder sent")
    parser.add_argument(
        "--trusted",
        type=Path,
        required=True,
        metavar="FILE",
        help="senders and their keys: OpenSSH's file of allowed signers, ROR first",
    )
    parser.add_argument("--revoked", type=Path, metavar="FILE", help="keys that hold no more")
    parser.add_argument("--key", type=Path, metavar="FILE", help="your OpenSSH private key")
    parser.add_argument(
        "--as", dest="holder", required=True, metavar="ROR", help="who you are in the agreement"
    )
    parser.add_argument("--date", help="the day, YYYY-MM-DD (default: today)")


def receiver_of(args: argparse.Namespace) -> tuple[Trust, Own, Holder]:
    """Read who receives."""
    from soilbio.cli.dates import day
    from soilbio.transfer.contents import Holder
    from soilbio.transfer.receive import Own, Trust

    own = Own(args.key, lambda: getpass("Passphrase of your key: "))
    return Trust(args.trusted, args.revoked), own, Holder(args.holder, day(args.date))


def record(path: Path, kind: str, entry: Mapping[str, Any]) -> str:
    """Add an entry to the ledger; return the line that says so."""
    from soilbio.transfer.ledger import append

    head = append(path, kind, entry, dt.datetime.now(dt.UTC))
    return f"ledger {path}: {head}"


def told(received: Received) -> str:
    """Say what a package is, and on which terms it is held."""
    from soilbio.agreements.explain import explain

    checked = received.checked
    package = checked.package
    lines = [
        f"From {package.sender}, for {package.recipient}, {package.purpose},"
        f" shared on {package.date.isoformat()}: {package.target}",
        f"{len(received.entries)} files, signature, sums, agreements and decision hold",
    ]
    for decision in checked.decisions:
        lines += ["", *explain(decision)]
    return "\n".join(lines)
