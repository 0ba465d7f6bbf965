"""The rules by their ids, docs/rules.md: each is told by a message or shown by a test."""

from __future__ import annotations

import re

import pytest

from soilbio.metadata.inspect_sheet import inspect
from tests.conftest import ROOT
from tests.unit.metadata.test_inspect_sheet import sheet
from tests.unit.test_error_codes import codes_in_docs

ROW = re.compile(r"^\| (SB-[A-Z]+-\d\d) \| ([a-z, ]+) \| .+ \| (.+) \|$", re.MULTILINE)
RULES = {rule: shown for rule, _, shown in ROW.findall((ROOT / "docs" / "rules.md").read_text())}
PRIMERS = "FWD:GTGYCAGCMGCCGCGGTAA;REV:GGACTACNVGGGTWTCTAAT"


def codes() -> list[tuple[str, str]]:
    return [
        (rule, told)
        for rule, shown in RULES.items()
        for told in re.findall(r"`([^`]+)`", shown)
        if "::" not in told
    ]


def named_tests() -> list[str]:
    return sorted({one for shown in RULES.values() for one in re.findall(r"`([^`]+::.+?)`", shown)})


def test_every_rule_of_the_collection_is_in_the_table_and_none_else(shared):
    listed = []
    report = (shared / "standards" / "REPORT.md").read_text()
    for kind, first, last in re.findall(r"^\| SB-([A-Z]+)-(\d\d)(?:\.\.(\d\d))? \|", report, re.M):
        listed += [f"SB-{kind}-{n:02}" for n in range(int(first), int(last or first) + 1)]
    assert list(RULES) == listed


@pytest.mark.parametrize("place", named_tests())
def test_each_test_named_exists(place):
    path, name = place.split("::")
    assert f"def {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize(("rule", "code"), codes())
def test_each_code_is_documented_and_has_an_example_or_a_test(rule, code):
    assert code in codes_in_docs()
    examples = [path.stem.split("_")[0] for path in (ROOT / "tests/data").glob("*/invalid/*")]
    texts = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert code in examples or any(f'"{code}"' in text for text in texts)


@pytest.mark.parametrize(
    ("rule", "column", "good", "bad", "code"),
    [
        ("SB-ID-01", "sample_id", "Field_1-a.b", "Field 1", "id-format"),
        ("SB-ID-02", "sample_id", "S2", "s1", "id-duplicate"),
        ("SB-GEO-01", "lat_lon", "48.1365 11.2872", "98.1365 11.2872", "place-range"),
        ("SB-GEO-01", "lat_lon", "48.1365 11.2872", "0 0", "place-zero"),
        ("SB-GEO-01", "lat_lon", "48.12345678 11.28", "48.123456789 11.28", "place-digits"),
        ("SB-GEO-02", "lat_lon", "52.5201 13.4051", "40.7101 -74.0101", "place-country"),
        ("SB-DATE-01", "collection_date", "2024-04", "16.04.24 or so", "date-format"),
        ("SB-DATE-01", "collection_date", "2024-02-29", "2023-02-29", "date-calendar"),
        ("SB-DATE-01", "collection_date", "2024-04-16", "2142-01-01", "date-future"),
        ("SB-DEP-01", "depth", "0.1-0.2", "0.2-0.1", "depth-order"),
        ("SB-DEP-01", "depth", "0.3-0.6", "30-60", "number-range"),
        ("SB-ENV-01", "env_medium", "soil [ENVO:00001998]", "soil [ENVO:99999999]", "term-unknown"),
        ("SB-ENV-02", "env_medium", "soil [ENVO:00001998]", "sand [ENVO:00001998]", "term-label"),
        ("SB-ENV-03", "env_medium", "soil [ENVO:00001998]", "cropland biome", "term-branch"),
        (
            *("SB-TAX-01", "samp_taxon_id"),
            *("soil metagenome [NCBITaxon:410658]", "Homo sapiens [NCBITaxon:9606]"),
            "taxon-metagenome",
        ),
        ("SB-RNG-01", "ph", "6.5", "15", "number-range"),
        ("SB-PRM-01", "pcr_primers", PRIMERS, "FWD:GTGZ;REV:GGAC", "primers-letters"),
        ("SB-PRM-01", "pcr_primers", PRIMERS, "FWD:GTGACA;REV:GGACTT", "primers-unknown"),
        ("SB-PRM-01", "target_gene", "16S rRNA", "18S rRNA", "primers-gene"),
    ],
)
def test_a_sheet_gets_a_rule_s_message_for_a_wrong_value_and_none_for_a_right_one(
    tmp_path, rule, column, good, bad, code
):
    def told(value: str) -> set[str]:
        own = {"pcr_primers": PRIMERS, "target_gene": "", "samp_taxon_id": "", column: value}
        first = {"pcr_primers": "", "target_gene": "", "samp_taxon_id": ""}
        second = {"sample_id": "S2", "ph": "6.6", **own}
        found = inspect(sheet(tmp_path, first, second))
        return {one.code for one in found.problems if one.row == 3}

    assert code in told(bad)
    assert code in RULES[rule]
    assert told(good) == set()
