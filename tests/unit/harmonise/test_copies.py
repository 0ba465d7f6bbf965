"""Who brought data, and received them with others' under pseudonyms, has each library once."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from example_dataset import PROVENANCE
from merged_example import PARTY, view
from unit.exporters.test_merged_lots import (
    NAMED_TO_PARTY,
    NAMELESS,
    SEMI,
    Library,
    laboratory,
)

from soilbio.cli.main import main
from soilbio.dataset.folder import SHARED
from soilbio.dataset.history import HISTORY, ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.errors import InputError
from soilbio.harmonise.copies import _of_the_same_numbers, _same
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.standards.pseudonyms import is_pseudonym

SEQUENCES = ["".join(random.Random(seed).choices("ACGT", k=250)) for seed in range(30)]


def made(
    folder: Path,
    first: int,
    number: int = 12,
    tag: str = NAMELESS,
    called: Mapping[int, str | None] | None = None,
    *,
    has_blank: bool = False,
) -> Path:
    """Make a laboratory with two libraries, which have other numbers of the same sequences."""
    names = {
        one: ((called or {}).get(n, f"Genus{n}"), None)
        for n, one in enumerate(SEQUENCES)
        if first <= n < first + number
    }
    backwards = dict(reversed(names.items()))
    libraries: dict[str, Library] = {
        f"{folder.name}-{n}": ("", tag, own) for n, own in enumerate((names, backwards))
    }
    if has_blank:
        few = {one: names[one] for one in sorted(names)[:2]}
        libraries[f"{folder.name}-blank"] = ("extraction_blank", tag, few)
    return laboratory(folder, libraries)


def merge(folders, target: Path, level: str = "genus"):
    return harmonise(folders, target, level, read_rules())


def shared(dataset: Path, folder: Path) -> Path:
    """Give a dataset to everybody."""
    asked = ["--recipient", "public", "--purpose", "DUO:0000042", "--out", str(folder)]
    assert main(["export", "partner", str(dataset), *asked]) == 0
    return folder / "dataset"


@pytest.mark.parametrize("level", ["feature", "genus"])
def test_a_contributor_s_own_libraries_are_there_once(level, tmp_path):
    x, y = made(tmp_path / "x", 0), made(tmp_path / "y", 5)
    whole = merge([x, y], tmp_path / "whole", level)
    assert not whole.copies
    received = shared(tmp_path / "whole", tmp_path / "received")
    merged = merge([received, x], tmp_path / "again", level)
    again = read_dataset(tmp_path / "again")
    libraries = again.table("libraries")["library_id"].to_list()
    assert len(libraries) == 4
    assert {one for one in libraries if not is_pseudonym(one)} == {"x-0", "x-1"}
    assert again.table("samples").height == 4
    assert {row[2:4] for row in merged.copies} == {("x", "x-0"), ("x", "x-1")}
    told = (tmp_path / "again" / "provenance" / "copies.tsv").read_text().splitlines()
    assert len(told) == 3
    # As if the others alone had been received.
    counts = read_dataset(tmp_path / "whole").table("counts")
    assert again.table("counts")["count"].sum() == counts["count"].sum()
    assert main(["dataset", "validate", str(tmp_path / "again")]) == 0
    origins = pl.read_parquet(tmp_path / "again" / ORIGINS)
    assert set(origins["feature_id"]) == set(again.table("features")["feature_id"])


@pytest.mark.parametrize("name", ["Else", None])
def test_libraries_are_known_where_one_sequence_is_called_otherwise_by_others(name, tmp_path):
    """What is merged of a disputed sequence is not what its owner says of it."""
    x = made(tmp_path / "x", 0, 20)
    y = made(tmp_path / "y", 10, 20, called={15: name})
    merge([x, y], tmp_path / "whole")
    merged = merge([shared(tmp_path / "whole", tmp_path / "received"), x], tmp_path / "again")
    assert {row[2:4] for row in merged.copies} == {("x", "x-0"), ("x", "x-1")}


def test_a_laboratory_s_blank_goes_with_its_soils(tmp_path):
    """Two features alone would not tell; where its laboratory's soils are known they do."""
    x, y = (made(tmp_path / name, 5 * n, has_blank=True) for n, name in enumerate("xy"))
    merge([x, y], tmp_path / "whole")
    merged = merge([shared(tmp_path / "whole", tmp_path / "received"), x], tmp_path / "again")
    assert {row[2:4] for row in merged.copies} == {("x", "x-0"), ("x", "x-1"), ("x", "x-blank")}
    assert read_dataset(tmp_path / "again").table("libraries").height == 6
    history = json.loads((tmp_path / "again/provenance/harmonised.json").read_text())
    assert len(history["datasets"]) == 2


def counted_less(dataset: Path, folder: Path) -> Path:
    """Leave the feature of fewest reads out of each library, as a common region may do."""
    plain = read_dataset(dataset)
    counts = plain.table("counts").filter(
        pl.col("count") > pl.col("count").min().over("library_id")
    )
    write_dataset(
        {**plain.tables, "counts": counts},
        *(plain.agreements, folder),
        extra_columns=plain.extra_columns,
        provenance=PROVENANCE,
    )
    return folder


def counted_more_in(dataset: Path, library: str, folder: Path) -> Path:
    """Count more of each feature in one library."""
    plain = read_dataset(dataset)
    is_there = pl.col("library_id") == library
    count = pl.when(is_there).then(pl.col("count") + 3).otherwise("count").alias("count")
    write_dataset(
        {**plain.tables, "counts": plain.table("counts").with_columns(count)},
        *(plain.agreements, folder),
        extra_columns=plain.extra_columns,
        provenance=PROVENANCE,
    )
    return folder


def test_libraries_are_known_where_a_common_region_left_some_reads_out(tmp_path):
    x = made(tmp_path / "x", 0, 20)
    received = shared(counted_less(x, tmp_path / "less"), tmp_path / "received")
    y = made(tmp_path / "y", 5)
    merge([received, y], tmp_path / "whole")
    merged = merge([tmp_path / "whole", x], tmp_path / "again")
    assert {row[3] for row in merged.copies} == {"x-0", "x-1"}


def of_one_soil(folder: Path, name: str, first: int, tag: str = NAMELESS) -> Path:
    """Make a laboratory whose first sample is of a soil that has an id of its owner's."""
    plain = read_dataset(made(folder / "plain" / name, first, tag=tag))
    is_first = pl.col("sample_id") == f"{name}-0"
    material = pl.when(is_first).then(pl.lit("LTE-P1")).alias("source_mat_id")
    tables = {**plain.tables, "samples": plain.table("samples").with_columns(material)}
    write_dataset(
        *(tables, plain.agreements, folder / name),
        extra_columns=plain.extra_columns,
        provenance=PROVENANCE,
    )
    return folder / name


def test_two_releases_of_one_sender_are_merged_though_others_share_a_soil_since(tmp_path):
    """Its pseudonym is another one then."""
    x, y, z = (of_one_soil(tmp_path, name, n) for n, name in enumerate("xyz"))
    for number, own in enumerate([(x, y), (x, y, z)]):
        merge(own, tmp_path / f"whole{number}")
        shared(tmp_path / f"whole{number}", tmp_path / f"release{number}")
    releases = [tmp_path / f"release{number}" / "dataset" for number in range(2)]
    told = [
        set(read_dataset(one).table("samples")["source_mat_id"].drop_nulls()) for one in releases
    ]
    assert all(map(len, told))
    merged = merge(releases, tmp_path / "both")
    assert merged.notes["samples_of_one_material"] == 3
    assert merged.notes["samples_of_one_material_are_so_many_soils"] == 1
    whole = json.loads((tmp_path / "both/provenance/harmonised.json").read_text())
    assert whole.get("tells_soils")
    # And where the first was merged with one's own, which knows the soil's name.
    merge([releases[0], x], tmp_path / "mine")
    merged = merge([tmp_path / "mine", releases[1]], tmp_path / "later")
    assert merged.notes["samples_of_one_material_are_so_many_soils"] == 1
    samples = read_dataset(tmp_path / "later").table("samples")
    assert set(samples["source_mat_id"].drop_nulls()) == {"LTE-P1"}
    assert samples.height == 6


@pytest.mark.parametrize("own", ["", "LTE-P1", "SAMEA1234567"])
def test_which_soils_are_one_stays_known_when_copies_are_left_out(own, tmp_path):
    """The other's sample is of the soil that a pseudonymous sample is of, which is one's own."""
    folders = []
    for name, first in (("x", 0), ("y", 5)):
        made_of = read_dataset(made(tmp_path / "plain" / name, first))
        tables = dict(made_of.tables)
        is_first = pl.col("sample_id") == f"{name}-0"
        tables["samples"] = made_of.table("samples").with_columns(
            pl.when(is_first).then(pl.lit("SAMEA1234567")).alias("source_mat_id")
        )
        write_dataset(
            *(tables, made_of.agreements, tmp_path / name),
            extra_columns=made_of.extra_columns,
            provenance=PROVENANCE,
        )
        folders.append(tmp_path / name)
    merge(folders, tmp_path / "whole")
    received = shared(tmp_path / "whole", tmp_path / "received")
    mine = read_dataset(tmp_path / "x")
    tables = dict(mine.tables)
    tables["samples"] = mine.table("samples").with_columns(
        pl.when(pl.col("source_mat_id").is_not_null())
        .then(pl.lit(own or None))
        .alias("source_mat_id")
    )
    write_dataset(
        *(tables, mine.agreements, tmp_path / "own"),
        extra_columns=mine.extra_columns,
        provenance=PROVENANCE,
    )
    merged = merge([received, tmp_path / "own"], tmp_path / "again")
    assert len(merged.copies) == 2
    assert merged.notes["samples_of_one_material"] == 2
    histories = [
        json.loads((one / "provenance/harmonised.json").read_text())
        for one in (received, tmp_path / "again")
    ]
    assert histories[0].get("tells_soils") == histories[1].get("tells_soils")
    samples = read_dataset(tmp_path / "again").table("samples").drop_nulls("source_mat_id")
    assert samples["source_mat_id"].n_unique() == 1
    assert "x-0" in samples["sample_id"]


def test_libraries_of_one_sum_are_known_where_others_name_much_that_one_s_own_does_not(tmp_path):
    """Half of what x has is named by y alone."""
    unnamed = dict.fromkeys(range(10, 20))
    x = made(tmp_path / "x", 0, 20, called=unnamed)
    y = made(tmp_path / "y", 8, 18)
    merge([x, y], tmp_path / "whole")
    merged = merge([shared(tmp_path / "whole", tmp_path / "received"), x], tmp_path / "again")
    # Both libraries of x have one sum, so that it tells nothing of either.
    assert not merged.copies
    more = counted_more_in(x, "x-0", tmp_path / "other" / "x")
    merge([more, y], tmp_path / "whole2")
    received = shared(tmp_path / "whole2", tmp_path / "received2")
    merged = merge([received, more], tmp_path / "again2")
    assert {row[3] for row in merged.copies} == {"x-0", "x-1"}


@pytest.mark.parametrize("seed", range(4))
def test_each_blank_is_the_one_of_its_own_numbers(seed, tmp_path):
    """The numbers of one are among those of another; pseudonyms come in any order."""
    soil: dict[str, tuple[str | None, str | None]] = {
        one: (f"Genus{n}", None) for n, one in enumerate(SEQUENCES[:12])
    }
    x = laboratory(
        tmp_path / "x",
        {
            "x-0": ("", NAMELESS, soil),
            **{
                f"x-blank{n}": (
                    *("extraction_blank", NAMELESS),
                    dict.fromkeys(SEQUENCES[:n], ("Genus0", "Genus0 a")),
                )
                for n in (1, 2, 3)
            },
        },
    )
    merge([x, made(tmp_path / "y", 5)], tmp_path / "whole", "feature")
    (tmp_path / "pseudonym.key").write_text(f"{seed:064x}\n")
    merged = merge(
        [shared(tmp_path / "whole", tmp_path / "received"), x], tmp_path / "again", "feature"
    )
    assert {row[3] for row in merged.copies} == {"x-0", "x-blank1", "x-blank2", "x-blank3"}
    assert sorted(int(row[4]) for row in merged.copies) == [1, 2, 3, 12]


@pytest.mark.parametrize(
    ("is_window", "expected"), [(True, {"a": "x", "b": "y"}), (False, {"b": "y"})]
)
def test_a_window_may_have_taken_some_numbers_of_a_blank(is_window, expected):
    numbers = {
        "a": Counter([9.0]),
        "b": Counter([4.0]),
        "x": Counter([9.0, 4.0]),
        "y": Counter([4.0]),
    }
    found = _of_the_same_numbers(["a", "b"], ["x", "y"], numbers, is_window=is_window)
    assert dict(found) == expected


def test_libraries_of_few_reads_are_not_taken_for_each_other():
    """Small numbers are alike by chance, and sums of so many libraries are, too."""
    draw = random.Random(5)
    owner = {f"p{n:020x}": "received" for n in range(200)} | {f"L{n}": "own" for n in range(100)}
    counts = pl.LazyFrame(
        [
            (library, f"g{n}", draw.choice([1, 1, 1, 2, 2, 3, 5, 8, 12]), None)
            for library in owner
            for n in range(60)
        ],
        schema={
            **{"library_id": pl.String, "feature_id": pl.String},
            **{"count": pl.Int64, "relative_abundance": pl.Float64},
        },
        orient="row",
    )
    assert list(_same(counts, owner)) == []


def test_one_s_own_id_of_a_soil_is_told_by_no_other_s_agreement(tmp_path):
    """The other tells the party the names of its samples; one's own tells nobody."""
    x, y = of_one_soil(tmp_path, "x", 0), of_one_soil(tmp_path, "y", 5, NAMED_TO_PARTY)
    merge([x, y], tmp_path / "whole")
    merge([shared(tmp_path / "whole", tmp_path / "received"), x], tmp_path / "again")
    materials = read_dataset(tmp_path / "again").table("samples")["source_mat_id"].drop_nulls()
    assert materials.to_list() == ["LTE-P1", "LTE-P1"]
    samples = view(tmp_path / "again", PARTY).tables["samples"].collect()
    assert samples.height == 4
    assert "LTE-P1" not in str(samples.to_dicts())
    # Where both tell it, it is told.
    x = of_one_soil(tmp_path / "open", "x", 0, NAMED_TO_PARTY)
    merge([x, y], tmp_path / "whole2")
    merge([shared(tmp_path / "whole2", tmp_path / "received2"), x], tmp_path / "again2")
    samples = view(tmp_path / "again2", PARTY).tables["samples"].collect()
    assert samples["source_mat_id"].drop_nulls().to_list() == ["LTE-P1", "LTE-P1"]


def test_one_s_own_sample_that_came_back_under_its_name_is_one_of_its_material(tmp_path):
    """The sender tells the party the names of all: x has its libraries and samples twice."""
    x, y = (of_one_soil(tmp_path, name, at, NAMED_TO_PARTY) for name, at in (("x", 0), ("y", 5)))
    merge([x, y], tmp_path / "whole")
    asked = ["--recipient", PARTY, "--purpose", "DUO:0000042", "--out", str(tmp_path / "received")]
    assert main(["export", "partner", str(tmp_path / "whole"), *asked]) == 0
    first = merge([x, y], tmp_path / "first")
    again = merge([x, tmp_path / "received" / "dataset"], tmp_path / "again")
    rows = [
        (tmp_path / name / "provenance" / "same_material.tsv").read_text().splitlines()[1:]
        for name in ("first", "again")
    ]
    samples = [sorted(row.split("\t")[2] for row in own) for own in rows]
    assert samples[0] == samples[1]
    note = "samples_of_one_material"
    assert again.notes[note] == first.notes[note] == len(samples[0]) > 1


def test_one_s_own_leaves_every_delivery_that_has_it(tmp_path, capsys):
    """This year's and last year's, from one sender: the same pseudonyms in both."""
    x, y, z = (made(tmp_path / name, first) for name, first in (("x", 0), ("y", 5), ("z", 10)))
    merge([x, y], tmp_path / "sent" / "whole")
    merge([x, y, z], tmp_path / "sent" / "whole2")
    last = shared(tmp_path / "sent" / "whole", tmp_path / "last")
    this = shared(tmp_path / "sent" / "whole2", tmp_path / "this")
    names = [read_dataset(one).table("libraries")["library_id"].to_list() for one in (last, this)]
    assert len(set(names[0]) & set(names[1])) == 4
    capsys.readouterr()
    target = ["--level", "genus", "--out", str(tmp_path / "again")]
    assert main(["harmonise", str(x), str(last), str(this), *target]) == 0
    assert "has under another name: 2" in (told := capsys.readouterr().out)
    assert "were received, none with the numbers" not in told
    libraries = read_dataset(tmp_path / "again").table("libraries")["library_id"].to_list()
    assert len(libraries) == 6
    assert {one for one in libraries if not is_pseudonym(one)} == {"x-0", "x-1"}


def test_what_came_back_under_one_s_agreement_and_is_not_known_is_told(tmp_path, capsys):
    """One's own table was made anew since: its numbers are others, its soils may be the same."""
    x, y = made(tmp_path / "x", 0), made(tmp_path / "y", 5, tag=NAMED_TO_PARTY)
    merge([x, y], tmp_path / "whole")
    received = shared(tmp_path / "whole", tmp_path / "received")
    new = tmp_path / "new"
    new.mkdir()
    anew = counted_more_in(counted_more_in(x, "x-0", new / "half"), "x-1", new / "x")
    capsys.readouterr()
    target = ["--level", "genus", "--out", str(tmp_path / "again")]
    assert main(["harmonise", str(anew), str(received), *target]) == 0
    told = capsys.readouterr().out
    assert (
        f"2 libraries under {NAMELESS} were received, none with the numbers of the 2 of x" in told
    )


@pytest.mark.parametrize("less", ["a", "z"])
def test_of_what_was_received_twice_stays_what_tells_more(tmp_path, less):
    """The public's release, and a member's with more of the soils, whatever they are called."""
    x, y = made(tmp_path / "x", 0), made(tmp_path / "y", 5)
    merge([x, y], tmp_path / "whole")
    more = {"a": "z", "z": "a"}[less]
    told = read_dataset(shared(tmp_path / "whole", tmp_path / "told")).table("samples")["ph"]
    assert told.null_count() == 0
    public = read_dataset(shared(tmp_path / "whole", tmp_path / "public"))
    emptied = public.tables["samples"].with_columns(ph=pl.lit(None, pl.String))
    write_dataset(
        *({**public.tables, "samples": emptied}, public.agreements, tmp_path / less),
        extra_columns=public.extra_columns,
        provenance=PROVENANCE,
        files={name: public.folder / name for name in (ORIGINS, HISTORY, SHARED)},
    )
    asked = ["--recipient", PARTY, "--purpose", "DUO:0000042", "--out", str(tmp_path / "party")]
    assert main(["export", "partner", str(tmp_path / "whole"), *asked]) == 0
    (tmp_path / "party" / "dataset").rename(tmp_path / more)
    with pytest.raises(InputError, match=f"Leave out {less}"):
        merge([tmp_path / "a", tmp_path / "z"], tmp_path / "again")


@pytest.mark.parametrize(
    ("tag", "held"), [(NAMED_TO_PARTY, [NAMED_TO_PARTY]), (NAMELESS, [NAMELESS])]
)
def test_what_came_back_of_one_s_own_binds_nobody(tmp_path, tag, held):
    """Nothing of x is left of what was received; under its agreement others' rows may be held."""
    x, y = made(tmp_path / "x", 0), made(tmp_path / "y", 5, tag=tag)
    merge([x, y], tmp_path / "whole")
    received = shared(tmp_path / "whole", tmp_path / "received")
    names = {name for one in read_dataset(received).shared for name in one["agreements"]}
    assert names == {NAMELESS, tag}
    merge([received, x], tmp_path / "again")
    assert [one["agreements"] for one in read_dataset(tmp_path / "again").shared] == [held]


def test_in_which_order_they_are_named_does_not_matter(tmp_path):
    x, y = made(tmp_path / "x", 0), made(tmp_path / "y", 5)
    merge([x, y], tmp_path / "whole")
    received = shared(tmp_path / "whole", tmp_path / "received")
    merge([received, x], tmp_path / "a")
    merge([x, received], tmp_path / "b")
    for name in ("counts", "features", "libraries"):
        both = [(tmp_path / one / f"{name}.parquet").read_bytes() for one in "ab"]
        assert both[0] == both[1]


def test_what_is_only_one_s_own_under_pseudonyms_is_to_be_left_out(tmp_path):
    x = made(tmp_path / "x", 0)
    received = shared(x, tmp_path / "received")
    with pytest.raises(InputError) as caught:
        merge([received, x], tmp_path / "m")
    (problem,) = caught.value.problems
    assert (problem.code, problem.source) == ("harmonise-twice", "received")
    assert "libraries of x, under pseudonyms" in problem.found


@pytest.mark.parametrize("tag", [SEMI, NAMELESS])
def test_few_features_tell_nothing_under_whatever_names(tag, tmp_path):
    """Of few features numbers are alike by chance."""
    x = made(tmp_path / "x", 0, 8, tag)
    twin = made(tmp_path / "more" / "z", 0, 8, tag)
    other = shared(twin, tmp_path / "received")
    merged = merge([other, x], tmp_path / "m")
    assert not merged.copies
    assert read_dataset(tmp_path / "m").table("libraries").height == 4


def test_who_imported_one_dataset_with_two_prefixes_is_told_so(tmp_path):
    """Names that are no pseudonyms do not tell; of another laboratory some numbers may be alike."""
    one, again = made(tmp_path / "a", 0), made(tmp_path / "again", 0)
    other = made(tmp_path / "b", 1)
    merge([one, other], tmp_path / "c")
    for folders in ([one, again], [again, other, one], [tmp_path / "c", again]):
        for level in ("genus", "feature"):
            if level == "feature" and folders[0] == tmp_path / "c":
                continue  # it was merged by genus
            with pytest.raises(InputError) as caught:
                merge(folders, tmp_path / "d", level)
            (problem,) = caught.value.problems
            assert problem.code == "harmonise-twice"
            assert {problem.source, str(problem.found).split()[3].strip(",")} >= {"again"}
    assert not (tmp_path / "d").exists()


def delivered(folder: Path, *called: str) -> Path:
    """Make a laboratory whose libraries have the numbers of their places, whatever their names."""
    names = [(one, (f"Genus{n}", None)) for n, one in enumerate(SEQUENCES)]
    libraries: dict[str, Library] = {
        name: ("", NAMELESS, dict(names[3 * n :] + names[: 3 * n])) for n, name in enumerate(called)
    }
    return laboratory(folder, libraries)


@pytest.mark.parametrize("corrected", [("P1", "P-2", "P-3", "P4"), ("P1", "P-2", "P-3", "P-4")])
def test_a_dataset_delivered_again_with_some_names_corrected_is_no_second_one(tmp_path, corrected):
    before = delivered(tmp_path / "before", "P1", "P2", "P3", "P4")
    again = delivered(tmp_path / "again", *corrected)
    with pytest.raises(InputError) as caught:
        merge([before, again], tmp_path / "c")
    (problem,) = caught.value.problems
    assert problem.code == "harmonise-twice"
    assert "P-2 = P2, P-3 = P3" in str(problem.found)
    assert not (tmp_path / "c").exists()


def test_libraries_of_one_name_are_one_where_no_other_has_their_numbers(tmp_path):
    before = delivered(tmp_path / "before", "P1", "P2")
    more = delivered(tmp_path / "more", "P1", "P2", "P3", "P4")
    merge([before, more], tmp_path / "c")
    assert read_dataset(tmp_path / "c").table("libraries").height == 4
