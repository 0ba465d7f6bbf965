"""Lineages in which each name has its support: only names that hold are taken."""

from __future__ import annotations

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.name_lists import read_names
from soilbio.importers.registry import read
from soilbio.importers.supports import accepted

TABLE = "OTU ID\tS1\tS2\nZotu1\t5\t0\nZotu2\t2\t7\n"
RDP = (
    "Zotu1\t\tBacteria\tdomain\t1.0\tBacillota\tphylum\t0.9\tBacilli\tclass\t0.7\t"
    "Bacillales\torder\t0.9\n"
    'Zotu2\t-\tArchaea\tdomain\t1.0\t"Thermoproteota"\tphylum\t0.8\n'
)
SINTAX = "d:Bacteria(1.0000),p:Bacillota(0.9000),c:Bacilli(0.7000),o:Bacillales(0.9000)"
OTHER = "d:Archaea(1.0000),p:Thermoproteota(0.8000)"


@pytest.mark.parametrize(
    "text",
    [
        RDP,
        RDP.replace("\tBacteria", "\tRoot\trootrank\t1.0\tBacteria"),
        f"Zotu1\t{SINTAX}\t+\nZotu2\t{OTHER}\t-\n",
        f"Zotu1\t{SINTAX}\nZotu2\t{OTHER}\n",
        f"OTU ID\ttaxonomy\tstrand\nZotu1\t{SINTAX}\t+\nZotu2\t{OTHER}\t+\n",
    ],
    ids=["fixrank", "allrank", "sintax", "no strand", "header"],
)
def test_names_below_the_cut_off_and_those_under_them_are_not_taken(tmp_path, text):
    (tmp_path / "table.tsv").write_text(TABLE)
    (tmp_path / "names.txt").write_text(text)
    found = read("table", [tmp_path / "table.tsv", tmp_path / "names.txt"], {})
    names = {
        name: accepted(one.lineage)[0].replace(",", "; ").replace(":", "__")
        for name, one in found.features.items()
    }
    assert names == {
        "Zotu1": "d__Bacteria; p__Bacillota",
        "Zotu2": "d__Archaea; p__Thermoproteota",
    }
    assert {name: one.confidence for name, one in found.features.items()} == {
        "Zotu1": 0.9,
        "Zotu2": 0.8,
    }
    assert any("those below 0.8" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "verbatim"),
    [
        (f"Zotu1\t{SINTAX}\t+\nZotu2\td:Archaea(0.70)\t-\n", [SINTAX, "d:Archaea(0.70)"]),
        (RDP.replace("Archaea\tdomain\t1.0", "Archaea\tdomain\t0.7"),
         ["Bacteria;domain;1.0;Bacillota;phylum;0.9;Bacilli;class;0.7;Bacillales;order;0.9",
          "Archaea;domain;0.7;Thermoproteota;phylum;0.8"]),
    ],
    ids=["sintax", "rdp"],
)  # fmt: skip
def test_what_was_written_stays_with_all_supports_beside_the_names_that_hold(
    tmp_path, text, verbatim
):
    table, names = tmp_path / "table.tsv", tmp_path / "names.txt"
    table.write_text(TABLE)
    names.write_text(text)
    method = write_method(tmp_path, METHOD)
    words = ["import", "table", str(table), str(names), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    features = read_dataset(tmp_path / "out").table("features").sort("verbatim_lineage")
    found = dict(features.select("verbatim_lineage", "phylum").iter_rows())
    assert found == dict(zip(verbatim, ["Bacillota", None], strict=True))


def test_what_sintax_accepted_itself_stays_as_it_is(tmp_path):
    cut = [tmp_path / "table.tsv", tmp_path / "names.txt"]
    cut[0].write_text(TABLE)
    accepted_by_it = "d:Bacteria,p:Bacillota,c:Bacilli"
    cut[1].write_text(f"Zotu1\t{SINTAX}\t+\t{accepted_by_it}\nZotu2\t{OTHER}\t+\td:Archaea\n")
    found = read("table", cut, {})
    assert found.features["Zotu1"].lineage == accepted_by_it
    assert not any("support" in note for note in found.notes)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("cut", ["", "\td:Bacteria,p:Bacillota"], ids=["all names", "cut-off"])
def test_sintax_may_have_found_nothing_for_the_first_sequences(tmp_path, cut, number):
    (tmp_path / "table.tsv").write_text("OTU ID\tS1\tS2\nA1\t5\t0\nA2\t2\t7\nZotu1\t2\t7\n")
    tabs = "\t\t" + "\t" * bool(cut)
    without = "".join(f"A{at}{tabs}\n" for at in range(1, number + 1))
    (tmp_path / "names.txt").write_text(f"{without}Zotu1\t{SINTAX}\t+{cut}\n")
    found = read("table", [tmp_path / "table.tsv", tmp_path / "names.txt"], {})
    lineages = {name: one.lineage for name, one in found.features.items()}
    assert lineages == {"A1": "", "A2": "", "Zotu1": cut.strip() or SINTAX}
    assert any("those below 0.8" in note for note in found.notes) != bool(cut)
    asked = {name: names for name, _, names in read_names(tmp_path / "names.txt")}
    assert asked["A1"] == {}
    assert asked["Zotu1"]["phylum"] == "Bacillota"


def test_a_title_above_a_table_is_no_sequence_without_a_hit(tmp_path):
    (tmp_path / "t.tsv").write_text("Table S1\t\t\nOTU ID\tS1\tS2\nx\t5\t0\ny\t2\t7\n")
    with pytest.raises(InputError, match="this one is a title"):
        read("table", [tmp_path / "t.tsv"], {})


@pytest.mark.parametrize(
    ("lineage", "names"),
    [
        ("d:Bacteria(0.79)", ""),
        ("d:Fungi(1.0),s:Fusarium_sp._(strain_x)(0.85)", "d:Fungi,s:Fusarium_sp._(strain_x)"),
        ("d:Bacteria,p:Bacillota", "d:Bacteria,p:Bacillota"),
        ("Bacteria(100);Bacillota(60)", "Bacteria(100);Bacillota(60)"),
        ("", ""),
    ],
)
def test_only_supports_of_sintax_decide(lineage, names):
    assert accepted(lineage)[0] == names
