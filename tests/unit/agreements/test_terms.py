"""Permits, communities' labels, passing on, licences beside duties, what is covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from soilbio.agreements import decide, parse_agreement
from soilbio.agreements.model import AGREEMENT_ONLY, Duty, Strictness
from soilbio.errors import InputError
from soilbio.standards.sharing_classes import SharingClass

DAY = date(2026, 6, 1)
PARTY = "https://ror.org/0aaaaaa01"
TEXT = f"""id: terms
version: "1.0"
title: Terms
licence: CC-BY-NC-4.0
parties:
  - {{name: Provider, id: "{PARTY}", role: provider}}
grants:
  - name: all
    recipient: public
    purposes: [DUO:0000004]
    classes: {{raw_reads: allow, sequences: allow, counts: allow}}
"""


def agreement(more: str = "", **changes: str):
    text = TEXT + more
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse_agreement(text, "a.yaml")


def codes(more: str, **changes: str) -> list[tuple[str, str | None]]:
    with pytest.raises(InputError) as caught:
        agreement(more, **changes)
    return [(problem.code, problem.column) for problem in caught.value.problems]


def shared(made, one: str) -> bool:
    return made.outcomes[SharingClass(one)].strictness == Strictness.ALLOW


def permit(fields: str) -> str:
    return f"permits:\n  - {{country: KE, {fields}}}\n"


def label(code: str, more: str = "") -> str:
    applied = f"label: {code}, applied_by: The valley, hub_project: p1{more}"
    return f"local_contexts:\n  - {{{applied}}}\n"


@pytest.mark.parametrize("third", ["forbidden", "with consent"])
def test_a_permit_keeps_genetic_resources_from_who_is_no_party(third):
    bound = agreement(permit(f"status: Permit available, third_parties: {third}"))
    made = decide([bound], "public", "DUO:0000042", DAY)
    assert [shared(made, one) for one in ("raw_reads", "sequences", "counts")] == [
        False,
        False,
        True,
    ]
    assert "KE" in made.outcomes[SharingClass.SEQUENCES].because[0]
    assert made.closed_to_archives
    assert shared(decide([bound], PARTY, "DUO:0000042", DAY), "sequences")


def test_a_permit_that_lets_third_parties_have_it_closes_nothing():
    free = agreement(permit("status: Permit available, third_parties: allowed"))
    made = decide([free], "public", "DUO:0000042", DAY)
    assert shared(made, "raw_reads")
    assert made.closed_to_archives == ()


def test_sequences_that_terms_cover_stay_out_of_open_archives():
    bound = agreement(permit("status: Permit available, sequence_data: covered by terms"))
    made = decide([bound], "public", "DUO:0000042", DAY)
    assert shared(made, "sequences")
    assert "terms" in made.closed_to_archives[0]


def test_without_the_permit_that_is_needed_nothing_is_shared():
    bound = agreement(permit("status: Permit not available"))
    made = decide([bound], PARTY, "DUO:0000042", DAY)
    assert not made.shares_anything
    assert "not available" in made.outcomes[SharingClass.COUNTS].because[0]


@pytest.mark.parametrize(
    ("purpose", "is_shared"),
    [("DUO:0000042", True), ("soil:commercial", False), ("DUO:0000004", False)],
)
def test_non_commercial_permits_and_labels_keep_to_it(purpose, is_shared):
    for more in (permit("status: Permit available, use: non-commercial"), label("TK NC")):
        made = decide([agreement(more)], "public", purpose, DAY)
        assert made.shares_anything == is_shared


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        ("status: Unknown", False),
        ("status: Unknown, accessed: 2014-10-12", False),
        ("status: Unknown, accessed: 2014-10-11", True),
    ],
)
def test_an_unknown_status_is_for_what_was_taken_before_the_protocol(fields, is_right):
    if is_right:
        assert agreement(permit(fields)).permits[0].status == "Unknown"
    else:
        assert codes(permit(fields)) == [("agreement-permit", "permits.0.status")]


def test_a_certificate_wants_all_that_the_protocol_says():
    some = "status: Permit available, id: ABSCH-IRCC-KE-123456-1, authority: NEMA"
    assert codes(permit(some)) == [("agreement-permit", "permits.0.id")]
    whole = (
        f"{some}, issued: 2020-01-01, holder: Institute, subject: soils, use: non-commercial,"
        " consent: yes, terms: "
    )
    assert agreement(permit(f"{whole}yes")).permits[0].use == "non-commercial"
    assert codes(permit(f"{whole}no")) == [("agreement-permit", "permits.0.id")]


@pytest.mark.parametrize("code", ["bccnv", "TK SS", "bcmc", "tkwr", "traditional_knowledge"])
def test_a_label_that_asks_for_consent_closes_all_until_it_is_recorded(code):
    closed = decide([agreement(label(code))], PARTY, "DUO:0000042", DAY)
    assert not closed.shares_anything
    assert "The valley" in closed.outcomes[SharingClass.COUNTS].because[0]
    open_ = decide([agreement(label(code, ", consent: letter 7"))], PARTY, "DUO:0000042", DAY)
    assert open_.shares_anything


def test_labels_oblige():
    for code, kind in (("bcp", "attribution"), ("bccb", "notification")):
        made = decide([agreement(label(code))], "public", "DUO:0000042", DAY)
        assert [(duty.kind, "The valley" in duty.text) for duty in made.duties] == [(kind, True)]


def test_a_label_that_is_none_and_a_licence_against_one_are_told():
    assert codes(label("tkxx")) == [("agreement-label", "local_contexts.0.label")]
    assert codes(label("tknc"), **{"CC-BY-NC-4.0": "CC-BY-4.0"}) == [
        ("agreement-licence", "licence")
    ]


def test_passing_on_can_be_forbidden_or_bound_to_the_same_terms():
    only = {"licence: CC-BY-NC-4.0": "licence: LicenseRef-agreement-only"}
    for onward, kind in (("forbidden", "no-onward-sharing"), ("same-terms", "same-terms")):
        made = decide([agreement(f"onward: {onward}\n", **only)], "public", "DUO:0000042", DAY)
        assert [duty.kind for duty in made.duties] == [kind]
        assert made.closed_to_archives
    free = decide([agreement("onward: free\n")], "public", "DUO:0000042", DAY)
    assert (free.duties, free.closed_to_archives) == ((), ())


@pytest.mark.parametrize(
    "more",
    [
        "onward: forbidden\n",
        "onward: same-terms\n",
        "duties:\n  - {kind: deletion, until: 2030-01-01}\n",
        "duties:\n  - {kind: no-onward-sharing}\n",
    ],
)
def test_a_licence_for_everybody_beside_a_duty_that_binds_is_told(more):
    assert codes(more) == [("agreement-licence", "grants.0")]


def test_licences_of_clauses_that_do_not_fit_are_told():
    more = "  - {recipient: public, purposes: [DUO:0000042], classes: {taxonomy: allow}, "
    assert codes(f"{more}licence: CC-BY-SA-4.0}}\n") == [("agreement-licence", "licence")]
    fitting = agreement(f"{more}licence: CC-BY-4.0}}\n")
    assert decide([fitting], "public", "DUO:0000042", DAY).licence == "CC-BY-NC-4.0"


def test_what_is_bound_stays_so_beside_what_is_open():
    """Both let the recipient have it: under the terms of the one, which bind."""
    bound = agreement(
        "duties:\n  - {kind: deletion}\n",
        **{"licence: CC-BY-NC-4.0": "licence: LicenseRef-agreement-only"},
    )
    made = decide([agreement(), bound], "public", "DUO:0000042", DAY)
    assert made.outcomes[SharingClass.COUNTS].strictness == Strictness.ALLOW
    assert made.licence == f"CC-BY-NC-4.0 AND {AGREEMENT_ONLY}"
    assert [duty.kind for duty in made.duties] == ["deletion"]


def test_what_an_agreement_withholds_for_its_licence_no_other_one_opens():
    """A CC licence beside a duty that binds: nothing is shared, whatever it is combined with."""
    torn = replace(agreement(), duties=(Duty("deletion", "Delete it"),))
    bound = replace(agreement(), licence=AGREEMENT_ONLY)
    assert not decide([torn], "public", "DUO:0000042", DAY).shares_anything
    made = decide([torn, bound], "public", "DUO:0000042", DAY)
    assert not made.shares_anything
    assert "lets everybody keep" in made.outcomes[SharingClass.COUNTS].because[0]


def test_a_licence_that_wants_the_same_for_all_does_not_fit_what_is_bound():
    alike = replace(agreement(), licence="CC-BY-SA-4.0")
    bound = replace(agreement(), licence=AGREEMENT_ONLY)
    made = decide([alike, bound], "public", "DUO:0000042", DAY)
    assert not made.shares_anything
    assert "no licence fits" in made.outcomes[SharingClass.COUNTS].because[0]


def test_what_is_covered_is_read():
    covering = agreement('covers: {samples: ["valley-*"], datasets: [Soils of the valley]}\n')
    assert covering.samples == ("valley-*",)
    assert covering.datasets == ("Soils of the valley",)
