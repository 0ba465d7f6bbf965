from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.agreements import parse_agreement
from soilbio.agreements.folder import read_agreements
from soilbio.errors import InputError

DATA = Path(__file__).resolve().parents[2] / "data" / "agreements"


@pytest.mark.parametrize("path", sorted((DATA / "valid").glob("*.yaml")), ids=lambda p: p.stem)
def test_valid_agreements_are_read(path):
    assert parse_agreement(path.read_text(encoding="utf-8"), str(path)).id == path.stem


@pytest.mark.parametrize("path", sorted((DATA / "invalid").glob("*.yaml")), ids=lambda p: p.stem)
def test_each_invalid_agreement_has_exactly_the_fault_it_is_named_after(path):
    with pytest.raises(InputError) as caught:
        parse_agreement(path.read_text(encoding="utf-8"), str(path))
    assert [problem.code for problem in caught.value.problems] == [path.stem]


def test_a_code_for_data_of_people_is_told_apart_from_an_unknown_one():
    text = (DATA / "invalid" / "agreement-purpose.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError) as human:
        parse_agreement(text, "a")
    with pytest.raises(InputError) as unknown:
        parse_agreement(text.replace("DUO:0000006", "DUO:9"), "a")
    assert human.value.problems[0].fix != unknown.value.problems[0].fix


def test_all_faults_of_an_agreement_are_told_at_once():
    text = (DATA / "invalid" / "agreement-recipient.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        parse_agreement(text.replace("counts: allow", "counts: maybe, place: allow"), "a")
    assert {problem.code for problem in caught.value.problems} == {
        "agreement-recipient",
        "agreement-outcome",
        "agreement-class",
    }


@pytest.mark.parametrize("field", ["id", "version", "title", "licence", "parties", "grants"])
def test_a_field_that_must_be_there_is_named_when_it_is_not(field):
    lines = {
        "id": "id: a",
        "version": 'version: "1"',
        "title": "title: A",
        "licence": "licence: CC0-1.0",
        "parties": "parties: [{name: P, role: provider}]",
        "grants": "grants: []",
    }
    del lines[field]
    with pytest.raises(InputError) as caught:
        parse_agreement("\n".join(lines.values()), "a")
    (problem,) = caught.value.problems
    assert problem.code == "agreement-field"
    assert f"'{field}'" in problem.fix


def test_two_files_of_the_same_agreement_are_a_problem(tmp_path):
    text = (DATA / "valid" / "partners.yaml").read_text(encoding="utf-8")
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_agreements(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["agreement-duplicate"]


def test_faults_of_form_hide_no_fault_of_meaning_and_each_has_its_row():
    text = """id: all-wrong
version: "1.0"
title: Everything is wrong
licence: CC-BY-4.0
license: CC-BY-4.0
parties:
  - {name: A, id: https://ror.org/0abcdefgh, role: provider}
grants:
  - recipient: publik
    purposes: [DUO:9]
    classes: {location: allow, counts: maybe}
  - recipient: public
    purposes: []
    classes: {counts: allow}
duties:
  - {kind: praise, until: soon}
"""
    with pytest.raises(InputError) as caught:
        parse_agreement(text, "a")
    assert [(problem.code, problem.row) for problem in caught.value.problems] == [
        ("agreement-field", 5),
        ("agreement-recipient", 9),
        ("agreement-purpose", 10),
        ("agreement-outcome", 11),
        ("agreement-field", 13),
        ("agreement-duty", 16),
        ("agreement-dates", 16),
    ]


def test_wrong_parties_make_no_recipient_wrong():
    text = (DATA / "invalid" / "agreement-recipient.yaml").read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        parse_agreement(text.replace("role: provider", "role: owner"), "a")
    assert {problem.code for problem in caught.value.problems} == {"agreement-field"}


def test_a_class_that_is_opened_and_closed_again_is_refused():
    text = (DATA / "invalid" / "agreement-recipient.yaml").read_text(encoding="utf-8")
    twice = text.replace("counts: allow", "counts: withhold, counts: allow")
    assert twice != text
    with pytest.raises(InputError, match="each field once"):
        parse_agreement(twice, "a")
