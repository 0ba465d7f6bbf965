"""Lineages of reference files and the names of phyla: all are read, and none is lost."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pytest

from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.lineage import parse_lineage

NAME = re.compile(r"[A-Z][\w -]*")
NO_NAME = re.compile("unidentified|unclassified|incertae.sedis|^'", re.IGNORECASE)
MARKS = {"k": "kingdom", "p": "phylum", "c": "class", "o": "order", "f": "family", "g": "genus"}


@pytest.fixture
def taxonomy(shared) -> Path:
    folder = shared / "standards" / "08_taxonomy"
    if not folder.is_dir():
        pytest.skip(f"no tables of names at {folder}")
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def given(text: str) -> dict[str, str]:
    """Read prefixes without the parser: what stands there, brackets of proposed names taken off."""
    parts = [part.strip().partition("__") for part in text.split(";")]
    return {MARKS[mark]: name.strip("[]") for mark, _, name in parts if mark in MARKS}


def test_every_lineage_of_greengenes_is_read(shared):
    path = shared / "data" / "ref_16S_gg97_subset" / "gg_13_8_97_subset_taxonomy.tsv.gz"
    with gzip.open(path, "rt") as handle:
        texts = [line.rstrip("\n").partition("\t")[2] for line in handle]
    assert len(texts) > 4_000
    for text in texts:
        expected = given(text)
        expected["domain"] = expected.pop("kingdom")
        expected = {rank: name.replace("_", " ") for rank, name in expected.items()}
        expected = {rank: name for rank, name in expected.items() if not NO_NAME.search(name)}
        found = parse_lineage(text)
        found.pop("species", None)
        # One family of archaea fills the place of its genus with its own name.
        if expected.get("genus") == expected.get("family"):
            expected.pop("genus", None)
        assert found == {rank: name for rank, name in expected.items() if name}, text


def test_every_lineage_of_unite_is_read_behind_its_header(shared):
    path = shared / "data" / "ref_ITS" / "unite_subset_1281.fasta.gz"
    with gzip.open(path, "rt") as handle:
        texts = [line[1:].rstrip("\n") for line in handle if line.startswith(">")]
    assert len(texts) > 1_000
    for text in texts:
        expected = given(text.rpartition("|")[2])
        found = parse_lineage(text)
        found.pop("species", None)
        named = {rank: name for rank, name in expected.items() if not NO_NAME.search(name)}
        assert {**found} == named, text


def test_every_phylum_that_ncbi_has_is_a_name(taxonomy):
    names = [row["name"] for row in rows(taxonomy / "ncbi_phyla_2024_09.tsv")]
    assert len(names) == 293
    lost = [
        name
        for name in names
        for text in (f"d__X;p__{name}", f"d__X;p__{name.replace(' ', '_')}")
        if not parse_lineage(text).get("phylum")
    ]
    assert lost == []


def test_every_former_name_of_a_phylum_leads_to_todays(taxonomy):
    wrong = []
    for row in rows(taxonomy / "prokaryote_phylum_renames.tsv"):
        today = row["current_name"]
        cells = f"{row['previous_or_other_names']}|{row['silva_138_1_name']}".split("|")
        for name in [today, *cells]:
            # What stands in brackets is another rank, or a place in another phylum.
            if NAME.fullmatch(name) and canonical({"phylum": name}).ranks["phylum"] != today:
                wrong.append((name, today))
    assert wrong == []
