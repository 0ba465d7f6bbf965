"""Codes of nomenclature: names are unique within one, and homonyms of two are other organisms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soilbio.taxonomy.named_ranks import phyla_of
from soilbio.taxonomy.settle import plain_name

if TYPE_CHECKING:
    import polars as pl

# Names are unique within a code of nomenclature: of prokaryotes (ICNP), of animals (ICZN), of
# algae, fungi and plants (ICN). Which one is meant shows in the widest names of a lineage.
_PROKARYOTES = ("Bacteria", "Archaea")
# Beside the animal phyla of NCBI, those of SILVA.
_ANIMALS = ("Animalia", "Metazoa", "Nematozoa", "Vertebrata", *phyla_of("Metazoa"))


def code_of_names() -> pl.Expr:
    """Give the code of nomenclature that names of a lineage follow; empty where nothing tells."""
    import polars as pl

    wide = [pl.col(rank).fill_null("") for rank in ("kingdom", "phylum")]
    return (
        pl.when(pl.col("domain").is_in(_PROKARYOTES))
        .then(pl.lit("ICNP"))
        .when(pl.any_horizontal(name.is_in(_ANIMALS) for name in wide))
        .then(pl.lit("ICZN"))
        .when((pl.col("domain") == "Eukaryota") | (wide[0] != ""))
        .then(pl.lit("ICN"))
        .otherwise(pl.col("domain").fill_null(""))
    )


def genus_of() -> pl.Expr:
    """Give the genus of features as it is compared: its plain name within its code; else null."""
    import polars as pl

    name = pl.col("genus").replace("", None)
    return pl.concat_str(code_of_names(), plain_name(name), separator=": ")
