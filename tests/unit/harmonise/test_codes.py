"""What a name means that has nothing above it, by what was sequenced and by what others call so."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from unit.harmonise.test_common_region import V4
from unit.harmonise.test_ways import its, table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

OF_16S = (
    "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
    f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}, reference: SILVA,"
    " reference_version: 138}"
)
OF_18S = (
    "{assay_id: v9, target_gene: 18S rRNA, target_subfragment: V9, engine: dada2,"
    " pcr_primer_forward: GTACACACCGCCCGTC, pcr_primer_reverse: TGATCCTTCTGCAGGTTCACCTAC,"
    " reference: PR2, reference_version: 5}"
)
WGS = (
    "{assay_id: wgs, library_strategy: WGS, engine: bracken, abundance: sequence,"
    " reference: PlusPF, reference_version: 2023}"
)
ALONE = "g__Bacillus"
BACTERIUM = "d__Bacteria;p__Bacillota;g__Bacillus"
INSECT = "d__Eukaryota;k__Metazoa;p__Arthropoda;g__Bacillus"
FUNGUS = "d__Eukaryota;k__Fungi;p__Ascomycota;g__Peziza"
NOTE = "names_that_are_apart_since_nothing_tells_of_which_code_they_are"


def merged(tmp_path: Path, *laboratories: tuple[str, str]) -> tuple[list[list[str]], int]:
    """Merge tables of one feature each by genus; give the laboratories of each feature."""
    folders = [
        table(tmp_path / f"l{n}", [(f"T{n}", 5, "", lineage)], assay)
        for n, (lineage, assay) in enumerate(laboratories)
    ]
    out = tmp_path / "m"
    assert main(["harmonise", *map(str, folders), "--level", "genus", "--out", str(out)]) == 0
    counts = read_dataset(out).table("counts").sort("library_id")
    rows = counts.group_by("feature_id", maintain_order=True).agg(pl.col("library_id").str.head(2))
    notes = json.loads((out / "provenance/harmonised.json").read_text())["notes"]
    return rows["library_id"].to_list(), notes.get(NOTE, 0)


@pytest.mark.parametrize("assay", [OF_16S, WGS], ids=["16S", "metagenomes"])
def test_a_name_alone_is_what_others_call_so(assay, tmp_path):
    assert merged(tmp_path, (BACTERIUM, OF_16S), (ALONE, assay)) == ([["l0", "l1"]], 0)


def test_where_others_mean_two_things_by_it_it_stays_apart_and_is_told(tmp_path):
    found = merged(tmp_path, (BACTERIUM, OF_16S), (INSECT, OF_18S), (ALONE, WGS))
    assert found == ([["l0"], ["l1"], ["l2"]], 1)


def test_the_gene_tells_which_is_meant(tmp_path):
    found = merged(tmp_path, (BACTERIUM, WGS), (INSECT, OF_18S), (ALONE, OF_16S))
    assert found == ([["l0", "l2"], ["l1"]], 0)


def test_a_name_of_another_gene_s_organisms_is_no_bacterium_s(tmp_path):
    found, left = merged(tmp_path, (BACTERIUM, OF_16S), (ALONE, its("ITS1")), (FUNGUS, its("ITS1")))
    assert found == [["l0"], ["l1"], ["l2"]]
    assert left == 1


def test_a_bacterium_of_a_metagenome_is_no_fungus_since_only_fungi_were_looked_for(tmp_path):
    """Of ITS no bacterium could have been found, so that its word is no evidence."""
    fungus = "d__Eukaryota;k__Fungi;p__Basidiomycota;g__Morganella"
    assert merged(tmp_path, ("g__Morganella", WGS), (fungus, its("ITS1"))) == ([["l0"], ["l1"]], 1)


def test_a_metagenome_s_word_tells_of_another_s(tmp_path):
    kraken = WGS.replace("wgs", "k2").replace("bracken", "kraken2")
    found = merged(tmp_path, ("g__Peziza", WGS), (FUNGUS, kraken))
    assert found == ([["l0", "l1"]], 0)


def test_what_the_gene_tells_of_a_name_tells_others_who_have_it(tmp_path):
    assert merged(tmp_path, (ALONE, OF_16S), (ALONE, WGS)) == ([["l0", "l1"]], 0)
