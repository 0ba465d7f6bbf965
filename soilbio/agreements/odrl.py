"""An agreement as ODRL 2.2 in JSON-LD, without loss.

Every class of every clause is a rule: a permission to obtain values of that class, as they are or
in a coarser form, or a prohibition where the clause withholds it. What ODRL has no words for stands
under soilbio's own profile. `odrl:use` is never permitted: it would include distribution.

Source: ODRL Information Model 2.2, W3C 2018; the profile is described in docs/odrl.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from soilbio.agreements.parse import parse_agreement

PROFILE = "https://w3id.org/soilbio/policy"
OWN, ODRL, DCT = f"{PROFILE}#", "http://www.w3.org/ns/odrl/2/", "http://purl.org/dc/terms/"
_DUO = "http://purl.obolibrary.org/obo/DUO_"
# The context stands in the document: nothing is fetched to read it.
_CONTEXT: dict[str, Any] = {
    "odrl": ODRL,
    "soilbio": OWN,
    "dct": DCT,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "obo": "http://purl.obolibrary.org/obo/",
    "uid": {"@id": "odrl:uid", "@type": "@id"},
}
# The fields that are plain text: of the agreement, and of the things it lists.
TEXTS = {
    "id": "soilbio:id",
    "version": "soilbio:version",
    "title": "dct:title",
    "summary": "dct:description",
    "licence": "soilbio:licence",
    "attribution": "soilbio:attribution",
    "contact": "soilbio:contact",
    "amends": "soilbio:amends",
    "onward": "soilbio:onward",
}
LISTED = {
    "parties": ("name", "id", "role", "key"),
    "permits": (
        *("status", "country", "accessed", "type", "id", "authority", "issued", "holder"),
        *("subject", "use", "consent", "terms", "third_parties", "sequence_data"),
    ),
    "local_contexts": ("label", "applied_by", "hub_project", "consent"),
    "signatures": ("party", "signature"),
}
ACTIONS = {
    "attribution": "odrl:attribute",
    "notification": "odrl:inform",
    "deletion": "odrl:delete",
    "benefit-sharing": "odrl:compensate",
    "return": "soilbio:returnDerived",
    "co-authorship": "soilbio:collaborate",
    "no-onward-sharing": "soilbio:keep",
    "same-terms": "soilbio:passOnUnderSameTerms",
    "encryption": "soilbio:sendEncrypted",
}
# Each of our own actions is a narrower one of ODRL's.
_NARROWER = {
    "soilbio:obtain": "odrl:reproduce",
    "soilbio:returnDerived": "odrl:grantUse",
    "soilbio:collaborate": "odrl:attribute",
    "soilbio:keep": "odrl:ensureExclusivity",
    "soilbio:passOnUnderSameTerms": "odrl:nextPolicy",
    "soilbio:sendEncrypted": "odrl:distribute",
}


def to_odrl(text: str, source: str) -> str:
    """Write an agreement as JSON-LD.

    Raises
    ------
    InputError
        If the text is no sound agreement.

    """
    agreement = parse_agreement(text, source)
    content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but text
    uid = f"{PROFILE}/agreement/{agreement.id}/{agreement.version}"
    rules = list(_rules(content, uid))
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": uid,
        "@type": "odrl:Set",
        "uid": uid,
        "odrl:profile": {"@id": PROFILE},
        "odrl:conflict": {"@id": "odrl:prohibit"},
        **{term: content[name] for name, term in TEXTS.items() if name in content},
        "soilbio:parts": _ordered(list(_parts(content, uid))),
        "odrl:permission": [r for r in rules if r["@type"] == "odrl:Permission"],
        "odrl:prohibition": [r for r in rules if r["@type"] == "odrl:Prohibition"],
        "soilbio:text": text,
        "@included": list(_definitions(content)),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _ordered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**item, "soilbio:order": place} for place, item in enumerate(items)]


def _parts(content: Mapping[str, Any], uid: str) -> Iterator[dict[str, Any]]:
    """Write what is no rule: parties, permits, labels, signers, duties of all, clauses' order."""
    for name, fields in LISTED.items():
        for number, item in enumerate(content.get(name, ())):
            values = {f"soilbio:{key}": item[key] for key in fields if key in item}
            yield {"@id": f"{uid}#{name}-{number}", "soilbio:part": name, **values}
    for number, duty in enumerate(content.get("duties", ())):
        yield {"soilbio:part": "duties", **_duty(duty, f"{uid}#duties-{number}")}
    for name in ("datasets", "samples"):
        for number, pattern in enumerate(content.get("covers", {}).get(name, ())):
            part = f"covers.{name}"
            yield {"@id": f"{uid}#{name}-{number}", "soilbio:part": part, "soilbio:value": pattern}
    for number, party in enumerate(content.get("signed_by", ())):
        yield {
            "@id": f"{uid}#signed_by-{number}",
            "soilbio:part": "signed_by",
            "soilbio:value": party,
        }
    for number, grant in enumerate(content["grants"]):
        clause = {"recipient": grant["recipient"]}
        clause |= {key: grant[key] for key in ("name", "from", "until", "licence") if key in grant}
        yield {
            "@id": f"{uid}#clause-{number}",
            "soilbio:part": "grants",
            **{f"soilbio:{key}": value for key, value in clause.items()},
            "soilbio:purposes": " ".join(grant["purposes"]),
            "soilbio:classes": " ".join(grant["classes"]),
            "soilbio:hasDuties": str("duties" in grant).lower(),
            "soilbio:clauseDuty": [
                {**_duty(duty, f"{uid}#clause-{number}-duty-{i}"), "soilbio:order": i}
                for i, duty in enumerate(grant.get("duties", ()))
            ],
        }


def _duty(duty: Mapping[str, str], uid: str) -> dict[str, Any]:
    return {
        "@id": uid,
        "@type": "odrl:Duty",
        "odrl:action": {"@id": ACTIONS[duty["kind"]]},
        "soilbio:kind": duty["kind"],
        **{f"soilbio:{key}": duty[key] for key in ("text", "until") if key in duty},
    }


def _rules(content: Mapping[str, Any], uid: str) -> Iterator[dict[str, Any]]:
    """Write each class of each clause as a rule with the clause's constraints and duties."""
    for number, grant in enumerate(content["grants"]):
        for sharing_class, outcome in grant["classes"].items():
            place = f"{uid}#clause-{number}-{sharing_class}"
            how = outcome["generalise"] if isinstance(outcome, dict) else ""
            is_open = how or outcome == "allow"
            rule = {
                "@id": place,
                "@type": "odrl:Permission" if is_open else "odrl:Prohibition",
                "odrl:target": {"@id": f"{OWN}class-{sharing_class}"},
                "odrl:assignee": {"@id": recipient_iri(grant["recipient"])},
                "odrl:action": {"@id": "soilbio:obtain"},
                "odrl:constraint": list(constraints(grant, how, place)),
                "soilbio:clause": {"@id": f"{uid}#clause-{number}"},
                "soilbio:class": sharing_class,
                "soilbio:outcome": f"generalise {how}" if how else outcome,
            }
            duties = [
                {"@id": f"{uid}#clause-{number}-duty-{i}"}
                for i in range(len(grant.get("duties", ())))
            ]
            yield {**rule, "odrl:duty": duties} if duties and is_open else rule


def recipient_iri(name: str) -> str:
    """Give the IRI of a recipient: a circle of the profile, or a party's ROR."""
    return f"{OWN}{name}" if name in ("public", "consortium") else name


def _purpose(name: str) -> str:
    return name.replace("DUO:", _DUO) if name.startswith("DUO:") else f"{OWN}purpose-{name[5:]}"


def constraints(grant: Mapping[str, Any], how: str, uid: str) -> Iterator[dict[str, Any]]:
    """Give the constraints of a rule: purposes, first and last day, coarser form."""
    purposes = [{"@id": _purpose(name)} for name in grant["purposes"]]
    yield _constraint(f"{uid}-purpose", "odrl:purpose", "odrl:isAnyOf", purposes)
    for key, operator in (("from", "odrl:gteq"), ("until", "odrl:lteq")):
        if grant.get(key):
            day = {"@value": grant[key], "@type": "xsd:date"}
            yield _constraint(f"{uid}-{key}", "odrl:dateTime", operator, day)
    if how:
        yield _constraint(f"{uid}-form", "soilbio:generalisation", "odrl:eq", how)


def _constraint(uid: str, left: str, operator: str, right: object) -> dict[str, Any]:
    return {
        "@id": uid,
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": left},
        "odrl:operator": {"@id": operator},
        "odrl:rightOperand": right,
    }


def _definitions(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Define the profile's own words as far as the agreement uses them."""
    for own, wider in _NARROWER.items():
        yield {"@id": own, "@type": "odrl:Action", "odrl:includedIn": {"@id": wider}}
    yield {"@id": "soilbio:generalisation", "@type": "odrl:LeftOperand"}
    for sharing_class in sorted({c for grant in content["grants"] for c in grant["classes"]}):
        yield {"@id": f"soilbio:class-{sharing_class}", "@type": "odrl:Asset"}
    for recipient in sorted({grant["recipient"] for grant in content["grants"]}):
        yield {"@id": recipient_iri(recipient), "@type": "odrl:Party"}
