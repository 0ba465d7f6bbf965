"""Read-quality reports: fastp looks at each library, MultiQC puts them on one page."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path

from soilbio.profile.fastp import run_fastp
from soilbio.profile.tools import ToolFailed, run_tool
from soilbio.references.disk import scratch_beside

# MultiQC names a sample by what stands before this ending.
SUFFIX = ".fastp.json"
_NO_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>No reads</title>'
    "<p>No library had reads that could be measured.</p></html>\n"
)


def measure(forward: Path, reverse: Path | None, target: Path) -> None:
    """Let fastp describe the raw reads, changing none; a report without reads where it cannot.

    The library's own step says what is wrong with its files; this one does not stop a run.

    Raises
    ------
    InputError
        If the machine is to blame: fastp was killed, is not there, or found no room or memory.

    """
    try:
        report = run_fastp(
            forward,
            reverse,
            [
                *("--disable_adapter_trimming", "--disable_quality_filtering"),
                *("--disable_length_filtering", "--disable_trim_poly_g", "--dont_eval_duplication"),
                *("--thread", "1"),
            ],
        )
        report["command"] = "fastp, raw reads, nothing changed"  # its own names full paths
    except ToolFailed as failure:
        if failure.is_of_run:
            raise failure.as_input_error(str(forward)) from failure
        report = {"failed": failure.said}
    part = target.with_name(target.name + ".part")
    part.write_text(json.dumps(report) + "\n", encoding="utf-8")
    part.replace(target)


def collect(reports: Path, libraries: Container[str], target: Path) -> None:
    """Put these libraries' reports in a folder on one MultiQC page; without any reads, say so.

    Those of libraries that the sheet no longer names may still lie there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_beside(target) as scratch:
        listed = scratch / "reports.txt"
        paths = sorted(reports.glob(f"*/*{SUFFIX}"))
        wanted = [str(path) for path in paths if path.name.removesuffix(SUFFIX) in libraries]
        listed.write_text("".join(f"{path}\n" for path in wanted), encoding="utf-8")
        if wanted:
            quiet = ("--force", "--quiet", "--no-version-check", "--no-data-dir")
            only = ("--module", "fastp", "--module", "cutadapt", "--file-list", listed)
            try:
                run_tool(["multiqc", *quiet, *only, "--outdir", scratch, "--filename", "page.html"])
            except ToolFailed as failure:
                raise failure.as_input_error(str(target)) from failure
        page = scratch / "page.html"
        if not page.exists():
            page.write_text(_NO_PAGE, encoding="utf-8")
        page.replace(target)
