"""What was changed is told: each change with its source and date, and of how many features."""

from __future__ import annotations

import polars as pl

from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.renamed import RENAMED, renamed_files


def features(*texts: str) -> pl.DataFrame:
    rows = [{"verbatim_lineage": text, **canonical(parse_lineage(text)).ranks} for text in texts]
    return pl.DataFrame(rows, schema=dict.fromkeys(("verbatim_lineage", *RANKS), pl.String))


def test_each_change_is_listed_once_with_its_source():
    found = renamed_files(
        features("d__Bacteria;p__Firmicutes", "Bacteria;Firmicutes;Bacilli", "k__Bacteria;p__TM7")
    )
    header, *lines = found[RENAMED].splitlines()
    assert header.split("\t") == ["rank", "from", "to", "source", "date", "features"]
    assert [line.split("\t") for line in lines] == [
        ["phylum", "Firmicutes", "Bacillota", "Oren & Garrity 2021, IJSEM 71:005056", "2021", "2"]
    ]


def test_what_has_no_name_was_not_renamed():
    unsure = features("d:Bacteria(1.00),p:Firmicutes(0.40)").with_columns(
        pl.lit(None, dtype=pl.String).alias("phylum")
    )
    assert renamed_files(unsure) == {}
    assert renamed_files(features("d__Bacteria;p__Bacillota")) == {}
