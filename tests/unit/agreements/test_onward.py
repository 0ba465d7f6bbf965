"""A holder passes on what the agreement lets the next one have, and they may give."""

from __future__ import annotations

from datetime import date

import pytest
from exchange_example import A, B, C, terms

from soilbio.agreements import decide, parse_agreement
from soilbio.agreements.model import Strictness
from soilbio.agreements.onward import Holding, binding, pass_on

RESEARCH, DAY = "DUO:0000042", date(2026, 6, 1)


def passed(recipient: str, more: str = "", on: date = DAY, **held):
    agreement = parse_agreement(terms("demo@1.0.0", more), "demo@1.0.0")
    holding = Holding(B, RESEARCH, DAY, **held)
    return pass_on(decide([agreement], recipient, RESEARCH, on), [agreement], holding)


@pytest.mark.parametrize("recipient", ["public", A, B, C])
def test_without_terms_of_the_holder_the_agreement_alone_decides(recipient):
    agreement = parse_agreement(terms("demo@1.0.0"), "demo@1.0.0")
    assert passed(recipient) == decide([agreement], recipient, RESEARCH, DAY)


def test_what_may_go_to_nobody_goes_to_the_holder_only():
    assert passed(B, "onward: forbidden\n").shares_anything
    closed = passed(C, "onward: forbidden\n")
    assert {one.strictness for one in closed.outcomes.values()} == {Strictness.WITHHOLD}
    assert all(B in reason for one in closed.outcomes.values() for reason in one.because)


@pytest.mark.parametrize(("on", "is_open"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_after_the_last_day_nothing_goes_to_anybody(on, is_open):
    for recipient in (B, C):
        found = passed(recipient, on=on, until=date(2026, 12, 31))
        assert found.shares_anything == is_open


X, Y, BOTH = (Holding(B, RESEARCH, DAY, None, names) for names in (("x",), ("y",), ("x", "y")))


@pytest.mark.parametrize(
    ("names", "holdings", "bind"),
    [
        ({"x"}, [X, Y, BOTH], [X]),
        ({"x", "y"}, [X, Y, BOTH], [X, BOTH, Y]),
        ({"x", "own"}, [X, Y, BOTH], [X]),
        # How what is under x alone is held is not told: by all that name it.
        ({"x"}, [Y, BOTH], [BOTH]),
        ({"x", "own"}, [BOTH], [BOTH]),
        ({"own"}, [X, Y, BOTH], []),
    ],
)
def test_a_record_is_bound_by_how_its_own_agreements_are_held(names, holdings, bind):
    assert binding(names, holdings) == bind
