"""The `soilbio` command: parse, dispatch, exit code; the only module that knows the codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from soilbio import __version__
from soilbio.errors import InputError, Refused, disk_full, problem_of, unwritable

# In the order in which a user meets them; each module is imported only when it is asked for.
COMMANDS = {
    "init": "make a project folder from a folder of FASTQ files",
    "check": "find every mistake in configuration, sheets, agreements and reads",
    "metadata": "check, convert and make sheets of sample metadata and soil properties",
    "run": "run the workflow on one machine or a cluster",
    "report": "write the HTML report of a dataset",
    "dataset": "show, validate or build a dataset",
    "import": "make a dataset of another pipeline's tables",
    "taxonomy": "match names against NCBI, GTDB or a checklist, with what is lost",
    "compare": "say how finely the results of datasets may be merged, and why",
    "harmonise": "merge datasets into one; each row keeps its agreement",
    "laboratories": "measure what drives a merged dataset: soils, laboratories or methods",
    "methods": "write a dataset's methods as text, with what to cite",
    "export": "write what an agreement allows, in an archive's format",
    "agreement": "check or explain a sharing agreement",
    "seal": "sign, and encrypt, an export for a partner",
    "verify": "check a partner's package without taking it in",
    "receive": "check a partner's package and take it in",
    "ledger": "show and verify what was shared, with whom, and what is due",
    "ena": "prepare and send a submission to the European Nucleotide Archive",
    "fetch": "get reads and sample metadata of an archive, and write the sheets",
    "reference": "get and build reference databases",
    "simulate": "make reads of mock communities with known truth",
    "score": "compare a dataset with a known truth",
    "diversity": "alpha and beta diversity, ordination and tests of a dataset",
    "shotgun": "reads of whole metagenomes to profiles (a workflow step)",
    "quality": "quality of raw reads (a workflow step)",
    "prepare": "a library's reads to quality-controlled unique sequences (a workflow step)",
    "profile": "pooled unique sequences to features and counts (a workflow step)",
    "classify": "features to lineages (a workflow step)",
    "tree": "features to a rooted tree (a workflow step)",
}
_UNWRITABLE = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
)
DONE, PROBLEMS, REFUSED, BUG, INTERRUPTED = 0, 1, 3, 70, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; argparse itself leaves with 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(words)
    except BrokenPipeError:
        return DONE
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  the one boundary: what is not the user's is our bug
        return _tell(error)


def module_of(command: str) -> str:
    """Name a command's module; `import` is a word of Python's own, and no name of one."""
    return "import_tables" if command == "import" else command


def _tell(error: Exception) -> int:
    """Tell what went wrong and return the exit code for it."""
    if _is_disk_full(error):
        error = disk_full(str(getattr(error, "filename", None) or "the disk"))
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        error = unwritable(str(error.filename or "the file"), str(error.strerror))
    if str(error).startswith("parquet:") and not isinstance(error, InputError):
        # Polars finds damage only where it reads; what it was reading, it does not say.
        error = problem_of(
            "table-unreadable",
            "the dataset",
            found=str(error).partition("\n")[0][:200],
            expected="whole Parquet files",
            fix="Name the damaged file with `soilbio dataset validate`, and get it again",
        )
    if isinstance(error, InputError):
        print(error, file=sys.stderr)
        return PROBLEMS
    if isinstance(error, Refused):
        print(f"Refused: {error}", file=sys.stderr)
        return REFUSED
    traceback.print_exception(error)
    print("This is a bug in soilbio; please report it with the lines above.", file=sys.stderr)
    return BUG


def _is_disk_full(error: Exception) -> bool:
    """Tell whether there was no room to write; some libraries say so in words only."""
    if isinstance(error, InputError | Refused):
        return False
    is_told = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return is_told or os.strerror(errno.ENOSPC) in str(error)


def run() -> None:
    """Leave the interpreter with the command's exit code."""
    sys.exit(main())


def _dispatch(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="soilbio",
        description="Standardise, harmonise, share and prove soil-biodiversity data.",
    )
    parser.add_argument("--version", action="version", version=f"soilbio {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name == asked:
            module = importlib.import_module(f"soilbio.cli.{module_of(name)}")
            command.description = module.__doc__
            module.add_arguments(command)
            passes_on = getattr(module, "PASSES_ON", False)
            # Snakemake's `--config` is no short form of our `--configfile`.
            command.allow_abbrev = not passes_on
            command.set_defaults(run=module.run, passes_on=passes_on)
    args, passed_on = parser.parse_known_args(words)
    if passed_on and not args.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(passed_on)}")
    args.passed_on = passed_on
    return int(args.run(args))
