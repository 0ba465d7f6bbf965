from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.agreements.folder import agreements_of, read_agreements
from soilbio.assemble.rows import (
    library_rows,
    measurement_rows,
    sample_rows,
    treatment,
)
from soilbio.errors import InputError
from soilbio.metadata.assays import Assay
from soilbio.metadata.sheet import Library
from tests.conftest import ROOT

OPEN = "soil-demo-open@1.0"


def library(name: str, sample: str, *, kind: str = "", agreement: str = OPEN) -> Library:
    return Library(name, sample, "a16s", "r1", Path("a.gz"), None, "", kind, agreement, 2)


LEFT = {
    "status": "ok",
    "status_reason": "",
    "reads_raw": 10,
    "reads_primer": 9,
    "reads_merged": 9,
    "reads_filtered": 8,
}
TRACKED = {"reads_merged": "", "reads_denoised": "7", "reads_nonchimeric": "6", "failure": ""}


@pytest.mark.parametrize(
    ("tracked", "status", "reason"),
    [
        ({}, "ok", ""),
        ({"failure": "too few reads"}, "failed", "too few reads"),
        ({"reads_nonchimeric": "0"}, "empty", "no feature (of 8 filtered reads)"),
    ],
)
def test_a_library_says_what_became_of_it(tracked, status, reason):
    (row,) = library_rows(
        [library("a", "A")], {"a": LEFT}, {"a": {**TRACKED, **tracked}}, {"a": OPEN}
    )
    assert (row["status"], row["status_reason"]) == (status, reason)
    assert (row["reads_raw"], row["reads_merged"], row["agreement_id"]) == (10, 9, OPEN)


@pytest.mark.parametrize(
    ("assay", "removed", "trimmed", "screened"),
    [
        (Assay("v4"), ["phix"], "primers cut off (cutadapt)", None),
        (Assay("v4", primers_in_reads=False), [], "primers cut off before", None),
        (
            Assay("wgs", library_strategy="WGS"),
            ["wheat", "phix"],
            "fastp; reads of 50 bp and more",
            "reads of phix, wheat taken out (minimap2; at least 50% of a read aligned,"
            " at 90% identity or more)",
        ),
        (
            Assay("long", library_strategy="WGS", long_reads=True),
            [],
            "cutadapt; reads of 500 bp and more, mean error of Q10 at most",
            None,
        ),
    ],
)
def test_an_assay_says_how_reads_were_trimmed_and_whose_were_taken_out(
    assay, removed, trimmed, screened
):
    shotgun = {"min_length_bp": 50, "long_min_length_bp": 500, "long_min_quality": 10}
    shotgun |= {"remove_min_aligned": 0.5, "remove_min_identity": 0.9}
    row = treatment(assay, shotgun, removed)
    assert (row["trim_method"], row.get("screen_contam_method")) == (trimmed, screened)


def test_of_a_metagenome_that_failed_it_is_known_what_was_to_be_removed():
    left = {**LEFT, "status": "failed", "removed": {}, "genomes": {"human": "0" * 64}}
    (row,) = library_rows([library("a", "A")], {"a": left}, {"a": TRACKED}, {"a": OPEN})
    assert row["removed_by_genome"] == "human:0"


def test_merged_reads_are_the_engine_s_where_it_merges():
    tracked = {**TRACKED, "reads_merged": "5"}
    (row,) = library_rows([library("a", "A")], {"a": LEFT}, {"a": tracked}, {"a": OPEN})
    assert row["reads_merged"] == 5


def test_every_sequenced_sample_has_a_row_and_controls_say_their_kind():
    rows = sample_rows(
        [library("a", "A"), library("a2", "A"), library("blank", "B", kind="pcr_blank")],
        {"A": {"sample_id": "A", "ph": "6.5", "elev": ""}},
        {"a": OPEN, "a2": OPEN, "blank": OPEN},
    )
    assert rows == [
        {"ph": "6.5", "sample_id": "A", "agreement_id": OPEN},
        {"sample_id": "B", "agreement_id": OPEN, "samp_category": "pcr_blank"},
    ]


def test_numbers_of_soil_properties_become_measurements_with_unit_method_and_depth():
    sample = {
        "sample_id": "A",
        "agreement_id": OPEN,
        "ph": "6.5",
        "ph_meth": "ISO 10390",
        "tot_org_carb": "12.1 g/kg",
        "depth": "0-0.2",
        "elev": "300",
        "farm_name": "7",
    }
    rows = {row["property"]: row for row in measurement_rows([sample])}
    assert set(rows) == {"ph", "tot_org_carb"}
    assert (rows["ph"]["value"], rows["ph"]["unit"], rows["ph"]["method"]) == (
        6.5,
        "[pH]",
        "ISO 10390",
    )
    assert (rows["ph"]["upper_depth_m"], rows["ph"]["lower_depth_m"]) == (0.0, 0.2)
    assert rows["tot_org_carb"]["verbatim_value"] == "12.1 g/kg"


def test_units_are_converted_and_numbers_without_one_beside_them_are_no_measurements():
    values = {"A": "1.5 %", "B": "15 g/kg", "C": "2", "D": "15 kg/ha"}
    samples = [
        {"sample_id": name, "agreement_id": OPEN, "tot_org_carb": value}
        for name, value in values.items()
    ]
    rows = measurement_rows(samples)
    assert {row["subject"]: (row["value"], row["verbatim_value"]) for row in rows} == {
        "A": (15, "1.5 %"),
        "B": (15, "15 g/kg"),
    }
    assert len(measurement_rows(samples[1:])) == 2  # the number is in the slot's own unit


def test_a_bare_id_stands_for_its_only_version(tmp_path):
    texts = read_agreements(ROOT / "config" / "agreements")
    found = agreements_of([library("a", "A", agreement="soil-demo-open")], texts, "sheet", "Soils")
    assert found == {"a": OPEN}


def test_unknown_and_several_agreements_of_a_sample_are_told_together():
    texts = {OPEN: "", "closed@1": ""}
    rows = [
        library("a", "A"),
        library("a2", "A", agreement="closed@1"),
        library("b", "B", agreement="nobody"),
    ]
    with pytest.raises(InputError) as caught:
        agreements_of(rows, texts, "sheet", "Soils")
    assert {p.code for p in caught.value.problems} == {"agreement-several", "agreement-unknown"}


@pytest.mark.parametrize(
    ("covers", "is_covered"),
    [
        ('covers: {samples: ["A*"]}', True),
        ("covers: {samples: [B]}", False),
        ("covers: {datasets: [Soils]}", True),
        ('covers: {datasets: ["Forests *"], samples: [A]}', False),
    ],
)
def test_an_agreement_is_about_what_it_says_it_covers(covers, is_covered):
    (text,) = read_agreements(ROOT / "config" / "agreements").values()
    rows, texts = [library("a", "A", agreement=OPEN)], {OPEN: f"{text}{covers}\n"}
    if is_covered:
        assert agreements_of(rows, texts, "sheet", "Soils") == {"a": OPEN}
    else:
        with pytest.raises(InputError, match="agreement-not-covering"):
            agreements_of(rows, texts, "sheet", "Soils")


def test_an_agreement_that_is_no_text_is_named(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError) as caught:
        read_agreements(tmp_path)
    assert [p.code for p in caught.value.problems] == ["agreement-unreadable"]
