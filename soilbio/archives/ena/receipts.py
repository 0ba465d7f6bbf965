"""The archive's answer to a submission: what was accepted under which accession, or why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from soilbio.archives.ena.xml import KINDS

# How the archive says that a record is there already, with or without the accession.
_EXISTS = re.compile(r"already exists in the submission account(?: with accession: *\"([^\"]+)\")?")
_ALIAS = re.compile(r"alias: *\"([^\"]*)\"")
_KIND = re.compile(r"^\s*In (\w+)")


@dataclass(frozen=True, slots=True)
class Accession:
    """A record's accession; `external` is the one that BioSamples or BioProject give it."""

    kind: str
    alias: str
    accession: str
    external: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the archive answered; without success it added nothing."""

    is_success: bool
    accessions: tuple[Accession, ...]
    errors: tuple[str, ...]
    infos: tuple[str, ...]

    def existing(self) -> tuple[Accession, ...]:
        """List the records that are refused only because they are there already.

        Empty unless that is all that the archive has to say: every error is of this kind.
        """
        found = []
        for error in self.errors:
            exists, alias, kind = _EXISTS.search(error), _ALIAS.search(error), _KIND.search(error)
            if exists is None:
                return ()
            if alias and kind and exists[1] and kind[1].upper() in KINDS:
                found.append(Accession(kind[1].upper(), alias[1], exists[1]))
        return tuple(found)


def parse_receipt(content: bytes) -> Receipt | None:
    """Read a receipt; None for what is none, such as a web server's page of an error."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.tag == "RECEIPT_SET" and len(root):
        root = root[0]
    if root.tag != "RECEIPT":
        return None
    accessions = [
        Accession(
            kind,
            element.get("alias", ""),
            element.get("accession", ""),
            next((one.get("accession", "") for one in element.iter("EXT_ID")), ""),
        )
        for kind in KINDS
        for element in root.iter(kind)
        if element.get("accession")
    ]
    return Receipt(
        root.get("success") == "true",
        tuple(sorted(accessions, key=lambda one: (list(KINDS).index(one.kind), one.alias))),
        tuple(_texts(root, "ERROR")),
        tuple(_texts(root, "INFO")),
    )


def _texts(root: object, tag: str) -> list[str]:
    found = (" ".join((one.text or "").split()) for one in root.iter(tag))  # type: ignore[attr-defined]
    return [text for text in found if text]
