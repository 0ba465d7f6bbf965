"""ODRL and back: nothing is lost, the same is decided, and what was tampered with is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, URIRef

from soilbio.agreements import decide, parse_agreement
from soilbio.agreements.model import DUTIES, GENERALISATIONS
from soilbio.agreements.odrl import ACTIONS, ODRL, to_odrl
from soilbio.agreements.odrl_read import from_odrl
from soilbio.agreements.timeline import days_of, recipients_of
from soilbio.errors import InputError
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass
from tests.unit.agreements.conftest import DATA, ROOT

# rdflib's own reader of JSON-LD, and pyshacl, use what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning")

FILES = sorted([*(DATA / "valid").glob("*.yaml"), *(ROOT / "config/agreements").glob("*.yaml")])
RICH = """id: rich
version: "2.1"
title: Rich
summary: "All fields: of every kind, with umlauts äöü"
licence: LicenseRef-agreement-only
attribution: Somebody
contact: a@b.example
amends: rich@2.0
onward: same-terms
covers: {datasets: [Soils], samples: ["valley-*", hill-1]}
parties:
  - {name: A, id: https://ror.org/0aaaaaa01, role: provider, key: ssh-ed25519 AAAAC3Nz a}
  - {name: C, role: consortium}
grants:
  - name: members
    recipient: consortium
    purposes: [DUO:0000042, soil:policy]
    from: 2026-01-01
    until: 2030-01-01
    licence: LicenseRef-agreement-only
    duties: [{kind: deletion, until: 2030-02-01}, {kind: return, text: Send it back}]
    classes: {location: {generalise: "0.1"}, counts: allow, identity: withhold}
  - recipient: https://ror.org/0aaaaaa01
    purposes: [DUO:0000004]
    classes: {counts: allow}
duties: [{kind: attribution, text: Name us}]
permits: [{status: Permit available, country: KE, third_parties: with consent, id: X-1}]
local_contexts: [{label: tka, applied_by: The valley, hub_project: p1, consent: letter}]
signed_by: [https://ror.org/0aaaaaa01]
"""


def content(text: str) -> object:
    return yaml.load(text, Loader=yaml.BaseLoader)


def without_text(document: str) -> str:
    graph = json.loads(document)
    del graph["soilbio:text"]
    return json.dumps(graph)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_agreement_comes_back_as_it_was(path):
    text = path.read_text(encoding="utf-8")
    assert from_odrl(to_odrl(text, "a"), "b") == text
    assert content(from_odrl(without_text(to_odrl(text, "a")), "b")) == content(text)


def test_all_fields_come_back_from_the_graph_alone():
    assert content(from_odrl(without_text(to_odrl(RICH, "a")), "b")) == content(RICH)


def test_the_graph_may_come_in_any_order_and_form():
    graph = Graph().parse(data=to_odrl(RICH, "a"), format="json-ld")
    again = graph.serialize(format="json-ld", context={})
    document = json.loads(again)
    wrapped = json.dumps({"@context": {}, "@graph": document})
    assert from_odrl(wrapped, "b") == RICH


def test_the_same_agreement_gives_the_same_bytes():
    assert to_odrl(RICH, "a") == to_odrl(RICH, "b")


def test_nothing_is_permitted_to_be_used_or_distributed():
    graph = Graph().parse(data=to_odrl(RICH, "a"), format="json-ld")
    actions = {
        str(action)
        for rule in graph.subjects(RDF.type, URIRef(f"{ODRL}Permission"))
        for action in graph.objects(rule, URIRef(f"{ODRL}action"))
    }
    assert actions == {"https://w3id.org/soilbio/policy#obtain"}


def test_every_kind_of_duty_has_an_action():
    assert set(ACTIONS) == set(DUTIES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_shapes_of_odrl_hold(shared, path):
    pyshacl = pytest.importorskip("pyshacl")
    shapes = shared / "standards" / "06_agreements" / "odrl_shapes" / "shapesv2.ttl"
    for text in (path.read_text(encoding="utf-8"), RICH):
        graph = Graph().parse(data=to_odrl(text, "a"), format="json-ld")
        conforms, _, told = pyshacl.validate(graph, shacl_graph=str(shapes))
        assert conforms, told


def tampered(change) -> str:
    document = json.loads(to_odrl(RICH, "a"))
    change(document)
    return json.dumps(document)


def first(document, kind: str):
    return document[f"odrl:{kind}"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: first(d, "permission").update({"soilbio:outcome": "allow"}),
        lambda d: first(d, "permission").update({"odrl:constraint": []}),
        lambda d: first(d, "prohibition").update({"@type": "odrl:Permission"}),
        lambda d: first(d, "permission").update({"odrl:assignee": {"@id": "soilbio:public"}}),
        lambda d: d["odrl:permission"].pop(),
        lambda d: first(d, "permission").pop("odrl:duty"),
        lambda d: d.update({"soilbio:onward": "free"}),
        lambda d: d.update({"soilbio:text": d["soilbio:text"].replace("0.1", "0.01")}),
        lambda d: d.update({"@context": "http://www.w3.org/ns/odrl.jsonld"}),
        lambda d: d.update({"@type": "odrl:Offer"}),
    ],
)
def test_what_was_tampered_with_is_refused(change):
    with pytest.raises(InputError, match="odrl-"):
        from_odrl(tampered(change), "b")


@pytest.mark.parametrize("text", ["", "[]", "no json", '{"@context": {}}', '{"a": 1}'])
def test_what_is_no_odrl_of_ours_is_refused(text):
    with pytest.raises(InputError, match="odrl-unreadable"):
        from_odrl(text, "b")


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31)).map(date.isoformat)
PARTY = "https://ror.org/0aaaaaa01"


@st.composite
def clauses(draw):
    outcomes = {
        one.value: draw(
            st.sampled_from(
                ["allow", "withhold", *({"generalise": w} for w in GENERALISATIONS.get(one, ()))]
            )
        )
        for one in draw(st.sets(st.sampled_from(list(SharingClass)), min_size=1))
    }
    clause = {
        "recipient": draw(st.sampled_from(["public", "consortium", PARTY])),
        "purposes": sorted(draw(st.sets(st.sampled_from(list(PURPOSES)), min_size=1))),
        "classes": outcomes,
    }
    for key in ("from", "until"):
        if draw(st.booleans()):
            clause[key] = draw(DAYS)
    kinds = draw(st.sets(st.sampled_from(sorted(DUTIES)), max_size=2))
    if kinds:
        clause["duties"] = [{"kind": kind, "text": f"do {kind}"} for kind in sorted(kinds)]
    return clause


@settings(max_examples=60, deadline=None)
@given(st.lists(clauses(), max_size=4))
def test_what_comes_back_decides_the_same(several):
    text = yaml.safe_dump(
        {
            "id": "a",
            "version": "1",
            "title": "t",
            "licence": "LicenseRef-agreement-only",
            "parties": [{"name": "P", "id": PARTY, "role": "provider"}],
            "grants": several,
        }
    )
    try:
        before = parse_agreement(text, "a")
    except InputError:
        assume(False)
    after = parse_agreement(from_odrl(without_text(to_odrl(text, "a")), "b"), "b")
    assert after == before
    for recipient in recipients_of(before):
        for day in days_of(before):
            asked = (recipient, "DUO:0000042", day)
            assert decide([after], *asked) == decide([before], *asked)


def test_a_file_is_written_as_odrl_and_read_back_by_the_command(tmp_path, capsys):
    from soilbio.cli.main import main

    path = tmp_path / "rich.yaml"
    path.write_text(RICH, encoding="utf-8")
    assert main(["agreement", "odrl", str(path)]) == 0
    document = capsys.readouterr().out
    Path(tmp_path / "rich.jsonld").write_text(document, encoding="utf-8")
    assert main(["agreement", "odrl", str(tmp_path / "rich.jsonld")]) == 0
    assert capsys.readouterr().out == RICH
