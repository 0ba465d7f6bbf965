"""taxpasta's tables: what is below species has its species; no rank is counted again at another."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import METHOD, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import read

ABOVE = ("cellular organisms", "Bacteria", "Escherichia", "Escherichia coli")
RANKS = ("no rank", "superkingdom", "genus", "species")
# number, name, ranks and names below the species
ROWS = [
    ("562", "Escherichia coli", (), ()),
    ("83333", "Escherichia coli K-12", ("strain",), ("Escherichia coli K-12",)),
    ("511145", "Escherichia coli str. K-12 substr. MG1655", ("strain", "no rank"),
     ("Escherichia coli K-12", "Escherichia coli str. K-12 substr. MG1655")),
    ("2048777", "Escherichia coli subsp. x", ("subspecies",), ("Escherichia coli subsp. x",)),
]  # fmt: skip
COLUMNS = {
    "lineage": ("lineage",),
    "ranks": ("lineage", "rank_lineage"),
    "all": ("name", "rank", "lineage", "rank_lineage"),
}


def table(tmp_path: Path, columns: tuple[str, ...]) -> Path:
    lines = ["\t".join(["taxonomy_id", *columns, "S1", "S2"])]
    for at, (number, name, ranks, names) in enumerate(ROWS):
        every = {
            "name": name,
            "rank": ranks[-1] if ranks else "species",
            "lineage": ";".join([*ABOVE, *names]),
            "rank_lineage": ";".join([*RANKS, *ranks]),
        }
        lines.append("\t".join([number, *(every[one] for one in columns), str(10**at), "7"]))
    path = tmp_path / "merged.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("columns", COLUMNS.values(), ids=COLUMNS)
def test_strains_and_subspecies_have_their_species_and_reads_of_their_own(tmp_path, columns):
    method = write_method(tmp_path, METHOD.replace("SILVA", "PlusPF"))
    words = ["import", "taxpasta", str(table(tmp_path, columns)), "--method", str(method)]
    text = method.read_text().replace("16S-V4-515FY-806RB", "shotgun")
    method.write_text(text.replace("dada2", "kraken2"))
    code = main([*words, "--out", str(tmp_path / "out")])
    assert code == 0
    dataset = read_dataset(tmp_path / "out")
    features = dataset.table("features")
    assert features.height == len(ROWS)
    assert set(features["species"]) == {"Escherichia coli"}
    assert sorted(dataset.table("counts")["count"]) == [1, 7, 7, 7, 7, 10, 100, 1000]
    assert any("K-12" in one for one in features["verbatim_lineage"])


@pytest.mark.parametrize(
    ("rank", "name", "lineage"),
    [
        ("subspecies", "Bacillus subtilis subsp. spizizenii",
         "s__Bacillus subtilis; t__Bacillus subtilis subsp. spizizenii"),
        ("strain", "Escherichia coli K-12", "s__Escherichia coli; t__Escherichia coli K-12"),
        ("forma specialis", "Fusarium oxysporum f. sp. cubense",
         "s__Fusarium oxysporum; t__Fusarium oxysporum f. sp. cubense"),
        ("strain", "phage T4", "t__phage T4"),
        ("species group", "Bacillus cereus group", "x__Bacillus cereus group"),
        ("genus", "Bacillus", "g__Bacillus"),
        ("acellular root", "Viruses", "d__Viruses"),
    ],
)  # fmt: skip
def test_a_name_with_its_rank_alone_has_the_species_that_it_tells(tmp_path, rank, name, lineage):
    path = tmp_path / "S1.tsv"
    path.write_text(f"taxonomy_id\tname\trank\tcount\n10239\t{name}\t{rank}\t10\n")
    (taxon,) = read("taxpasta", [path], {}).features.values()
    assert taxon.lineage == lineage


@pytest.mark.parametrize(
    ("ranks", "names", "lineage"),
    [
        ("acellular root", "Viruses", "d__Viruses"),
        ("acellular root;realm;kingdom", "Viruses;Duplodnaviria;Heunggongvirae",
         "d__Viruses; k__Heunggongvirae"),
        ("cellular root", "cellular organisms", "x__cellular organisms"),
    ],
)  # fmt: skip
def test_viruses_are_a_domain_and_what_has_no_rank_of_ours_stays(tmp_path, ranks, names, lineage):
    path = tmp_path / "S1.tsv"
    path.write_text(f"taxonomy_id\tlineage\trank_lineage\tcount\n9\t{names}\t{ranks}\t10\n")
    (taxon,) = read("taxpasta", [path], {}).features.values()
    assert taxon.lineage == lineage


# As taxpasta writes MetaPhlAn: percent times a million, of each rank; what has no number is 0.
STACKED = [
    ("2", "superkingdom", "Bacteria", 100_000_000, 90_000_000),
    ("1239", "phylum", "Bacteria;A", 60_000_000, 50_000_009),
    ("1224", "phylum", "Bacteria;B", 40_000_000, 40_000_001),
    ("91061", "class", "Bacteria;A;AA", 60_000_000, 50_000_000),
    ("1236", "class", "Bacteria;B;BB", 40_000_000, 40_000_000),
    ("1385", "order", "Bacteria;A;AA;AAA", 59_000_000, 50_000_000),
    ("72274", "order", "Bacteria;B;BB;BBB", 40_000_000, 39_000_000),
    ("0", "", "", 1_000_000, 11_000_000),
]


def stacked(tmp_path: Path, columns: tuple[str, ...], own: bool = False) -> Path:
    lines = ["\t".join(["taxonomy_id", *columns, "S1", "S2"])]
    for at, (number, rank, lineage, one, two) in enumerate(STACKED):
        every = {"rank": rank, "lineage": lineage}
        numbers = (100 * at + 1, 3 * at + 7) if own else (one, two)
        lines.append("\t".join([number, *(every[name] for name in columns), *map(str, numbers)]))
    path = tmp_path / "merged.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("columns", [(), ("rank",), ("lineage",), ("rank", "lineage")])
def test_ranks_that_hold_the_reads_of_those_below_are_refused(tmp_path, columns):
    with pytest.raises(InputError) as caught:
        read("taxpasta", [stacked(tmp_path, columns)], {})
    assert [one.code for one in caught.value.problems] == ["import-total"]
    assert "as `metaphlan`" in caught.value.problems[0].fix
    assert read("taxpasta", [stacked(tmp_path, columns)], {"totals": "none"}).libraries


@pytest.mark.parametrize("columns", [(), ("rank",), ("lineage",), ("rank", "lineage")])
def test_ranks_that_have_reads_of_their_own_are_read(tmp_path, columns):
    found = read("taxpasta", [stacked(tmp_path, columns, own=True)], {})
    assert found.counts["value"].sum() == sum(103 * at + 8 for at in range(len(STACKED)))
