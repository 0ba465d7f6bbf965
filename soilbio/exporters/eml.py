"""What a Darwin Core Archive is and who made it: EML, in the GBIF profile 1.3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from soilbio.agreements.combine import combine
from soilbio.exporters.view import View
from soilbio.standards.darwin_core import LICENCES

if TYPE_CHECKING:
    from lxml.etree import _Element

_EML = "https://eml.ecoinformatics.org/eml-2.2.0"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def eml_xml(view: View) -> bytes:
    """Describe the dataset: who provides it, under which licence, and how to read the numbers."""
    from lxml import etree

    root = etree.Element(
        f"{{{_EML}}}eml",
        {"packageId": f"{view.dataset_id}/{view.date.isoformat()}", "system": "soilbio"},
        nsmap={"eml": _EML},
        scope="system",
    )
    root.set(_LANGUAGE, "en")
    dataset = _add(root, "dataset")
    _add(dataset, "title", _title(view)).set(_LANGUAGE, "en")
    for role in ("creator", "metadataProvider"):
        _parties(dataset, role, view)
    _add(dataset, "pubDate", view.date.isoformat())
    _add(dataset, "language", "eng")
    abstract = _add(dataset, "abstract")
    for text in _abstract(view):
        _add(abstract, "para", text)
    _rights(_add(_add(dataset, "intellectualRights"), "para"), view)
    _parties(dataset, "contact", view)
    return _written(root)


def _add(parent: _Element, name: str, text: str | None = None) -> _Element:
    from lxml import etree

    child = etree.SubElement(parent, name)
    child.text = text
    return child


def _title(view: View) -> str:
    columns = [
        name for name in ("target_gene", "target_subfragment") if name in view.columns["assays"]
    ]
    rows = view.tables["assays"].select(columns).unique().collect().rows() if columns else []
    regions = sorted(" ".join(part for part in row if part) for row in rows)
    return f"Soil biodiversity: amplicon sequences{_of(regions)}"


def _of(regions: Iterable[str]) -> str:
    named = ", ".join(region for region in regions if region)
    return f" of {named}" if named else ""


def _abstract(view: View) -> Iterable[str]:
    yield (
        "Occurrences of DNA sequences in soil samples. Numbers of reads are compositional: compare"
        " their shares within a library, not the numbers between libraries."
    )
    for agreement in view.agreements.values():
        text = " ".join(agreement.summary.split())
        yield f"Shared under the agreement '{agreement.title}' ({agreement.name}). {text}".strip()
        if agreement.attribution:
            yield f"Credit: {agreement.attribution}"
    places = {
        row
        for row in view.tables["samples"].select("dataGeneralizations").collect().to_series()
        if row
    }
    yield from (f"Generalised: {text}." for text in sorted(places))


def _parties(dataset: _Element, role: str, view: View) -> None:
    """Name the providers, with the contact of their agreement if it is a mail address."""
    found: Mapping[tuple[str, str, str], None] = dict.fromkeys(
        (party.name, party.id, agreement.contact)
        for agreement in view.agreements.values()
        for party in agreement.parties
        if party.role == "provider"
    )
    nobody = {
        (agreement.title, "", agreement.contact): None for agreement in view.agreements.values()
    }
    for name, ror, contact in found or nobody:
        agent = _add(dataset, role)
        _add(agent, "organizationName", name)
        if "@" in contact:
            _add(agent, "electronicMailAddress", contact)
        if ror:
            _add(agent, "userId", ror).set("directory", "https://ror.org/")


def _rights(para: _Element, view: View) -> None:
    """State the licence as GBIF reads it; where it is another, in words."""
    asked = (view.recipient, view.purpose, view.date)
    licence = combine(view.in_use(), asked).licence
    if licence not in LICENCES:
        named = sorted({decision.licence for decision in view.in_use()})
        para.text = f"Licence of each record in its column license: {', '.join(named)}."
        return
    address, name = LICENCES[licence]
    para.text = "This work is licensed under a "
    link = _add(para, "ulink")
    link.set("url", address)
    _add(link, "citetitle", name)
    link.tail = "."


def _written(root: _Element) -> bytes:
    from lxml import etree

    text: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text
