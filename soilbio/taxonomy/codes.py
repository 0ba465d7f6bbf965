"""Codes of nomenclature: names are unique within one, and homonyms of two are other organisms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soilbio.taxonomy.named_ranks import named_ranks, phyla_of
from soilbio.taxonomy.settle import plain_name
from soilbio.taxonomy.told_ranks import PROKARYOTES, phyla_of_prokaryotes

if TYPE_CHECKING:
    import polars as pl

# Names are unique within a code of nomenclature: of prokaryotes (ICNP), of animals (ICZN), of
# algae, fungi and plants (ICN). Which one is meant shows in the widest names of a lineage.
_DOMAINS_OF_PROKARYOTES = ("Bacteria", "Archaea")
OF_PROKARYOTES, _OF_ANIMALS, _OF_PLANTS = "ICNP", "ICZN", "ICN"
CODES = (OF_PROKARYOTES, _OF_ANIMALS, _OF_PLANTS, "Viruses")
# Beside the animal phyla of NCBI, those of SILVA.
_ANIMALS = ("Animalia", "Metazoa", "Nematozoa", "Vertebrata", *phyla_of("Metazoa"))


def code_of_names() -> pl.Expr:
    """Give the code of nomenclature that names of a lineage follow; empty where nothing tells.

    Lineages that begin with the kingdom or phylum tell it by these.
    """
    import polars as pl

    domain = pl.col("domain").fill_null("")
    wide = [plain_name(pl.col(rank)).fill_null("") for rank in ("kingdom", "phylum")]
    has_none = domain == ""
    known = PROKARYOTES | phyla_of_prokaryotes()
    is_prokaryote = has_none & pl.any_horizontal(one.is_in(known) for one in wide)
    is_other = has_none & wide[1].is_in(_phyla_of_eukaryotes())
    return (
        pl.when(domain.is_in(_DOMAINS_OF_PROKARYOTES) | is_prokaryote)
        .then(pl.lit(OF_PROKARYOTES))
        .when(pl.any_horizontal(name.is_in(_ANIMALS) for name in wide))
        .then(pl.lit(_OF_ANIMALS))
        .when((domain == "Eukaryota") | (wide[0] != "") | is_other)
        .then(pl.lit(_OF_PLANTS))
        .otherwise(domain)
    )


def _phyla_of_eukaryotes() -> list[str]:
    return [name for name, (rank, _) in named_ranks().items() if rank == "phylum"]


def genus_of() -> pl.Expr:
    """Give the genus of features as it is compared: its plain name within its code; else null."""
    import polars as pl

    name = pl.col("genus").replace("", None)
    return pl.concat_str(code_of_names(), plain_name(name), separator=": ")
