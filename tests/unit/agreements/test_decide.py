from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soilbio.agreements import combine, decide, explain
from soilbio.agreements.model import (
    GENERALISATIONS,
    Agreement,
    Decision,
    Duty,
    Grant,
    Outcome,
    Party,
    Strictness,
)
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
        licence="LicenseRef-agreement-only",
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
        licence=draw(
            st.sampled_from(["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "LicenseRef-agreement-only"])
        ),
        attribution="",
        duties=tuple(Duty(kind, kind) for kind in draw(st.sets(st.sampled_from("xyz")))),
        contact="",
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
    for part in ("licence", "until", "duties", "agreements"):
        assert getattr(nested, part) == getattr(results[0], part)
    assert combine([single[0]], asked) == single[0]


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
