"""Make a package of an export: signed by the sender, encrypted for its recipients."""

from __future__ import annotations

import argparse
from pathlib import Path

from soilbio.cli.transfer_options import add_ledger, record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("export", type=Path, metavar="EXPORT", help="what `soilbio export` wrote")
    parser.add_argument("--from", dest="sender", required=True, metavar="ROR", help="who sends it")
    parser.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="your OpenSSH private key"
    )
    parser.add_argument(
        "--to",
        type=Path,
        nargs="+",
        default=[],
        metavar="KEY.pub",
        help="the recipients' OpenSSH ed25519 public keys; encrypts the package for them",
    )
    parser.add_argument("--folder", action="store_true", help="write a folder, not a file")
    parser.add_argument("--out", type=Path, required=True, metavar="PATH", help="what to write")
    add_ledger(parser)


def run(args: argparse.Namespace) -> int:
    """Write the package and note it in the ledger."""
    from soilbio.errors import problem_of
    from soilbio.transfer.entries import of_seal
    from soilbio.transfer.ledger import NAME, ready
    from soilbio.transfer.seal import Sender, seal

    if args.folder and args.to:
        raise problem_of(
            "seal-encryption",
            "--folder",
            expected="a file, where it shall be encrypted",
            fix="Leave out --folder or --to",
        )
    ledger = args.ledger or args.export.resolve().parent / NAME
    ready(ledger)
    sender = Sender(args.sender, args.key)
    made = seal(args.export, args.out, sender, args.to, is_folder=args.folder)
    print(f"{made.files} files, {made.bytes:,} bytes, {_how(made.is_encrypted)}: {args.out}")
    print(f"SHA-256 of the list: {made.digest}")
    entry = of_seal(args.export, args.sender, made.digest, args.out)
    print(record(ledger, "seal", entry))
    return 0


def _how(is_encrypted: bool) -> str:
    return "signed and encrypted" if is_encrypted else "signed"
