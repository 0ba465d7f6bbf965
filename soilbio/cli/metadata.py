"""Metadata of soil samples: check a sheet, make an empty one, convert one to other standards."""

from __future__ import annotations

import argparse
import importlib
import importlib.util

HELP = "check, convert and make sheets of sample metadata and soil properties"
_VERBS = ("check", "template", "convert", "soil")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs that are there; each is a module of its own."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in _VERBS:
        name = f"soilbio.cli.metadata_{verb}"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        one = verbs.add_parser(verb, help=module.HELP, description=module.__doc__)
        module.add_arguments(one)
        one.set_defaults(run_verb=module.run)


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    return int(args.run_verb(args))
