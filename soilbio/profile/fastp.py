"""fastp, as the steps that describe and that trim reads start it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from soilbio.profile.packing import pack_stream, parts_of
from soilbio.profile.tools import Pipe, ToolFailed

_OUTPUTS = ("--out1", "--out2")
_LINES = 4  # of a record


def run_fastp(
    forward: Path, reverse: Path | None, options: Sequence[str], targets: Sequence[Path] = ()
) -> dict[str, Any]:
    """Run fastp on one library; write what it leaves (gzip, level 1), and return its report.

    fastp ends well on a full disk, and what it could not write is missing: so it writes into pipes
    alone, and its reads are compressed here, each file by a thread. It knows gzip by `.gz` alone,
    so `.GZ` gets such a name.

    Raises
    ------
    ToolFailed
        If it ends with an exit code other than 0, or with other reads than it reports.
    OSError
        If a file cannot be written; no target is there then.

    """
    with TemporaryDirectory(prefix="soilbio-fastp-") as scratch, parts_of(targets) as parts:
        command: list[str | Path] = ["fastp", "--in1", _plain(forward, Path(scratch))]
        if reverse:
            command += ["--in2", _plain(reverse, Path(scratch))]
        report, lines = _run([*command, *options, "--html", "/dev/null"], parts)
        return _checked(report, lines)


def _run(command: list[str | Path], parts: Sequence[Path]) -> tuple[bytes, list[int]]:
    """Run fastp into pipes; return its report and how many lines each file has."""
    pipe = Pipe()
    pairs = [os.pipe() for _ in parts]
    sources, ends = [source for source, _ in pairs], [end for _, end in pairs]
    for flag, end in zip(_OUTPUTS, ends, strict=False):
        command += [flag, f"/dev/fd/{end}"]
    try:
        told = pipe.start([*command, "--json", "/dev/fd/1"], ends=ends)
    except ToolFailed:
        for source in sources:
            os.close(source)
        raise
    with ThreadPoolExecutor(max_workers=len(_OUTPUTS)) as threads:
        written = [threads.submit(pack_stream, *one) for one in zip(sources, parts, strict=True)]
        with os.fdopen(told, "rb") as stream:
            report = stream.read()
    try:
        lines = [one.result() for one in written]
    except OSError:
        with suppress(ToolFailed):  # it lost its reader
            pipe.finish()
        raise
    pipe.finish()
    return report, lines


def _checked(text: bytes, lines: Sequence[int]) -> dict[str, Any]:
    """Read the report, and hold the files to it."""
    try:
        report: dict[str, Any] = json.loads(text)
        reads = report["summary"]["after_filtering"]["total_reads"]
    except (ValueError, KeyError) as error:
        raise ToolFailed("fastp", "it ended without a whole report", 0) from error
    if lines and (sum(lines) != reads * _LINES or len(set(lines)) > 1):
        counted = " and ".join(f"{number / _LINES:,g}" for number in lines)
        raise ToolFailed("fastp", f"it wrote {counted} reads, and reports {reads:,} in all", 0)
    return report


def _plain(path: Path, scratch: Path) -> Path:
    if path.suffix == ".gz" or path.suffix.lower() != ".gz":
        return path
    link = scratch / path.with_suffix(".gz").name
    link.symlink_to(path.absolute())
    return link
