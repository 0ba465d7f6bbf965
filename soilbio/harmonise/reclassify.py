"""One set of names for all: sequences of all datasets classified with one reference.

Databases name other parts of the tree of life, so that the same organism has a genus in one result
and none in another. Where sequences are there, names are made anew, by the classifier, the cutoff
and the reference that are the same for all; those that came with a dataset stay verbatim.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import RANKS
from soilbio.errors import problem_of
from soilbio.harmonise.genes import features_by_gene, genes_like
from soilbio.harmonise.orientation import strands
from soilbio.harmonise.ways import CONFIDENCE, sequences_of, write_fasta
from soilbio.profile.classify import Database, classify
from soilbio.profile.tools import ToolFailed, run_tool
from soilbio.references.build import build_sintax
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.flags import Target, flags_of
from soilbio.taxonomy.settle import MARK, OFF_TARGET
from soilbio.taxonomy.sintax import read_sintax

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.ways import Part
    from soilbio.references.manifest import Reference

_OF_OTHER_GENES = "features_of_genes_that_the_reference_does_not_have_keep_their_names"
# So many sequences of a gene, evenly taken, tell whether a reference has it.
_LOOKED_AT = 200
_ANY = Target((), 0, 10**9)
# Flags that say something of the names a feature came with.
_OF_NAMES = ("unclassified", "chloroplast", "mitochondria", "conflict-", OFF_TARGET)


def reclassified(
    parts: list[Part], reference: Reference, notes: dict[str, int], scratch: Path
) -> list[Part]:
    """Give features with a sequence the names that one reference has for them.

    Those of a gene of which less than half of the sequences are like the reference's keep theirs.

    Parameters
    ----------
    parts : list of (Source, counts, features)
    reference : Reference
        Sequences with lineages.
    notes : dict of str to int
        How many features were classified, and how many kept the names they came with, and why.
    scratch : Path
        A folder for vsearch's files.

    Raises
    ------
    InputError
        If the reference has mistakes, is of none of the genes, or vsearch fails.

    """
    import polars as pl

    sequences = sequences_of(parts)
    others = _of_other_genes(parts, sequences, reference, scratch)
    sequences = {name: one for name, one in sequences.items() if name not in others}
    rows = _named(sequences, reference, scratch) if sequences else []
    notes["features_classified_anew"] = len(rows)
    frame = _frame(rows)
    without = pl.concat(
        own.filter(pl.col("sequence").fill_null("") == "").select("feature_id")
        for _, _, own in parts
    )
    notes["features_without_a_sequence_that_keep_their_names"] = (
        without.unique().select(pl.len()).collect().item()
    )
    if others:
        notes[_OF_OTHER_GENES] = len(others)
    return [(source, counts, _with_names(own, frame.lazy())) for source, counts, own in parts]


def _of_other_genes(
    parts: list[Part], sequences: dict[str, str], reference: Reference, scratch: Path
) -> set[str]:
    """List the features of genes that the reference does not have, as a part of each tells."""
    found = {gene: own & sequences.keys() for gene, own in features_by_gene(parts).items()}
    some = {
        name for own in found.values() for name in sorted(own)[:: max(1, len(own) // _LOOKED_AT)]
    }
    strand_of = strands(
        {name: sequences[name] for name in sorted(some)}, reference.sequences, scratch
    )
    like = genes_like(found, strand_of)
    if some and not like:
        raise problem_of(
            "classify-gene",
            f"--classify {reference.name}",
            found=f"sequences of {', '.join(sorted(filter(None, found))) or 'an unknown gene'}",
            expected="a reference of a gene that one of the datasets has",
            fix="Name one of their gene (`soilbio reference list`), or leave --classify out",
        )
    known = set[str]().union(*(found[gene] for gene in like))
    return set[str]().union(*found.values()) - known


def _named(sequences: dict[str, str], reference: Reference, scratch: Path) -> list[dict[str, Any]]:
    features = write_fasta(sequences, scratch / "classify.fasta")
    fasta, database = scratch / "reference.fasta", scratch / "reference.udb"
    build_sintax(reference, fasta)
    try:
        run_tool(["vsearch", "--makeudb_usearch", fasta, "--output", database])
    except ToolFailed as failure:
        raise failure.as_input_error(str(reference.sequences)) from failure
    known = Database(database, reference.name, reference.version, reference.sha256)
    classify(features, known, CONFIDENCE, scratch, threads=os.cpu_count() or 1)
    rows = []
    for lineage in read_sintax(scratch / "sintax.tsv", CONFIDENCE):
        ranks = canonical(lineage.ranks).ranks
        named = [rank for rank in RANKS if ranks[rank]]
        flags = flags_of(ranks, lineage.verbatim, 0, _ANY)
        rows.append(
            {
                "feature_id": lineage.feature_id,
                "new_lineage": lineage.verbatim or None,
                "new_classifier": f"SINTAX, {reference.name} {reference.version}",
                "new_confidence": lineage.confidence,
                "new_flags": "|".join(flags),
                "new_rank": named[-1] if named else None,
                **{f"new_{rank}": ranks[rank] for rank in RANKS},
            }
        )
    return rows


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    names = ["feature_id", "new_lineage", "new_classifier", "new_confidence", "new_flags"]
    names += ["new_rank", *(f"new_{rank}" for rank in RANKS)]
    schema = {name: pl.Float64 if name == "new_confidence" else pl.String for name in names}
    return pl.DataFrame(rows, schema=schema)


def _with_names(features: pl.LazyFrame, new: pl.LazyFrame) -> pl.LazyFrame:
    """Put the new names in the place of those a feature came with; verbatim ones stay beside.

    Flags that say something of names are made anew; whether a domain is meant is asked later
    (`domains.judged`).
    """
    import polars as pl

    is_new = pl.col("new_classifier").is_not_null()
    # What an earlier merging put there is said anew; the source's own words stand before it.
    is_again = pl.col("classifier").str.split(MARK).list.last() == pl.col("new_classifier")

    def beside(name: str, other: str) -> pl.Expr:
        texts = pl.col(name).str.split(MARK)
        before = texts.list.head(texts.list.len() - 1).list.join(MARK).replace("", None)
        is_twice = is_again.fill_null(value=False) & pl.col(other).is_not_null()
        own = pl.when(is_twice).then(before).otherwise(pl.col(name))
        both = pl.concat_str(own, other, separator=MARK, ignore_nulls=True)
        return pl.when(is_new & (both != "")).then(both).otherwise(pl.col(name)).alias(name)

    def instead(name: str, other: str) -> pl.Expr:
        return pl.when(is_new).then(pl.col(other)).otherwise(pl.col(name)).alias(name)

    flags = pl.col("flags").fill_null("").str.split("|")
    of_names = pl.any_horizontal(pl.element().str.starts_with(one) for one in _OF_NAMES)
    kept = flags.list.eval(pl.element().filter(~of_names & (pl.element() != "")))
    every = pl.concat_str(kept.list.join("|"), "new_flags", separator="|", ignore_nulls=True)
    every = every.str.split("|")
    joined = every.list.eval(pl.element().filter(pl.element() != "").sort()).list.join("|")
    return (
        features.join(new, on="feature_id", how="left")
        .with_columns(
            beside("verbatim_lineage", "new_lineage"),
            beside("classifier", "new_classifier"),
            instead("confidence", "new_confidence"),
            instead("taxon_rank", "new_rank"),
            *(instead(rank, f"new_{rank}") for rank in RANKS),
            pl.when(is_new).then(joined).otherwise(pl.col("flags")).alias("flags"),
        )
        .select(features.collect_schema().names())
    )
