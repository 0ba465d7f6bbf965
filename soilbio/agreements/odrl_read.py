"""An agreement from the ODRL that `odrl` writes: the graph, whatever order and form it comes in."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

from soilbio.agreements.odrl import DCT, LISTED, ODRL, OWN, TEXTS, constraints, recipient_iri
from soilbio.agreements.parse import parse_agreement
from soilbio.errors import problem_of

if TYPE_CHECKING:
    from rdflib import Graph, Node, URIRef


def from_odrl(document: str, source: str) -> str:
    """Read an agreement from JSON-LD that `to_odrl` wrote, in whatever order and form.

    The graph is what counts. The agreement's own text, which signatures are over, is given where it
    says the same; where it does not, one of the two was changed, and neither is to be trusted.

    Raises
    ------
    InputError
        If it is no such document, or graph and text do not agree.

    """
    from rdflib import Graph

    _refuse_remote(document, source)
    graph = Graph()
    try:
        with warnings.catch_warnings():
            # rdflib's own reader uses what rdflib has deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            graph.parse(data=document, format="json-ld")
        content = _content(graph)
    except (ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise _unreadable(source, str(error)[:100] or type(error).__name__) from error
    text = content.pop("text", "")
    rebuilt = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    parse_agreement(rebuilt, source)
    if text:
        if yaml.load(text, Loader=yaml.BaseLoader) != content:  # noqa: S506  nothing but text
            raise problem_of(
                "odrl-differs",
                source,
                expected="a graph that says what the agreement's text in it says",
                fix="One of the two was changed; ask who gave it to you for the agreement itself",
            )
        return str(text)
    return rebuilt


def _refuse_remote(document: str, source: str) -> None:
    """Refuse a context that would be fetched."""
    try:
        context = json.loads(document)["@context"]
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(source, str(error)[:100]) from error
    parts = context if isinstance(context, list) else [context]
    if not all(isinstance(part, dict) and "@import" not in part for part in parts):
        raise _unreadable(source, "a context that is not in the document")


def _unreadable(source: str, found: str) -> Exception:
    return problem_of(
        "odrl-unreadable",
        source,
        found=found,
        expected="ODRL in JSON-LD as `soilbio agreement odrl` writes it, with its context",
        fix="Write it anew from the agreement",
    )


def _content(graph: Graph) -> dict[str, Any]:
    """Rebuild the fields of the agreement from the graph."""
    from rdflib import RDF, URIRef

    policy = next(graph.subjects(RDF.type, URIRef(f"{ODRL}Set")))
    content: dict[str, Any] = {}
    for name, term in TEXTS.items():
        value = graph.value(policy, _iri(term))
        if value is not None:
            content[name] = str(value)
    parts: dict[str, list[tuple[int, Node]]] = {}
    for part in graph.objects(policy, _iri("soilbio:parts")):
        kind = str(graph.value(part, _iri("soilbio:part")))
        order = int(str(graph.value(part, _iri("soilbio:order"))))
        parts.setdefault(kind, []).append((order, part))
    nodes = {kind: [node for _, node in sorted(found)] for kind, found in parts.items()}
    content |= _listed(graph, nodes)
    text = graph.value(policy, _iri("soilbio:text"))
    return {**content, "text": str(text)} if text is not None else content


def _listed(graph: Graph, nodes: Mapping[str, list[Node]]) -> dict[str, Any]:
    """Rebuild the fields that list things; signatures are the last field of the file."""
    content: dict[str, Any] = {
        kind: [_fields(graph, node, fields) for node in nodes[kind]]
        for kind, fields in LISTED.items()
        if kind in nodes and kind != "signatures"
    }
    content["grants"] = [_grant(graph, node) for node in nodes.get("grants", ())]
    if "duties" in nodes:
        content["duties"] = [_fields(graph, n, ("kind", "text", "until")) for n in nodes["duties"]]
    covers = {
        name: _values(graph, nodes[f"covers.{name}"])
        for name in ("datasets", "samples")
        if f"covers.{name}" in nodes
    }
    if covers:
        content["covers"] = covers
    if "signed_by" in nodes:
        content["signed_by"] = _values(graph, nodes["signed_by"])
    if "signatures" in nodes:
        found = nodes["signatures"]
        content["signatures"] = [_fields(graph, n, LISTED["signatures"]) for n in found]
    return content


def _values(graph: Graph, nodes: Iterable[Node]) -> list[str]:
    return [str(graph.value(node, _iri("soilbio:value"))) for node in nodes]


def _grant(graph: Graph, clause: Node) -> dict[str, Any]:
    """Rebuild a clause from its node and from its rules, which must say the same."""
    grant: dict[str, Any] = _fields(graph, clause, ("name", "recipient"))
    grant["purposes"] = str(graph.value(clause, _iri("soilbio:purposes"))).split()
    grant |= _fields(graph, clause, ("from", "until", "licence"))
    rules = {
        str(graph.value(rule, _iri("soilbio:class"))): rule
        for rule in graph.subjects(_iri("soilbio:clause"), clause)
    }
    order = str(graph.value(clause, _iri("soilbio:classes"))).split()
    if set(order) != rules.keys():
        raise ValueError("a clause lacks rules, or has too many")
    found = sorted(
        (int(str(graph.value(duty, _iri("soilbio:order")))), duty)
        for duty in graph.objects(clause, _iri("soilbio:clauseDuty"))
    )
    duties = {duty for _, duty in found}
    grant["classes"] = {}
    for name in order:
        grant["classes"][name] = _outcome(graph, rules[name], grant)
        is_open = grant["classes"][name] != "withhold"
        if set(graph.objects(rules[name], _iri("odrl:duty"))) != (duties if is_open else set()):
            raise ValueError(f"rule {rules[name]} has not the duties of its clause")
    if str(graph.value(clause, _iri("soilbio:hasDuties"))) == "true":
        grant["duties"] = [_fields(graph, duty, ("kind", "text", "until")) for _, duty in found]
    return grant


def _outcome(graph: Graph, rule: Node, grant: Mapping[str, Any]) -> str | dict[str, str]:
    """Read a rule's outcome, and hold its kind and constraints against the clause it is of."""
    from rdflib import RDF

    kind = str(graph.value(rule, RDF.type)).removeprefix(ODRL)
    words = str(graph.value(rule, _iri("soilbio:outcome"))).split()
    how = words[1] if words[0] == "generalise" else ""
    expected = {
        (str(c["odrl:leftOperand"]["@id"]), str(c["odrl:operator"]["@id"]), _right(c))
        for c in constraints(grant, how, "x")
    }
    found = {
        (
            _short(graph.value(one, _iri("odrl:leftOperand"))),
            _short(graph.value(one, _iri("odrl:operator"))),
            " ".join(sorted(str(r) for r in graph.objects(one, _iri("odrl:rightOperand")))),
        )
        for one in graph.objects(rule, _iri("odrl:constraint"))
    }
    wanted = "Prohibition" if words[0] == "withhold" else "Permission"
    assignee = str(graph.value(rule, _iri("odrl:assignee")))
    if kind != wanted or found != expected or assignee != recipient_iri(str(grant["recipient"])):
        raise ValueError(f"rule {rule} does not say what its clause says")
    return {"generalise": how} if how else words[0]


def _right(constraint: Mapping[str, Any]) -> str:
    right = constraint["odrl:rightOperand"]
    if isinstance(right, list):
        return " ".join(sorted(one["@id"] for one in right))
    return str(right["@value"]) if isinstance(right, dict) else str(right)


def _fields(graph: Graph, node: Node, names: tuple[str, ...]) -> dict[str, str]:
    values = {name: graph.value(node, _iri(f"soilbio:{name}")) for name in names}
    return {name: str(value) for name, value in values.items() if value is not None}


def _iri(term: str) -> URIRef:
    from rdflib import URIRef

    prefix, _, name = term.partition(":")
    return URIRef({"odrl": ODRL, "soilbio": OWN, "dct": DCT}[prefix] + name)


def _short(node: object) -> str:
    text = str(node)
    return text.replace(ODRL, "odrl:").replace(OWN, "soilbio:")
