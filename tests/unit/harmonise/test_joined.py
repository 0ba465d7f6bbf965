"""Which sequences are one but for their ends, libraries decide that are shared alike."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from example_dataset import PROVENANCE
from merged_example import LONG, OTHER, OWN, SAME, SHORT, id_of, view
from unit.exporters.test_merged_lots import SEMI, SHUT, laboratory

from soilbio.dataset.history import LOTS, ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.harmonise.joined import joined_by_ends
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules

X = {"x-soil": ("", SEMI, (LONG, OTHER))}
Y = {"y-soil": ("", SEMI, (SHORT, SAME))}
WITHHELD = {
    "both": {"z-soil": ("", SHUT, (LONG, SHORT))},
    "a third": {"z-soil": ("", SHUT, (f"ACG{LONG}",))},
    "in the same dataset": {"y-closed": ("", SHUT, (LONG, OWN))},
    "control": {"y-blank": ("extraction_blank", SEMI, (LONG, OWN))},
}


def made(folder: Path, libraries) -> Path:
    """Make a laboratory that has sequences without names."""
    return laboratory(
        folder,
        {
            name: (control, tag, dict.fromkeys(own, (None, None)))
            for name, (control, tag, own) in libraries.items()
        },
    )


def merge(folders, target: Path) -> Path:
    harmonise(folders, target, "feature", read_rules())
    return target


def called(folder: Path, library: str) -> set[str]:
    counts = read_dataset(folder).table("counts")
    return set(counts.filter(library_id=library)["feature_id"])


@pytest.mark.parametrize("withheld", WITHHELD)
def test_no_withheld_sequence_keeps_two_apart(withheld, tmp_path):
    """That they are two would tell that others have one of them, or one that holds them."""
    x = made(tmp_path / "x", X)
    alone = merge([x, made(tmp_path / "y", Y)], tmp_path / "alone")
    own = WITHHELD[withheld]
    if "z-soil" in own:
        folders = [tmp_path / "y", made(tmp_path / "z", own)]
    else:
        folders = [made(tmp_path / "more" / "y", {**Y, **own})]
    beside = merge([x, *folders], tmp_path / "beside")
    assert called(beside, "y-soil") == {id_of(LONG), id_of(SAME)}
    assert called(beside, "x-soil") == {id_of(LONG), id_of(OTHER)}
    for table in ("features", "counts"):
        found, expected = (view(one, "public").tables[table].collect() for one in (beside, alone))
        assert found.equals(expected), table


def test_a_control_is_called_as_the_soils_are_that_go_with_it(tmp_path):
    """Whoever sees it sees these; what of it is in the soils would not be known else."""
    y = made(tmp_path / "y", {**Y, "y-blank": ("extraction_blank", SEMI, (SHORT,))})
    merged = merge([made(tmp_path / "x", X), y], tmp_path / "m")
    assert called(merged, "y-blank") == {id_of(LONG)}


@pytest.mark.parametrize("in_closed", [(SHORT,), (LONG,), (LONG, SHORT)])
def test_what_is_one_in_some_libraries_only_is_taken_apart_when_more_is_added(in_closed, tmp_path):
    x = made(tmp_path / "x", X)
    y = made(tmp_path / "y", {**Y, "y-closed": ("", SHUT, in_closed)})
    w = made(tmp_path / "w", {"w-soil": ("", SEMI, (OWN, f"{LONG}AC"))})
    first = merge([x, y], tmp_path / "first")
    assert called(first, "y-soil") == {id_of(LONG), id_of(SAME)}
    assert called(first, "y-closed") == {id_of(one) for one in in_closed}
    later = merge([first, w], tmp_path / "later")
    once = merge([x, y, w], tmp_path / "once")
    assert called(once, "y-soil") == {id_of(SHORT), id_of(SAME)}
    for file in ("counts.parquet", "features.parquet", ORIGINS):
        assert (later / file).read_bytes() == (once / file).read_bytes(), file


def test_a_soil_that_is_called_one_goes_with_those_that_are_not(tmp_path):
    """`sample` and nothing in samp_category are the same: neither is a control."""
    y = read_dataset(made(tmp_path / "y", Y))
    tables = dict(y.tables)
    tables["samples"] = tables["samples"].with_columns(samp_category=pl.lit("sample"))
    write_dataset(
        *(tables, y.agreements, tmp_path / "said"),
        extra_columns=y.extra_columns,
        provenance=PROVENANCE,
    )
    merged = merge([made(tmp_path / "x", X), tmp_path / "said"], tmp_path / "m")
    assert called(merged, "y-soil") == {id_of(LONG), id_of(SAME)}


@pytest.mark.parametrize("first", [0, 1])
def test_a_sequence_is_taken_of_whichever_dataset_has_it(first):
    """Tables without their sequences name features by the same MD5."""
    has = [{id_of(LONG): LONG}, {id_of(LONG): None, id_of(SHORT): SHORT}]
    parts = []
    for number in (first, 1 - first):
        columns = {"feature_id": [*has[number]], "sequence": [*has[number].values()]}
        features = pl.LazyFrame(columns, schema_overrides={"sequence": pl.String}).with_columns(
            pl.col("sequence").str.len_chars().cast(pl.Int64).alias("length_bp"),
            pl.lit(str(number)).alias("source"),
            *(pl.lit(None, pl.String).alias(name) for name in ("flags", LOTS)),
        )
        counts = pl.LazyFrame({"library_id": ["l"], "feature_id": [[*has[number]][-1]]})
        parts.append((None, counts, features))
    joined, _ = joined_by_ends(parts, [], {})
    rows = pl.concat([own for _, _, own in joined]).collect()
    assert set(rows["feature_id"]) == {id_of(LONG)}
    assert rows["sequence"].drop_nulls().to_list() == [LONG, LONG]


def test_what_is_joined_in_one_circle_and_stays_in_another_is_counted(tmp_path):
    """The third has the shorter one, too, on other terms: it is called as before."""
    z = made(tmp_path / "z", {"z-closed": ("", SHUT, (SHORT, OWN))})
    folders = [made(tmp_path / "x", X), made(tmp_path / "y", Y), z]
    merged = harmonise(folders, tmp_path / "m", "feature", read_rules())
    assert called(tmp_path / "m", "y-soil") == {id_of(LONG), id_of(SAME)}
    assert called(tmp_path / "m", "z-closed") == {id_of(SHORT), id_of(OWN)}
    apart = "features_kept_apart_by_agreements_though_one_but_for_their_ends"
    assert merged.notes[apart] == 1
    alone = harmonise(folders[:2], tmp_path / "n", "feature", read_rules())
    assert apart not in alone.notes
