"""A genus is one whatever a database puts behind its name, and homonyms are two."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl

from soilbio.diversity.presence import genera_in_common
from soilbio.taxonomy.codes import genus_of

ROWS = [
    ("Bacteria", None, "Pseudomonadota", "Morganella"),
    ("Eukaryota", "Fungi", "Basidiomycota", "Morganella"),
    ("Bacteria", None, "Pseudomonadota", "Pseudomonas_E"),
    ("Bacteria", None, "Pseudomonadota", "Pseudomonas"),
    ("Bacteria", None, "Bacillota", "Candidatus Soleaferrea"),
    ("Bacteria", None, "Bacillota", "Soleaferrea"),
    ("Eukaryota", "Metazoa", "Arthropoda", "Bacillus"),
    ("Bacteria", None, "Bacillota", ""),
    ("Bacteria", None, "Bacillota", None),
]
SCHEMA = ["domain", "kingdom", "phylum", "genus"]


def test_genera_are_compared_within_their_code_by_their_plain_names():
    found = pl.DataFrame(ROWS, schema=SCHEMA, orient="row").select(genus_of()).to_series().to_list()
    assert found[0] != found[1]
    assert found[2] == found[3]
    assert found[4] == found[5]
    assert found[6] not in (None, "ICNP: Bacillus")
    assert found[7:] == [None, None]


def test_lineages_that_begin_with_the_phylum_are_of_its_code():
    """Tables of many laboratories have columns from the phylum on."""
    rows = [
        (None, None, "Pseudomonadota", "Bacillus"),
        (None, None, "Bacillota_A", "Bacillus"),
        (None, "Pseudomonadati", None, "Bacillus"),
        (None, None, "Candidatus Rokuibacteriota", "Bacillus"),
        (None, None, "Arthropoda", "Bacillus"),
        (None, None, "Ascomycota", "Bacillus"),
        (None, None, None, "Bacillus"),
        ("Viruses", None, None, "Bacillus"),
    ]
    found = pl.DataFrame(rows, schema=SCHEMA, orient="row").select(genus_of()).to_series()
    codes = [name.partition(":")[0] for name in found]
    assert codes == [*["ICNP"] * 4, "ICZN", "ICN", "", "Viruses"]


def test_laboratories_have_in_common_what_merging_by_genus_would_make_one():
    features = pl.DataFrame(ROWS, schema=SCHEMA, orient="row").with_columns(
        feature_id=pl.Series(str(n) for n in range(len(ROWS))), flags=pl.lit("")
    )
    has = {"a": "024", "b": "13578"}
    pairs = [(library, one) for library, own in has.items() for one in own]
    tables = {
        "features": features,
        "libraries": pl.DataFrame(
            {"library_id": list(has), "assay_id": list(has), "control_type": ["", ""]}
        ),
        "assays": pl.DataFrame(
            {
                **{"assay_id": list(has), "library_strategy": "AMPLICON"},
                "target_gene": ["16S rRNA", "ITS"],
            }
        ),
        "counts": pl.DataFrame(pairs, schema=["library_id", "feature_id"], orient="row"),
    }
    dataset = SimpleNamespace(tables={name: one.lazy() for name, one in tables.items()})
    (row,) = genera_in_common(dataset, {name: name for name in has})
    assert (row["one_genera"], row["other_genera"], row["in_common"]) == (3, 3, 2)
