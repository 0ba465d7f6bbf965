"""Check a partner's package, take it in if all of it holds, and note the receipt."""

from __future__ import annotations

import argparse
from pathlib import Path

from soilbio.cli.transfer_options import add_ledger, add_receiver, receiver_of, record, told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_receiver(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    add_ledger(parser)


def run(args: argparse.Namespace) -> int:
    """Take the package in."""
    from soilbio.transfer.entries import of_receipt
    from soilbio.transfer.ledger import NAME, ready
    from soilbio.transfer.receive import receive

    ledger = args.ledger or args.out.resolve().parent / NAME
    ready(ledger)
    trust, own, holder = receiver_of(args)
    received = receive(args.package, args.out, trust, own, holder)
    print(told(received))
    entry = of_receipt(received, args.holder, args.out)
    print(record(ledger, "receive", entry))
    print(args.out)
    return 0
