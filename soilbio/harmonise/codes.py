"""The code of nomenclature of names that have nothing above them that would tell it.

Tables of genera or species alone (Bracken's, mOTUs', Kaiju's; a list of names) say `Bacillus`, and
that may be the bacterium or the insect. The gene that was amplified tells it, or that all others
who have the name, where metagenomes were sequenced, mean one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.harmonise.compare import plain_gene
from soilbio.taxonomy.codes import CODES, OF_PROKARYOTES

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.ways import Part

_NAME = ("named_rank", "named")


class Codes:
    """What names mean in a circle of libraries, and in those that are seen beside it.

    `names` are those of which the code is known (code, rank, name), `left` the features whose
    names' code is not.
    """

    def __init__(self, parts: Sequence[Part], beside: Sequence[Codes] = ()) -> None:
        import polars as pl

        self.parts, self.beside = parts, beside
        self.names = pl.DataFrame(schema=dict.fromkeys(("code", *_NAME), pl.String))
        self.left: set[str] = set()

    def told(self, known: pl.DataFrame) -> pl.DataFrame:
        """Give names without a code the one that is meant; those that may be of several, none.

        Parameters
        ----------
        known : DataFrame
            Features (`feature_id`) with `code`, `named_rank` and `named`.

        """
        import polars as pl

        is_asked = (pl.col("code") == "") & (pl.col("named") != "")
        self.names = known.filter(pl.col("code") != "").select("code", *_NAME).unique()
        asked = known.filter(is_asked).select("feature_id", *_NAME)
        if not asked.height:
            return known
        meant = self._meant(asked)
        self.left = set(asked["feature_id"]) - set(meant["feature_id"])
        return (
            known.join(meant, on="feature_id", how="left", maintain_order="left")
            .with_columns(pl.coalesce("meant", "code").alias("code"))
            .drop("meant")
        )

    def _meant(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Give the one code that a name may have by what was sequenced, and has with others."""
        import polars as pl

        every = pl.concat([self.names, *(one.names for one in self.beside)]).unique()
        there = every.with_columns(is_there=pl.lit(value=True))
        is_only = pl.len().over("feature_id") == 1
        return (
            asked.join(self._may_be(asked), on="feature_id", how="inner")
            .join(there, on=["code", *_NAME], how="left")
            .filter(pl.col("is_there").fill_null(value=False) | is_only)
            .group_by("feature_id")
            .agg(pl.col("code").unique())
            .filter(pl.col("code").list.len() == 1)
            .select("feature_id", pl.col("code").list.first().alias("meant"))
        )

    def _may_be(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Give the codes that features may be of, by what was sequenced where they are found."""
        import polars as pl

        schema = dict.fromkeys(("feature_id", "code"), pl.String)
        found = [pl.LazyFrame(schema=schema)]
        for source, counts, _ in self.parts:
            rows = [(row["assay_id"], list(_codes_of(row))) for row in source.rows("assays")]
            of_assay = pl.LazyFrame(
                rows,
                schema={"assay_id": pl.String, "code": pl.List(pl.String)},
                orient="row",
            )
            libraries = source.frame("libraries").select("library_id", "assay_id")
            found.append(
                counts.filter(pl.col("feature_id").is_in(asked["feature_id"].implode()))
                .select("library_id", "feature_id")
                .join(libraries, on="library_id", how="inner")
                .join(of_assay, on="assay_id", how="inner")
                .select("feature_id", "code")
                .unique()
                .explode("code")
            )
        return pl.concat(found).unique().collect(engine="streaming")


def _codes_of(assay: Mapping[str, Any]) -> Sequence[str]:
    """List the codes of what an assay may find: 16S that of prokaryotes, other genes the rest."""
    if assay.get("library_strategy") != "AMPLICON":
        return CODES
    if plain_gene(assay.get("target_gene")) == "16s":
        return (OF_PROKARYOTES,)
    return tuple(code for code in CODES if code != OF_PROKARYOTES)
