"""What was received, merged of several, is merged again as it is, and may be exported again."""

from __future__ import annotations

import random

import pytest

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

LONG, *OTHERS = ("".join(random.Random(seed).choices("ACGT", k=253)) for seed in range(4))
SHORT = LONG[3:]
CLASSES = "identity location region time environment management method counts taxonomy derived"
AGREEMENT = """\
id: {name}
version: "1.0"
title: Agreement {name}
contact: data@partner.example
licence: CC-BY-4.0
parties:
  - {{name: Partner, role: provider}}
grants:
  - name: all
    recipient: public
    purposes: [DUO:0000042]
    classes: {{controls: allow, {classes}, sequences: {sequences}}}
"""
METHOD = """\
title: A laboratory
agreement: {name}@1.0
assay: {{assay_id: 16S-V4-515FY-806RB, engine: dada2}}
"""
TO = ("--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-06-01")


@pytest.fixture
def laboratory(tmp_path):
    def make(library: str, counts: dict[str, int], sequences: str):
        own = tmp_path / f"of {library}"
        (own / "agreements").mkdir(parents=True)
        name = f"sequences-{sequences}"
        classes = ", ".join(f"{one}: allow" for one in CLASSES.split())
        text = AGREEMENT.format(name=name, classes=classes, sequences=sequences)
        (own / "agreements" / f"{name}.yaml").write_text(text)
        (own / "method.yaml").write_text(METHOD.format(name=name))
        lines = "".join(f"{sequence}\t{number}\n" for sequence, number in counts.items())
        (own / "t.tsv").write_text(f"id\t{library}\n{lines}")
        words = ["import", "table", str(own / "t.tsv"), "--method", str(own / "method.yaml")]
        assert main([*words, "--out", str(tmp_path / library)]) in (0, None)
        return str(tmp_path / library)

    return make


def grouped(folder) -> set[frozenset[tuple[str, int]]]:
    """Give the counts of each feature, whatever it is called."""
    found: dict[str, set[tuple[str, int]]] = {}
    rows = read_dataset(folder).table("counts").select("feature_id", "library_id", "count")
    for feature, library, number in rows.iter_rows():
        found.setdefault(feature, set()).add((library, number))
    return {frozenset(own) for own in found.values()}


def test_a_feature_made_one_by_sequences_that_are_withheld_stays_one(laboratory, tmp_path):
    north = laboratory("north", {LONG: 5, OTHERS[0]: 6}, "withhold")
    south = laboratory("south", {SHORT: 7, OTHERS[1]: 8}, "withhold")
    east = laboratory("east", {SHORT: 9, OTHERS[2]: 3}, "withhold")
    assert main(["harmonise", north, south, "--out", str(tmp_path / "m")]) == 0
    words = ["export", "partner", str(tmp_path / "m"), *TO, "--out", str(tmp_path / "sent")]
    assert main(words) in (0, None)
    received = tmp_path / "sent" / "dataset"
    assert frozenset({("north", 5), ("south", 7)}) in grouped(received)
    assert main(["harmonise", str(received), east, "--out", str(tmp_path / "again")]) == 0
    assert grouped(tmp_path / "again") >= grouped(received)
    # The sender's own key makes the same pseudonyms again.
    out = tmp_path / "out"
    assert main(["export", "tsv", str(tmp_path / "again"), *TO, "--out", str(out)]) in (0, None)
    assert (out / "features.tsv").is_file()
