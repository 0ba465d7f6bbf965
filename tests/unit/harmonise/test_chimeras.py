"""A chimera is one within a dataset; of all, if all say so, in whichever order they come."""

from __future__ import annotations

import polars as pl
import pytest
from pipeline_outputs import write_method
from unit.harmonise.test_common_region import GENES, V3V4, V4, amplicon

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.harmonise.ways import Given

ONE, OTHER, *OTHERS = (amplicon(gene, "v4") for gene in GENES[:6])
CHIMERA = ONE[:126] + OTHER[126:]
METHOD = """
title: A laboratory
agreement: partner@1.0
prefix: {name}-
assay:
  assay_id: {name}
  target_gene: 16S rRNA
  target_subfragment: {region}
  pcr_primer_forward: {pair[0]}
  pcr_primer_reverse: {pair[1]}
  library_strategy: AMPLICON
  engine: dada2
"""


@pytest.fixture
def laboratories(tmp_path):
    """Of the V4's, north has the chimera with its parents, west and secret without."""
    common = dict.fromkeys(OTHERS, 50)
    v4 = {
        "north": {ONE: 500, OTHER: 400, CHIMERA: 20, **common},
        "parents": {ONE: 500, OTHER: 400, **common},
        "west": {CHIMERA: 20, **common},
        "east": common,
    }
    whole = {amplicon(gene, "v3v4"): 50 for gene in GENES[:6]}
    (tmp_path / "genes.fasta").write_text(
        "".join(f">{place}\n{gene}\n" for place, gene in enumerate(GENES))
    )
    found = {"south": imported(tmp_path, "south", whole, ("V3-V4", V3V4))}
    return found | {name: imported(tmp_path, name, own, ("V4", V4)) for name, own in v4.items()}


def imported(folder, name: str, counts: dict[str, int], place):
    own = folder / f"of {name}"
    own.mkdir()
    lines = [f"{sequence}\t{number}\n" for sequence, number in counts.items()]
    (own / "t.tsv").write_text(f"id\tL\n{''.join(lines)}")
    method = write_method(own, METHOD.format(name=name, region=place[0], pair=place[1]))
    words = ["import", "table", str(own / "t.tsv"), "--method", str(method)]
    assert main([*words, "--out", str(folder / name)]) in (0, None)
    return folder / name


def merge(folders, target):
    given = Given(reference=target.parent / "genes.fasta")
    harmonise(folders, target, "auto", read_rules(), given)
    return target


def chimeras(folder) -> list[str]:
    features = read_dataset(folder).table("features")
    return features.filter(pl.col("flags").str.contains("chimera"))["sequence"].to_list()


def test_what_is_a_chimera_wherever_it_is_found_is_flagged(laboratories, tmp_path):
    (inside,) = chimeras(merge([laboratories[x] for x in ("north", "south")], tmp_path / "m"))
    assert inside in CHIMERA


def test_a_later_dataset_without_the_parents_takes_the_flag_back(laboratories, tmp_path):
    north, south, west = (laboratories[name] for name in ("north", "south", "west"))
    first = merge([north, south], tmp_path / "first")
    assert chimeras(merge([first, west], tmp_path / "later")) == []
    assert chimeras(merge([north, south, west], tmp_path / "once")) == []
    # What north said of it stays: a view of its rows alone has the flag still.
    said = pl.read_parquet(tmp_path / "once" / "provenance" / "features_of_sources.parquet")
    flagged = said.filter(pl.col("flags").str.contains("chimera"))
    assert flagged.height == 1


def test_parents_of_another_dataset_make_no_chimera_after_merging(laboratories, tmp_path):
    names = ("parents", "south", "west")
    first = merge([laboratories[name] for name in names], tmp_path / "first")
    later = merge([first, laboratories["east"]], tmp_path / "later")
    assert chimeras(first) == chimeras(later) == []


def test_what_fell_outside_and_chimeras_are_listed_after_one_more_is_added(laboratories, tmp_path):
    north, south, east = (laboratories[name] for name in ("north", "south", "east"))
    short = imported(
        tmp_path, "short", {ONE: 9, ONE[100:]: 7, **dict.fromkeys(OTHERS, 5)}, ("V4", V4)
    )
    first = merge([north, south, short], tmp_path / "first")
    harmonise([first, east], tmp_path / "later", "genus", read_rules())
    for name, dataset in (("outside_window.tsv", "short"), ("chimeras.tsv", "north")):
        text = (first / "provenance" / name).read_text()
        assert f"\n{dataset}\t" in text
        assert (tmp_path / "later" / "provenance" / name).read_text() == text


def test_sequences_that_were_cut_or_left_outside_are_kept_as_they_came(laboratories, tmp_path):
    """Also after more was merged, which finds them as they were cut."""
    short = {ONE[100:]: 7, ONE: 9, **dict.fromkeys(OTHERS, 5)}
    folders = [laboratories["south"], imported(tmp_path, "short", short, ("V4", V4))]
    first = merge(folders, tmp_path / "first")
    later = merge([first, laboratories["east"]], tmp_path / "later")
    for folder in (first, later):
        came = pl.read_parquet(folder / "provenance" / "sequences_as_they_came.parquet")
        said = pl.read_parquet(folder / "provenance" / "features_of_sources.parquet")
        kept = set(came["sequence"]) | set(said["sequence"])
        for one in folders:
            assert set(read_dataset(one).table("features")["sequence"]) <= kept
        assert ONE[100:] in set(came["sequence"])
        assert came.unique(["source", "came_as"]).height == came.height
