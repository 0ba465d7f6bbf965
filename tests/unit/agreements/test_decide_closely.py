"""What mutation testing found that no other test looks at (benchmarks/mutate_decisions.sh)."""

from __future__ import annotations

from datetime import date

import pytest
from exchange_example import A, B, C, terms

from soilbio.agreements import decide, parse_agreement
from soilbio.agreements.combine import combine, strictest_licence
from soilbio.agreements.model import AGREEMENT_ONLY, Agreement, Duty, Outcome, Strictness
from soilbio.agreements.onward import Holding, pass_on
from soilbio.standards.sharing_classes import SharingClass

RESEARCH, DAY = "DUO:0000042", date(2026, 6, 1)
MEMBER = "https://ror.org/0member01"
BASE = """\
id: {id}
version: "1.0"
title: T
licence: {licence}
parties:
  - {{name: P, role: provider, id: "{a}"}}
  - {{name: M, role: {role}, id: "{member}"}}
{more}grants:
  - name: g
    recipient: {recipient}
    purposes: [DUO:0000042]
    classes: {classes}
"""


def agreement(classes: str, *, name: str = "x", more: str = "", **words: str) -> Agreement:
    values = {"licence": "CC-BY-4.0", "role": "recipient", "recipient": "public", **words}
    text = BASE.format(id=name, a=A, member=MEMBER, classes=classes, more=more, **values)
    return parse_agreement(text, name)


def outcome(made, one: SharingClass) -> tuple[Strictness, str]:
    return made.outcomes[one].strictness, made.outcomes[one].how


def test_a_decision_says_who_asked_what_for_and_when():
    made = decide([agreement("{counts: allow}")], "public", RESEARCH, DAY)
    assert (made.recipient, made.purpose, made.date) == ("public", RESEARCH, DAY)


@pytest.mark.parametrize(("role", "is_open"), [("consortium", True), ("recipient", False)])
def test_only_members_get_what_is_for_the_consortium(role, is_open):
    made = agreement("{counts: allow}", recipient="consortium", role=role)
    assert decide([made], MEMBER, RESEARCH, DAY).shares_anything == is_open
    assert decide([made], A, RESEARCH, DAY).shares_anything  # the provider is one


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ('{location: {generalise: "0.01"}}', '{location: {generalise: "1"}}', "1"),
        ('{location: {generalise: "1"}}', '{location: {generalise: "0.001"}}', "1"),
        ('{location: {generalise: "1"}}', "{location: {generalise: country}}", "country"),
        ("{location: allow}", '{location: {generalise: "0.001"}}', "0.001"),
    ],
)
def test_of_two_coarse_forms_the_coarser_holds(one, other, expected):
    both = [agreement(one, name="x"), agreement(other, name="y")]
    for listed in (both, both[::-1]):
        made = decide(listed, "public", RESEARCH, DAY)
        assert outcome(made, SharingClass.LOCATION) == (Strictness.GENERALISE, expected)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("month", "year", "year"), ("season", "month", "season"), ("year", "season", "year")],
)
def test_of_two_coarse_dates_the_coarser_holds(one, other, expected):
    both = [
        agreement(f"{{time: {{generalise: {how}}}}}", name=name)
        for name, how in (("x", one), ("y", other))
    ]
    made = decide(both, "public", RESEARCH, DAY)
    assert outcome(made, SharingClass.TIME) == (Strictness.GENERALISE, expected)


def test_without_any_agreement_all_is_withheld_for_that_reason_and_has_no_licence():
    made = combine([], ("public", RESEARCH, DAY))
    nothing = Outcome(Strictness.WITHHOLD, because=("no agreement",))
    assert set(made.outcomes.values()) == {nothing}
    assert made.licence == ""


def test_licences_that_do_not_fit_are_named_with_each_other():
    both = [
        agreement("{counts: allow}", name=name, licence=licence)
        for name, licence in (("x", "CC-BY-SA-4.0"), ("y", "CC-BY-4.0"))
    ]
    made = decide(both, "public", RESEARCH, DAY)
    reasons = {one.because for one in made.outcomes.values()}
    assert reasons == {("no licence fits all of CC-BY-4.0, CC-BY-SA-4.0",)}


def test_what_shares_nothing_has_no_say_in_the_licence():
    closed = agreement("{counts: withhold}", name="y", licence="CC-BY-SA-4.0")
    made = decide([agreement("{counts: allow}"), closed], "public", RESEARCH, DAY)
    reasons = {reason for one in made.outcomes.values() for reason in one.because}
    assert not any("licence" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ({"CC-BY-4.0", "LicenseRef-agreement-only"}, "LicenseRef-agreement-only"),
        ({"LicenseRef-agreement-only"}, "LicenseRef-agreement-only"),
        ({"CC0-1.0", "CC-BY-NC-4.0", "CC-BY-4.0"}, "CC-BY-NC-4.0"),
        ({"ODbL-1.0", "CC-BY-SA-4.0"}, "CC-BY-SA-4.0 AND ODbL-1.0"),
        (set(), ""),
    ],
)
def test_the_strictest_licence_of_one_agreement(licences, expected):
    assert strictest_licence(licences) == expected


def test_the_reasons_name_the_agreement_and_say_it_in_words():
    permit = "permits: [{status: Permit not available, country: KE}]\n"
    made = decide([agreement("{counts: allow}", more=permit)], "public", RESEARCH, DAY)
    assert {one.because for one in made.outcomes.values()} == {
        ("x@1.0: the permit of KE is not available",)
    }
    label = 'local_contexts: [{label: bccnv, applied_by: The valley, hub_project: "p1"}]\n'
    made = decide([agreement("{counts: allow}", more=label)], "public", RESEARCH, DAY)
    assert made.outcomes[SharingClass.COUNTS].because == (
        "x@1.0: label bccnv of The valley asks for their consent, and none is recorded",
    )


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        (
            "onward: forbidden\n",
            (
                "x@1.0 forbids to pass data on to third parties",
                "x@1.0: the duty of no-onward-sharing binds who receives it",
            ),
        ),
        (
            "permits: [{status: Permit available, country: KE, third_parties: with consent}]\n",
            ("x@1.0: the permit of KE does not let third parties have it freely",),
        ),
        (
            "permits: [{status: Permit available, country: KE, sequence_data: covered by terms}]\n",
            (
                "x@1.0: the permit of KE covers sequence data by its terms, which an open archive"
                " does not keep",
            ),
        ),
        ("", ()),
    ],
)
def test_what_closes_archives_is_said_in_words(more, reasons):
    made = agreement("{counts: allow}", more=more, licence="LicenseRef-agreement-only")
    assert decide([made], "public", RESEARCH, DAY).closed_to_archives == reasons


@pytest.mark.parametrize(
    ("rule", "duty"),
    [
        ("forbidden", Duty("no-onward-sharing", "Pass the data on to nobody")),
        ("same-terms", Duty("same-terms", "Pass the data on under x@1.0 only")),
    ],
)
def test_the_rule_on_passing_on_is_a_duty_in_words(rule, duty):
    more = f"onward: {rule}\n"
    made = agreement("{counts: allow}", more=more, licence="LicenseRef-agreement-only")
    assert decide([made], "public", RESEARCH, DAY).duties == (duty,)


def held(text: str, recipient: str, on: date = DAY, **words):
    made = parse_agreement(text, "demo@1.0.0")
    return pass_on(
        decide([made], recipient, RESEARCH, on), [made], Holding(B, RESEARCH, DAY, **words)
    )


def test_what_shares_nothing_keeps_its_own_reason_when_it_is_passed_on():
    made = held(terms("demo@1.0.0", "onward: forbidden\n"), "public")
    assert {one.because for one in made.outcomes.values()} == {
        ("no clause of demo@1.0.0 permits it",)
    }


def test_the_terms_of_the_holder_are_named_in_full():
    made = held(terms("demo@1.0.0", "onward: forbidden\n"), C)
    assert {one.because for one in made.outcomes.values()} == {
        (
            f"demo@1.0.0: it was shared with {B}, who may pass it on to nobody (nor one's own rows"
            " under it beside it: these go from one's own dataset)",
        )
    }
    made = held(terms("demo@1.0.0"), C, date(2027, 1, 1), until=date(2026, 12, 31))
    assert {one.because for one in made.outcomes.values()} == {
        (f"demo@1.0.0: {B} had it until 2026-12-31 only",)
    }


def test_a_duty_of_the_holder_s_own_clause_binds_only_the_holder():
    text = terms("demo@1.0.0").replace(
        '    until: "2027-12-31"\n',
        "    duties: [{kind: no-onward-sharing, text: Keep it}]\n",
        1,
    )
    assert not held(text, C).shares_anything
    assert held(text, B).shares_anything
    other = text.replace(f'recipient: "{B}"', f'recipient: "{A}"', 1)
    assert held(other, C).shares_anything


def test_agreements_of_one_record_are_listed_with_commas():
    both = [
        parse_agreement(terms(f"{name}@1.0.0", "onward: forbidden\n"), name) for name in ("m", "n")
    ]
    made = pass_on(decide(both, C, RESEARCH, DAY), both, Holding(B, RESEARCH, DAY))
    assert next(iter(made.outcomes.values())).because[0].startswith("m@1.0.0, n@1.0.0: it was")


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (("CC0-1.0", AGREEMENT_ONLY), AGREEMENT_ONLY),
        (("CC-BY-4.0", AGREEMENT_ONLY), f"CC-BY-4.0 AND {AGREEMENT_ONLY}"),
        (("CC-BY-4.0", AGREEMENT_ONLY, "CC-BY-NC-4.0"), f"CC-BY-NC-4.0 AND {AGREEMENT_ONLY}"),
        ((AGREEMENT_ONLY, AGREEMENT_ONLY), AGREEMENT_ONLY),
    ],
)
def test_an_agreement_s_own_terms_stand_beside_an_open_licence(licences, expected):
    """However they are grouped."""
    every = [
        agreement("{counts: allow}", name=f"x{n}", licence=licence)
        for n, licence in enumerate(licences)
    ]
    asked = ("public", RESEARCH, DAY)
    assert decide(every, *asked).licence == expected
    first, rest = decide(every[:2], *asked), [decide([one], *asked) for one in every[2:]]
    assert combine([first, *rest], asked).licence == expected
