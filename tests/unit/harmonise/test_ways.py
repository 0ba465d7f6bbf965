"""Sequences are turned, named anew, looked at for chimeras, or known by UNITE's hypotheses."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest
from pipeline_outputs import write_method
from unit.harmonise.test_common_region import GENES, V3V4, V4, amplicon, bases, dataset

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.references.manifest import reference_of_files
from soilbio.standards.iupac import reverse_complement


@pytest.fixture
def reference(tmp_path) -> Path:
    path = tmp_path / "genes.fasta"
    path.write_text("".join(f">g{n}\n{one}\n" for n, one in enumerate(GENES)))
    return path


def table(folder: Path, rows: list[tuple[str, int, str, str]], assay: str) -> Path:
    """Import features: name, reads, sequence, lineage."""
    folder.mkdir()
    lines = [f"{name}\t{reads}\t{lineage}\n" for name, reads, _, lineage in rows]
    (folder / "t.tsv").write_text(f"id\t{folder.name}-1\ttaxonomy\n" + "".join(lines))
    sources = [str(folder / "t.tsv")]
    if any(sequence for _, _, sequence, _ in rows):
        fasta = "".join(f">{name}\n{sequence}\n" for name, _, sequence, _ in rows)
        (folder / "s.fasta").write_text(fasta)
        sources.append(str(folder / "s.fasta"))
    read = "{rows: features, features: exact}"
    text = f"title: T\nagreement: partner@1.0\ntable: {read}\nassay: {assay}\n"
    method = write_method(folder, text)
    words = ["--method", str(method), "--out", str(folder / "dataset")]
    assert main(["import", "table", *sources, *words]) == 0
    return folder / "dataset"


REVERSE = "TCCTCCGCTTATTGATATGC"


def primer(region: str) -> str:
    """Make a primer of a region: another one for each number at its end."""
    number = int(region[-1])
    return f"CTTGGTCATTTAGAGGAAGT{'ACGT'[number // 4]}{'ACGT'[number % 4]}"


def its(region: str, engine: str = "dada2") -> str:
    return (
        f"{{assay_id: {region}, target_gene: ITS, target_subfragment: {region}, engine: {engine},"
        f" pcr_primer_forward: {primer(region)}, pcr_primer_reverse: {REVERSE}, reference: UNITE,"
        " reference_version: 8}"
    )


def named(genus: str, code: str) -> str:
    return f"k__Fungi;p__Ascomycota;g__{genus};s__{genus}_sp;sh__{code}"


def test_its1_and_its2_meet_in_the_species_hypotheses_of_unite(tmp_path, capsys):
    one = [
        ("a", 3, "ACGT" * 40, named("Peziza", "SH1502188.08FU")),
        ("b", 4, "ACCT" * 40, "k__Fungi;p__Ascomycota;g__Peziza"),
    ]
    other = [
        ("c", 5, "AATC" * 40, named("Peziza", "SH1502188.08FU")),
        ("d", 6, "AGCT" * 40, named("Peziza", "SH1502189.08FU")),
    ]
    folders = [table(tmp_path / "n", one, its("ITS1")), table(tmp_path / "s", other, its("ITS2"))]
    assert main(["harmonise", *map(str, folders), "--out", str(tmp_path / "merged")]) == 0
    assert "Merged by sh" in capsys.readouterr().out
    merged = read_dataset(tmp_path / "merged")
    counts = merged.table("counts").select("library_id", "feature_id", "count").rows()
    found = {(library, name.rpartition(" ")[0]): count for library, name, count in counts}
    assert found == {
        ("n-1", "sh:SH1502188.08FU"): 3,
        ("n-1", "sh:unclassified Peziza"): 4,
        ("s-1", "sh:SH1502188.08FU"): 5,
        ("s-1", "sh:SH1502189.08FU"): 6,
    }
    losses = json.loads((tmp_path / "merged/provenance/harmonised.json").read_text())["losses"]
    assert [row["without_name"] for row in losses] == [pytest.approx(4 / 7, abs=1e-6), 0]
    genera = set(merged.table("features")["genus"])
    assert genera == {"Peziza"}


@pytest.mark.parametrize(("level", "in_common"), [("feature", 1), ("genus", 2)])
def test_what_several_datasets_have_is_counted_as_it_was_merged(tmp_path, level, in_common):
    """One sequence of ITS1 is in both, one genus by another sequence, too; one is in neither."""
    both, fungus = "ACGT" * 40, "k__Fungi;p__Ascomycota;g__{}"
    one = [("a", 3, both, fungus.format("Peziza")), ("b", 4, "ACCT" * 40, fungus.format("Tuber"))]
    other = [("c", 5, both, fungus.format("Peziza")), ("d", 6, "AGCT" * 40, fungus.format("Tuber"))]
    other += [("e", 7, "AATC" * 40, fungus.format("Morchella"))]
    folders = [table(tmp_path / "n", one, its("ITS1")), table(tmp_path / "s", other, its("ITS1"))]
    target = tmp_path / "merged"
    words = ["harmonise", *map(str, folders), "--level", level, "--out", str(target)]
    assert main(words) == 0
    notes = json.loads((target / "provenance/harmonised.json").read_text())["notes"]
    assert notes["features_in_several_datasets"] == in_common
    counts = read_dataset(target).table("counts")
    assert counts.group_by("feature_id").len().filter(pl.col("len") > 1).height == in_common


@pytest.mark.parametrize(
    ("assay", "level"),
    [
        (
            "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
            f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}, reference: SILVA,"
            " reference_version: 138}",
            "genus",
        ),
        (
            "{assay_id: wgs, library_strategy: WGS, engine: kraken2, reference: GTDB,"
            " reference_version: 220}",
            "species",
        ),
    ],
)
def test_names_of_a_table_are_no_sequences_and_meet_by_their_lineages(
    tmp_path, capsys, assay, level
):
    """ASV_1 of two laboratories are two things; their lineages may be one."""
    rows = [
        (f"T{n}", n + 3, "", f"d__Bacteria; p__Bacillota; g__{name}; s__{name} sp{n}")
        for n, name in enumerate(("Bacillus", "Paenibacillus", "Clostridium"))
    ]
    folders = [table(tmp_path / name, rows, assay) for name in "nm"]
    assert main(["harmonise", *map(str, folders), "--out", str(tmp_path / "merged")]) == 0
    assert f"Merged by {level}" in capsys.readouterr().out
    assert read_dataset(tmp_path / "merged").table("features").height == 3


def test_genes_beside_its_have_no_hypotheses_and_stay_sequences(tmp_path, capsys):
    shared = named("Peziza", "SH1502188.08FU")
    bacteria = "k__Bacteria;p__Bacillota;g__Bacillus"
    v4 = (
        "{assay_id: V4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
        f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}, reference: SILVA,"
        " reference_version: 138}"
    )
    rows = [(f"v{n}", n + 3, amplicon(one, "v4"), bacteria) for n, one in enumerate(GENES[:4])]
    folders = [
        table(tmp_path / "n", [("a", 3, "ACGT" * 40, shared)], its("ITS1")),
        table(tmp_path / "s", [("c", 5, "AGGT" * 40, shared)], its("ITS2")),
        table(tmp_path / "v", rows[:3], v4),
        table(tmp_path / "w", rows[1:], v4),
    ]
    assert main(["harmonise", *map(str, folders), "--out", str(tmp_path / "merged")]) == 0
    told = capsys.readouterr().out
    assert "Merged by sh" in told
    assert "v: 3 features became 3, 12 of 12 reads are kept\n" in told  # no level of its genes
    assert "n: 1 features became 1, 3 of 3 reads are kept, 0.0 % have no name" in told
    out = tmp_path / "page"
    assert main(["laboratories", str(tmp_path / "merged"), "--out", str(out)]) == 0
    page = (out / "laboratories.html").read_text(encoding="utf-8")
    assert page.count("taxa by sh") == 1  # of the ITS alone
    features = read_dataset(tmp_path / "merged").table("features")
    assert features.filter(pl.col("sequence").is_not_null()).height == 4
    assert features.filter(pl.col("feature_id").str.starts_with("sh:")).height == 1
    # They go on being merged as the sequences that they are.
    more = table(tmp_path / "x", rows[2:], v4)
    words = ["harmonise", str(tmp_path / "merged"), str(more), "--out", str(tmp_path / "more")]
    assert main(words) == 0
    assert "Merged by sh" in capsys.readouterr().out
    assert read_dataset(tmp_path / "more").table("features").height == 5


def test_hypotheses_of_two_versions_are_merged_by_genus(tmp_path, capsys):
    one = [("a", 3, "ACGT" * 40, named("Peziza", "SH1502188.08FU"))]
    other = [("c", 5, "AGGT" * 40, named("Peziza", "SH1502188.09FU"))]
    folders = [table(tmp_path / "n", one, its("ITS1")), table(tmp_path / "s", other, its("ITS2"))]
    assert main(["harmonise", *map(str, folders), "--out", str(tmp_path / "merged")]) == 0
    assert "Merged by genus" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("left", "level"),
    [("none", "feature"), ("one", "feature"), ("half", "genus"), ("all", "genus"), ("-", "genus")],
)
def test_primers_that_one_of_two_left_in_its_sequences_are_told(tmp_path, capsys, left, level):
    """They state the same pair: no window is looked for, and no sequence would be the other's."""
    assay = (
        "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
        " reference: SILVA, reference_version: '138',"
        f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}}}"
    )
    forward = V4[0].replace("Y", "C").replace("M", "A")
    reverse = reverse_complement("GGACTACAAGGGTATCTAAT")
    own = [bases(random.Random(number), 250) for number in range(20)]

    def whole(number: int, sequence: str) -> str:
        has_both = left in ("all", "-") or (left == "half" and number % 2)
        start = forward if has_both or left == "one" else ""
        text = f"{start}{sequence}{reverse if has_both else ''}"
        return reverse_complement(text) if left == "-" else text

    lineage = "d__Bacteria; p__Bacillota"
    rows = [[(f"F{n}", n + 1, one, lineage) for n, one in enumerate(own)]]
    rows.append([(f"F{n}", n + 1, whole(n, one), lineage) for n, one in enumerate(own)])
    folders = [table(tmp_path / name, one, assay) for name, one in zip("nm", rows, strict=True)]
    assert main(["compare", *map(str, folders)]) == 0
    told = capsys.readouterr().out
    assert ("still have its primers" in told) == (level == "genus")
    assert f"Together: {level}" in told


@pytest.mark.parametrize("others", [[], [(2, -2, False)], [(0, None, True)], [(5, -5, True)]])
def test_the_other_strand_with_other_ends_is_turned_whoever_else_is_there(tmp_path, others):
    """Laboratories cut primers at slightly other places, too; no reference is given."""
    assay = (
        "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
        f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}}}"
    )
    genes = [bases(random.Random(number), 250) for number in range(6)]
    folders = []
    for place, (start, end, is_turned) in enumerate([(0, None, False), (3, -4, True), *others]):
        own = [gene[start:end] for gene in genes]
        own = [reverse_complement(one) for one in own] if is_turned else own
        rows = [(f"F{n}", n + 1, one, "") for n, one in enumerate(own)]
        folders.append(table(tmp_path / f"l{place}", rows, assay))
    words = ["harmonise", *map(str, folders), "--out", str(tmp_path / "merged"), "--level"]
    assert main([*words, "feature"]) == 0
    history = json.loads((tmp_path / "merged/provenance/harmonised.json").read_text())
    assert history["notes"]["sequences_that_were_turned"] >= 6
    assert history["notes"]["sequences_that_are_there_in_both_directions"] == 0
    features = read_dataset(tmp_path / "merged").table("features")
    turned = {one for gene in genes for one in (gene, reverse_complement(gene))}
    if not others:
        assert features.height == 6
        assert set(features["sequence"]) <= turned


def test_sequences_of_the_other_strand_are_turned(tmp_path, reference, capsys):
    own = list(enumerate(GENES[:5]))
    one = dataset(tmp_path / "a", "v4", V4, "V4", own, "a-1")
    other = dataset(tmp_path / "b", "v4", V4, "V4", own, "b-1")
    rows = [(f"F{n}", n + 1, reverse_complement(amplicon(g, "v4")), "") for n, g in own]
    assay = (
        "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
        f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}}}"
    )
    turned = table(tmp_path / "c", rows, assay)
    words = ["--reference", str(reference), "--out", str(tmp_path / "merged")]
    assert main(["harmonise", str(one), str(other), str(turned), *words]) == 0
    assert "sequences that were turned: 5" in capsys.readouterr().out
    counts = read_dataset(tmp_path / "merged").table("counts")
    assert counts["feature_id"].n_unique() == 5
    sums = counts.group_by("library_id").agg(pl.col("count").sum())["count"].to_list()
    assert sums == [15, 15, 15]


def test_assays_read_the_other_way_round_are_turned_to_each_other(tmp_path, capsys):
    """Without any reference; some sequences of one laboratory are there both ways."""
    assay = (
        "{assay_id: V4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
        f" pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}}}"
    )
    ways = {"a": (range(12), 1), "b": (range(4, 14), -1), "c": (range(2, 10), -1)}
    folders = {}
    for name, (genes, way) in ways.items():
        own = [(n, amplicon(GENES[n], "v4")) for n in genes]
        rows = [
            (f"{name}{n}", n + 1, one if way > 0 else reverse_complement(one), "") for n, one in own
        ]
        if name == "c":
            rows.append(("both", 7, own[3][1], ""))
        folders[name] = str(table(tmp_path / name, rows, assay))
    merged = str(tmp_path / "m")
    assert main(["harmonise", *folders.values(), "--out", merged]) == 0
    told = capsys.readouterr().out
    assert "features in several datasets: 10" in told
    assert "sequences that were turned: 19" in told
    found = read_dataset(Path(merged))
    assert found.table("features").height == 15
    one = amplicon(GENES[8], "v4")
    row = found.table("features").filter(pl.col("sequence") == one)
    assert row["feature_id"][0] in set(found.table("counts")["feature_id"])
    assert found.table("counts").filter(pl.col("feature_id") == row["feature_id"][0]).height == 3
    again = str(tmp_path / "again")
    assert main(["harmonise", *reversed(folders.values()), "--out", again]) == 0
    first, later = str(tmp_path / "first"), str(tmp_path / "later")
    assert main(["harmonise", folders["a"], folders["b"], "--out", first]) == 0
    assert main(["harmonise", first, folders["c"], "--out", later]) == 0
    for name in (again, later):
        assert read_dataset(Path(name)).table("counts").equals(found.table("counts")), name
    # Those of b are there in two directions now, and are its counts all the same.
    other, both = str(tmp_path / "other"), str(tmp_path / "both")
    assert main(["harmonise", folders["b"], folders["c"], "--out", other]) == 0
    assert main(["harmonise", first, other, "--out", both]) == 0
    counts = [read_dataset(Path(name)).table("counts") for name in (both, merged)]
    assert counts[0]["count"].sum() == counts[1]["count"].sum()
    assert counts[0]["feature_id"].n_unique() == counts[1]["feature_id"].n_unique()


def test_a_chimera_is_seen_in_the_common_region_flagged_and_kept(tmp_path, reference, capsys):
    parents = [amplicon(GENES[n], "v4") for n in (0, 1)]
    chimera = parents[0][:125] + parents[1][125:]
    short = "{assay_id: v4, target_gene: 16S rRNA, target_subfragment: V4, engine: dada2,"
    assay = f"{short} pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}}}"
    rows = [("p", 900, parents[0], ""), ("q", 800, parents[1], ""), ("x", 5, chimera, "")]
    one = table(tmp_path / "n", rows, assay)
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", list(enumerate(GENES[:5])), "b-1")
    words = ["--reference", str(reference), "--out", str(tmp_path / "merged")]
    assert main(["harmonise", str(one), str(other), *words]) == 0
    assert "chimeras in the common region: 1" in capsys.readouterr().out
    merged = read_dataset(tmp_path / "merged")
    flagged = merged.table("features").filter(pl.col("flags").str.contains("chimera"))
    (row,) = (tmp_path / "merged/provenance/chimeras.tsv").read_text().splitlines()[1:]
    assert row.split("\t")[1:3] == [flagged["feature_id"][0], "5"]
    assert merged.table("counts")["count"].sum() == 900 + 800 + 5 + 15


@pytest.fixture
def genes(tmp_path, monkeypatch) -> list[str]:
    """Give the genes of a reference that is installed as `own`."""
    rng = random.Random(3)
    genes = [bases(rng, 400) for _ in range(8)]
    own = "".join(f">g{n}\n{one}\n" for n, one in enumerate(genes))
    (tmp_path / "own.fasta").write_text(own)
    lineages = [f"g{n}\td__Bacteria;p__Bacillota;g__{'ABCDEFGH'[n]}us\n" for n in range(len(genes))]
    (tmp_path / "own.tsv").write_text("".join(lineages))
    known = reference_of_files("own", "1", tmp_path / "own.fasta", tmp_path / "own.tsv")
    monkeypatch.setattr("soilbio.references.manifest.locate", lambda name: known)
    return genes


def of_16s(region: str, reference: str) -> str:
    return (
        f"{{assay_id: {region}, target_gene: 16S rRNA, target_subfragment: {region}, engine: dada2,"
        f" pcr_primer_forward: {primer('V1')}, pcr_primer_reverse: {REVERSE},"
        f" reference: {reference}, reference_version: 1}}"
    )


def test_one_reference_names_the_sequences_of_all(tmp_path, genes, capsys):
    one = [("a", 3, genes[0][:200], "k__Bacteria;p__Firmicutes"), ("b", 4, genes[1][:200], "")]
    other = [("c", 5, genes[0][200:], "d__Bacteria;p__Bacillota;g__Zus")]
    folders = [
        table(tmp_path / "n", one, of_16s("V1", "greengenes")),
        table(tmp_path / "s", other, of_16s("V9", "silva")),
    ]
    words = ["harmonise", *map(str, folders), "--classify", "own"]
    assert main([*words, "--out", str(tmp_path / "merged")]) == 0
    assert "features classified anew: 3" in capsys.readouterr().out
    merged = read_dataset(tmp_path / "merged")
    counts = merged.table("counts").join(merged.table("features"), on="feature_id")
    found = sorted(counts.select("library_id", "genus", "count").rows())
    assert found == [("n-1", "Aus", 3), ("n-1", "Bus", 4), ("s-1", "Aus", 5)]
    history = json.loads((tmp_path / "merged/provenance/harmonised.json").read_text())
    assert history["classified"]["reference"] == "own"


def test_other_genes_keep_their_names_beside_a_reference(tmp_path, genes, capsys):
    """Fungi of ITS are not named by a reference of 16S; they would lose all names."""
    rng = random.Random(5)
    fungus = "k__Fungi;p__Ascomycota;g__Fusarium"
    fungi = [("f", 9, bases(rng, 250), fungus), ("g", 8, bases(rng, 250), fungus)]
    bacteria = [("a", 3, genes[0][:200], ""), ("b", 4, genes[1][:200], "")]
    folders = [
        str(table(tmp_path / "n", bacteria, of_16s("V1", "greengenes"))),
        str(table(tmp_path / "s", fungi, its("ITS2"))),
    ]
    words = ["--classify", "own", "--level", "genus", "--out", str(tmp_path / "merged")]
    assert main(["harmonise", *folders, *words]) == 0
    told = capsys.readouterr().out
    assert "features classified anew: 2" in told
    assert "does not have keep their names: 2" in told
    features = read_dataset(tmp_path / "merged").table("features")
    assert sorted(features["genus"]) == ["Aus", "Bus", "Fusarium"]
    assert main(["methods", str(tmp_path / "merged")]) == 0
    assert "all datasets, but for 2 of other genes, were classified" in capsys.readouterr().out
    twin = str(table(tmp_path / "t", fungi, its("ITS2")))
    assert main(["harmonise", folders[1], twin, *words[:2], "--out", str(tmp_path / "x")]) == 1
    assert "[classify-gene]" in capsys.readouterr().err


def test_whether_a_domain_is_meant_is_judged_by_the_new_names(tmp_path, genes):
    """What a partner called a eukaryote is a bacterium to the reference that names all."""
    v4 = f"pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}"
    assay = f"{{assay_id: 16S-V4-515FY-806RB, target_gene: 16S rRNA, engine: dada2, {v4},"
    assay += " reference: silva, reference_version: 138}"
    bacillota = "d__Bacteria;p__Bacillota"
    one = [
        ("a", 3, genes[0][:260], "d__Eukaryota"),
        ("b", 4, genes[1][:260], f"{bacillota};c__Chloroplast"),
        ("c", 5, bases(random.Random(8), 260), "d__Eukaryota"),
    ]
    folders = [
        table(tmp_path / "n", one, assay),
        table(tmp_path / "s", [("d", 6, genes[0][:260], bacillota)], assay),
    ]
    words = ["--classify", "own", "--level", "feature", "--out", str(tmp_path / "merged")]
    assert main(["harmonise", *map(str, folders), *words]) == 0
    rows = read_dataset(tmp_path / "merged").table("features").to_dicts()
    flags = {row["genus"]: row["flags"] for row in rows}
    assert flags == {"Aus": "", "Bus": "", None: "unclassified"}


@pytest.mark.parametrize(("domain", "flag"), [("Eukaryota", "off-target-domain"), ("Archaea", "")])
def test_what_the_new_names_call_another_domain_is_off_target(
    tmp_path, genes, domain, flag, monkeypatch
):
    lineages = "".join(f"g{n}\td__{domain};p__Aphylum;g__Genus{n}\n" for n in range(len(genes)))
    (tmp_path / "own.tsv").write_text(lineages)
    known = reference_of_files("own", "2", tmp_path / "own.fasta", tmp_path / "own.tsv")
    monkeypatch.setattr("soilbio.references.manifest.locate", lambda name: known)
    v4 = f"pcr_primer_forward: {V4[0]}, pcr_primer_reverse: {V4[1]}"
    assay = f"{{assay_id: 16S-V4-515FY-806RB, target_gene: 16S rRNA, engine: dada2, {v4}}}"
    folders = [
        table(tmp_path / name, [("a", 3, genes[place][:260], "")], assay)
        for place, name in enumerate("ns")
    ]
    words = ["--classify", "own", "--level", "feature", "--out", str(tmp_path / "merged")]
    assert main(["harmonise", *map(str, folders), *words]) == 0
    rows = read_dataset(tmp_path / "merged").table("features")
    assert rows["flags"].to_list() == [flag] * 2


def test_what_one_reference_said_before_is_not_said_twice(tmp_path, genes):
    """Words of the source's own stay; one of the sequences is named by nothing of its own."""
    said = "k__Bacteria;p__Firmicutes"
    rows = {
        "n": [("a", 3, genes[0][:200], said), ("b", 4, genes[1][:200], "")],
        "s": [("c", 5, genes[0][:200], "d__Bacteria;p__Bacillota"), ("d", 6, genes[2][:200], "")],
        "e": [("e", 7, genes[1][:200], said)],
    }
    folders = {
        name: str(table(tmp_path / name, own, of_16s("V1", "silva"))) for name, own in rows.items()
    }
    for names, target in (("ns", "first"), (("first", "e"), "later"), ("nse", "once")):
        own = [folders.get(name, str(tmp_path / name)) for name in names]
        words = ["--classify", "own", "--level", "feature", "--out", str(tmp_path / target)]
        assert main(["harmonise", *own, *words]) == 0
    features = read_dataset(tmp_path / "first").table("features")
    assert features.filter(pl.col("verbatim_lineage").str.contains(said))["genus"].to_list()
    for file in ("features.parquet", "provenance/features_of_sources.parquet"):
        read = [(tmp_path / name / file).read_bytes() for name in ("later", "once")]
        assert read[0] == read[1], file
