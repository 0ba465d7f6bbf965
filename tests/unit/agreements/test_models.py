"""The model agreements decide what their plain text says.

`models.tsv` was written from the numbered sentences at the head of each model, class by class, not
from what the code does.
"""

from __future__ import annotations

import csv
import subprocess
from datetime import date
from pathlib import Path

import pytest

from soilbio.agreements import Agreement, decide, parse_agreement
from soilbio.agreements.signatures import add_signature
from soilbio.agreements.templates import TEMPLATES, fill, template_text
from soilbio.errors import InputError
from soilbio.standards.sharing_classes import SharingClass
from tests.unit.agreements.conftest import DATA

PROVIDER, RECIPIENT = "https://ror.org/0prov0001", "https://ror.org/0reci0002"
ROWS = list(csv.DictReader((DATA / "models.tsv").read_text("utf-8").splitlines(), delimiter="\t"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> dict[str, str]:
    """Paths of two private keys; their public halves lie beside them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("provider", "recipient"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]
        subprocess.run([*command, str(folder / name)], check=True)
    return {name: str(folder / name) for name in ("provider", "recipient")}


@pytest.fixture(scope="module")
def values(keys) -> dict[str, str]:
    public = {
        f"{name}_key": Path(f"{path}.pub").read_text("utf-8").strip() for name, path in keys.items()
    }
    return {
        "id": "soils",
        "title": "Soils of the valley",
        "contact": "data@institute.example",
        "provider": "Institute of Soils",
        "provider_id": PROVIDER,
        "consortium": "Soil consortium",
        "recipient": "Institute of Crops",
        "recipient_id": RECIPIENT,
        "embargo": "2028-01-01",
        "end": "2030-12-31",
        **public,
    }


@pytest.fixture(scope="module")
def models(values, keys) -> dict[str, Agreement]:
    """The four models, filled in; the bilateral one with none, one and both signatures."""
    texts = {name: fill(name, values) for name in TEMPLATES}
    one = add_signature(texts["bilateral"], PROVIDER, Path(keys["provider"]))
    texts["bilateral (no signature)"] = texts["bilateral"]
    texts["bilateral (one signature)"] = one
    texts["bilateral"] = add_signature(one, RECIPIENT, Path(keys["recipient"]))
    return {name: parse_agreement(text, name) for name, text in texts.items()}


def test_the_table_has_at_least_300_rows_and_no_two_alike():
    assert len({tuple(row.values()) for row in ROWS}) == len(ROWS) >= 300


def test_what_is_decided_is_what_the_plain_text_says(models):
    wrong = []
    for row in ROWS:
        day = date.fromisoformat(row["date"])
        made = decide([models[row["agreement"]]], row["recipient"], row["purpose"], day)
        outcome = made.outcomes[SharingClass(row["class"])]
        if (outcome.strictness.name.lower(), outcome.how) != (row["outcome"], row["how"]):
            wrong.append((row, outcome))
    assert wrong == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_model_is_marked_as_no_legal_advice_and_numbers_its_sentences(name):
    head = template_text(name).split("\nid:")[0]
    assert "no legal advice" in head
    assert "# 1. " in head
    assert "# 4. " in head


@pytest.mark.parametrize("name", TEMPLATES)
def test_all_gaps_that_are_left_are_told_at_once(name, values):
    with pytest.raises(InputError) as caught:
        fill(name, {"id": "soils"})
    wanted = {problem.column for problem in caught.value.problems}
    assert len(wanted) >= 4
    assert "--title" in wanted


@pytest.mark.parametrize("value", ['a "quoted" title', "two\nlines", "$id", "back\\slash", " "])
def test_what_would_break_out_of_its_place_in_the_file_is_refused(value, values):
    with pytest.raises(InputError, match="template-value"):
        fill("open-attribution", {**values, "title": value})


def test_duties_and_licences_are_those_of_the_plain_text(models):
    day = date(2027, 6, 1)
    member = decide([models["consortium-embargo"]], "consortium", "DUO:0000042", day)
    assert {duty.kind for duty in member.duties} == {
        "attribution",
        "co-authorship",
        "no-onward-sharing",
        "notification",
    }
    assert member.licence == "LicenseRef-agreement-only"
    assert member.closed_to_archives
    later = decide([models["consortium-embargo"]], "public", "DUO:0000042", date(2028, 1, 1))
    assert {duty.kind for duty in later.duties} == {"attribution"}
    assert later.licence == "CC-BY-4.0"
    assert not later.closed_to_archives
    partner = decide([models["bilateral"]], RECIPIENT, "DUO:0000042", day)
    assert {duty.kind for duty in partner.duties} == {
        "co-authorship",
        "deletion",
        "no-onward-sharing",
        "return",
    }
    assert partner.until == date(2030, 12, 31)
