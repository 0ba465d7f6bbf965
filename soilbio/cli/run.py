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
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.metadata.config import Config

# Less than this free, in bytes, is a full disk: jobs fail on it in many words.
_NO_ROOM = 1 << 20
# What makes Snakemake show something and run no job: it is shown as Snakemake has it.
_SHOWS = (
    *("-n", "--dry-run", "--dryrun", "--summary", "-S", "--detailed-summary", "-D", "--lint"),
    *("--dag", "--rulegraph", "--filegraph", "--list", "--list-rules", "-l", "--list-changes"),
    *("--lc", "--list-target-rules", "--lt", "--unlock", "--report", "--cleanup-metadata", "--cm"),
    *("--delete-all-output", "--delete-temp-output"),
)
# Of these, what changes a project.
_REMOVES = ("--delete-all-output", "--delete-temp-output", "--cleanup-metadata", "--cm")
# What Snakemake ends with, as we do, where it does not know a flag.
_WRONG_COMMAND = 2
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
    """Check, run and sum up; 2 is returned where Snakemake does not take its flags."""
    from soilbio.errors import InputError, disk_full, fold
    from soilbio.metadata.check import check_project
    from soilbio.metadata.config import read_config
    from soilbio.runner.progress import follow
    from soilbio.runner.start import command_of, only_run, runs_here
    from soilbio.runner.summary import is_built, summarise

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
    if set(_SHOWS) & set(args.passed_on):
        return _show(command, args)
    project = read_config(args.configfile)
    with only_run(args.directory) as lock:
        _forget_mended(results, project)
        is_here = runs_here(args.profile, args.passed_on)
        log = results / "logs" / "run.log"
        code = follow(command, log, _tell, lock=lock, has_jobs_here=is_here)
    if code and _is_wrong_command(code, log):
        return _WRONG_COMMAND
    libraries = _libraries(project)
    is_finished = not code and is_built(results, libraries)
    print(summarise(results, libraries, is_finished=is_finished))
    if code:
        if _is_disk_full(args.directory, log):
            raise disk_full(str(args.directory))
        print(f"The run stopped; all it said is in {log}", file=sys.stderr)
    elif is_finished:
        _tell_where(results, project)
    else:
        print("The run ended before the dataset, as it was asked to.", file=sys.stderr)
    return 1 if code else 0


def _is_wrong_command(code: int, log: Path) -> bool:
    """Tell whether Snakemake does not take the flags that were passed on, and has said so.

    Of flags that it knows with values that it does not it says `Error: …` at the end, and no more.
    """
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return code == _WRONG_COMMAND or (bool(said) and said[-1].startswith("Error: "))


def _show(command: list[str], args: argparse.Namespace) -> int:
    """Let Snakemake show what was asked for; what removes files does so beside no run."""
    from soilbio.runner.start import only_run

    with only_run(args.directory) if set(_REMOVES) & set(args.passed_on) else nullcontext():
        code = subprocess.run(command, check=False).returncode
    return code if code in (0, _WRONG_COMMAND) else 1


def _forget_mended(results: Path, project: Config) -> None:
    """Say which libraries that failed have other reads now, and are prepared again."""
    from soilbio.metadata.sheet import read_sheet
    from soilbio.runner.mended import forget_mended
    from soilbio.runner.summary import late_failures

    sequenced = read_sheet(project.libraries, project.assays)
    late = late_failures(results, {library.assay for library in sequenced.values()})
    if mended := forget_mended(results, sequenced, late):
        told = f"{', '.join(mended[:20])}{' and more' if len(mended) > 20 else ''}"
        print(f"Failed before, with other reads now, so done again: {told}", file=sys.stderr)


def _libraries(project: Config) -> dict[str, str]:
    """Read which libraries the sheet names, with their assays; others are left from before."""
    from soilbio.metadata.sheet import read_sheet
    from soilbio.metadata.units import units_of

    sequenced = read_sheet(project.libraries, project.assays)
    units = units_of(sequenced, project.assays, str(project.libraries))[0]
    return {name: unit.assay for name, unit in units.items()}


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


def _tell_where(results: Path, project: Config) -> None:
    """Say where the results are; of exports those that are configured, and which are older."""
    for title, path in (("Report: ", results / "report.html"), ("Dataset:", results / "dataset")):
        if path.exists():
            print(f"{title} {path}")
    asked = project.export_folders()
    older = []
    for decision in sorted(results.glob("exports/*/decision.json")):
        if decision.parent.name not in asked:
            older.append(str(decision.parent))
            continue
        refused = json.loads(decision.read_text(encoding="utf-8")).get("refused")
        print(f"Export:  {decision.parent}" + (f", refused: {refused}" if refused else ""))
    if older:
        print(
            f"Older exports, which the configuration no longer asks for: {', '.join(older)}. What"
            " they hold may not be allowed today: remove them.",
            file=sys.stderr,
        )
