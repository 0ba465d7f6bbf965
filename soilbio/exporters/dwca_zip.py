"""A Darwin Core Archive as a file: tables as text, their description, a zip without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    import polars as pl

# Bytes held at once; the fastest level, since the text repeats itself.
_BLOCK, _LEVEL = 1 << 20, 1
_TEXT = "http://rs.tdwg.org/dwc/text/"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of an archive: its class, its file, the IRI of each column; the first is the id.

    An IRI is empty where the column only names the row of the core.
    """

    row_type: str
    file: str
    terms: Sequence[str]


def meta_xml(core: TextTable, *extensions: TextTable) -> bytes:
    """Describe the tables, as http://rs.tdwg.org/dwc/text/ asks."""
    from lxml import etree

    archive = etree.Element(f"{{{_TEXT}}}archive", nsmap={None: _TEXT}, metadata="eml.xml")
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
            fieldsEnclosedBy="",
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


def as_text(batches: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Give tab-separated text without quotes; no value has a tab or a line end in it."""
    for place, batch in enumerate(batches):
        text = batch.write_csv(
            separator="\t",
            line_terminator="\n",
            quote_style="never",
            null_value="",
            include_header=place == 0,
        )
        yield text.encode()


def write_zip(parts: Mapping[str, Iterable[bytes]], target: Path) -> None:
    """Pack texts in order of their names, as they come, without a clock."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(parts):
            # By its name a file gets the first day that a zip knows; no clock.
            with archive.open(name, "w", force_zip64=True) as packed:
                for block in _blocks(parts[name]):
                    packed.write(block)


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Cut into blocks of one size, so that packing does not depend on how the text came."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= _BLOCK:
            yield bytes(held[:_BLOCK])
            del held[:_BLOCK]
    yield bytes(held)
