"""What was received, merged of several or without names, is merged soundly, and exported again."""

from __future__ import annotations

import json
import pathlib
import random

import pytest

from soilbio.cli.main import main
from soilbio.dataset.history import HISTORY
from soilbio.dataset.read import read_dataset

LONG, *OTHERS = ("".join(random.Random(seed).choices("ACGT", k=253)) for seed in range(4))
SHORT = LONG[3:]
CLASSES = "identity location region time environment management method counts derived"
AGREEMENT = """\
id: {name}
version: "1.0"
title: Agreement {name}
contact: data@partner.example
licence: CC-BY-4.0
parties:
  - {{name: Partner, role: provider}}
grants:
  - name: all
    recipient: public
    purposes: [DUO:0000042]
    classes: {{controls: allow, {classes}, sequences: {sequences}, taxonomy: {taxonomy}}}
"""
METHOD = """\
title: A laboratory
agreement: {name}@1.0
assay:
  assay_id: 16S-V4-515FY-806RB
  engine: {engine}
  reference: SILVA
  reference_version: "138"
"""
TO = ("--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-06-01")


@pytest.fixture
def laboratory(tmp_path):
    def make(library, counts, sequences, taxonomy="allow", lineages=None, engine="dada2"):
        own = tmp_path / f"of {library}"
        (own / "agreements").mkdir(parents=True)
        name = f"sequences-{sequences}-taxonomy-{taxonomy}"
        classes = ", ".join(f"{one}: allow" for one in CLASSES.split())
        text = AGREEMENT.format(name=name, classes=classes, sequences=sequences, taxonomy=taxonomy)
        (own / "agreements" / f"{name}.yaml").write_text(text)
        (own / "method.yaml").write_text(METHOD.format(name=name, engine=engine))
        named = lineages or {}
        header = f"id\t{library}" + ("\ttaxonomy" if named else "")
        lines = "".join(
            f"{sequence}\t{number}" + (f"\t{named.get(sequence, '')}\n" if named else "\n")
            for sequence, number in counts.items()
        )
        (own / "t.tsv").write_text(f"{header}\n{lines}")
        words = ["import", "table", str(own / "t.tsv"), "--method", str(own / "method.yaml")]
        assert main([*words, "--out", str(tmp_path / library)]) in (0, None)
        return str(tmp_path / library)

    return make


@pytest.fixture
def received(tmp_path):
    """Give what others get of a dataset."""

    def send(dataset: str):
        target = f"{dataset} sent"
        assert main(["export", "partner", dataset, *TO, "--out", target]) in (0, None)
        return f"{target}/dataset"

    return send


def merge(*words: str):
    """Merge datasets, and give the levels of their pairs."""
    assert main(["harmonise", *map(str, words)]) == 0
    history = json.loads((pathlib.Path(words[words.index("--out") + 1]) / HISTORY).read_text())
    return history["level"], [pair["level"] for pair in history["pairs"]]


def grouped(folder) -> set[frozenset[tuple[str, int]]]:
    """Give the counts of each feature, whatever it is called."""
    found: dict[str, set[tuple[str, int]]] = {}
    rows = read_dataset(folder).table("counts").select("feature_id", "library_id", "count")
    for feature, library, number in rows.iter_rows():
        found.setdefault(feature, set()).add((library, number))
    return {frozenset(own) for own in found.values()}


def test_a_feature_made_one_by_sequences_that_are_withheld_stays_one(laboratory, tmp_path):
    north = laboratory("north", {LONG: 5, OTHERS[0]: 6}, "withhold")
    south = laboratory("south", {SHORT: 7, OTHERS[1]: 8}, "withhold")
    east = laboratory("east", {SHORT: 9, OTHERS[2]: 3}, "withhold")
    assert main(["harmonise", north, south, "--out", str(tmp_path / "m")]) == 0
    words = ["export", "partner", str(tmp_path / "m"), *TO, "--out", str(tmp_path / "sent")]
    assert main(words) in (0, None)
    received = tmp_path / "sent" / "dataset"
    assert frozenset({("north", 5), ("south", 7)}) in grouped(received)
    assert main(["harmonise", str(received), east, "--out", str(tmp_path / "again")]) == 0
    assert grouped(tmp_path / "again") >= grouped(received)
    # The sender's own key makes the same pseudonyms again.
    out = tmp_path / "out"
    assert main(["export", "tsv", str(tmp_path / "again"), *TO, "--out", str(out)]) in (0, None)
    assert (out / "features.tsv").is_file()


_ABOVE = "k__Bacteria; p__Firmicutes; c__Bacilli; o__Bacillales; f__Bacillaceae"
LINEAGES = {
    LONG: f"{_ABOVE}; g__Bacillus",
    OTHERS[0]: f"{_ABOVE}; g__Bacillus",
    OTHERS[1]: f"{_ABOVE}; g__Geobacillus",
}
SOILS = {LONG: 5, OTHERS[0]: 6, OTHERS[1]: 7}
APART = {frozenset({("north", number)}) for number in SOILS.values()}


@pytest.mark.parametrize("engine", ["dada2", "mothur"])
def test_what_came_without_names_is_neither_added_up_nor_compared_by_names(
    laboratory, received, tmp_path, engine, capsys
):
    north = received(laboratory("north", SOILS, "withhold", "withhold", LINEAGES))
    south = laboratory("south", SOILS, "allow", "allow", LINEAGES, engine)
    out = tmp_path / "out"
    assert merge(north, south, "--out", out)[1] == ["presence"]
    assert grouped(out) >= APART
    assert merge(north, south, "--out", out, "--level", "genus") == ("genus", ["presence"])
    assert grouped(out) == APART | {frozenset({("south", 11)}), frozenset({("south", 7)})}
    assert main(["dataset", "validate", str(out)]) == 0
    capsys.readouterr()
    assert main(["compare", north, south]) == 0
    assert "withheld by its sender" in capsys.readouterr().out


def test_sequences_are_merged_though_their_names_are_withheld(laboratory, received, tmp_path):
    north = received(laboratory("north", SOILS, "allow", "withhold", LINEAGES))
    south = laboratory("south", SOILS, "allow", "allow", LINEAGES)
    out = tmp_path / "out"
    assert merge(north, south, "--out", out) == ("feature", ["feature"])
    assert grouped(out) == {
        frozenset({("north", number), ("south", number)}) for number in SOILS.values()
    }
    assert merge(north, south, "--out", out, "--level", "genus") == ("genus", ["presence"])


def test_what_one_sender_withheld_twice_is_told_apart_by_the_same_pseudonyms(
    laboratory, received, tmp_path
):
    north = laboratory("north", SOILS, "withhold", "withhold", LINEAGES)
    south = laboratory("south", SOILS, "withhold", "withhold", LINEAGES)
    out = tmp_path / "out"
    assert merge(received(north), received(south), "--out", out)[1] == ["feature"]
    assert len(grouped(out)) == len(SOILS)


def test_what_is_not_classified_is_no_withheld_name(laboratory, received, tmp_path):
    vague = {**LINEAGES, OTHERS[0]: "", OTHERS[1]: ""}
    north = received(laboratory("north", SOILS, "withhold", "allow", vague))
    south = laboratory("south", SOILS, "allow", "allow", vague, "mothur")
    out = tmp_path / "out"
    assert merge(north, south, "--out", out) == ("genus", ["genus"])
    assert frozenset({("north", 13), ("south", 13)}) in grouped(out)


def test_merged_with_others_before_it_stays_beside_them(laboratory, received, tmp_path):
    north = received(laboratory("north", SOILS, "withhold", "withhold", LINEAGES))
    south = laboratory("south", SOILS, "allow", "allow", LINEAGES, "mothur")
    east = laboratory("east", SOILS, "allow", "allow", LINEAGES, "uparse")
    first, out = tmp_path / "first", tmp_path / "out"
    merge(north, south, "--out", first, "--level", "genus")
    levels = merge(first, east, "--out", out)[1]
    assert sorted(levels) == ["genus", "presence", "presence"]
    assert grouped(out) == APART | {
        frozenset({("south", number), ("east", number)}) for number in (11, 7)
    }


@pytest.mark.parametrize("lineages", [None, dict.fromkeys(SOILS, "k__Bacteria")])
def test_what_was_never_classified_is_not_compared_by_names(laboratory, tmp_path, lineages):
    north = laboratory("north", SOILS, "allow", "allow", LINEAGES)
    south = laboratory("south", SOILS, "allow", "allow", lineages, "mothur")
    out = tmp_path / "out"
    assert merge(north, south, "--out", out) == ("feature", ["presence"])
    assert merge(north, south, "--out", out, "--level", "genus") == ("genus", ["presence"])
    east = laboratory("east", SOILS, "allow", "allow", lineages, "dada2")
    assert merge(south, east, "--out", out)[1] == ["presence"]


def test_what_has_no_name_is_not_added_up_beside_names(laboratory, tmp_path):
    others = {SHORT[9:]: 5, OTHERS[2]: 6, OTHERS[2][5:]: 7}
    north = laboratory("north", SOILS, "allow", "allow", LINEAGES)
    south = laboratory("south", others, "allow", "allow", None, "mothur")
    merge(north, south, "--out", tmp_path / "out", "--level", "genus")
    assert grouped(tmp_path / "out") == {
        *(frozenset({("south", number)}) for number in others.values()),
        *(frozenset({("north", number)}) for number in (11, 7)),
    }
    features = read_dataset(tmp_path / "out").table("features")
    assert features["sequence"].drop_nulls().len() == len(others)
