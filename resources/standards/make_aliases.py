"""Make soilbio/standards/aliases.tsv: what the standards, and people, call a column of the samples.

Usage: python resources/standards/make_aliases.py SHARED [FOLDER]
It reads the tables of `soilbio/standards` (MIxS, ENA, NMDC, fields: make these first), ENA's labels
of 2018 in SHARED/standards/02_ena, and `synonyms.tsv` beside this script. Where two standards give
one name to different things, the first has it: MIxS, ENA, NMDC, NCBI, Darwin Core, FAIRe, MDT, then
what is usual.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
TABLES = HERE.parents[1] / "soilbio" / "standards"
# The parts of a joined value that a sheet may give instead of it.
SPLIT = (
    "decimal_latitude",
    "decimal_longitude",
    "depth_upper",
    "depth_lower",
    "country",
    "region_locality",
)
ORDER: tuple[str, ...] = (
    *("soilbio", "MIxS 7", "MIxS 6", "MIxS 5", "MIxS 4", "ENA 2026", "ENA 2018", "NMDC", "NCBI"),
    *("Darwin Core", "FAIRe", "MDT", "usual"),
)
# Terms of Darwin Core that take many things; what the table of synonyms says of them counts.
WIDE: tuple[str, ...] = (
    *("habitat", "samplingProtocol", "eventID", "accessRights", "identificationReferences"),
    *("identificationRemarks", "sampleSizeValue", "sampleSizeUnit", "country"),
)
# A slot of another package for what the package for soils has: a name not to the letter is this.
SAME = {"soil_pH": "ph"}
Row = dict[str, str]
Alias = tuple[str, str, str, str]


def main(shared: Path, folder: Path = TABLES) -> None:
    """Write one row an alias: alias, column, standard, and whether it surely means the column."""
    known: dict[str, Alias] = {}
    for row in sorted(collected(shared), key=by_precedence):
        known.setdefault(plain(row[0]), row)
    rows = sorted(known.values(), key=by_column)
    with (folder / "aliases.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(("alias", "column", "standard", "is_certain"))
        writer.writerows(rows)


def by_precedence(row: Alias) -> tuple[int, bool]:
    """Order aliases by their standard, those that are certain first."""
    return ORDER.index(row[2]), not row[3]


def by_column(row: Alias) -> tuple[str, int, Alias]:
    """Order aliases by what they mean."""
    return row[1], ORDER.index(row[2]), row


def plain(text: str) -> str:
    """Make names comparable, as `soilbio.standards.aliases` does."""
    return " ".join(re.sub(r"[\s_\-]+", " ", text.casefold().strip(" *#\ufeff")).split())


def read(path: Path) -> list[Row]:
    """Read a table without quotation."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def collected(shared: Path) -> Iterator[Alias]:
    """List all that is known: alias, column, standard, certainty."""
    slots = read(TABLES / "mixs.tsv")
    fields = read(TABLES / "fields.tsv")
    columns = Columns(slots, fields)
    yield from of_mixs(slots, shared / "standards" / "01_mixs" / "rename_maps")
    yield from of_fields(fields, columns)
    yield from of_labels(columns, shared / "standards" / "02_ena")
    for row in read(HERE / "synonyms.tsv"):
        yield row["alias"], columns.of_name(row["column"]), row["standard"], row["is_certain"]
    for row in read(TABLES / "nmdc.tsv"):
        column = columns.of_alias(row["name"])
        if column:
            yield row["name"], column, "NMDC", "yes"
            if row["title"]:
                yield row["title"], column, "NMDC", "yes"


class Columns:
    """Finds the column that a name stands for."""

    def __init__(self, slots: list[Row], fields: list[Row]) -> None:
        self.slots = {row["name"] for row in slots}
        self.fields = {row["name"]: row for row in fields}
        self.names = {plain(row["name"]): row["name"] for row in slots}
        for row in slots:
            for name in (row["title"], *row["synonyms"].split("|")):
                self.names.setdefault(plain(name), row["name"])
        for row in fields:
            self.names.setdefault(plain(row["nmdc_slot"]), self.joined(row))

    def of_name(self, name: str) -> str:
        """Name the column of a field: itself, or the slot that alone holds it."""
        if name in self.slots or name in SPLIT or name not in self.fields:
            return name
        slot = self.fields[name]["mixs_slot"]
        holding = [row for row in self.fields.values() if row["mixs_slot"] == slot]
        return slot if slot in self.slots and len(holding) == 1 else name

    def joined(self, row: Row) -> str:
        """Name the column of the standards that do not split a field."""
        return row["mixs_slot"] if row["mixs_slot"] in self.slots else self.of_name(row["name"])

    def of_alias(self, name: str) -> str:
        """Name the column of a name of MIxS of any version, or nothing."""
        return self.names.get(plain(name), "") if name else ""


def of_mixs(slots: list[Row], source: Path) -> Iterator[Alias]:
    """List names, titles and former names of slots; `synonyms.tsv` dates its own."""
    changes = yaml.load(
        (source / "diff_v5_to_v6.0.0.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    own = {row["alias"] for row in read(HERE / "synonyms.tsv")}
    for row in slots:
        column = SAME.get(row["name"], row["name"])
        yield row["name"], column, "MIxS 7" if row["mixs_id"] else "soilbio", "yes"
        if row["title"]:
            yield row["title"], column, "MIxS 7", "yes"
        for name in row["synonyms"].split("|") if row["synonyms"] else ():
            if name not in own:
                standard = "MIxS 5" if name in changes["renamed"] else "MIxS 6"
                yield name, row["name"], standard, "yes"


def of_fields(fields: list[Row], columns: Columns) -> Iterator[Alias]:
    """List what the crosswalk says."""
    shared_labels = [row["ena_label"] for row in fields]
    for row in fields:
        column = columns.of_name(row["name"])
        own = row["name"] != row["mixs_slot"]
        yield row["name"], column, "soilbio" if own else "MIxS 7", "yes"
        if row["ena_label"] and not row["ena_label"].startswith("@"):
            is_shared = shared_labels.count(row["ena_label"]) > 1
            yield row["ena_label"], columns.joined(row) if is_shared else column, "ENA 2026", "yes"
        for key, standard in (("dwc_terms", "Darwin Core"), ("dna_terms", "Darwin Core")):
            for term in row[key].split("|") if row[key] else ():
                if term not in WIDE:
                    yield term.removeprefix("ggbn:"), column, standard, "yes"
        for name in row["faire_slots"].split("|") if row["faire_slots"] else ():
            if name not in WIDE and "_" in name:
                yield name, column, "FAIRe", "yes"


def of_labels(columns: Columns, source: Path) -> Iterator[Alias]:
    """List the labels of ENA's checklist of now and of 2018 that a slot's name or title tells."""
    own = [row for row in read(HERE / "synonyms.tsv") if row["standard"].startswith("ENA")]
    known = {plain(row["alias"]): columns.of_name(row["column"]) for row in own}
    for row in columns.fields.values():
        known.setdefault(plain(row["ena_label"]), columns.joined(row))
    for row in read(TABLES / "ena_checklist.tsv"):
        column = columns.of_alias(row["label"]) or known.get(plain(row["label"]), "")
        known[plain(row["label"])] = column
        if column:
            yield row["label"], column, "ENA 2026", "yes"
    for row in read(source / "erc000022_legacy_label_aliases.tsv"):
        old, new = row.values()
        column = known.get(plain(new), "") or columns.of_alias(new)
        if column:
            yield old, column, "ENA 2018", "yes"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
