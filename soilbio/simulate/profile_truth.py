"""What is truly in metagenomes: shares of reads and of genomes for each genome of a library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import Problems
from soilbio.simulate.genomes import RANKS, names_of
from soilbio.simulate.truth import read_truth_rows, text_of

NEEDED = ("library_id", "lineage", "share_of_reads")
_TOTAL_MARGIN = 1e-3


@dataclass(frozen=True, slots=True)
class TrueTaxon:
    """A genome of a library; `known_rank` is the lowest at which the database knows it."""

    names: Mapping[str, str]
    share_of_reads: float
    share_of_genomes: float | None
    known_rank: str

    def is_known(self, rank: str) -> bool:
        """Tell whether the database holds its name at a rank."""
        known = RANKS.index(self.known_rank) if self.known_rank else -1
        return bool(self.names[rank]) and known >= RANKS.index(rank)


Truths = dict[str, list[TrueTaxon]]


def is_of_metagenomes(path: Path) -> bool:
    """Tell by its header whether a truth is one of shares of reads."""
    try:
        return "share_of_reads" in text_of(path).partition("\n")[0].rstrip("\r").split("\t")
    except (OSError, UnicodeDecodeError):
        return False


def read_profile_truth(path: Path) -> Truths:
    """Read the truth of each library, as `soilbio simulate` writes it for metagenomes.

    `share_of_genomes` and `known_rank` may be left out: then nothing is said of organisms, and
    the database is taken to know every species.

    Raises
    ------
    InputError
        `truth-unreadable`, `truth-column`, `truth-value`: all that is wrong, at once.

    """
    problems = Problems(str(path))
    rows = read_truth_rows(path, NEEDED, problems, fix="Add the column")
    truths: Truths = {}
    for number, row in enumerate(rows, start=2):
        if taxon := _taxon(row, number, problems):
            truths.setdefault(row["library_id"], []).append(taxon)
    for library, taxa in truths.items():
        total = sum(taxon.share_of_reads for taxon in taxa)
        if total > 1 + _TOTAL_MARGIN:
            problems.add(
                "truth-value",
                column="share_of_reads",
                found=f"{total:.4f} in all for {library}",
                expected="shares that sum to at most 1 in a library",
                fix="Write shares, not percentages, each genome once",
            )
    problems.raise_if_any()
    return truths


def _taxon(row: Mapping[str, str], number: int, problems: Problems) -> TrueTaxon | None:
    shares = [
        _share(row, name, number, problems) for name in ("share_of_reads", "share_of_genomes")
    ]
    known = row.get("known_rank")
    if known and known not in RANKS:
        problems.add(
            "truth-value",
            row=number,
            column="known_rank",
            found=known,
            expected=f"one of {', '.join(RANKS)}, or nothing",
            fix="Write the lowest rank at which the database knows the genome",
        )
        return None
    if shares[0] is None:
        return None
    names = names_of(row["lineage"] or "")
    lowest = "species" if known is None else known
    return TrueTaxon(names, shares[0], shares[1], lowest)


def _share(row: Mapping[str, str], name: str, number: int, problems: Problems) -> float | None:
    text = row.get(name)
    if text is None and name != "share_of_reads":
        return None
    try:
        share = float(text or "")
        is_one = 0 <= share <= 1
    except ValueError:
        share, is_one = 0.0, False
    if is_one:
        return share
    problems.add(
        "truth-value",
        row=number,
        column=name,
        found=text or "",
        expected="a share from 0 to 1",
        fix="Correct the number, or leave the row out",
    )
    return None
