"""What the report says of the share of reads that nothing in a database explains."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from soilbio.report.sections_metagenomes import _rows, not_classified_text


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("kraken2", "nothing of 40.0 % (w)."),
        # Its k-mers with a wrong base are of no genome, whatever their read is of.
        ("sourmash", "nothing of at most 40.0 % (w)."),
        ("sourmash gather", "nothing of at most 40.0 % (w)."),
    ],
)
def test_of_sourmash_the_unclassified_share_is_an_upper_limit(engine, words):
    assay = {"assay_id": "w", "library_strategy": "WGS", "abundance": "sequence"}
    subject = SimpleNamespace(
        **{"library_id": "M", "assay_id": "w", "is_sample": True, "status": "ok", "label": "M"},
        group=lambda column: "",
    )
    rows = [("M", "genome:1", None, 0.6), ("M", "unclassified", None, 0.4)]
    columns = {"library_id": pl.String, "feature_id": pl.String, "count": pl.Int64}
    columns["relative_abundance"] = pl.Float64
    features = {"feature_id": ["genome:1", "unclassified"], "species": ["A b", None]}
    tables = {
        "libraries": pl.LazyFrame({"library_id": ["M"], "assay_id": ["w"]}),
        "assays": pl.LazyFrame([assay]),
        "counts": pl.LazyFrame(rows, schema=columns, orient="row"),
        "features": pl.LazyFrame({**features, "genus": ["A", None], "flags": ""}),
    }
    view = SimpleNamespace(
        **{"subjects": [subject], "columns": [], "assays": [{**assay, "engine": engine}]},
        is_metagenome=lambda assay_id: True,
    )
    (text,) = not_classified_text(SimpleNamespace(view=view, tables=tables))
    assert text.endswith(words)


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ([("A", "w"), ("B", "w")], [("A", ""), ("B", "")]),
        ([("A", "w"), ("B", "v")], [("B", "v"), ("A", "w")]),
        ([("A", "v"), ("A", "w"), ("B", "w")], [("v", "A"), ("w", "A"), ("w", "B")]),
    ],
)
def test_libraries_of_one_profile_are_rows_and_others_are_headings(profiles, expected):
    subjects = [
        SimpleNamespace(sequenced=name, assay_id=assay, profile_end="") for name, assay in profiles
    ]
    rows = _rows(subjects, {name: name for name, _ in profiles})
    assert [row[1:] for row in rows] == expected
