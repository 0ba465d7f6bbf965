"""What one laboratory did with a soil is said of no other that has the same sample."""

from __future__ import annotations

from itertools import permutations

import polars as pl
import pytest
from unit.harmonise.test_measured import laboratory, listed, soil
from unit.harmonise.test_merge import merge, renamed, write

from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.harmonise.compare import compare
from soilbio.harmonise.rules import fields_of, read_rules
from soilbio.harmonise.sources import assays_of, read_sources
from soilbio.report.methods import methods_of

WORK = {
    **{"nucl_acid_ext_kit": "DNeasy PowerSoil Pro", "pcr_cond": "annealing:50_0.5;30"},
    **{"samp_size": "0.25 g", "store_cond": "frozen", "seq_meth": "Illumina MiSeq"},
}
OTHER_WORK = {name: f"another {text}" for name, text in WORK.items()}
KIT = "nucl_acid_ext_kit"


def pair_of(folders):
    """Compare the first assays of two datasets."""
    rules = read_rules()
    assays = assays_of(read_sources(folders), fields_of(rules))
    one, other = (
        min(name for name in assays if name.startswith(f"{folder.name}: ")) for folder in folders
    )
    chosen = {name: assays[name] for name in (one, other)}
    return compare(chosen, rules)[0]


@pytest.mark.parametrize("theirs", [{}, dict.fromkeys(WORK, "not collected"), OTHER_WORK])
def test_work_that_laboratories_tell_differently_is_in_no_one_s_cell(tmp_path, theirs):
    a = laboratory(tmp_path / "a", **WORK, samp_collect_device="auger")
    b = laboratory(tmp_path / "b", **theirs)
    for number, order in enumerate(permutations([a, b])):
        merged = tmp_path / f"c{number}"
        merge(order, merged)
        row = soil(merged)
        assert [row.get(name) for name in WORK] == [None] * len(WORK)
        assert row["samp_collect_device"] == "auger"  # the soil was taken once, whoever says how
        cells = {(one[1], one[5], one[6]) for one in listed(merged, "conflicts.tsv")}
        assert cells >= {(name, "a", text) for name, text in WORK.items()}
        told = {(name, "b", text) for name, text in theirs.items() if text != "not collected"}
        assert {cell for cell in cells if cell[1] == "b"} == told


def test_work_that_all_tell_alike_stays(tmp_path):
    a, b = (laboratory(tmp_path / name, **WORK) for name in ("a", "b"))
    merge([a, b], tmp_path / "c")
    assert {name: soil(tmp_path / "c")[name] for name in WORK} == WORK


def test_of_a_library_that_both_have_either_tells_the_work(tmp_path):
    """They are of one laboratory; what it says in two ways is a mistake."""
    folders = []
    for name, kit in (("a", "DNeasy"), ("b", None), ("c", "FastDNA")):
        tables = renamed("")
        tables["samples"] = tables["samples"].with_columns(pl.lit(kit, pl.String).alias(KIT))
        folders.append(write(tmp_path / name, tables))
    merge(folders[:2], tmp_path / "ab")
    assert soil(tmp_path / "ab")[KIT] == "DNeasy"
    with pytest.raises(InputError) as caught:
        merge([folders[0], folders[2]], tmp_path / "ac")
    assert {problem.column for problem in caught.value.problems} == {KIT}


def test_who_merges_more_knows_whose_work_it_was(tmp_path):
    a, b = laboratory(tmp_path / "a", **WORK), laboratory(tmp_path / "b")
    c = laboratory(tmp_path / "z", **WORK)
    merge([a, b], tmp_path / "ab")
    for pair in (pair_of([b, c]), pair_of([tmp_path / "ab", c])):
        assert KIT not in pair.common
        assert "extraction-differs" in {rule.name for rule in pair.rules}
    # One more that tells of the same soil is no reason to fill in what was left empty.
    for number, order in enumerate(permutations([tmp_path / "ab", c, a])):
        merge(order, tmp_path / f"d{number}")
        assert soil(tmp_path / f"d{number}")[KIT] is None
        cells = listed(tmp_path / f"d{number}", "conflicts.tsv")
        assert {one[5] for one in cells if one[1] == KIT} == {"a", "z"}


def test_methods_tell_what_each_did_and_of_how_many_samples_not_all(tmp_path):
    a, b = laboratory(tmp_path / "a", **WORK), laboratory(tmp_path / "b", **OTHER_WORK)
    merge([a, b], tmp_path / "c")
    text = methods_of(read_dataset(tmp_path / "c"))
    assert "extracted with DNeasy PowerSoil Pro and another DNeasy PowerSoil Pro" in text
    assert "libraries: a's 5, b's 5)" in text  # whose way an assay is
    assert "laboratories do not all say the same of 1 of 3" in text
