"""Sequences that do not reach over the amplicon are not off target; others that are, are told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from pipeline_outputs import OUTPUTS
from unit.harmonise.test_common_region import bases
from unit.harmonise.test_ways import table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.importers.registry import read

RNG = random.Random(3)
# V4 without its primers has 253 bases; what is far from that is something else.
WHOLE = [bases(RNG, 253) for _ in range(20)]
ASSAY = "assay_id: 16S-V4-515FY-806RB, engine: dada2, reference: silva"


def imported(folder: Path, sequences: list[str], more: str = "") -> Path:
    rows = [
        (f"{folder.name}{n}", n + 20, one, f"d__Bacteria;p__Bacillota;g__Genus{n}")
        for n, one in enumerate(sequences)
    ]
    return table(folder, rows, f"{{{ASSAY}, reference_version: 138{more}}}")


def off_target(dataset: Path) -> int:
    flags = read_dataset(dataset).table("features")["flags"]
    return sum("off-target-length" in (one or "") for one in flags)


@pytest.mark.parametrize(
    ("sequences", "more"),
    [
        ([one[:150] for one in WHOLE], ""),
        ([one[: 200 + n] for n, one in enumerate(WHOLE)], ""),
        ([one[:230] if n % 2 else one for n, one in enumerate(WHOLE)], ", lib_layout: single"),
        ([one[:150] for one in WHOLE], ", lib_layout: single"),
    ],
    ids=["one length", "all shorter", "single reads, some shorter", "single reads"],
)
def test_reads_that_end_within_the_amplicon_are_measured(tmp_path, sequences, more, capsys):
    dataset = imported(tmp_path / "n", sequences, more)
    said = capsys.readouterr().out
    assert off_target(dataset) == 0
    assert "sequences are shorter than 245 bp" in said
    assert "no least length is asked of any" in said


@pytest.mark.parametrize(
    ("more", "layout"),
    [
        ({"single_end": True}, "single"),
        ({"single_end": False, "pacbio": True}, "single"),
        ({"iontorrent": True}, "single"),
        ({"single_end": False, "iontorrent": False}, "paired"),
        ({"single_end": None}, None),
    ],
)
def test_that_reads_were_single_is_taken_from_ampliseq_s_settings(tmp_path, more, layout):
    (folder,) = OUTPUTS["ampliseq"][1](tmp_path)
    (path,) = (folder / "pipeline_info").glob("params*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
    assert read("ampliseq", [folder], {}).method.get("lib_layout") == layout


@pytest.mark.parametrize("more", ["", ", lib_layout: single"])
def test_what_is_longer_is_off_target_whatever_the_reads_are(tmp_path, more, capsys):
    dataset = imported(tmp_path / "n", [*WHOLE, bases(RNG, 400)], more)
    assert off_target(dataset) == 1
    assert "of 21 sequences 1 are longer than 260 bp: " in capsys.readouterr().out


def test_single_sequences_that_are_shorter_are_off_target_and_told(tmp_path, capsys):
    dataset = imported(tmp_path / "n", [*WHOLE, bases(RNG, 150)])
    assert off_target(dataset) == 1
    assert "of 21 sequences 1 are shorter than 245 bp: " in capsys.readouterr().out


def merged(tmp_path: Path, *datasets: Path, level: str = "auto") -> Path:
    words = ["harmonise", *map(str, datasets), "--level", level]
    assert main([*words, "--out", str(tmp_path / "merged")]) == 0
    return tmp_path / "merged"


def test_what_was_cut_is_off_target_only_if_all_that_became_one_is(tmp_path, capsys):
    """One of the two short sequences is another's beginning."""
    whole = imported(tmp_path / "s", [*WHOLE, WHOLE[0][:160], bases(RNG, 170)])
    short = imported(tmp_path / "n", [one[:150] for one in WHOLE])
    assert off_target(whole) == 2
    assert off_target(merged(tmp_path, whole, short)) == 1
    capsys.readouterr()


@pytest.mark.parametrize("level", ["auto", "genus"])
def test_what_one_dataset_has_on_target_is_so_in_what_was_merged(tmp_path, level, capsys):
    beginning = WHOLE[0][:230]
    whole = imported(tmp_path / "s", [beginning, *WHOLE[1:]])
    reads = imported(tmp_path / "n", [beginning, *WHOLE[1:]], ", lib_layout: single")
    assert (off_target(whole), off_target(reads)) == (1, 0)
    assert off_target(merged(tmp_path, whole, reads, level=level)) == 0
    capsys.readouterr()


def test_its_without_the_genes_beside_it_is_long_enough(tmp_path, capsys):
    """ITSx leaves 150 bases, say, of amplicons that have 200 at the least."""
    lengths = [30, 80, 150, 199, 260, 300]
    rows = [
        (f"O{n}", n + 20, bases(RNG, length), f"k__Fungi;p__Ascomycota;g__Genus{n}")
        for n, length in enumerate(lengths)
    ]
    assay = "{assay_id: ITS2-ITS3-ITS4, engine: dada2, reference: UNITE, reference_version: 9}"
    assert off_target(table(tmp_path / "n", rows, assay)) == 1
    assert "1 are shorter than 50 bp" in capsys.readouterr().out
