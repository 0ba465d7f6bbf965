from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soilbio.agreements import combine, decide, explain
from soilbio.agreements.model import (
    DUTIES,
    GENERALISATIONS,
    Agreement,
    AppliedLabel,
    Decision,
    Duty,
    Grant,
    Outcome,
    Party,
    Permit,
    Strictness,
)
from soilbio.standards.local_contexts import LABELS
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass

TABLE = Path(__file__).resolve().parents[2] / "data" / "agreements" / "decisions.tsv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
ROR = "https://ror.org/0aaaaaa01"
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
OUTCOMES = {
    one: [
        Outcome(Strictness.ALLOW),
        Outcome(Strictness.WITHHOLD),
        *(Outcome(Strictness.GENERALISE, how) for how in GENERALISATIONS.get(one, ())),
    ]
    for one in SharingClass
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case.values()))
def test_what_is_decided_is_what_the_table_says(case, agreements):
    day = date.fromisoformat(case["date"])
    made = decide([agreements[case["agreement"]]], case["recipient"], case["purpose"], day)
    outcome = made.outcomes[SharingClass(case["class"])]
    assert (outcome.strictness.name.lower(), outcome.how) == (case["outcome"], case["how"])
    assert outcome.because
    assert all(reason.find(made.agreements[0]) >= 0 for reason in outcome.because)


def test_no_agreement_permits_nothing():
    made = decide([], "consortium", "DUO:0000042", date(2026, 1, 1))
    assert {outcome.strictness for outcome in made.outcomes.values()} == {Strictness.WITHHOLD}


def test_an_unknown_purpose_is_granted_nothing(agreements):
    for agreement in agreements.values():
        assert not decide([agreement], "public", "DUO:9", date(2026, 8, 1)).shares_anything


def test_licences_that_do_not_fit_withhold_everything(agreements):
    day = date(2026, 8, 1)
    both = decide([agreements["embargo"], agreements["partners"]], "public", "DUO:0000042", day)
    assert both.licence == "CC-BY-NC-4.0"
    assert both.outcomes[SharingClass.COUNTS].strictness == Strictness.ALLOW
    closed = Agreement(
        **{
            name: getattr(agreements["partners"], name)
            for name in Agreement.__slots__
            if name != "licence"
        },
        licence="CC-BY-SA-4.0",
    )
    made = decide([agreements["embargo"], closed], "public", "DUO:0000042", day)
    assert not made.shares_anything


def test_what_shares_nothing_has_no_licence_however_it_is_grouped():
    asked = ("public", "DUO:0000042", date(2026, 1, 1))
    purposes = ("DUO:0000042",)
    counts, taxonomy = (
        Agreement(
            id=one.value,
            version="1",
            title="t",
            summary="",
            parties=(Party("P", ROR, "provider"),),
            grants=(Grant("c", "public", purposes, {one: Outcome(Strictness.ALLOW)}, None, None),),
            licence="CC0-1.0",
            attribution="",
            duties=(),
            contact="",
        )
        for one in (SharingClass.COUNTS, SharingClass.TAXONOMY)
    )
    both = decide([counts, taxonomy], *asked)
    assert not both.shares_anything
    assert both.licence == ""


def test_the_explanation_names_clauses_duties_and_the_end(agreements):
    day = date(2026, 8, 1)
    text = "\n".join(explain(decide([agreements["embargo"]], "public", "DUO:0000042", day)))
    assert "embargo@1.0, results for a year" in text
    assert "2027-06-30" in text
    text = "\n".join(explain(decide([agreements["partners"]], "consortium", "DUO:0000042", day)))
    assert "delete the data" in text
    assert "2030-12-31" in text


LICENCES = ["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "LicenseRef-agreement-only"]
PERMITS = st.builds(
    Permit,
    status=st.sampled_from(["Permit available", "Permit not required", "Permit not available"]),
    country=st.just("DE"),
    use=st.sampled_from(["", "commercial", "non-commercial"]),
    third_parties=st.sampled_from(["", "allowed", "with consent", "forbidden"]),
    sequence_data=st.sampled_from(["", "free", "covered by terms", "Cali Fund"]),
)
LABELS_APPLIED = st.builds(
    AppliedLabel,
    code=st.sampled_from(sorted(LABELS)),
    applied_by=st.just("People of the valley"),
    hub_project=st.just("p1"),
    consent=st.sampled_from(["", "letter of 2026-01-01"]),
)


def some_duties():
    return st.sets(st.sampled_from(sorted(DUTIES)), max_size=2).map(
        lambda kinds: [Duty(kind, kind) for kind in sorted(kinds)]
    )


@st.composite
def grants(draw):
    chosen = draw(st.sets(st.sampled_from(list(SharingClass)), min_size=1))
    return Grant(
        name=f"clause {draw(st.integers(1, 9))}",
        recipient=draw(st.sampled_from(["public", "consortium", ROR])),
        purposes=tuple(draw(st.sets(st.sampled_from(list(PURPOSES)), min_size=1))),
        classes={one: draw(st.sampled_from(OUTCOMES[one])) for one in sorted(chosen)},
        start=draw(st.none() | DAYS),
        end=draw(st.none() | DAYS),
        licence=draw(st.sampled_from(["", "", *LICENCES])),
        duties=tuple(draw(some_duties())),
    )


@st.composite
def some_agreement(draw):
    return Agreement(
        id=draw(st.sampled_from("abcde")),
        version="1",
        title="t",
        summary="",
        parties=(Party("P", ROR, draw(st.sampled_from(["provider", "consortium", "recipient"]))),),
        grants=tuple(draw(st.lists(grants(), max_size=4))),
        licence=draw(st.sampled_from(LICENCES)),
        attribution="",
        duties=tuple(draw(some_duties())),
        contact="",
        onward=draw(st.sampled_from(["", "", "free", "same-terms", "forbidden"])),
        permits=tuple(draw(st.lists(PERMITS, max_size=1))),
        labels=tuple(draw(st.lists(LABELS_APPLIED, max_size=1))),
        unsigned=draw(st.sampled_from([(), (), (), (ROR,)])),
    )


REQUESTS = st.tuples(
    st.sampled_from(["public", "consortium", ROR]), st.sampled_from(list(PURPOSES)), DAYS
)


def openness(decision: Decision, one: SharingClass) -> tuple[int, int]:
    outcome = decision.outcomes[one]
    scale = ("", *GENERALISATIONS.get(one, ()))
    return outcome.strictness, scale.index(outcome.how)


@settings(max_examples=50, deadline=None)
@given(st.lists(some_agreement(), min_size=1, max_size=3), some_agreement(), REQUESTS)
def test_adding_an_agreement_never_opens_anything(known, another, request_):
    before, after = decide(known, *request_), decide([*known, another], *request_)
    for one in SharingClass:
        assert openness(after, one) >= openness(before, one)
    assert set(after.duties) >= set(before.duties)


@settings(max_examples=50, deadline=None)
@given(st.lists(some_agreement(), min_size=3, max_size=3), REQUESTS)
def test_combining_does_not_mind_order_grouping_or_repetition(three, asked):
    single = [decide([one], *asked) for one in three]
    results = [combine(order, asked) for order in permutations(single)]
    assert all(one == two for one, two in pairwise(results))
    assert combine([*single, single[0]], asked) == results[0]
    nested = combine([combine(single[:2], asked), single[2]], asked)
    for one in SharingClass:
        assert openness(nested, one) == openness(results[0], one)
    for part in ("licence", "until", "duties", "agreements", "closed_to_archives"):
        assert getattr(nested, part) == getattr(results[0], part)
    assert combine([single[0]], asked) == single[0]


RESTRICTIONS = st.one_of(
    PERMITS.map(lambda permit: {"permits": permit}),
    LABELS_APPLIED.map(lambda label: {"labels": label}),
    st.sampled_from(sorted(DUTIES)).map(lambda kind: {"duties": Duty(kind, "also")}),
    st.just({"unsigned": ROR}),
)


@settings(max_examples=100, deadline=None)
@given(some_agreement(), RESTRICTIONS, REQUESTS)
def test_adding_a_restriction_never_shows_more(agreement, restriction, asked):
    ((name, added),) = restriction.items()
    closer = replace(agreement, **{name: (*getattr(agreement, name), added)})
    before, after = decide([agreement], *asked), decide([closer], *asked)
    for one in SharingClass:
        assert openness(after, one) >= openness(before, one)
    assert set(after.duties) >= set(before.duties)
    assert set(after.closed_to_archives) >= set(before.closed_to_archives)


@settings(max_examples=100, deadline=None)
@given(some_agreement(), REQUESTS, st.data())
def test_withholding_a_class_in_a_clause_never_shows_more_to_whom_it_is_nearest(
    agreement, asked, data
):
    if not agreement.grants:
        return
    grant = data.draw(st.sampled_from(agreement.grants))
    one = data.draw(st.sampled_from(list(SharingClass)))
    closed = replace(grant, classes={**grant.classes, one: Outcome(Strictness.WITHHOLD)})
    others = tuple(closed if known is grant else known for known in agreement.grants)
    before = decide([agreement], *asked)
    after = decide([replace(agreement, grants=others)], *asked)
    assert openness(after, one) >= openness(before, one)


@settings(max_examples=100, deadline=None)
@given(some_agreement(), REQUESTS)
def test_before_its_first_day_a_clause_is_as_good_as_not_there(agreement, asked):
    recipient, purpose, day = asked
    begun = tuple(g for g in agreement.grants if g.start is None or g.start <= day)
    without = decide([replace(agreement, grants=begun)], recipient, purpose, day)
    assert decide([agreement], recipient, purpose, day) == without


@settings(max_examples=50, deadline=None)
@given(some_agreement(), REQUESTS)
def test_nothing_is_permitted_before_a_clause_begins_or_after_it_ends(agreement, asked):
    recipient, purpose, _ = asked
    starts = [grant.start for grant in agreement.grants]
    ends = [grant.end for grant in agreement.grants]
    if None not in starts and starts:
        early = min(starts) - timedelta(days=1)
        assert not decide([agreement], recipient, purpose, early).shares_anything
    if None not in ends and ends:
        late = max(ends) + timedelta(days=1)
        assert not decide([agreement], recipient, purpose, late).shares_anything


@settings(max_examples=50, deadline=None)
@given(st.lists(some_agreement(), max_size=3), REQUESTS)
def test_every_class_has_an_outcome_and_a_reason(several, asked):
    made = decide(several, *asked)
    assert set(made.outcomes) == set(SharingClass)
    assert all(outcome.because for outcome in made.outcomes.values())
