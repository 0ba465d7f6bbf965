"""Two regions of one gene meet in the clades of a tree; what is of none stays apart and is told."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import polars as pl
import pytest
from unit.harmonise.test_ways import table

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.harmonise.clades import clades_of_edges, cut, name_of
from soilbio.harmonise.common_tree import read_common_tree
from soilbio.harmonise.placement import BETWEEN, UNLIKE, place
from soilbio.standards.iupac import reverse_complement

REGIONS = {"V4": slice(100, 350), "V6": slice(600, 850)}
# Four groups of four genes: 2 % from each other within a group, a third between groups.
GROUPS = "abcd"


def changed(rng: random.Random, sequence: str, share: float) -> str:
    return "".join(
        rng.choice([b for b in "ACGT" if b != base]) if rng.random() < share else base
        for base in sequence
    )


def genes() -> dict[str, str]:
    rng = random.Random(5)
    root = "".join(rng.choices("ACGT", k=900))
    found = {}
    for group in GROUPS:
        ancestor = changed(rng, root, 0.15)
        found |= {f"{group}_{n}": changed(rng, ancestor, 0.012) for n in range(4)}
    return found


GENES = genes()


def newick(groups: str = GROUPS) -> str:
    clades = [f"({','.join(f'{group}_{n}:0.012' for n in range(4))}):0.15" for group in groups]
    return f"(({clades[0]},{clades[1]}):0.02,({clades[2]},{clades[3]}):0.02);"


def fasta(rows: dict[str, str]) -> str:
    return "".join(f">{name}\n{row}\n" for name, row in rows.items())


@pytest.fixture
def common(tmp_path) -> list[str]:
    """Write tree and alignment; give the options that name them."""
    (tmp_path / "tree.nwk").write_text(newick())
    (tmp_path / "aligned.fasta").write_text(fasta(GENES))
    names = ["--tree", tmp_path / "tree.nwk", "--alignment", tmp_path / "aligned.fasta"]
    return [str(name) for name in names]


REVERSE = "TCCTCCGCTTATTGATATGC"


def primer(region: str) -> str:
    """Make a primer of a region: another one for each number at its end."""
    number = int(region[-1])
    return f"CTTGGTCATTTAGAGGAAGT{'ACGT'[number // 4]}{'ACGT'[number % 4]}"


def assay(region: str, engine: str = "dada2", gene: str = "16S rRNA") -> str:
    return (
        f"{{assay_id: {region}, target_gene: {gene}, target_subfragment: {region},"
        f" engine: {engine}, pcr_primer_forward: {primer(region)}, pcr_primer_reverse: {REVERSE},"
        " reference: known, reference_version: 1}"
    )


def amplicons(region: str, names: list[str], prefix: str = "F") -> list[tuple[str, int, str, str]]:
    return [
        (f"{prefix}{n}", n + 1, GENES[name][REGIONS[region]], f"d__Bacteria;g__G{name[0]}")
        for n, name in enumerate(names)
    ]


def two(folder: Path) -> list[str]:
    rows = {"n": ("V4", ["a_0", "a_1", "b_0"]), "s": ("V6", ["a_0", "b_0", "c_3"])}
    found = []
    for name, (region, own) in rows.items():
        found.append(str(table(folder / name, amplicons(region, own), assay(region))))
    return found


def clade(group: str) -> str:
    return f"placement:clade {name_of(f'{group}_{n}' for n in range(4))}"


def counts(folder: Path) -> dict[tuple[str, str], int]:
    rows = read_dataset(folder).table("counts").select("library_id", "feature_id", "count").rows()
    return {(library, name): count for library, name, count in rows}


def files(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_regions_meet_in_clades_in_whatever_order_they_are_named(tmp_path, common, capsys):
    folders = two(tmp_path)
    capsys.readouterr()
    assert main(["compare", *folders]) == 0
    assert "Together: genus" in capsys.readouterr().out
    assert main(["compare", *folders, *common]) == 0
    said = capsys.readouterr().out
    assert "Together: placement" in said
    assert "Berger et al. 2011" in said
    assert main(["harmonise", *folders, *common, "--out", str(tmp_path / "m")]) == 0
    assert "features placed: 6" in capsys.readouterr().out
    expected = {
        **{("n-1", clade("a")): 1 + 2, ("n-1", clade("b")): 3},
        **{("s-1", clade("a")): 1, ("s-1", clade("b")): 2, ("s-1", clade("c")): 3},
    }
    assert counts(tmp_path / "m") == expected
    features = read_dataset(tmp_path / "m").table("features")
    assert dict(features.select("feature_id", "genus").rows())[clade("c")] == "Gc"
    assert main(["harmonise", *folders[::-1], *common, "--out", str(tmp_path / "w")]) == 0
    assert files(tmp_path / "m") == files(tmp_path / "w")
    history = json.loads((tmp_path / "m/provenance/harmonised.json").read_text())
    assert history["level"] == "placement"
    assert history["placement"]["assays"] == ["V4", "V6"]
    assert set(history["placement"]["programs"]) == {"RAxML", "MAFFT"}
    rows = (tmp_path / "m/provenance/clades.tsv").read_text().splitlines()
    assert [row.split("\t")[1] for row in rows[1:]] == ["4", "4", "4"]
    assert main(["methods", str(tmp_path / "m")]) == 0
    methods = capsys.readouterr().out
    for part in ("10.1093/sysbio/syr010", "10.1371/journal.pone.0221068", "GTRGAMMA"):
        assert part in methods


def test_what_is_of_no_clade_stays_apart_and_is_listed(tmp_path, common, capsys):
    rng = random.Random(1)
    odd = {
        "strange": "".join(rng.choices("ACGT", k=250)),
        "novel": changed(rng, GENES["a_0"][REGIONS["V4"]], 0.08),
        "turned": reverse_complement(GENES["b_0"][REGIONS["V4"]]),
    }
    rows = [(name, 5, sequence, "d__Bacteria") for name, sequence in odd.items()]
    one = table(tmp_path / "n", [*amplicons("V4", ["a_0", "b_0"]), *rows], assay("V4"))
    other = table(tmp_path / "s", amplicons("V6", ["a_0", "b_0"]), assay("V6"))
    words = [str(one), str(other), *common, "--out", str(tmp_path / "m")]
    assert main(["harmonise", *words]) == 0
    said = capsys.readouterr().out
    assert "sequences that were turned: 1" in said
    assert "features not placed: 2" in said
    assert "% are of no clade" in said
    merged = read_dataset(tmp_path / "m")
    assert counts(tmp_path / "m")["n-1", clade("b")] == 2 + 5
    assert merged.table("counts")["count"].sum() == 1 + 2 + 15 + 1 + 2
    left = merged.table("features").filter(pl.col("flags").str.contains("unplaced"))
    assert set(left["sequence"]) == {odd["strange"], odd["novel"]}
    listed = (tmp_path / "m/provenance/placement.tsv").read_text().splitlines()[1:]
    reasons = {row.split("\t")[0]: row.split("\t")[4] for row in listed}
    assert {reasons[name] for name in left["feature_id"]} <= {BETWEEN, UNLIKE}
    # What was read the other way round is what another laboratory read, once it is turned.
    assert sum(reason == "" for reason in reasons.values()) == 4
    losses = json.loads((tmp_path / "m/provenance/harmonised.json").read_text())["losses"]
    assert [row["without_name"] for row in losses] == [pytest.approx(10 / 18, abs=1e-6), 0]


def test_one_more_dataset_later_is_as_if_all_were_merged_at_once(tmp_path, common):
    folders = two(tmp_path)
    third = str(table(tmp_path / "t", amplicons("V4", ["a_2", "d_1"], "T"), assay("V4")))
    once, first, later = (str(tmp_path / name) for name in ("once", "first", "later"))
    assert main(["harmonise", *folders, third, *common, "--out", once]) == 0
    assert main(["harmonise", *folders, *common, "--out", first]) == 0
    assert main(["harmonise", first, third, *common, "--out", later]) == 0
    assert counts(Path(later)) == counts(Path(once))
    for name in ("placement.tsv", "clades.tsv"):
        assert (Path(later) / "provenance" / name).read_bytes() == (
            Path(once) / "provenance" / name
        ).read_bytes()
    features = [read_dataset(Path(one)).table("features") for one in (later, once)]
    assert features[0].equals(features[1])


def test_another_tree_later_is_refused_and_none_leaves_names(tmp_path, common, capsys):
    folders = two(tmp_path)
    third = str(table(tmp_path / "t", amplicons("V4", ["a_2", "d_1"], "T"), assay("V4")))
    first = str(tmp_path / "first")
    assert main(["harmonise", *folders, *common, "--out", first]) == 0
    words = ["harmonise", first, third]
    (tmp_path / "other.nwk").write_text(newick("bacd"))
    other = ["--tree", str(tmp_path / "other.nwk"), *common[2:]]
    assert main([*words, *other, "--out", str(tmp_path / "x")]) == 1
    assert "[tree-differs]" in capsys.readouterr().err
    assert main([*words, *common, "--clade-diameter", "0.2", "--out", str(tmp_path / "x")]) == 1
    assert "clade_diameter 0.1" in capsys.readouterr().err
    assert main([*words, "--out", str(tmp_path / "y")]) == 0
    said = capsys.readouterr().out
    assert "a tree that was not given now" in said
    assert "Merged by genus" in said


def test_clades_are_no_level_for_clusters_and_other_genes_stay_beside(tmp_path, common, capsys):
    one, other = two(tmp_path)
    clusters = str(table(tmp_path / "c", amplicons("V6", ["a_0"], "C"), assay("V6", "mothur")))
    assert main(["compare", one, clusters, *common]) == 0
    assert "Together: genus" in capsys.readouterr().out
    words = ["harmonise", one, clusters, *common, "--level", "placement"]
    assert main([*words, "--out", str(tmp_path / "x")]) == 3
    rng = random.Random(2)
    rows = [("I", 7, "".join(rng.choices("ACGT", k=200)), "k__Fungi;g__Peziza")]
    fungi = str(table(tmp_path / "f", rows, assay("ITS1", gene="ITS")))
    target = tmp_path / "m"
    assert main(["harmonise", one, other, fungi, *common, "--out", str(target)]) == 0
    assert "Merged by placement" in capsys.readouterr().out
    features = read_dataset(target).table("features").filter(pl.col("genus") == "Peziza")
    assert features["sequence"].to_list() == [rows[0][2]]
    assert features["flags"].to_list() == [""]


def test_a_stricter_rule_forbids_clades(tmp_path, common, capsys):
    rules = tmp_path / "stricter.tsv"
    rules.write_text("rule\tfinest\tbecause\tsource\nplacement\tgenus\tnot with us\tour board\n")
    assert main(["compare", *two(tmp_path), *common, "--rules", str(rules)]) == 0
    assert "Together: genus" in capsys.readouterr().out


def test_a_tree_of_another_gene_is_told(tmp_path, capsys):
    rng = random.Random(9)
    rows = {f"x{n}": "".join(rng.choices("ACGT", k=900)) for n in range(6)}
    (tmp_path / "x.nwk").write_text(f"({','.join(f'{name}:0.4' for name in rows)});")
    (tmp_path / "x.fasta").write_text(fasta(rows))
    words = ["--tree", str(tmp_path / "x.nwk"), "--alignment", str(tmp_path / "x.fasta")]
    assert main(["compare", *two(tmp_path), *words]) == 1
    assert "[tree-gene]" in capsys.readouterr().err


def test_clades_without_a_tree_and_a_tree_without_an_alignment_are_told(tmp_path, common, capsys):
    folders = two(tmp_path)
    out = ["--out", str(tmp_path / "m")]
    assert main(["harmonise", *folders, "--level", "placement", *out]) == 1
    assert "[tree-missing]" in capsys.readouterr().err
    assert main(["harmonise", *folders, *common[:2], *out]) == 1
    assert "Give --alignment, too. [tree-incomplete]" in capsys.readouterr().err
    assert main(["harmonise", *folders, *common, "--clade-diameter", "-1", *out]) == 1
    assert "[tree-diameter]" in capsys.readouterr().err
    assert main(["harmonise", *folders, *common, "--clade-diameter", "9", *out]) == 1
    assert "[tree-diameter]" in capsys.readouterr().err


ROWS = {**GENES}
_UNREADABLE = "alignment-unreadable"
WRONG_ROWS = {
    "unequal": {**ROWS, "a_0": ROWS["a_0"][:-1]},
    "protein": {**ROWS, "a_0": "E" + ROWS["a_0"][1:]},
    "empty": {**ROWS, "a_0": "-" * 900},
    "lacking": {name: row for name, row in ROWS.items() if name != "a_0"},
    "more": {**ROWS, "z": ROWS["a_0"]},
}


@pytest.mark.parametrize(
    ("tree", "rows", "codes"),
    [
        ("((a,b", "unequal", {"tree-unreadable", "alignment-unreadable"}),
        ("", "protein", {"tree-unreadable", "alignment-unreadable"}),
        ("(a:1,b:1);", "empty", {"tree-unreadable", "alignment-unreadable"}),
        (newick().replace(":0.012", ""), "lacking", {"tree-lengths", "tree-names"}),
        (newick().replace(":0.15", ":-0.15"), "more", {"tree-lengths", "tree-names"}),
        (newick().replace("0.012", "0").replace("0.15", "0").replace("0.02", "0"), "", None),
        (newick().replace("a_1", "a_0"), "", {"tree-names"}),
    ],
)
def test_all_that_is_wrong_with_a_tree_and_its_alignment_is_told_at_once(
    tmp_path, capsys, tree, rows, codes
):
    (tmp_path / "t.nwk").write_text(tree)
    (tmp_path / "t.fasta").write_text(fasta(WRONG_ROWS.get(rows, ROWS)))
    words = ["--tree", str(tmp_path / "t.nwk"), "--alignment", str(tmp_path / "t.fasta")]
    assert main(["compare", *two(tmp_path), *words]) == 1
    said = capsys.readouterr().err
    found = {line.rpartition("[")[2].rstrip("]") for line in said.splitlines() if "[" in line}
    assert found == (codes or {"tree-lengths"})


def test_a_file_that_is_no_alignment_is_told(tmp_path, common, capsys):
    (tmp_path / "twice.fasta").write_text(fasta(GENES) + fasta({"a_0": GENES["a_0"]}))
    (tmp_path / "t.phy").write_text(f" {len(GENES)} 900\na_0 {GENES['a_0']}\n")
    folders = two(tmp_path)
    wrong = {"twice.fasta": "tree-names"} | dict.fromkeys(("none.fasta", "t.phy"), _UNREADABLE)
    for name, code in wrong.items():
        words = [*common[:2], "--alignment", str(tmp_path / name)]
        assert main(["compare", *folders, *words]) == 1
        assert f"[{code}]" in capsys.readouterr().err


def test_without_raxml_the_package_is_named(tmp_path, common, monkeypatch, capsys):
    folders = two(tmp_path)
    place_of = tmp_path / "bin"
    place_of.mkdir()
    for tool in ("vsearch", "mafft"):
        (place_of / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("PATH", str(place_of))
    assert main(["compare", *folders, *common]) == 1
    said = capsys.readouterr().err
    assert "apt-get install raxml" in said
    assert "[tool-missing]" in said


@pytest.mark.parametrize("tool", ["raxmlHPC", "mafft"])
def test_a_program_that_fails_is_told_with_its_last_words(
    tmp_path, common, monkeypatch, capsys, tool
):
    folders = two(tmp_path)
    place_of = tmp_path / "bin"
    place_of.mkdir()
    failing = place_of / tool
    failing.write_text(
        '#!/bin/sh\ncase "$*" in *version*|-v) exit 0;; esac\n'
        "echo No space for trees; echo No space for trees >&2; exit 1\n"
    )
    failing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place_of}:/usr/bin:/bin")
    assert main(["harmonise", *folders, *common, "--out", str(tmp_path / "m")]) == 1
    said = capsys.readouterr().err
    assert "No space for trees" in said
    assert "[tool-failed]" in said
    assert not (tmp_path / "m").exists()


def test_each_sequence_is_placed_as_if_it_were_alone(tmp_path, common):
    tree = read_common_tree(Path(common[1]), Path(common[3]), 0.1)
    rng = random.Random(4)
    sequences = {
        f"{name}-{region}": changed(rng, GENES[name][where], 0.01)
        for name in ("a_1", "c_0", "d_2")
        for region, where in REGIONS.items()
    }
    together = place(sequences, tree, tmp_path)
    for name, sequence in sequences.items():
        assert place({name: sequence}, tree, tmp_path)[name] == together[name]


def nodes(text: str):
    from skbio import TreeNode

    return TreeNode.read([text], format="newick", convert_underscores=False)


def test_clades_are_whole_subtrees_no_wider_than_asked_for():
    root = nodes(newick())
    found = cut(root, 0.1)
    assert [len(one.tips) for one in found] == [4, 4, 4, 4]
    assert all(one.diameter == pytest.approx(0.024) for one in found)
    assert {one.name for one in found} == {clade(group).split()[1] for group in GROUPS}
    assert len(cut(root, 0.02)) == 16
    assert len(cut(root, 0.33)) == 2
    assert len(cut(root, 9)) == 1
    # Siblings of one node that are too far from each other are not put together by chance.
    star = nodes("(a:0.1,b:0.1,c:0.1,(d:0.01,e:0.01):0.1);")
    assert sorted(len(one.tips) for one in cut(star, 0.15)) == [1, 1, 1, 2]


@pytest.mark.parametrize("tip", ["a_0", "c_2"])
def test_edges_have_their_clade_wherever_the_root_is(tip):
    root = nodes(newick())
    clade_of = {name: one.name for one in cut(root, 0.1) for name in one.tips}
    expected = {
        frozenset(t.name for t in node.tips(include_self=True)): own
        for node, own in clades_of_edges(root, clade_of).items()
    }
    assert sum(own == "" for own in expected.values()) == 2
    other = root.unrooted_copy().root_at(root.find(tip).parent.name or tip)
    every = frozenset(clade_of)
    found = clades_of_edges(other, clade_of)
    for node, own in found.items():
        tips = frozenset(t.name for t in node.tips(include_self=True))
        if 0 < len(tips) < len(every):
            assert own == expected.get(tips, expected.get(every - tips, own))


def test_a_tree_of_many_forks_is_written_the_same_in_any_order(tmp_path):
    (tmp_path / "a.fasta").write_text(fasta(GENES))
    names = list(GENES)
    written = set()
    for order in (names, names[::-1]):
        (tmp_path / "a.nwk").write_text(f"({','.join(f'{name}:0.1' for name in order)});")
        tree = read_common_tree(tmp_path / "a.nwk", tmp_path / "a.fasta", 0.1)
        written.add(tree.unrooted())
        root = nodes(tree.unrooted())
        assert len(root.children) == 3
        assert all(len(node.children) in (0, 2) for node in root.traverse(include_self=False))
    assert len(written) == 1
