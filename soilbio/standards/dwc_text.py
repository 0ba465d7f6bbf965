"""The description of text tables as a Darwin Core Archive: `meta.xml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_TEXT = "http://rs.tdwg.org/dwc/text/"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of an archive: its class, its file, the IRI of each column; the first is the id.

    An IRI is empty where the column only names the row of the core. `enclosed` is what stands
    around a cell that has a tab or that character in it.
    """

    row_type: str
    file: str
    terms: Sequence[str]
    enclosed: str = ""


def meta_xml(core: TextTable, *extensions: TextTable, has_eml: bool = True) -> bytes:
    """Describe the tables, as http://rs.tdwg.org/dwc/text/ asks; `eml.xml` may lie beside them."""
    from lxml import etree

    archive = etree.Element(f"{{{_TEXT}}}archive", nsmap={None: _TEXT})
    if has_eml:
        archive.set("metadata", "eml.xml")
    for kind, key, one in (
        ("core", "id", core),
        *(("extension", "coreid", other) for other in extensions),
    ):
        table = etree.SubElement(
            archive,
            f"{{{_TEXT}}}{kind}",
            encoding="UTF-8",
            fieldsTerminatedBy="\\t",
            linesTerminatedBy="\\n",
            fieldsEnclosedBy=one.enclosed,
            ignoreHeaderLines="1",
            rowType=one.row_type,
        )
        files = etree.SubElement(table, f"{{{_TEXT}}}files")
        etree.SubElement(files, f"{{{_TEXT}}}location").text = one.file
        etree.SubElement(table, f"{{{_TEXT}}}{key}", index="0")
        for place, term in enumerate(one.terms):
            if term:
                etree.SubElement(table, f"{{{_TEXT}}}field", index=str(place), term=term)
    text: bytes = etree.tostring(archive, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return text
