"""What SINTAX wrote, with the ranks that reach the cutoff (Edgar 2016, bioRxiv 074161)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from soilbio.errors import problem_of
from soilbio.taxonomy.lineage import parse_lineage

_RANK = re.compile(r"([dkpcofgs]):(.*)\((\d\.\d+)\)$")


@dataclass(frozen=True, slots=True)
class Lineage:
    """A feature's lineage: verbatim with all supports, and the names that are supported.

    `confidence` is the support of the deepest rank that was kept, None where none was.
    """

    feature_id: str
    verbatim: str
    ranks: dict[str, str]
    confidence: float | None


def read_sintax(source: Path, cutoff: float) -> Iterator[Lineage]:
    """Read vsearch's `--tabbedout`, one feature a line.

    Raises
    ------
    InputError
        For a line that is not of that form.

    """
    with source.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle, start=1):
            feature, *rest = line.rstrip("\n").split("\t")
            verbatim = rest[0] if rest else ""
            kept = []
            confidence = None
            for part in verbatim.split(",") if verbatim else []:
                found = _RANK.match(part)
                if found is None:
                    raise problem_of(
                        "sintax-line",
                        str(source),
                        row=number,
                        found=part,
                        expected="rank:name(support)",
                        fix="Remove the file and start the workflow again",
                    )
                if float(found.group(3)) < cutoff:
                    break
                kept.append(f"{found.group(1)}:{unquote(found.group(2))}")
                confidence = float(found.group(3))
            yield Lineage(feature, verbatim, parse_lineage(";".join(kept)), confidence)
