"""Of a merged dataset nobody gets what a partner said who does not share with them.

Three laboratories have some features in common: one shares with everybody, one with a party, one
with nobody. What the closed ones alone say of a feature (name, lineage, classifier, the longer of
two sequences) is searched for in every export, and exports of exports, at every level of merging.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from example_dataset import PROVENANCE, example_tables
from merged_example import (
    ABOVE,
    LONG,
    OTHER,
    OWN,
    PAIR,
    PARTY,
    SAME,
    SECRET,
    SHORT,
    common_tree,
    exported,
    id_of,
    searched,
    view,
)
from secrets_example import RESEARCH

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.exporters.registry import OF_TABLES
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.harmonise.ways import Given
from soilbio.standards.ranks import RANKS
from soilbio.standards.sharing_classes import SharingClass

# What each says of each sequence: genus and species.
SAID = {
    "open": {
        **{SAME: (None, None), OTHER: ("Aperta", None), SHORT: (None, None)},
        **{OWN: ("Sola", "Sola s"), PAIR: (None, None)},
    },
    "party": {
        **{SAME: (None, None), OTHER: ("Zwischena", "Zwischena q"), SHORT: (None, None)},
        PAIR: ("Zwischena", "Zwischena r"),
    },
    "closed": {
        SAME: ("Clausa", "Clausa arcana"),
        OTHER: ("Clausa", "Clausa secunda"),
        LONG: ("Clausa", "Clausa longa"),
        SECRET: ("Clausa", "Clausa sola"),
    },
}
WORDS = {"closed": ("Clausa", "closedbase"), "party": ("Zwischena", "partybase")}


CANARIES = {
    "closed": (*WORDS["closed"], LONG, id_of(LONG), SECRET, id_of(SECRET)),
    "party": WORDS["party"],
}


def agreement(name: str) -> str:
    grants = [
        {
            **{"recipient": recipient, "purposes": ["DUO:0000004"]},
            "classes": {one.value: "allow" for one in SharingClass},
        }
        for recipient in {"open": ("public", PARTY), "party": (PARTY,)}.get(name, ())
    ]
    parties = [
        {"name": "P", "role": "provider", "id": "https://ror.org/0prov0001"},
        {"name": "R", "role": "recipient", "id": PARTY},
    ]
    text = {"id": name, "version": "1.0", "title": "T", "licence": "CC-BY-4.0"}
    return json.dumps({**text, "parties": parties, "grants": grants})


def laboratory(name: str, folder: Path) -> Path:
    tag, tables = f"{name}@1.0", example_tables()
    assay = tables["assays"].filter(pl.col("target_gene") == "16S rRNA")
    sample = tables["samples"].filter(pl.col("ph").is_not_null())
    features = [
        {
            **{"feature_id": id_of(one), "sequence": one, "length_bp": len(one)},
            **dict(zip(RANKS, (*ABOVE, *names), strict=True)),
            "verbatim_lineage": ";".join(filter(None, (*ABOVE, *names))) + f" {name}base",
            **{"classifier": f"{name}base", "confidence": 0.9, "flags": ""},
            "taxon_rank": "species" if names[1] else "genus" if names[0] else "family",
            "agreement_ids": tag,
        }
        for one, names in SAID[name].items()
    ]
    library = tables["libraries"].filter(pl.col("control_type").fill_null("") == "").head(1)
    write_dataset(
        {
            "samples": sample.head(1).with_columns(
                pl.lit(f"soil-{name}").alias("sample_id"), pl.lit(tag).alias("agreement_id")
            ),
            "assays": assay.head(1).with_columns(
                pl.lit(tag).alias("agreement_ids"),
                pl.lit(f"{name}base").alias("reference"),
                pl.lit(id_of(name) * 2).alias("method_fingerprint"),
            ),
            "libraries": library.with_columns(
                *(pl.lit(f"{kind}-{name}").alias(f"{kind}_id") for kind in ("library", "run")),
                pl.lit(f"soil-{name}").alias("sample_id"),
                pl.lit(assay["assay_id"][0]).alias("assay_id"),
                pl.lit(tag).alias("agreement_id"),
            ),
            "features": pl.DataFrame(features, infer_schema_length=None),
            "counts": pl.DataFrame(
                {
                    "library_id": f"library-{name}",
                    "feature_id": [row["feature_id"] for row in features],
                    "count": list(range(10, 10 + len(features))),
                    "agreement_id": tag,
                }
            ),
            "measurements": tables["measurements"].clear(),
        },
        {tag: agreement(name)},
        folder / name,
        extra_columns={"genotype": "environment", "plot name": "location"},
        provenance=PROVENANCE,
    )
    return folder / name


@pytest.fixture(scope="module")
def laboratories(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("laboratories")
    return [laboratory(name, folder) for name in SAID]


@pytest.fixture(scope="module", params=["feature", "species", "placement", "genus", "later"])
def merged(request, laboratories, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("merged") / request.param
    if request.param == "placement":
        given = Given(common=common_tree(tmp_path_factory.mktemp("tree")))
        found = harmonise(laboratories, folder, "placement", read_rules(), given)
        assert found.notes["features_placed"] >= 4
        return folder
    if request.param == "later":  # by name, of what was merged by sequence
        harmonise(laboratories[1:], folder / "first", "feature", read_rules())
        harmonise([laboratories[0], folder / "first"], folder / "all", "genus", read_rules())
        return folder / "all"
    harmonise(laboratories, folder, request.param, read_rules())
    return folder


def test_nothing_that_only_others_say_is_in_any_export(merged, tmp_path):
    recipients = {"public": (*CANARIES["closed"], *CANARIES["party"]), PARTY: CANARIES["closed"]}
    for number, (recipient, canaries) in enumerate(recipients.items()):
        made = view(merged, recipient)
        for target in OF_TABLES:
            content = exported(made, target, tmp_path / f"{number}-{target}")
            assert [one for one in canaries if one in content] == [], (recipient, target)


def test_the_holder_and_who_may_have_it_do_get_it(merged, tmp_path):
    whole = searched(merged)
    assert all(word in whole for word in ("Clausa", "closedbase", "Zwischena", "partybase"))
    content = exported(view(merged, PARTY), "tsv", tmp_path / "party")
    assert "partybase" in content or "library-party" in content
    assert "library-party" in content


def test_what_is_passed_on_is_parted_again(merged, tmp_path):
    """Who got what two agreements let them have gives to others what each lets those have."""
    exported(view(merged, PARTY), "partner", tmp_path / "party")
    received = tmp_path / "party" / "dataset"
    assert main(["dataset", "validate", str(received)]) == 0
    content = exported(view(received, "public"), "tsv", tmp_path / "public")
    for canary in (*CANARIES["closed"], *CANARIES["party"]):
        assert canary not in content, canary


def test_a_view_by_sequence_is_as_if_the_others_had_never_been_there(laboratories, tmp_path):
    harmonise(laboratories, tmp_path / "m", "feature", read_rules())
    found, alone = view(tmp_path / "m", "public"), view(laboratories[0], "public")
    for table in ("features", "counts"):
        rows = found.tables[table].collect()
        expected = alone.tables[table].collect().select(rows.columns)
        assert rows.sort("feature_id").equals(expected.sort("feature_id")), table


def test_a_view_by_name_is_as_if_the_others_had_never_been_there(laboratories, tmp_path):
    """As deep as they were merged: what others name is not told, nor what they dispute."""
    harmonise(laboratories, tmp_path / "m", "genus", read_rules())
    rows = view(tmp_path / "m", "public").tables["features"].collect().to_dicts()
    assert {row["genus"] for row in rows} == {"Sola", "Aperta", None}
    assert {row["family"] for row in rows} == {"Fa"}
    counts = view(tmp_path / "m", "public").tables["counts"].collect()
    assert counts["count"].sum() == 10 + 11 + 12 + 13 + 14


def test_a_report_for_the_public_tells_nothing_of_others(merged, tmp_path):
    page = tmp_path / "report.html"
    words = ["--recipient", "public", "--purpose", RESEARCH, "--out", str(page)]
    main(["report", "--dataset", str(merged), *words])
    content = page.read_text() if page.exists() else ""
    for canary in (*CANARIES["closed"], *WORDS["party"]):
        assert canary not in content, canary


@pytest.mark.parametrize(("recipient", "number"), [("public", 0), (PARTY, 2)])
def test_no_name_on_a_page_tells_that_a_withheld_laboratory_has_the_assay(
    merged, tmp_path, recipient, number
):
    """Two laboratories' assays of one name are told apart by checksums only if both are there."""
    page = tmp_path / "report.html"
    words = ["--recipient", recipient, "--purpose", RESEARCH, "--out", str(page)]
    assert main(["report", "--dataset", str(merged), *words]) == 0
    content = page.read_text()
    (assay,) = laboratory_assays()
    ends = {name for name in SAID if f"{assay}-{id_of(name)[:8]}" in content}
    assert assay in content
    assert len(ends) == number
    assert "closed" not in ends


def laboratory_assays() -> set[str]:
    """Give the one name that all laboratories' assays have."""
    rows = example_tables()["assays"].filter(pl.col("target_gene") == "16S rRNA")
    return set(rows.head(1)["assay_id"])


@pytest.mark.parametrize(("recipient", "is_told"), [("public", False), ("holder", True)])
def test_what_a_withheld_laboratory_s_assay_stands_beside_is_on_no_page_for_others(
    laboratories, tmp_path, recipient, is_told
):
    """Another gene is told by a pair of assays, its level, and the reasons for it."""
    closed = read_dataset(laboratories[2])
    tables = {name: closed.table(name) for name in closed.tables}
    tables["assays"] = tables["assays"].with_columns(
        pl.lit("secret-gene").alias("target_gene"), pl.lit("secret-assay").alias("assay_id")
    )
    tables["libraries"] = tables["libraries"].with_columns(pl.lit("secret-assay").alias("assay_id"))
    other = tmp_path / "closed"
    write_dataset(
        tables,
        closed.agreements,
        other,
        extra_columns=dict(closed.extra_columns),
        provenance=PROVENANCE,
    )
    harmonise([*laboratories[:2], other], tmp_path / "m", "genus", read_rules())
    page = tmp_path / "report.html"
    words = ["--recipient", recipient, "--out", str(page)]
    words += ["--purpose", RESEARCH] if recipient != "holder" else []
    assert main(["report", "--dataset", str(tmp_path / "m"), *words]) == 0
    content = page.read_text()
    for word in ("secret-gene", "secret-assay", "side by side", "copy number and primer bias"):
        assert (word in content) == is_told, word
    assert "asked for" not in content
