"""Which sequences are one but for their ends, libraries decide that are shared alike."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from example_dataset import PROVENANCE
from merged_example import LONG, OTHER, OWN, SAME, SHORT, id_of, view
from unit.exporters.test_merged_lots import BARE, ELSE, SEMI, SHUT, laboratory

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
    # Within a dataset two are two; what is one of them is called as whoever sees it knows it.
    both = in_closed if len(in_closed) > 1 else (LONG,)
    assert called(first, "y-closed") == {id_of(one) for one in both}
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
        parts.append((SimpleNamespace(digest=str(number)), counts, features))
    joined, _ = joined_by_ends(parts, [], {})
    rows = pl.concat([own for _, _, own in joined]).collect()
    assert set(rows["feature_id"]) == {id_of(LONG)}
    assert rows["sequence"].drop_nulls().to_list() == [LONG, LONG]


def merged_with_a_third(tmp_path, tag: str, third: str):
    """Merge x and y, of which one has the shorter and one the longer, and z with the shorter."""
    libraries = (("x", LONG, OTHER, tag), ("y", SHORT, SAME, tag), ("z", SHORT, OWN, third))
    folders = [
        made(tmp_path / name, {f"{name}-soil": ("", own, sequences)})
        for name, *sequences, own in libraries
    ]
    return harmonise(folders, tmp_path / "m", "feature", read_rules())


APART = "features_kept_apart_by_agreements_though_one_but_for_their_ends"


@pytest.mark.parametrize(
    ("tag", "third", "name"),
    [(SEMI, SEMI, LONG), (SEMI, SHUT, LONG), (BARE, SEMI, SHORT), (BARE, SHUT, LONG)],
    ids=["alike", "the third is closed", "the third is open", "closed and shut"],
)
def test_whoever_sees_a_sequence_twice_sees_it_under_one_name(tag, third, name, tmp_path):
    """The more closed follow the more open, whom nothing of the closed may reach."""
    merged = merged_with_a_third(tmp_path, tag, third)
    both = {id_of(name)}
    assert called(tmp_path / "m", "x-soil") == both | {id_of(OTHER)}
    assert called(tmp_path / "m", "y-soil") == both | {id_of(SAME)}
    assert called(tmp_path / "m", "z-soil") == both | {id_of(OWN)}
    assert APART not in merged.notes


def test_what_is_joined_where_others_need_not_see_it_is_counted(tmp_path):
    """The third has the shorter one, too, on terms that neither hold the others nor are in them."""
    merged = merged_with_a_third(tmp_path, SEMI, ELSE)
    assert called(tmp_path / "m", "y-soil") == {id_of(LONG), id_of(SAME)}
    assert called(tmp_path / "m", "z-soil") == {id_of(SHORT), id_of(OWN)}
    assert merged.notes[APART] == 1


def test_what_two_tell_apart_of_whom_neither_sees_the_other_stays_two(tmp_path):
    """A third that all of both see has the one, a fourth the other."""
    laboratories = {
        "x": {"x-soil": ("", SEMI, (LONG, OTHER))},
        "y": {"y-soil": ("", ELSE, (SHORT, SAME))},
        "z": {"z-soil": ("", SHUT, (SHORT, OWN))},
        "w": {"w-soil": ("", SHUT, (LONG,))},
    }
    merge([made(tmp_path / name, own) for name, own in laboratories.items()], tmp_path / "m")
    assert called(tmp_path / "m", "z-soil") == {id_of(SHORT), id_of(OWN)}
    assert called(tmp_path / "m", "w-soil") == {id_of(LONG)}
