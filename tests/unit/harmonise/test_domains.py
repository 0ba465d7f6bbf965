"""A domain that any assay of a gene is meant for is off target in none that is merged with it."""

from __future__ import annotations

import pytest
from unit.harmonise.test_common_region import V3V4, V4
from unit.harmonise.test_ways import table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

ARCHAEA = "d__Archaea;p__Thermoproteota;g__Nitrososphaera"
ROWS = [
    ("a", 3, "ACGT" * 65, ARCHAEA),
    ("b", 4, "ACCT" * 65, "d__Eukaryota;p__Ciliophora;g__Colpoda"),
    ("c", 5, "AGGT" * 65, "d__Bacteria;p__Bacillota;g__Bacillus"),
]


def assay(name: str, pair: tuple[str, str]) -> str:
    return (
        f"{{assay_id: {name}, target_gene: 16S rRNA, engine: dada2, reference: SILVA,"
        f" lib_layout: single, reference_version: 138, pcr_primer_forward: {pair[0]},"
        f" pcr_primer_reverse: {pair[1]}}}"
    )


def flagged(folder) -> set[str]:
    features = read_dataset(folder).table("features").to_dicts()
    return {row["genus"] for row in features if "off-target-domain" in (row["flags"] or "")}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (assay("16S-V4-515FY-806RB", V4), {"Colpoda"}),
        (assay("16S-V3V4-341F-805R", V3V4), {"Colpoda", "Nitrososphaera"}),
    ],
)
def test_archaea_are_what_is_looked_for_if_any_primers_mean_them(tmp_path, other, expected):
    west = table(tmp_path / "w", ROWS, assay("16S-V3V4-341F-805R", V3V4))
    assert flagged(west) == {"Colpoda", "Nitrososphaera"}
    north = table(tmp_path / "n", ROWS, other)
    words = ["harmonise", str(north), str(west), "--level", "genus", "--out", str(tmp_path / "m")]
    assert main(words) == 0
    assert flagged(tmp_path / "m") == expected
    archaea = read_dataset(tmp_path / "m").table("features").filter(genus="Nitrososphaera")
    assert archaea.height == 1
