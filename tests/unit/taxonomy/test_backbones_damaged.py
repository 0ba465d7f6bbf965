"""Taxonomies that were cut, damaged or are of another form are told, never half read."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from soilbio.cli.main import main

NODES = "1\t|\t1\t|\tno rank\t|\n2\t|\t1\t|\tdomain\t|\n1386\t|\t2\t|\tgenus\t|\n"
NAMES = "".join(
    f"{taxid}\t|\t{name}\t|\t\t|\tscientific name\t|\n"
    for taxid, name in (("1", "root"), ("2", "Bacteria"), ("1386", "Bacillus"))
)
GTDB = (
    "RS_1\td__Bacteria;p__Bacillota;c__Bacilli;o__Bacillales;f__Bacillaceae;g__Bacillus;"
    "s__Bacillus subtilis\n"
)
COLDP = (
    "ID\tparentID\tstatus\trank\tscientificName\nA\t\taccepted\tphylum\tAscomycota\n"
    "G\tA\taccepted\tgenus\tFusarium\nH\tA\taccepted\tgenus\tTrichoderma\n"
    "S\tH\taccepted\tsubgenus\tTrichoderma\nM\tG\tmisapplied\tgenus\tGibberella\n"
)


def matched(folder: Path, word: str, names: str = "Bacillus\n") -> int:
    (folder / "names.txt").write_text(names)
    words = [str(folder / "names.txt"), "--backbone", word, "--out", str(folder / "out")]
    return main(["taxonomy", "match", *words])


def rows(folder: Path) -> list[dict[str, str]]:
    header, *lines = (folder / "out" / "matches.tsv").read_text().splitlines()
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        ("", NAMES),
        (NODES, ""),
        (NODES, NAMES[:-20]),  # in the middle of a line
        (NODES, NAMES[: NAMES.index("|", 60) + 1]),  # behind a bar
        (NODES, NAMES[: NAMES.index("1386")]),  # behind a line
        (NODES[: NODES.index("1386")], NAMES),
        (NODES.replace("|", "\t"), NAMES),
    ],
)
def test_a_taxdump_that_is_not_whole(tmp_path, capsys, nodes, names):
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "nodes.dmp").write_text(nodes)
    (folder / "names.dmp").write_text(names)
    assert matched(tmp_path, f"ncbi={folder}") == 1
    assert "[backbone-unreadable]" in capsys.readouterr().err


def test_a_whole_one_is_read(tmp_path):
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "nodes.dmp").write_text(NODES)
    (folder / "names.dmp").write_text(NAMES)
    assert matched(tmp_path, f"ncbi={folder}") == 0
    assert rows(tmp_path)[0]["ncbi_id"] == "1386"


@pytest.mark.parametrize("source", ["ncbi", "gtdb"])
def test_an_archive_that_was_cut_while_it_was_got(tmp_path, capsys, source):
    if source == "ncbi":
        path = tmp_path / "taxdump.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name, text in (("nodes.dmp", NODES * 500), ("names.dmp", NAMES * 500)):
                member = tarfile.TarInfo(name)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
    else:
        path = tmp_path / "bac120_taxonomy.tsv.gz"
        with gzip.open(path, "wt") as handle:
            handle.write(GTDB * 500)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert matched(tmp_path, f"{source}={path}") == 1
    assert "[backbone-unreadable]" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["", "RS_1\n", f"{GTDB}RS_2\n", GTDB[:60], "accession\tambiguous\n", f"{GTDB}RS_2\ta\tb\n"],
)
def test_a_table_of_gtdb_that_is_none(tmp_path, capsys, text):
    path = tmp_path / "bac120_taxonomy.tsv"
    path.write_text(text)
    assert matched(tmp_path, f"gtdb={path}") == 1
    assert "[backbone-unreadable]" in capsys.readouterr().err


def test_a_quote_in_gtdb_is_a_letter(tmp_path):
    path = tmp_path / "bac120_taxonomy.tsv"
    path.write_text('"RS_0' + GTDB[4:] + GTDB)
    assert matched(tmp_path, f"gtdb={path}") == 0
    assert rows(tmp_path)[0]["gtdb_id"] == "g__Bacillus"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ID\tparentID\n",
        *(COLDP.replace(name, "x", 1) for name in ("parentID", "status", "rank", "scientificName")),
        COLDP.replace("ID\tparentID\tstatus\trank", "taxonID\tparentNameUsageID\ta\ttaxonRank"),
    ],
)
def test_a_checklist_without_what_it_needs(tmp_path, capsys, text):
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "NameUsage.tsv").write_text(text)
    assert matched(tmp_path, f"col={tmp_path / 'list'}") == 1
    assert "[backbone-unreadable]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("NameUsage.tsv", f"\ufeff{COLDP}"),
        ("NameUsage.csv", COLDP.replace("\t", ",").replace("Fusarium", '"Fusarium"')),
    ],
)
def test_a_checklist_with_a_mark_before_it_or_with_commas(tmp_path, name, text):
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / name).write_text(text, encoding="utf-8")
    assert matched(tmp_path, f"col={tmp_path / 'list'}", "Fusarium\nTrichoderma\nGibberella\n") == 0
    found = [(row["col_match"], row["col_id"]) for row in rows(tmp_path)]
    # A subgenus of the same name is not what is meant; what was misapplied is no name of it.
    assert found == [("exact", "G"), ("exact", "H"), ("none", "")]


def test_two_checklists_have_columns_of_their_own_and_names_count_once(tmp_path):
    for name, text in (("a", COLDP), ("b", COLDP.replace("G\tA", "Z\tA"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "NameUsage.tsv").write_text(text)
    lineages = "k__Fungi;p__Ascomycota;g__Fusarium\nk__Fungi;p__Ascomycota;g__Trichoderma\n"
    (tmp_path / "names.txt").write_text(lineages)
    words = [str(tmp_path / "names.txt"), "--out", str(tmp_path / "out")]
    words += [word for name in "ab" for word in ("--backbone", f"col={tmp_path / name}")]
    assert main(["taxonomy", "match", *words]) == 0
    one = rows(tmp_path)[0]
    assert (one["col_id"], one["col2_id"]) == ("G", "Z")
    losses = [line.split("\t") for line in (tmp_path / "out" / "loss.tsv").read_text().splitlines()]
    assert [line[:4] for line in losses if line[1] == "phylum"] == [
        ["col", "phylum", "1", "1"],
        ["col2", "phylum", "1", "1"],
    ]
