"""Who may not have the ids of materials is told which samples are of one soil, and nothing more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
import pytest
from example_dataset import AGREEMENTS, PUBLIC
from unit.harmonise.test_merge import column, merge, renamed, write

from soilbio.dataset.read import read_dataset
from soilbio.diversity.comparable import hides_soils, laboratories_in, shared_soils, soils_in
from soilbio.exporters.package import write_package
from soilbio.exporters.redact import redacted_view
from soilbio.exporters.registry import as_target
from soilbio.standards.pseudonyms import PSEUDONYM

KEY, DAY = bytes(range(32)), dt.date(2026, 1, 1)
SOILS = ("soil 1", "soil 2")
ACCESSIONS = {"soil 1": "SAMEA1000001", "soil 2": "SAMEA1000002"}
WRITTEN = {name: f"biosample:{one.lower()}" for name, one in ACCESSIONS.items()}
EXACT = AGREEMENTS[PUBLIC].replace('location: {generalise: "0.1"}', "location: allow", 1)


def laboratory(folder, prefix: str, materials: Mapping[str, str], agreements=AGREEMENTS):
    """Write the example with other names, and the ids of some samples' materials."""
    tables = renamed(prefix)
    names = {f"{prefix}{name}": one for name, one in materials.items()}
    value = pl.col("sample_id").replace_strict(names, default=None, return_dtype=pl.String)
    tables["samples"] = column(tables["samples"], "source_mat_id", value)
    for old in set(agreements) - set(AGREEMENTS):
        for table in tables:
            tables[table] = tables[table].with_columns(
                pl.col(name).str.replace(PUBLIC, old, literal=True)
                for name in ("agreement_id", "agreement_ids")
                if name in tables[table].columns
            )
    return write(folder, tables, agreements)


def exported(dataset, recipient: str, target: str, out):
    view = redacted_view(read_dataset(dataset), recipient, "DUO:0000042", DAY, KEY)
    write_package(as_target(view, target), target, out)
    return out


def sizes(folder) -> list[int]:
    """Count the samples of each soil of which there are several."""
    dataset = read_dataset(folder)
    samples = dataset.table("samples")["sample_id"].to_list()
    return [len(own) for own in shared_soils(soils_in(dataset), samples).values()]


@pytest.fixture
def merged(tmp_path):
    one = laboratory(tmp_path / "one", "", ACCESSIONS)
    other = laboratory(tmp_path / "other", "x ", WRITTEN)
    merge([one, other], tmp_path / "merged")
    return tmp_path / "merged"


def test_samples_of_one_soil_are_known_by_a_pseudonym(merged, tmp_path):
    assert sizes(merged) == [2, 2]
    sent = exported(merged, "public", "partner", tmp_path / "sent") / "dataset"
    assert sizes(sent) == [2, 2]
    told = read_dataset(sent).table("samples")["source_mat_id"].drop_nulls()
    assert told.str.contains(PSEUDONYM).all()
    assert told.n_unique() == len(SOILS)
    files = [path.read_bytes() for path in sent.rglob("*") if path.is_file()]
    assert not any(b"1000001" in one for one in files)
    # Who passes it on tells the same again; other samples are of no soil of these.
    again = exported(sent, "public", "partner", tmp_path / "again") / "dataset"
    assert sizes(again) == [2, 2]
    for one in (sent, again):
        dataset = read_dataset(one)
        assert dataset.table("samples")["source_mat_id"].null_count()
        assert not hides_soils(dataset, laboratories_in(dataset))


def test_who_receives_all_soils_and_merges_them_with_others_does_not_know_of_these(
    merged, tmp_path
):
    sent = exported(merged, "public", "partner", tmp_path / "sent") / "dataset"
    own = laboratory(tmp_path / "own", "y ", {"soil 1": "SAMEA1000001"})
    merge([sent, own], tmp_path / "both")
    exported(tmp_path / "both", "public", "partner", tmp_path / "passed on")
    for folder in ("both", "passed on/dataset"):
        dataset = read_dataset(tmp_path / folder)
        assert hides_soils(dataset, laboratories_in(dataset))


def test_who_may_have_the_ids_has_these(merged, tmp_path):
    sent = exported(merged, "consortium", "partner", tmp_path / "sent") / "dataset"
    told = set(read_dataset(sent).table("samples")["source_mat_id"].drop_nulls())
    assert told == {*ACCESSIONS.values(), *WRITTEN.values()}


def test_what_only_one_shared_sample_is_of_is_not_told(tmp_path):
    one = laboratory(tmp_path / "one", "", ACCESSIONS)
    other = laboratory(tmp_path / "other", "x ", {"soil 1": WRITTEN["soil 1"]})
    merge([one, other], tmp_path / "merged")
    sent = exported(tmp_path / "merged", "public", "partner", tmp_path / "sent") / "dataset"
    told = read_dataset(sent).table("samples")["source_mat_id"].drop_nulls().to_list()
    assert len(told) == 2
    assert len(set(told)) == 1


def test_a_place_that_one_agreement_makes_coarse_is_not_told_by_another(tmp_path):
    one = laboratory(tmp_path / "one", "", ACCESSIONS)
    open_to_all = {"exact@1.0.0": EXACT.replace("id: demo", "id: exact", 1)}
    other = laboratory(tmp_path / "other", "x ", WRITTEN, AGREEMENTS | open_to_all)
    merge([one, other], tmp_path / "merged")
    assert sizes(tmp_path / "merged") == [2, 2]
    sent = exported(tmp_path / "merged", "public", "partner", tmp_path / "sent") / "dataset"
    assert sizes(sent) == []
    dataset = read_dataset(sent)
    assert "source_mat_id" not in dataset.table("samples").columns
    assert hides_soils(dataset, laboratories_in(dataset))


def test_a_plot_s_id_of_ones_own_is_another_soil_in_another_dataset(tmp_path):
    """Of two datasets of one sender an accession says that soils are one, and nothing else does."""
    told = {}
    for kind, first in (("accessions", "SAMEA1000001"), ("plots", "plot 1")):
        for one, other in (("a ", "b "), ("c ", "d ")):
            folder = tmp_path / kind / one
            own = [laboratory(folder / name, name, {"soil 1": first}) for name in (one, other)]
            merge(own, folder / "merged")
            view = redacted_view(read_dataset(folder / "merged"), "public", "DUO:0000042", DAY, KEY)
            told.setdefault(kind, []).append(set(view.materials.values()))
    assert told["accessions"][0] == told["accessions"][1]
    assert told["plots"][0].isdisjoint(told["plots"][1])


@pytest.mark.parametrize(
    ("target", "is_told"), [("tsv", True), ("mixs", False), ("ena", False), ("dwca", False)]
)
def test_no_archive_takes_a_pseudonym_for_an_accession(merged, tmp_path, target, is_told):
    view = redacted_view(read_dataset(merged), "public", "DUO:0000042", DAY, KEY)
    names = as_target(view, target).tables["samples"].collect_schema().names()
    assert ("source_mat_id" in names) == is_told
