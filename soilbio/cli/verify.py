"""Check a partner's package as `receive` does, and take nothing in."""

from __future__ import annotations

import argparse

from soilbio.cli.transfer_options import add_receiver, receiver_of, told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_receiver(parser)


def run(args: argparse.Namespace) -> int:
    """Check, and say what the package is."""
    from soilbio.transfer.receive import verify

    print(told(verify(args.package, *receiver_of(args))))
    return 0
