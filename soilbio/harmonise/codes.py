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
        schema = dict.fromkeys(("feature_id", "code", *_NAME), pl.String)
        self.names = pl.DataFrame(schema=schema)
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
        self.names = known.filter(pl.col("code") != "").select("feature_id", "code", *_NAME)
        asked = known.filter(is_asked).select("feature_id", *_NAME)
        if not asked.height:
            return known
        may_be = self._may_be(asked)
        # What the gene alone tells is known to others, too.
        only = may_be.filter(pl.len().over("feature_id") == 1)
        told = asked.join(only, on="feature_id", how="inner").select(self.names.columns)
        self.names = pl.concat([self.names, told])
        meant = self._meant(asked, may_be)
        self.left = set(asked["feature_id"]) - set(meant["feature_id"])
        return (
            known.join(meant, on="feature_id", how="left", maintain_order="left")
            .with_columns(pl.coalesce("meant", "code").alias("code"))
            .drop("meant")
        )

    def _meant(self, asked: pl.DataFrame, may_be: pl.DataFrame) -> pl.DataFrame:
        """Give the one code that a name may have by what was sequenced, and has with others.

        What may be a prokaryote is none only by the word of who could have found that, too: in ITS
        there are no bacteria Morganella.
        """
        import polars as pl

        key = ["code", *_NAME]
        is_of_prokaryotes = pl.col("code") == OF_PROKARYOTES
        there = pl.concat(one._called(asked) for one in (self, *self.beside))
        there = there.group_by(key).agg(pl.col("is_wide").any()).with_columns(is_there=pl.lit(1))
        is_only = pl.len().over("feature_id") == 1
        is_free = (pl.col("code") != OF_PROKARYOTES).all().over("feature_id")
        is_meant = pl.any_horizontal("is_only", "is_free", "is_wide", is_of_prokaryotes)
        return (
            asked.join(may_be, on="feature_id", how="inner")
            .with_columns(is_free=is_free, is_only=is_only)
            .join(there, on=key, how="left")
            .filter(pl.col("is_there").is_not_null() | pl.col("is_only"))
            .with_columns(is_meant=is_meant.fill_null(value=False))
            .group_by("feature_id")
            .agg(pl.col("code").unique(), pl.col("is_meant").all())
            .filter(pl.col("code").list.len() == 1, pl.col("is_meant"))
            .select("feature_id", pl.col("code").list.first().alias("meant"))
        )

    def _called(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Give the codes of those that have a name, and whether they might have been of any."""
        import polars as pl

        own = self.names.join(asked, on=_NAME, how="semi")
        wide = self._may_be(own).filter(pl.col("code") == OF_PROKARYOTES)
        return own.with_columns(
            is_wide=pl.col("feature_id").is_in(wide["feature_id"].implode())
        ).select("code", *_NAME, "is_wide")

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
