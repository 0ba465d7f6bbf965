"""Assays of one gene and different primers, trimmed to the stretch that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dnaio

from soilbio.dataset.shares import counts_and_shares_added
from soilbio.errors import problem_of
from soilbio.harmonise.common_region import (
    FEWEST,
    SHORTEST_BP,
    Window,
    begin_with_primers,
    place_primers,
    trim,
    window_between,
    without_primers,
)
from soilbio.harmonise.compare import plain_gene
from soilbio.harmonise.cut_short import Short, cut_short
from soilbio.harmonise.lengths import Lengths
from soilbio.harmonise.sources import Source

if TYPE_CHECKING:
    import polars as pl

# So many sequences of an assay, evenly taken, tell whether primers were left in them.
_LOOKED_AT = 100
_GAPS = str.maketrans("", "", "-.")
OUTSIDE = "provenance/outside_window.tsv"
OUTSIDE_HEADER = ("dataset", "assay_id", "feature_id", "reason", "reads")


@dataclass(slots=True)
class Trimming:
    """Windows by gene, the assays (`dataset: assay`) that have one, and what fell outside.

    `lengths` are those that assays are cut to, from the start of their window if they have one,
    `primers` those of assays. `short` are those that do not reach over it: all assays of a window
    are cut to what those of them hold that are in it, the others have none. `alike`
    are assays that are merged by sequence as they are; `ends` what is cut from the start and the
    end of those that begin or end elsewhere than the others. `lost` are primers of assays that are
    on no reference, or on few.
    """

    windows: dict[str, Window] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    alike: tuple[tuple[str, str], ...] = ()
    ends: dict[str, tuple[int, int]] = field(default_factory=dict)
    primers: dict[str, tuple[str, str]] = field(default_factory=dict)
    outside: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    with_primers: int = 0
    lost: dict[str, list[str]] = field(default_factory=dict)
    short: dict[str, Short] = field(default_factory=dict)

    def window_of(self, assay: str) -> Window | None:
        """Give the window that an assay is trimmed to."""
        return next((one for one in self.windows.values() if assay in one.cuts), None)

    def genes(self) -> dict[str, str]:
        """Give the gene in whose window an assay is, by assay."""
        return {name: gene for gene, window in self.windows.items() for name in window.cuts}

    def are_inside(self) -> dict[str, bool]:
        """Tell of assays that were cut short whether they are in a window with others."""
        inside = self.genes()
        return {name: name in inside for name in self.short}

    def told(self) -> dict[str, Any]:
        """Give what is to be recorded."""
        return {gene: window.told() for gene, window in sorted(self.windows.items())}


def find_windows(assays: Mapping[str, Mapping[str, Any]], reference: Path) -> Trimming:
    """Find a window for each gene of which there are several primer pairs.

    Parameters
    ----------
    assays : mapping of `dataset: assay` to row of `assays`
    reference : Path
        FASTA of whole genes, gzip or not.

    Raises
    ------
    InputError
        If the reference cannot be read.

    """
    trimming = Trimming()
    by_gene: dict[str, dict[str, tuple[str, str]]] = {}
    spelt: dict[str, str] = {}
    for name, row in sorted(assays.items()):
        pair = row.get("pcr_primer_forward"), row.get("pcr_primer_reverse")
        if row.get("library_strategy") == "AMPLICON" and row.get("target_gene") and all(pair):
            gene = spelt.setdefault(plain_gene(row["target_gene"]), str(row["target_gene"]))
            by_gene.setdefault(gene, {})[name] = (str(pair[0]), str(pair[1]))
    lengths = {name: row["lengths"] for name, row in assays.items() if row.get("lengths")}
    for gene, primers in by_gene.items():
        trimming.primers |= primers
        window = _window_of(primers, reference, lengths, trimming)
        if window is not None:
            trimming.windows[gene] = window
            held = [
                trimming.short[name].inside_bp for name in window.cuts if name in trimming.short
            ]
            if least := min((bases for bases in held if bases), default=0):
                trimming.lengths |= dict.fromkeys(window.cuts, least)
    return trimming


def _window_of(
    primers: Mapping[str, tuple[str, str]],
    reference: Path,
    lengths: Mapping[str, Lengths],
    trimming: Trimming,
) -> Window | None:
    """Find the window of a gene's assays; those with a primer that is hardly there are left out.

    A primer that is not as it binds (with an adapter before it, say) would leave none for all. So
    are those whose sequences do not reach over it, unless what they hold of it is known.
    """
    if len(set(primers.values())) < 2:
        return None
    found = Counter[str]()
    placed = place_primers(primers, _sequences(reference), found)
    window = window_between(primers, placed)
    if window is not None:
        short = cut_short(primers, window, placed, lengths)
        trimming.short |= short
        out = {name for name, one in short.items() if one.inside_bp is None}
        if not out:
            return window
        rest = {name: pair for name, pair in primers.items() if name not in out}
        return _window_of(rest, reference, lengths, trimming)
    few = {
        name: [one for one in pair if found[one] < FEWEST] for name, pair in sorted(primers.items())
    }
    own = {name: ones for name, ones in few.items() if ones}
    if not own and len(placed) < FEWEST:  # genes that are cut, each to a part
        own = few
    trimming.lost |= own
    if not own or len(own) == len(primers):
        return None
    rest = {name: pair for name, pair in primers.items() if name not in own}
    return _window_of(rest, reference, lengths, trimming)


def told_left_out(trimming: Trimming, reference: Path) -> str:
    """Say which assays have no part in a common region: by their primers, or being cut short."""
    lost = [
        f"{name}: {_which(ones)} in fewer than {FEWEST} sequences of {reference.name}, so that it"
        " is left out of the common region: look whether its primers are stated 5' to 3', without"
        " adapters, and whether the genes reach over them (whole genes, not a region of them)"
        for name, ones in sorted(trimming.lost.items())
    ]
    short = [
        f"{name}: its sequences are {trimming.short[name].typical_bp} bases, of"
        f" {trimming.short[name].needed_bp} that reach over the common region, and hold less than"
        f" {SHORTEST_BP} of it, are of many lengths, or do not begin as {reference.name} does"
        f" behind {trimming.primers[name][0]}, so that it is left out of the common region"
        for name, is_inside in sorted(trimming.are_inside().items())
        if not is_inside
    ]
    return "\n".join([*lost, *short])


def _which(primers: Sequence[str]) -> str:
    if not primers:
        return "all primers of its gene are together"
    return f"{' and '.join(primers)} {'is' if len(primers) == 1 else 'are'}"


def _sequences(reference: Path) -> Iterator[str]:
    try:
        with dnaio.open(reference) as records:
            for record in records:
                yield record.sequence.upper().replace("U", "T").translate(_GAPS)
    except (OSError, ValueError, dnaio.FileFormatError, dnaio.UnknownFileFormat) as error:
        raise problem_of(
            "harmonise-reference",
            str(reference),
            found=str(error)[:200],
            expected="a FASTA file of whole genes, to place the primers on",
            fix="Name one, such as the sequences.fasta.gz of `soilbio reference get`; a QIIME 2"
            " artifact holds one: `unzip -p NAME.qza '*/data/dna-sequences.fasta' > genes.fasta`",
        ) from error


def trimmed(
    source: Source, counts: pl.LazyFrame, features: pl.LazyFrame, trimming: Trimming
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Trim a dataset's sequences, by assay; features that are one then are added up by library."""
    import polars as pl

    assay_of = source.frame("libraries").select("library_id", "assay_id")
    reads = (
        counts.join(assay_of, on="library_id", how="inner")
        .group_by("assay_id", "feature_id")
        .agg(pl.col("count").sum())
        .join(features.select("feature_id", "sequence").unique(), on="feature_id", how="inner")
        .sort("assay_id", "feature_id")
        .collect(engine="streaming")
    )
    rows: list[Sequence[str]] = []
    for (assay_id,), own in reads.group_by("assay_id", maintain_order=True):
        rows += _new_rows(source, str(assay_id), own.to_dicts(), trimming)
    schema = dict.fromkeys(("assay_id", "feature_id", "new_id", "new_sequence"), pl.String)
    new = pl.DataFrame(rows, schema=schema, orient="row").lazy()
    keys = ["assay_id", "feature_id"]
    return (
        counts.join(assay_of, on="library_id", how="inner")
        .join(new, on=keys, how="inner")
        .group_by("library_id", "new_id", "agreement_id")
        .agg(counts_and_shares_added())
        .rename({"new_id": "feature_id"})
        .select("library_id", "feature_id", "count", "relative_abundance", "agreement_id"),
        features.join(new.drop("assay_id").unique(), on="feature_id", how="inner")
        .with_columns(
            pl.col("new_id").alias("feature_id"),
            pl.col("new_sequence").alias("sequence"),
            pl.col("new_sequence").str.len_chars().cast(pl.Int64).alias("length_bp"),
        )
        .drop("new_id", "new_sequence"),
    )


def _new_rows(
    source: Source, assay_id: str, rows: Sequence[Mapping[str, Any]], trimming: Trimming
) -> list[Sequence[str]]:
    """Give assay, feature, and its id and sequence as cut; those that are not cut stay.

    Raises
    ------
    InputError
        `harmonise-outside`, if nothing of the assay lies in the window.

    """
    assay = f"{source.name}: {assay_id}"
    window, length = trimming.window_of(assay), trimming.lengths.get(assay)
    start, end = trimming.ends.get(assay, (0, 0))
    if window is None and length is None and not (start or end):
        return [(assay_id, one["feature_id"], one["feature_id"], one["sequence"]) for one in rows]
    primers = _primers_left(assay, rows, trimming) if window else None
    new: list[Sequence[str]] = []
    outside = Counter[str]()
    for row in rows:
        sequence = row["sequence"] or ""
        if not sequence:
            new.append((assay_id, row["feature_id"], row["feature_id"], sequence))
            continue
        inside, reason = sequence[start : len(sequence) - end][:length], ""
        if window:
            plain = without_primers(sequence, primers) if primers else sequence
            trimming.with_primers += plain != sequence
            inside, reason = trim(plain, window.cuts[assay], window, length)
        if reason:
            place = source.name, assay_id, row["feature_id"]
            trimming.outside.append((*place, reason, row["count"] or 0))
            outside[reason] += 1
            continue
        digest = md5(inside.encode(), usedforsecurity=False).hexdigest()
        new.append((assay_id, row["feature_id"], digest, inside))
    if not new and window:
        raise problem_of(
            "harmonise-outside",
            assay,
            found=", ".join(f"{reason} ({number})" for reason, number in sorted(outside.items())),
            expected=f"sequences that hold what lies between {window.forward} and {window.reverse}",
            fix="Look at the primers that the dataset states, and whether its sequences are whole"
            " amplicons; or merge without --reference, by genus",
        )
    return new


def _primers_left(
    assay: str, rows: Sequence[Mapping[str, Any]], trimming: Trimming
) -> tuple[str, str] | None:
    """Give the primers of an assay if its sequences still have them; a part of them tells."""
    own = trimming.primers.get(assay)
    some = [one["sequence"] for one in rows[:: max(1, len(rows) // _LOOKED_AT)] if one["sequence"]]
    return own if own and begin_with_primers(some, own) else None
