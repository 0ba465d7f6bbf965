"""What was sequenced counts once, though each profiler makes a library of it in the dataset."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace

import polars as pl
import pytest

from soilbio.report.methods import _what
from soilbio.report.methods_merging import _counts
from soilbio.report.sections_run import summary_blocks
from soilbio.report.summaries import OTHER, composition, libraries_once, number_of_features
from soilbio.standards.sharing_classes import SharingClass

ASSAYS = {"16S": "AMPLICON", "wgs-kraken2": "WGS", "wgs-sylph": "WGS", "wgs-ssu": "WGS"}
# Library, assay, control, reads in the files, reads of the last step.
LIBRARIES = [
    ("A1", "16S", "", 100, 60),
    ("M1-kraken2", "wgs-kraken2", "", 4000, 3900),
    ("M1-sylph", "wgs-sylph", "", 4000, 3900),
    ("M1-ssu", "wgs-ssu", "", 4000, 12),
    ("N1-kraken2", "wgs-kraken2", "extraction_blank", 50, 40),
    ("N1-sylph", "wgs-sylph", "extraction_blank", 50, 40),
]
COUNTS = [
    *[("A1", "x", 40, None), ("A1", "y", 20, None)],
    *[("M1-kraken2", "ncbi:2", 3000, None), ("M1-kraken2", "unclassified", 900, None)],
    *[("M1-sylph", "genome:1", None, 0.4), ("M1-sylph", "unclassified", None, 0.6)],
    *[("M1-ssu", "ssu:1", 12, None), ("N1-kraken2", "unclassified", 40, None)],
]


def tables(*, has_steps: bool = True, libraries=LIBRARIES, counts=COUNTS):
    rows = [
        {
            **{"library_id": name, "assay_id": assay, "sample_id": name[:2], "status": "ok"},
            **{"control_type": control, "status_reason": ""},
            **{"reads_raw": raw if has_steps else None},
            **{"reads_nonchimeric": kept if has_steps else None},
        }
        for name, assay, control, raw, kept in libraries
    ]
    numbers = {"reads_raw": pl.Int64, "reads_nonchimeric": pl.Int64}
    columns = {"library_id": pl.String, "feature_id": pl.String, "count": pl.Int64}
    columns["relative_abundance"] = pl.Float64
    assays = {"assay_id": list(ASSAYS), "library_strategy": list(ASSAYS.values())}
    features = sorted({feature for _, feature, _, _ in counts})
    return {
        "libraries": pl.LazyFrame(rows, schema_overrides=numbers),
        "assays": pl.LazyFrame(assays),
        "counts": pl.LazyFrame(counts, schema=columns, orient="row"),
        "features": pl.LazyFrame({"feature_id": features}),
    }


def test_a_library_without_a_result_counts_once_whatever_its_profilers():
    subjects = [
        SimpleNamespace(status=status, sequenced=name, sample=name, is_sample=True)
        for name, status in [("M1", "ok"), ("M1", "ok"), ("N1", "failed"), ("N1", "failed")]
    ]
    view = SimpleNamespace(
        **{"samples": subjects, "subjects": subjects, "columns": [], "assays": []},
        sequenced_once=lambda all_of_them: all_of_them[::2],
        audience=SimpleNamespace(sees=lambda share: share is SharingClass.METHOD),
    )
    text, _ = summary_blocks(SimpleNamespace(view=view, soils=""))
    assert "1 library gave no result; see Problems." in text


@pytest.mark.parametrize("has_steps", [True, False])
def test_libraries_and_their_reads_count_once(has_steps):
    once = libraries_once(tables(has_steps=has_steps))
    assert once == {"A1": (False, 60), "M1": (False, 3900), "N1": (True, 40)}


def test_reads_of_shares_alone_are_not_known():
    own = [row for row in LIBRARIES if row[1] == "wgs-sylph"]
    counts = [row for row in COUNTS if row[0].endswith("-sylph")]
    made = tables(has_steps=False, libraries=own, counts=counts)
    assert libraries_once(made) == {"M1": (False, None), "N1": (True, None)}
    assert "reads" not in _what(dataset(made))
    assert "there are 2 features" in _what(dataset(made))


def dataset(made):
    return SimpleNamespace(tables=made, table=lambda name: made[name].collect())


def test_a_methods_section_says_what_was_sequenced():
    made = tables()
    assert number_of_features(made) == 6
    assert _what(dataset(made)) == (
        "2 soil samples were sequenced in 2 libraries, beside 1 control; 4,000 reads, pairs"
        " counted once, were kept in 6 features."
    )


def test_a_received_dataset_is_not_said_to_hold_all_reads_where_regions_were_cut():
    """What was lost stays with who merged; that something may be is said."""
    window = {"16S rRNA": {"forward_primer": "GTG", "reverse_primer": "GGA"}}
    assert "outside the common region" in _counts({"common_regions": window, "losses": []})
    assert _counts({"common_regions": {}, "losses": []}) == "raw counts were kept"


def test_the_names_that_are_shown_are_those_of_samples():
    counts = [("A1", "x", 100, None), ("A1", "few", 1, None)]
    counts += [("N1", f"reagent {n}", 5, None) for n in range(20)]
    known = tables(counts=counts)
    features = known["features"].with_columns(flags=pl.lit(""), genus=pl.col("feature_id"))
    found = composition({**known, "features": features}, ["A1", "N1"], "genus", ["A1"])
    assert found.names == ("x", "few", OTHER)
    assert found.shares["N1"] == {OTHER: pytest.approx(1)}
    controls = composition({**known, "features": features}, ["A1", "N1"], "genus")
    assert len(controls.names) > 3


def test_shares_are_added_up_to_the_same_number_in_any_order():
    """A tenth at a time: which is added first moves the last digits, and 38.05 is 38 or 38.1."""
    parts = [0.1, 0.2, 0.3, 0.2805]
    found = set()
    for order in permutations(range(len(parts))):
        counts = [("a", f"f{n}", None, parts[n]) for n in order]
        whole = tables(counts=[*counts, ("a", "rest", None, 0.1195)])
        names = pl.when(pl.col("feature_id") == "rest").then(pl.lit("B")).otherwise(pl.lit("A"))
        whole["features"] = whole["features"].with_columns(genus=names, flags=pl.lit(""))
        found.add(composition(whole, ["a"], "genus").shares["a"]["A"])
    assert found == {0.8805}
