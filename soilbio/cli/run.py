"""Run the workflow: checks first, then Snakemake with your own flags, progress and a summary."""

from __future__ import annotations

import argparse
import errno
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Container
from pathlib import Path

# Less than this free, in bytes, is a full disk: jobs fail on it in many words.
_NO_ROOM = 1 << 20
# What makes Snakemake show its plan and do nothing.
_DRY = frozenset({"-n", "--dry-run", "--dryrun", "--summary", "--dag", "--rulegraph", "--lint"})
# Whatever is not ours is Snakemake's.
PASSES_ON = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare our own options; the rest is Snakemake's."""
    parser.epilog = (
        "All other options go to Snakemake as they are: --cores 8, --sdm conda, --dry-run ..."
    )
    parser.add_argument("--configfile", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--directory", type=Path, default=Path(), help="where results/ goes")
    parser.add_argument(
        "--profile", default="default", help="default, slurm, or a profile folder of your own"
    )


def run(args: argparse.Namespace) -> int:
    """Check, run and sum up; the exit code is that of Snakemake."""
    from soilbio.errors import InputError, disk_full, fold
    from soilbio.metadata.check import check_project
    from soilbio.runner.progress import follow
    from soilbio.runner.start import command_of, only_run
    from soilbio.runner.summary import summarise

    problems = check_project(args.configfile)
    if any(not problem.is_warning for problem in problems):
        config = shlex.quote(str(args.configfile))
        whole = f"All rows of each: `soilbio check --config {config} --problems FILE`."
        raise InputError(problems, whole=whole)
    for warning in fold(problems):
        print(warning, file=sys.stderr)
    results = args.directory / "results"
    args.directory.mkdir(parents=True, exist_ok=True)
    command = command_of(args.configfile, args.directory, args.profile, args.passed_on)
    if _DRY & set(args.passed_on):
        return 1 if subprocess.run(command, check=False).returncode else 0
    with only_run(args.directory):
        code = follow(command, results / "logs" / "run.log", _tell)
    print(summarise(results, _libraries(args.configfile), is_finished=not code))
    if code:
        if _is_disk_full(args.directory, results / "logs" / "run.log"):
            raise disk_full(str(args.directory))
        print(f"The run stopped; all it said is in {results / 'logs' / 'run.log'}", file=sys.stderr)
    else:
        _tell_where(results)
    return 1 if code else 0


def _libraries(configfile: Path) -> Container[str]:
    """Read which libraries the sheet names; results of others are left from before."""
    from soilbio.metadata.config import read_config
    from soilbio.metadata.sheet import read_sheet
    from soilbio.metadata.units import units_of

    project = read_config(configfile)
    sequenced = read_sheet(project.libraries, project.assays)
    return units_of(sequenced, project.assays, str(project.libraries))[0]


def _is_disk_full(directory: Path, log: Path) -> bool:
    """Tell whether there was no room; what a job had half written is gone again by now."""
    if shutil.disk_usage(directory).free < _NO_ROOM:
        return True
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "[disk-full]" in said or os.strerror(errno.ENOSPC) in said


def _tell(text: str, is_passing: bool) -> None:
    """Show a line; on a terminal a passing one is overwritten by the next."""
    is_terminal = sys.stderr.isatty()
    if is_passing and not is_terminal:
        return
    start, end = ("\r\x1b[K", "" if is_passing else "\n") if is_terminal else ("", "\n")
    print(f"{start}{text}", end=end, file=sys.stderr, flush=True)


def _tell_where(results: Path) -> None:
    for title, path in (("Report: ", results / "report.html"), ("Dataset:", results / "dataset")):
        if path.exists():
            print(f"{title} {path}")
    for decision in sorted(results.glob("exports/*/decision.json")):
        refused = json.loads(decision.read_text(encoding="utf-8")).get("refused")
        print(f"Export:  {decision.parent}" + (f", refused: {refused}" if refused else ""))
