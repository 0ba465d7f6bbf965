"""A chimera is one within a dataset; of all, if all say so, in whichever order they come."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from pipeline_outputs import write_method
from unit.harmonise.test_common_region import GENES, V3V4, V4, amplicon

from soilbio.cli.main import main
from soilbio.dataset.history import ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.exporters.redact import redacted_view
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.harmonise.ways import Given
from soilbio.standards.sharing_classes import SharingClass

ONE, OTHER, *OTHERS = (amplicon(gene, "v4") for gene in GENES[:6])
DAY = dt.date(2026, 6, 1)
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
# Of two libraries: the first one is open; the second one is not, or is a control.
CLOSED = "L\t\topen@1.0\nM\t\tpartner@1.0\n"
BLANK = "L\t\topen@1.0\nM\textraction_blank\topen@1.0\n"
OPEN = f"""
id: open
version: "1.0"
title: Open
contact: data@partner.example
licence: CC-BY-4.0
parties:
  - {{name: Partner, role: provider}}
grants:
  - recipient: public
    purposes: [DUO:0000042]
    classes: {{{", ".join(f"{one.value}: allow" for one in SharingClass)}}}
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


def imported(folder, name: str, counts: dict[str, int], place, other=None, sheet: str = ""):
    """Import a laboratory; `other` are the counts of a second library, `sheet` says what it is."""
    own = folder / f"of {name}"
    own.mkdir()
    columns = [counts] if other is None else [counts, other]
    lines = [["id", "L", "M"][: 1 + len(columns)]]
    for sequence in dict.fromkeys(one for column in columns for one in column):
        lines.append([sequence, *(str(column.get(sequence, 0)) for column in columns)])
    (own / "t.tsv").write_text("".join("\t".join(line) + "\n" for line in lines))
    text = METHOD.format(name=name, region=place[0], pair=place[1])
    method = write_method(own, text + ("libraries: libraries.tsv\n" if sheet else ""))
    (own / "agreements" / "open.yaml").write_text(OPEN)
    (own / "libraries.tsv").write_text(f"library_id\tcontrol_type\tagreement\n{sheet}")
    words = ["import", "table", str(own / "t.tsv"), "--method", str(method)]
    assert main([*words, "--out", str(folder / name)]) in (0, None)
    return folder / name


def merge(folders, target):
    given = Given(reference=target.parent / "genes.fasta")
    harmonise(folders, target, "auto", read_rules(), given)
    return target


def chimeras(folder) -> list[str]:
    return flagged(read_dataset(folder).table("features"))


def shown(folder) -> list[str]:
    """List what is a chimera to everybody."""
    view = redacted_view(read_dataset(folder), "public", "DUO:0000042", DAY, bytes(32))
    return flagged(view.tables["features"].collect())


def flagged(features: pl.DataFrame) -> list[str]:
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
    assert len(flagged(said)) == 1


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


def test_no_flag_tells_that_withheld_libraries_have_the_parents(laboratories, tmp_path):
    common = dict.fromkeys(OTHERS, 50)
    parents = {ONE: 500, OTHER: 400}
    own = imported(tmp_path, "own", {CHIMERA: 20, **common}, ("V4", V4), parents, CLOSED)
    merged = merge([own, laboratories["south"]], tmp_path / "m")
    assert shown(merged) == chimeras(merged) == []


def test_what_others_say_of_their_libraries_stays_beside_after_more_is_added(
    laboratories, tmp_path
):
    """In one library of a dataset it is a chimera; in a withheld one it is without its parents."""
    common = dict.fromkeys(OTHERS, 50)
    soil = {ONE: 500, OTHER: 400, CHIMERA: 20, **common}
    own = imported(tmp_path, "own", soil, ("V4", V4), {CHIMERA: 20, **common}, CLOSED)
    first = merge([own, laboratories["south"]], tmp_path / "first")
    later = merge([first, laboratories["east"]], tmp_path / "later")
    once = merge([own, laboratories["south"], laboratories["east"]], tmp_path / "once")
    for folder in (first, later):
        assert chimeras(folder) == []
        (inside,) = shown(folder)
        assert inside in CHIMERA
    for file in ("counts.parquet", "features.parquet", "provenance/chimeras.tsv", ORIGINS):
        assert (later / file).read_bytes() == (once / file).read_bytes(), file


def test_a_blank_that_has_a_soils_chimera_has_one(laboratories, tmp_path):
    """The parents are in the soil, which everybody gets who gets the blank; it is listed once."""
    soil = {ONE: 500, OTHER: 400, CHIMERA: 20, **dict.fromkeys(OTHERS, 50)}
    own = imported(tmp_path, "own", soil, ("V4", V4), {CHIMERA: 3}, BLANK)
    merged = merge([own, laboratories["south"]], tmp_path / "m")
    assert len(chimeras(merged)) == 1
    assert len((merged / "provenance" / "chimeras.tsv").read_text().splitlines()) == 2
