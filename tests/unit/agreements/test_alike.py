"""Agreements that decide alike for everybody, and those that do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from soilbio.agreements.alike import terms_of
from soilbio.agreements.parse import parse_agreement
from soilbio.standards.sharing_classes import SharingClass

ROR = "https://ror.org/0{}"


def agreement(name: str, provider: str, *grants: dict[str, object]):
    text = {
        **{"id": name, "version": "1.0", "title": name, "licence": "CC-BY-4.0"},
        "parties": [
            {"name": provider, "role": "provider", "id": ROR.format(provider)},
            {"name": "C", "role": "consortium", "id": ROR.format("conso001")},
        ],
        "grants": list(grants),
    }
    return parse_agreement(json.dumps(text), name)


def grant(recipient: str = "public", **changed: object) -> dict[str, object]:
    classes = {one.value: "allow" for one in SharingClass}
    return {"recipient": recipient, "purposes": ["DUO:0000004"], "classes": classes} | changed


def terms(*agreements, held=()) -> list[str]:
    known = {one.name: one for one in agreements}
    found = terms_of([[name] for name in known], known, held)
    return [found[frozenset([name])] for name in known]


def test_who_provides_does_not_matter_where_the_public_has_all():
    one, other = terms(agreement("a", "north001", grant()), agreement("b", "south001", grant()))
    assert one == other


CLASSES = {one.value: "allow" for one in SharingClass} | {"controls": "withhold"}


@pytest.mark.parametrize(
    "other",
    [
        (),
        (grant("consortium"),),
        (grant(purposes=["DUO:0000042"]),),
        (grant(classes=CLASSES),),
        (grant(**{"from": "2027-01-01"}),),
        (grant(until="2027-01-01"),),
        (grant(), grant(ROR.format("conso001"), classes=CLASSES)),
    ],
    ids=["nothing", "consortium", "purpose", "class", "later", "until", "party"],
)
def test_whatever_somebody_may_not_have_under_one_makes_them_differ(other):
    one, two = terms(agreement("a", "north001", grant()), agreement("b", "south001", *other))
    assert one != two


def test_a_provider_of_one_has_more_of_it_than_of_the_others():
    mine = terms(
        agreement("a", "north001", grant("consortium")),
        agreement("b", "south001", grant("consortium")),
    )
    assert mine[0] != mine[1]


def test_what_was_received_or_is_unknown_is_like_itself_only():
    known = [agreement("a", "north001", grant()), agreement("b", "north001", grant())]
    assert len({*terms(*known, held=["b@1.0"]), *terms(*known)}) == 2
    unknown = terms_of([["a@1.0"], ["x@1.0"], ["y@1.0"]], {"a@1.0": known[0]})
    assert len(set(unknown.values())) == 3


def test_several_agreements_decide_together():
    known = {
        one.name: one for one in (agreement("a", "north001", grant()), agreement("b", "north001"))
    }
    found = terms_of([["a@1.0", "b@1.0"], ["b@1.0"], ["a@1.0"]], known)
    assert found[frozenset(["a@1.0", "b@1.0"])] == found[frozenset(["b@1.0"])]
    assert found[frozenset(["a@1.0"])] != found[frozenset(["b@1.0"])]


def reach(one, other, held=()) -> tuple[bool, bool]:
    """Tell whether the first reaches all of the second, and the second all of the first."""
    first, second = terms(one, other, held=held)
    return first.reach_all_of(second), second.reach_all_of(first)


OPEN = agreement("a", "north001", grant())


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        ((grant(),), (True, True)),
        ((), (True, False)),
        ((grant("consortium"),), (True, False)),
        ((grant(purposes=["DUO:0000042"]),), (True, False)),
        ((grant(classes=CLASSES),), (True, False)),
        ((grant(classes=CLASSES | {"location": {"generalise": "0.1"}}),), (True, False)),
        ((grant(until="2027-01-01"),), (True, False)),
        ((grant(ROR.format("conso001")),), (True, False)),
        ((grant(), grant(ROR.format("conso001"), classes=CLASSES)), (True, False)),
    ],
    ids=[
        "alike",
        "nothing",
        "consortium",
        "purposes",
        "class",
        "coarser",
        "until",
        "party",
        "a party less",
    ],
)
def test_terms_reach_those_of_which_nobody_has_more(closed, expected):
    assert reach(OPEN, agreement("b", "south001", *closed)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"location": {"generalise": "0.1"}}, {"location": {"generalise": "country"}}),
        ({"location": {"generalise": "country"}}, {"location": "withhold"}),
    ],
)
def test_coarser_is_more_closed(one, other):
    made = [
        agreement(name, "north001", grant(classes=CLASSES | own))
        for name, own in (("a", one), ("b", other))
    ]
    assert reach(*made) == (True, False)


def test_each_withholding_another_class_neither_reaches_the_other():
    other = {one.value: "allow" for one in SharingClass} | {"location": "withhold"}
    made = [
        agreement(name, "north001", grant(classes=own))
        for name, own in (("a", CLASSES), ("b", other))
    ]
    assert reach(*made) == (False, False)


def test_what_was_received_reaches_and_is_reached_by_nothing():
    other = agreement("b", "south001")
    assert reach(OPEN, other, held=["b@1.0"]) == (False, False)
    assert reach(OPEN, other, held=["a@1.0"]) == (False, False)


def to_party(name: str, who: str, *more: dict[str, object]):
    """Make an agreement under which one party has all, and others what `more` says."""
    made = agreement(name, "north001", grant(ROR.format("conso001")), *more)
    parties = [replace(one, id=who) if one.role == "consortium" else one for one in made.parties]
    first, *grants = made.grants
    return replace(made, parties=tuple(parties), grants=(replace(first, recipient=who), *grants))


PARTY, OTHER_PARTY = ROR.format("party001"), ROR.format("other001")


def test_each_letting_another_party_have_it_neither_reaches_the_other():
    assert reach(to_party("a", PARTY), to_party("b", OTHER_PARTY)) == (False, False)


def test_what_a_party_has_of_one_alone_keeps_the_other_from_reaching_it():
    """The public has the same of both."""
    fewer = grant(classes=CLASSES)
    more = to_party("b", PARTY, fewer)
    assert reach(agreement("a", "north001", fewer), more) == (False, True)


def test_what_may_not_go_to_archives_does_not_reach_what_may():
    closed = replace(
        agreement("b", "north001", grant()), onward="forbidden", licence="LicenseRef-agreement-only"
    )
    opened = replace(OPEN, licence="LicenseRef-agreement-only")
    assert reach(opened, closed) == (True, False)
