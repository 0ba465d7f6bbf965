"""fastp, as the steps that describe and that trim reads start it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from soilbio.profile.tools import run_tool


def run_fastp(forward: Path, reverse: Path | None, options: Sequence[str | Path]) -> None:
    """Run fastp on one library; it knows gzip by `.gz` alone, so `.GZ` gets such a name.

    Raises
    ------
    ToolFailed
        If it ends with an exit code other than 0.

    """
    with TemporaryDirectory(prefix="soilbio-fastp-") as scratch:
        command: list[str | Path] = ["fastp", "--in1", _plain(forward, Path(scratch))]
        if reverse:
            command += ["--in2", _plain(reverse, Path(scratch))]
        run_tool([*command, *options])


def _plain(path: Path, scratch: Path) -> Path:
    if path.suffix == ".gz" or path.suffix.lower() != ".gz":
        return path
    link = scratch / path.with_suffix(".gz").name
    link.symlink_to(path.absolute())
    return link
