"""What a merge does to features on the way, as the user asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.harmonise.sources import Source
from soilbio.harmonise.trimming import Trimming
from soilbio.profile.tools import tool_version

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.beside_own import BesideOwn
    from soilbio.harmonise.common_tree import CommonTree
    from soilbio.harmonise.placed import Placing
    from soilbio.references.manifest import Reference

    # A dataset, its counts and its features.
    Part = tuple[Source, pl.LazyFrame, pl.LazyFrame]

# The workflow's cutoff, too.
CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gives for sequences to be compared with, and names to be told apart by.

    `reference`: FASTA of whole genes; where primers differ, their common region is found on it, and
    sequences are turned its way, and trimmed to that. `classifier`: all sequences are classified
    with it, so that one set of names is compared. `common`: a tree on which regions are placed.
    `prefixes`: what stands before the names of samples and libraries of some datasets, by folder.
    """

    reference: Path | None = None
    classifier: Reference | None = None
    common: CommonTree | None = None
    prefixes: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ways:
    """How features are merged.

    `level` is `feature`, `sh`, `placement` or a rank. `genes` are whole genes in their direction,
    `classifier` a reference that all sequences are classified with, so that one set of names is
    compared, `placing` a tree of whose clades features are.
    """

    level: str = "feature"
    trimming: Trimming = field(default_factory=Trimming)
    genes: Path | None = None
    classifier: Reference | None = None
    placing: Placing | None = None

    @property
    def is_trimmed(self) -> bool:
        """Whether sequences are cut to a window, a length, or at their ends."""
        cut = self.trimming.windows or self.trimming.lengths or self.trimming.ends
        return self.level == "feature" and bool(cut)

    @property
    def is_looked_at_again(self) -> bool:
        """Whether sequences are cut so much that chimeras are looked for again."""
        return self.is_trimmed and bool(self.trimming.windows or self.trimming.lengths)

    @property
    def reference_used(self) -> Path | None:
        """The file of whole genes, if sequences were turned or trimmed by it."""
        is_used = self.level == "feature" or self.classifier is not None
        return self.genes if is_used else None

    def programs(self) -> dict[str, str]:
        """Give the versions of the programs that sequences were compared with."""
        found: dict[str, str] = dict(self.by_clades.told()["programs"]) if self.by_clades else {}
        if self.is_trimmed and self.trimming.windows:
            found["cutadapt"] = version("cutadapt")
        if self.is_looked_at_again or self.reference_used or self.classifier:
            found["vsearch"] = tool_version(["vsearch", "--version"])
        return found

    @property
    def by_clades(self) -> Placing | None:
        """The tree, where features are merged by its clades."""
        return self.placing if self.level == "placement" else None


@dataclass(slots=True)
class Told:
    """What is found on the way: numbers, chimeras by dataset, and what each dataset lost.

    `strangers` are assays that were merged by sequence and share none (`strangers.strangers`),
    `beside_own` what may be one's own (`beside_own`).
    """

    notes: dict[str, int] = field(default_factory=dict)
    chimeras: list[tuple[str, ...]] = field(default_factory=list)
    losses: list[dict[str, object]] = field(default_factory=list)
    strangers: list[tuple[str, str, int, int]] = field(default_factory=list)
    beside_own: list[BesideOwn] = field(default_factory=list)


def sequences_of(parts: Sequence[Part]) -> dict[str, str]:
    """Give every sequence of some datasets by its id, sorted."""
    import polars as pl

    frames = [features.select("feature_id", "sequence") for _, _, features in parts]
    every = pl.concat(frames).filter(pl.col("sequence").fill_null("") != "").unique()
    return dict(every.sort("feature_id", "sequence").collect().iter_rows())


def write_fasta(sequences: dict[str, str], target: Path) -> Path:
    """Write sequences, one line each."""
    target.write_text("".join(f">{name}\n{one}\n" for name, one in sequences.items()))
    return target
