"""A domain that any assay of a gene is meant for is off target in none that is merged with it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from unit.harmonise.test_chimeras import OPEN
from unit.harmonise.test_common_region import GENES, V3V4, V4, V4_OLD, amplicon
from unit.harmonise.test_ways import its, table

from soilbio.cli.main import main
from soilbio.dataset.history import HISTORY, ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.tables import FEATURES
from soilbio.exporters.redact import redacted_view
from soilbio.taxonomy.settle import agreed_rows

ARCHAEA = "d__Archaea;p__Thermoproteota;g__Nitrososphaera"
ROWS = [
    ("a", 3, "ACGT" * 65, ARCHAEA),
    ("b", 4, "ACCT" * 65, "d__Eukaryota;p__Ciliophora;g__Colpoda"),
    ("c", 5, "AGGT" * 65, "d__Bacteria;p__Bacillota;g__Bacillus"),
]


def assay(name: str, pair: tuple[str, str]) -> str:
    return (
        f"{{assay_id: {name}, target_gene: 16S rRNA, engine: dada2, reference: SILVA"
        f"{', target_subfragment: V4' * (name == 'own')},"
        f" lib_layout: single, reference_version: 138, pcr_primer_forward: {pair[0]},"
        f" pcr_primer_reverse: {pair[1]}}}"
    )


def flagged(folder) -> set[str]:
    return off_target(read_dataset(folder).table("features"))


def off_target(features: pl.DataFrame) -> set[str]:
    return set(features.filter(pl.col("flags").str.contains("off-target-domain"))["genus"])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (assay("16S-V4-515FY-806RB", V4), {"Colpoda"}),
        (assay("16S-V3V4-341F-805R", V3V4), {"Colpoda", "Nitrososphaera"}),
        # A pair that is not known is meant for what others of the gene are.
        (assay("own", (V4[0], V4_OLD[1])), {"Colpoda"}),
        (assay("own", ("CAGCMGCCGCGGTAA", "GTGCTCCCCCGCCAATTCCT")), {"Colpoda"}),
    ],
)
def test_archaea_are_what_is_looked_for_if_any_primers_mean_them(tmp_path, other, expected):
    west = table(tmp_path / "w", ROWS, assay("16S-V3V4-341F-805R", V3V4))
    assert flagged(west) == {"Colpoda", "Nitrososphaera"}
    north = table(tmp_path / "n", ROWS, other)
    words = ["harmonise", str(north), str(west), "--level", "genus", "--out", str(tmp_path / "m")]
    assert main(words) == 0
    assert flagged(tmp_path / "m") == expected
    genera = read_dataset(tmp_path / "m").table("features")["genus"].to_list()
    assert sorted(genera) == ["Bacillus", "Colpoda", "Nitrososphaera"]


WIDE, NARROW = ("v4", "16S-V4-515FY-806RB", V4), ("v3v4", "16S-V3V4-341F-805R", V3V4)
FUNGI = [("d", 6, "AATT" * 65, "k__Fungi;p__Ascomycota;g__Peziza")]
LEVELS = pytest.mark.parametrize("level", ["genus", "feature"])


def laboratory(folder: Path, primers, agreement: str = "partner") -> Path:
    """Import a laboratory whose data everybody may have (`open`), or nobody (`partner`)."""
    region, name, pair = primers
    rows = [
        (feature, reads, amplicon(gene, region), lineage)
        for (feature, reads, _, lineage), gene in zip(ROWS, GENES, strict=False)
    ]
    table(folder, rows, assay(name, pair))
    method = folder / "method.yaml"
    method.write_text(method.read_text().replace("partner@1.0", f"{agreement}@1.0"))
    (folder / "agreements" / "open.yaml").write_text(OPEN)
    words = ["import", "table", str(folder / "t.tsv"), str(folder / "s.fasta")]
    assert main([*words, "--method", str(method), "--out", str(folder / "again")]) == 0
    return folder / "again"


def merge(target: Path, level: str, *folders: Path) -> Path:
    words = ["harmonise", *map(str, folders), "--level", level, "--out", str(target)]
    if level == "feature":
        genes = target.with_name("genes.fasta")
        genes.write_text("".join(f">{place}\n{gene}\n" for place, gene in enumerate(GENES)))
        words += ["--reference", str(genes)]
    assert main(words) == 0
    return target


def shown(folder: Path) -> set[str]:
    """List the genera that are off target to everybody."""
    day = dt.date(2026, 6, 1)
    view = redacted_view(read_dataset(folder), "public", "DUO:0000042", day, bytes(32))
    return off_target(view.tables["features"].collect())


def archaea(folder: Path) -> pl.DataFrame:
    return read_dataset(folder).table("features").filter(genus="Nitrososphaera")


@LEVELS
def test_of_several_genes_the_libraries_tell_which_a_feature_is_of(tmp_path, level):
    fungi = table(tmp_path / "f", FUNGI, its("ITS2"))
    both = merge(tmp_path / "both", level, laboratory(tmp_path / "w", NARROW), fungi)
    assert flagged(both) == {"Colpoda", "Nitrososphaera"}
    merged = merge(tmp_path / "m", level, laboratory(tmp_path / "n", WIDE), both)
    assert flagged(merged) == {"Colpoda"}
    assert archaea(merged).height == 1


@LEVELS
def test_no_flag_tells_what_the_primers_of_a_withheld_dataset_are_meant_for(tmp_path, level):
    west = laboratory(tmp_path / "w", NARROW, "open")
    merged = merge(tmp_path / "m", level, west, laboratory(tmp_path / "n", WIDE))
    assert shown(merged) == shown(west) == {"Colpoda", "Nitrososphaera"}
    # Whoever sees the withheld dataset sees the others, too.
    closed = read_dataset(merged).table("counts").filter(library_id="n-1")
    own = archaea(merged).join(closed, on="feature_id", how="semi")
    assert own["flags"].to_list() == [""]
    notes = json.loads((merged / HISTORY).read_text())["notes"]
    assert notes["features_off_target_by_the_primers_that_all_who_see_them_may_know"] == 1


@LEVELS
def test_what_open_primers_mean_is_meant_in_withheld_libraries(tmp_path, level):
    north = laboratory(tmp_path / "n", WIDE, "open")
    merged = merge(tmp_path / "m", level, laboratory(tmp_path / "w", NARROW), north)
    assert flagged(merged) == {"Colpoda"}
    assert archaea(merged).height == 1


@LEVELS
def test_a_later_dataset_whose_primers_mean_it_takes_the_flag_off(tmp_path, level):
    """Also of what others said before: who gets theirs gets it without, as if all came at once."""
    west, north = laboratory(tmp_path / "w", NARROW), laboratory(tmp_path / "n", WIDE)
    south = laboratory(tmp_path / "s", NARROW)
    first = merge(tmp_path / "first", level, west, south)
    assert flagged(first) == {"Colpoda", "Nitrososphaera"}
    later = merge(tmp_path / "later", level, first, north)
    once = merge(tmp_path / "once", level, west, south, north)
    assert flagged(later) == {"Colpoda"}
    for file in ("counts.parquet", "features.parquet", ORIGINS):
        assert (later / file).read_bytes() == (once / file).read_bytes(), file


@pytest.mark.parametrize(
    ("rows", "is_off"),
    [
        ([("Archaea", True), ("Archaea", True)], True),
        ([("Archaea", True), ("Archaea", False)], False),
        # What has no name, or another one, is not told to be on target.
        ([("Eukaryota", True), (None, False)], True),
        ([("Eukaryota", True), ("Bacteria", False)], True),
        ([(None, True), (None, False)], True),
    ],
)
def test_a_feature_is_off_target_if_all_rows_of_a_domain_say_so(rows, is_off):
    columns = {column.name: None for column in FEATURES.columns}
    frame = pl.DataFrame(
        [
            {**columns, "feature_id": "f", "domain": domain, "flags": "off-target-domain" * flag}
            for domain, flag in rows
        ],
        schema=dict.fromkeys(columns, pl.String),
    )
    (found,) = agreed_rows(frame)["flags"]
    assert ("off-target-domain" in found.split("|")) == is_off
