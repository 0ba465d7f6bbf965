"""The methods section of a run's dataset."""

from __future__ import annotations

import re

import polars as pl
import pytest
from example_dataset import example_dataset, example_tables

from soilbio.dataset.read import read_dataset
from soilbio.report.methods import methods_of
from soilbio.report.sources import TREES, makings_of, sources_of


@pytest.mark.parametrize("has_tree", [True, False])
def test_trees_are_told_and_cited_where_there_are_any(run, has_tree):
    folder = run.write_dataset()
    if has_tree:
        (folder / "trees").mkdir()
        (folder / "trees" / f"{run.assay}.nwk").write_text("(a:1,b:1);\n")
    text = methods_of(read_dataset(folder))
    told = f"A tree of the features of {run.assay} was built with MAFFT and FastTree"
    for part in (told, "Katoh & Standley 2013", "Price et al. 2010", "scikit-bio: Aton"):
        assert (part in text) == has_tree, part


def test_of_how_many_soils_something_is_not_stated_is_told(run):
    for place, sample in enumerate(run.samples):
        sample["depth"] = "0-0.1" if place < 2 else ("not collected" if place == 2 else None)
        sample["sieving"] = "2 mm" if sample["sample_id"].startswith("soil") else None
    text = methods_of(read_dataset(run.write_dataset()))
    assert "taken at a depth (m) of 0-0.1 (not stated of 4 of 6 samples); sieved at" in text
    assert "sieved at (mm) 2 mm." in text
    (lacking,) = [one for one in text.split("\n") if "Not stated of the soils: " in one]
    assert "samp_collect_method" in lacking
    assert "depth," not in lacking.partition("Not stated")[2]


@pytest.mark.parametrize(
    ("changes", "told", "not_told"),
    [
        ({}, ["Sequencing: paired, Illumina MiSeq.", "by sintax ("], ["least confidence"]),
        ({"seq_meth": None}, ["Sequencing: paired. Platform is not stated."], []),
        ({"lib_layout": ""}, ["Layout is not stated."], ["Platform"]),
        ({"seq_meth": None, "lib_layout": None}, ["Platform and layout are not stated."], []),
        ({"classifier": None}, ["The classifier is not stated."], [" by  "]),
        (
            {"classifier": None, "confidence_cutoff": None},
            ["The classifier and the least confidence of a name are not stated."],
            [],
        ),
        ({"classifier_version": "v 1.2"}, ["by sintax (v 1.2) ["], []),
        ({"classifier_version": None}, ["by sintax (version not stated) ["], []),
    ],
)
def test_what_is_not_stated_of_an_assay_is_said_to_be_so(tmp_path, changes, told, not_told):
    tables = example_tables()
    cells = [pl.lit(value).alias(name) for name, value in changes.items()]
    tables["assays"] = tables["assays"].with_columns(cells)
    text = methods_of(read_dataset(example_dataset(tmp_path, tables)))
    for part in told:
        assert part in text, part
    for part in not_told:
        assert part not in text, part


NUMBER = re.compile(r"\[(\d+(?:, \d+)*)\]")


def cited_in(text: str) -> tuple[list[int], list[str]]:
    """Give the numbers in a text in the order in which they come first, and its references."""
    told, _, references = text.partition("## References\n\n")
    numbers = [int(one) for found in NUMBER.findall(told) for one in found.split(", ")]
    return list(dict.fromkeys(numbers)), [
        line.split(". ", 1)[1] for line in references.splitlines()
    ]


def test_all_that_is_listed_is_cited_where_it_was_used_and_nothing_else(tmp_path):
    tables = example_tables()
    words = {"trim_method": "cutadapt 4.6", "engine_parameters": '{"chimeras": "uchime3_denovo"}'}
    cells = [pl.lit(value).alias(name) for name, value in words.items()]
    tables["assays"] = tables["assays"].with_columns(cells)
    dataset = read_dataset(example_dataset(tmp_path, tables))
    numbers, listed = cited_in(methods_of(dataset))
    assert numbers == [*range(1, len(listed) + 1)]
    makings = makings_of(dataset.folder, {})
    every = sources_of(tables["assays"].to_dicts(), {}, makings, also=[TREES])
    assert sorted(listed) == sorted(every)
    text = methods_of(dataset)
    place = next(n for n, one in enumerate(listed, start=1) if one.startswith("UNOISE"))
    assert re.search(rf"made with unoise \([^)]*\) \[[\d, ]*\b{place}\b", text)
