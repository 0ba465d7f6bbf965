"""Sequences of one place and two lengths do not meet unless they are cut to one: it is seen."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from unit.harmonise.test_common_region import bases
from unit.harmonise.test_ways import table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.harmonise.lengths import Lengths, common_lengths
from soilbio.standards.iupac import reverse_complement

RNG = random.Random(8)
# V4 as it is: most have 253 bases, some one more or less.
WHOLE = [bases(RNG, 253 + (n % 10 == 0) - (n % 10 == 1)) for n in range(20)]
OTHERS = [bases(RNG, 150) for _ in range(20)]


def v4(engine: str, *, more: str = "") -> str:
    return (
        f"{{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: {engine},"
        " pcr_primer_forward: GTGYCAGCMGCCGCGGTAA, pcr_primer_reverse: GGACTACNVGGGTWTCTAAT,"
        f" reference: silva, reference_version: 138{more}}}"
    )


def laboratory(folder: Path, sequences: list[str], engine: str, *, more: str = "") -> str:
    rows = [
        (f"{folder.name}{n}", n + 1, one, f"d__Bacteria;p__Bacillota;g__Genus{n}")
        for n, one in enumerate(sequences)
    ]
    return str(table(folder, rows, v4(engine, more=more)))


def merged(tmp_path: Path, *folders: str) -> tuple[Path, str]:
    assert main(["harmonise", *folders, "--out", str(tmp_path / "merged")]) == 0
    return tmp_path / "merged", json.loads(
        (tmp_path / "merged/provenance/harmonised.json").read_text()
    )["level"]


@pytest.mark.parametrize("engines", [("deblur", "dada2"), ("dada2", "dada2")])
def test_beginnings_of_one_length_are_met_by_cutting_the_longer_ones(tmp_path, engines, capsys):
    short = laboratory(tmp_path / "n", [one[:150] for one in WHOLE[:15]], engines[0])
    whole = laboratory(tmp_path / "s", WHOLE[5:], engines[1])
    assert main(["compare", short, whole]) == 0
    said = capsys.readouterr().out
    assert "all are cut to it" in said
    assert "Amir et al. 2017" in said
    folder, level = merged(tmp_path, short, whole)
    assert level == "feature"
    result = read_dataset(folder)
    assert set(result.table("features")["length_bp"]) == {150}
    assert result.table("features").height == 20
    shared = result.table("counts").group_by("feature_id").len()
    assert (shared["len"] == 2).sum() == 10
    assert result.table("counts")["count"].sum() == 2 * sum(range(1, 16))
    history = json.loads((folder / "provenance/harmonised.json").read_text())
    assert set(history["common_lengths"].values()) == {150}
    assert main(["methods", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "were cut at their ends to 150 bases" in told
    assert re.search(r"chimeras were looked for again \(UCHIME3, vsearch \d", told)
    assert "Rognes et al. 2016" in told
    assert "doi:10.1101/074252" in told


@pytest.mark.parametrize(
    ("sequences", "why"),
    [
        (OTHERS, "nothing in common"),
        ([one[20:170] for one in WHOLE], "another beginning"),
        ([one[-150:] for one in WHOLE], "the other end"),
        ([one[: 120 + 4 * n] for n, one in enumerate(WHOLE)], "no length in common"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_others_are_merged_by_genus_and_it_is_told(tmp_path, sequences, why, capsys):
    folders = [
        laboratory(tmp_path / "n", sequences, "deblur"),
        laboratory(tmp_path / "s", WHOLE, "dada2"),
    ]
    assert main(["compare", *folders]) == 0
    assert "none is found to be another's beginning" in capsys.readouterr().out, why
    _, level = merged(tmp_path, *folders)
    assert level == "genus"


FORWARD, REVERSE = (
    "GTGCCAGCAGCCGCGGTAA",
    "ATTAGATACCCTTGTAGTCC",
)  # the second as read on this strand


@pytest.mark.parametrize("is_minus", [False, True])
def test_reads_that_begin_with_their_primer_are_told_as_such_beside_whole_amplicons(
    tmp_path, capsys, is_minus
):
    """Reads of one direction end nowhere: it is the primer that keeps them apart, not a length."""
    reads = [f"{FORWARD}{one}"[:150] for one in WHOLE]
    if is_minus:
        reads = [reverse_complement(f"{one}{REVERSE}")[:150] for one in WHOLE]
    folders = [
        laboratory(tmp_path / "n", reads, "dada2"),
        laboratory(tmp_path / "s", WHOLE, "dada2"),
    ]
    assert main(["compare", *folders]) == 0
    told = capsys.readouterr().out
    assert "all have one at their beginning" in told
    assert "ITSx" not in told
    assert "Together: genus" in told


def test_where_all_begin_with_the_primer_reads_meet_whole_amplicons(tmp_path, capsys):
    whole = [f"{FORWARD}{one}{REVERSE}" for one in WHOLE]
    folders = [
        laboratory(tmp_path / "n", [one[:150] for one in whole], "dada2"),
        laboratory(tmp_path / "s", whole, "dada2"),
    ]
    assert main(["compare", *folders]) == 0
    assert "all are cut to it" in capsys.readouterr().out


def test_lengths_that_differ_by_nature_do_not_matter(tmp_path, capsys):
    """Of ITS a forest's are typically longer than a field's; what both have is whole in both."""
    forest = [bases(RNG, 260 + 5 * n) for n in range(20)]
    field = [*(bases(RNG, 180 + 3 * n) for n in range(20)), forest[0]]
    folders = [
        laboratory(tmp_path / "n", forest, "dada2"),
        laboratory(tmp_path / "s", field, "dada2"),
    ]
    _, level = merged(tmp_path, *folders)
    assert level == "feature"
    capsys.readouterr()


def test_all_that_are_compared_by_being_cut_are_cut_to_the_shortest():
    lengths = {
        name: Lengths(name, bp, bp < 253) for name, bp in zip("abc", (150, 253, 120), strict=True)
    }
    pairs = [("a", "b"), ("c", "b"), ("a", "c")]
    assert common_lengths(pairs, lengths) == {"a": 120, "b": 120, "c": 120}


def test_trimming_reads_and_decontamination_are_told_as_other_treatment_is(tmp_path, capsys):
    folders = [
        laboratory(
            tmp_path / name,
            WHOLE,
            "dada2",
            more=f", trim_method: {name}, read_length: {name}, screen_contam_method: {name}",
        )
        for name in ("n", "s")
    ]
    assert main(["compare", *folders]) == 0
    said = capsys.readouterr().out
    for field in ("trim_method", "read_length", "screen_contam_method"):
        assert f": {field} [" in said
    assert "by their sequences" in said
