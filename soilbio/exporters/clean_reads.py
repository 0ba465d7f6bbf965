"""Reads of metagenomes without those of hosts, crops and contaminants, as a run kept them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

FOLDER = Path("shotgun") / "clean"  # beside the dataset


@dataclass(frozen=True, slots=True)
class Clean:
    """What may leave of a library of which reads were to be removed.

    `files` are none where nothing is left, or `fault` says why no file is known to be clean;
    `reads` is how many records each file holds, as the dataset says.
    """

    files: tuple[Path, ...] = ()
    reads: int | None = None
    fault: str = ""


def sought() -> pl.Expr:
    """Tell libraries of which reads were to be removed, whether any were found or not."""
    import polars as pl

    return pl.col("removed_by_genome").fill_null("") != ""


def clean_reads(row: dict[str, Any], name: str, folder: Path, ends: int) -> Clean:
    """Find the files that a run kept of a library without what was to be removed.

    Parameters
    ----------
    row : dict
        Of the dataset's `libraries`, one that is `sought`.
    name : str
        What the sheet calls the library.
    folder : Path
        Where the run kept reads and its account of them.
    ends : int
        How many files the library has, one or two: a pair goes whole or not at all.

    Returns
    -------
    Clean
        With a fault where the run kept none, or kept those of another run than the dataset's.

    """
    try:
        account = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        removed = dict.fromkeys(account["genomes"], 0) | account.get("removed", {})
        status, reads = account["status"], account.get("reads_decontaminated")
    except (OSError, ValueError, KeyError, TypeError):
        return Clean(fault=f"no account of them is in {folder}")
    # A dataset sorts its lists, an account has the order of the configuration.
    told = sorted(f"{genome}:{number}" for genome, number in removed.items())
    of_dataset = sorted(str(row["removed_by_genome"]).split("|"))
    if (told, reads) != (of_dataset, row["reads_decontaminated"]):
        return Clean(fault=f"the files in {folder} are of another run than the dataset")
    if status != "ok":
        return Clean()
    files = tuple(folder / f"{name}_{end}.fastq.gz" for end in range(1, ends + 1))
    if not all(path.is_file() and path.stat().st_size for path in files):
        return Clean(fault="the run did not keep them")
    return Clean(files, reads)
