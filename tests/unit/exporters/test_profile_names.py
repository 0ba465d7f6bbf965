"""Profiles of one metagenome are known as such where its name is withheld, too."""

from __future__ import annotations

import polars as pl

from soilbio.exporters.profile_names import sheet_names
from soilbio.exporters.rows import Names


def test_profiles_of_one_metagenome_have_one_pseudonym_with_their_profilers_behind_it():
    libraries = {
        "L1-kraken2": ("wgs-kraken2", "WGS", "kraken2"),
        "L1-sylph": ("wgs-sylph", "WGS", "sylph"),
        "L2-kraken2": ("wgs-kraken2", "WGS", "kraken2"),
        "L1": ("16S", "AMPLICON", "unoise"),
        "L3-unoise": ("16S", "AMPLICON", "unoise"),
    }
    assays = sorted(set(libraries.values()))
    tables = {
        "libraries": pl.LazyFrame(
            {"library_id": list(libraries), "assay_id": [one[0] for one in libraries.values()]}
        ),
        "assays": pl.LazyFrame(
            assays, schema=["assay_id", "library_strategy", "engine"], orient="row"
        ),
    }
    names = Names(bytes(32), "public", sheet_names(tables))
    told = {library: names.of(library) for library in libraries}
    assert len(set(told.values())) == len(libraries)
    stem = told["L1-kraken2"].removesuffix("-kraken2")
    assert told["L1-sylph"] == f"{stem}-sylph"
    assert told["L1"] == stem  # the same was sequenced, for another assay
    assert not told["L2-kraken2"].startswith(stem)
    assert not told["L3-unoise"].endswith("-unoise")
