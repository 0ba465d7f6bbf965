"""Make soilbio/standards/ena_*.tsv: ENA's checklist for soils, platforms, and library vocabulary.

Usage: python resources/standards/make_ena.py SHARED [FOLDER]
where SHARED/standards/02_ena holds checklist ERC000022 (ELIXIR Belgium's copy of 2026-07-28, MIT),
joined with all units of its fields, and the schemas of 2026 with instruments by platform and terms
for libraries (EMBL-EBI, Apache-2.0, as ena-upload-cli 0.11.0 ships them). Descriptions are not
taken over.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
CHECKLIST = ("label", "cardinality", "kind", "units", "pattern", "allowed", "accepts_missing")
# The archives' countries are a table of their own; a second copy would drift.
COUNTRY = "geographic location (country and/or sea)"
KINDS = {
    "geographic location (latitude)": "latitude",
    "geographic location (longitude)": "longitude",
    COUNTRY: "place_name",
    "collection date": "date",
}
INTEGER = "[+-]?[0-9]+"
NUMBER = "([Ee][+-]?[0-9]+)?"
LISTS = {
    "strategy": "typeLibraryStrategy",
    "source": "typeLibrarySource",
    "selection": "typeLibrarySelection",
}
XS = "{http://www.w3.org/2001/XMLSchema}"
Row = dict[str, str]


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write the three tables, in the order of their sources."""
    source = shared / "standards" / "02_ena"
    schemas = source / "ena_upload_cli_0.11.0"
    write(folder / "ena_checklist.tsv", CHECKLIST, checklist(source))
    common = etree.parse(schemas / "SRA.common.xsd").getroot()
    write(folder / "ena_platforms.tsv", ("platform", "instrument"), platforms(common))
    experiment = etree.parse(schemas / "SRA.experiment.xsd").getroot()
    terms = [(name, term) for name, kind in LISTS.items() for term in values(experiment, kind)]
    write(folder / "ena_library.tsv", ("list", "term"), terms)


def write(target: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table."""
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(
            handle, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writerow(header)
        writer.writerows(rows)


def checklist(source: Path) -> Iterable[Sequence[str]]:
    """List the attributes of a sample, with all units and the allowed values."""
    text = (source / "ERC000022" / "ERC000022.json").read_text("utf-8")
    choices = {field["name"]: field["cv"] for field in json.loads(text)["sample"]["fields"]}
    with (source / "erc000022_fields.tsv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            label = row["label"]
            allowed = () if label == COUNTRY else choices[label]
            yield (
                *(label, row["cardinality"], kind(row), row["units_allowed(BioSamples schema)"]),
                *(row["regex"], "|".join(allowed)),
                "yes" if row["accepts_missing_value"] == "True" else "",
            )


def kind(row: Row) -> str:
    """Name the kind of value that a field takes, by its pattern."""
    if row["label"] in KINDS:
        return KINDS[row["label"]]
    if row["field_type"] == "TEXT_CHOICE_FIELD":
        return "choice"
    if row["regex"] == INTEGER:
        return "integer"
    return "number" if NUMBER in row["regex"] else "text"


def platforms(common: etree._Element) -> Iterable[Sequence[str]]:
    """List the instruments of each platform."""
    choice = common.find(f"{XS}complexType[@name='PlatformType']/{XS}choice")
    for platform in choice:
        model = platform.find(f".//{XS}element[@name='INSTRUMENT_MODEL']")
        for instrument in values(common, model.get("type").removeprefix("com:")):
            yield platform.get("name"), instrument


def values(root: etree._Element, name: str) -> Iterable[str]:
    """List the values of an enumeration."""
    kind = root.find(f"{XS}simpleType[@name='{name}']")
    return (value.get("value") for value in kind.iter(f"{XS}enumeration"))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
