"""Features as clades of a tree that the user gives: which assays, which features, what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import PLACEMENT, UNPLACED, History
from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.errors import Problems, problem_of
from soilbio.harmonise.common_tree import CommonTree
from soilbio.harmonise.orientation import strands
from soilbio.harmonise.placement import (
    NO_SEQUENCE,
    Place,
    need_programs,
    parameters,
    place,
    programs,
)
from soilbio.harmonise.sources import Source
from soilbio.harmonise.ways import write_fasta

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.ways import Part

# Each feature with its clade, or why it is of none; and the tips of each clade that has features.
PLACES = "provenance/placement.tsv"
CLADES = "provenance/clades.tsv"
_PLACES_HEADER = ("feature_id", "clade", "weight", "like", "reason")
_CLADES_HEADER = ("clade", "tips", "diameter", "names")
_CLADE = f"{PLACEMENT}:clade "
# An assay is of the tree's gene if so much of its sequences is like the alignment's.
_OF_GENE = 0.5


@dataclass(slots=True)
class Placing:
    """A common tree, the assays (`dataset: assay`) that are placed on it, and what came of it."""

    common: CommonTree
    assays: frozenset[str]
    places: dict[str, Place] = field(default_factory=dict)
    # Rows of the datasets that were placed on the same tree before.
    before: set[tuple[str, ...]] = field(default_factory=set)

    def unplaced(self) -> list[str]:
        """List the features that are of no clade."""
        return sorted(name for name, one in self.places.items() if one.reason)

    def told(self) -> dict[str, Any]:
        """Give what is to be recorded, but for the assays under their new names."""
        common = self.common
        return {
            **common.identity(),
            "tips": len(common.rows),
            "clades": len(common.clades),
            "programs": programs(),
            **parameters(),
        }

    def note(self, notes: dict[str, int]) -> None:
        """Count what was placed, and what was not, by reason."""
        reasons = Counter(one.reason for one in self.places.values())
        notes["features_placed"] = reasons.pop("", 0)
        notes["features_not_placed"] = reasons.total()
        for reason, number in reasons.items():
            notes[f"features_not_placed:_{reason}"] = number

    def tables(self) -> dict[str, str]:
        """Write where each feature is, and what clades there are."""
        found = {row[0]: row for row in sorted(self.before)}
        for name, one in self.places.items():
            shares = f"{one.weight:.4f}", f"{one.like:.4f}"
            found[name] = (name, one.clade, *shares, one.reason)
        rows = list(found.values())
        used = {row[1] for row in rows if not row[4]}
        clades = [
            (one.name, str(len(one.tips)), f"{one.diameter:.6g}", " ".join(one.tips))
            for one in self.common.clades
            if one.name in used
        ]
        return {
            PLACES: _table(_PLACES_HEADER, sorted(rows)),
            CLADES: _table(_CLADES_HEADER, clades),
        }


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (header, *rows))


def find_placing(sources: Sequence[Source], common: CommonTree) -> Placing:
    """Find the assays whose sequences can be placed on a tree.

    Raises
    ------
    InputError
        If a program is missing, no assay is of the tree's gene, or a dataset was placed on another
        tree before.

    """
    need_programs()
    problems = Problems("datasets")
    for source in sources:
        _same_tree(source, common, problems)
    problems.raise_if_any()
    assays: set[str] = set()
    with TemporaryDirectory(prefix="soilbio-tree-") as scratch:
        genes = gene_file(common, Path(scratch))
        for source in sources:
            assays |= {f"{source.name}: {one}" for one in _assays(source, genes, Path(scratch))}
    if not assays:
        raise problem_of(
            "tree-gene",
            "--alignment",
            expected="a tree and an alignment of the gene that was sequenced: less than half of"
            " each assay's sequences is like any of them, or the datasets have no sequences",
            fix="Give those of the assays' gene; datasets without sequences are merged by genus",
        )
    before = {row for source in sources for row in _rows_before(source)}
    return Placing(common, frozenset(assays), before=before)


def gene_file(common: CommonTree, scratch: Path) -> Path:
    """Write the tips' sequences without gaps: whole genes in their direction."""
    rows = {tip: row.replace("-", "") for tip, row in common.rows.items()}
    return write_fasta(rows, scratch / "genes.fasta")


def _same_tree(source: Source, common: CommonTree, problems: Problems) -> None:
    """Tell of a dataset whose clades are those of another tree, or were cut otherwise."""
    known = source.history.get(PLACEMENT) or {}
    new = {**common.identity(), **parameters()}
    other = [name for name in new if known and known.get(name) != new[name]]
    if other:
        problems.add(
            "tree-differs",
            source=source.name,
            found=", ".join(f"{name} {known.get(name)}" for name in other),
            expected="the tree, the alignment and the diameter by which it was merged before: "
            + ", ".join(f"{name} {new[name]}" for name in other),
            fix="Give the same ones, or merge all datasets anew from where they came from",
        )


def _rows_before(source: Source) -> Iterator[tuple[str, ...]]:
    path = source.dataset.folder / PLACES
    if source.history.get(PLACEMENT) and path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        yield from (tuple(line.split("\t")) for line in lines)


def _assays(source: Source, genes: Path, scratch: Path) -> list[str]:
    """List a dataset's assays that are of the gene: by their sequences, or by earlier placing."""
    import polars as pl

    before = _placed_before(source.history)
    of_gene = source.frame("assays").filter(pl.col("library_strategy") == "AMPLICON")
    names = set(of_gene.select("assay_id").collect()["assay_id"])
    rows = (
        _with_assay(source, source.frame("counts"))
        .select("assay_id", "feature_id")
        .unique()
        .join(source.frame("features").select("feature_id", "sequence"), on="feature_id")
        .filter(pl.col("sequence").fill_null("") != "")
        .collect(engine="streaming")
    )
    sequences = dict(rows.select("feature_id", "sequence").unique().sort("feature_id").iter_rows())
    strand_of = strands(sequences, genes, scratch)
    like: dict[str, list[bool]] = {}
    for assay, name, _ in rows.iter_rows():
        like.setdefault(assay, []).append(strand_of.get(name, "?") != "?")
    found = {name for name, own in like.items() if sum(own) >= _OF_GENE * len(own)}
    return sorted((found | before) & names)


def _placed_before(history: History) -> set[str]:
    return set((history.get(PLACEMENT) or {}).get("assays", ()))


def _with_assay(source: Source, counts: pl.LazyFrame) -> pl.LazyFrame:
    assay_of = source.frame("libraries").select("library_id", "assay_id")
    return counts.join(assay_of, on="library_id", how="inner")


def place_features(parts: Sequence[Part], placing: Placing, scratch: Path) -> None:
    """Place the features of the assays that are of the gene."""
    import polars as pl

    frames = [_features_of(part, placing) for part in parts]
    rows = pl.concat(frames).unique().sort("feature_id", "sequence").collect(engine="streaming")
    sequences = {name: sequence for name, sequence in rows.iter_rows() if sequence}
    placing.places = place(sequences, placing.common, scratch)
    for name in rows["feature_id"]:
        if name not in sequences:
            placing.places[name] = Place("", 0.0, 0.0, NO_SEQUENCE)


def _features_of(part: Part, placing: Placing) -> pl.LazyFrame:
    import polars as pl

    source, counts, features = part
    own = [
        name.removeprefix(f"{source.name}: ")
        for name in placing.assays
        if name.startswith(f"{source.name}: ")
    ]
    named = _with_assay(source, counts).filter(pl.col("assay_id").is_in(own))
    return (
        features.select("feature_id", pl.col("sequence").fill_null(""))
        .filter(~pl.col("feature_id").str.starts_with(_CLADE))
        .join(named.select("feature_id").unique(), on="feature_id", how="semi")
    )


def clades_of(features: pl.LazyFrame, placing: Placing) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Make features of clades; those that are of none stay, with the flag `unplaced`.

    What the rows of a clade say of it follows (`lineages.said_by_rows`). A flag that keeps features
    out of diversity keeps them apart from the others of their clade.

    Returns
    -------
    taxa, clade_of : LazyFrame
        The new features, and which of them (`new`) each old one (`feature_id`) is.

    """
    import polars as pl

    clades = {name: one.clade for name, one in placing.places.items() if not one.reason}
    flags = pl.col("flags").fill_null("").str.split("|")
    excluding = flags.list.set_intersection(list(EXCLUDING_FLAGS)).list.sort().list.join("|")
    name = pl.col("feature_id").replace_strict(clades, default=None, return_dtype=pl.String)
    known = features.with_columns(
        pl.when(name.is_not_null())
        .then((_CLADE + name + " " + excluding).str.strip_chars_end())
        .otherwise(pl.col("feature_id"))
        .alias("new")
    ).collect()
    is_clade = pl.col("new").str.starts_with(_CLADE)
    schema = features.collect_schema()
    own = {
        "feature_id": pl.col("new"),
        "classifier": pl.lit("clades of a common tree"),
    }
    taxa = (
        known.filter(is_clade)
        .select("new")
        .unique(maintain_order=True)
        .select(own.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in schema.items())
    )
    rest = known.filter(~is_clade).drop("new").with_columns(_marked(placing.unplaced()))
    every = pl.concat([taxa, rest.select(taxa.columns)])
    return every.lazy(), known.select("feature_id", "new").lazy()


def _marked(unplaced: Sequence[str]) -> pl.Expr:
    """Add the flag of features that are of no clade."""
    import polars as pl

    flags = pl.col("flags").fill_null("").str.split("|")
    both = flags.list.concat(pl.lit([UNPLACED])).list.eval(pl.element().filter(pl.element() != ""))
    joined = both.list.unique().list.sort().list.join("|")
    is_unplaced = pl.col("feature_id").is_in(list(unplaced))
    return pl.when(is_unplaced).then(joined).otherwise(pl.col("flags")).alias("flags")
