"""Sequences of two primer pairs meet in the stretch that both amplify, and nowhere else."""

from __future__ import annotations

import hashlib
import json
import random
import re
from pathlib import Path

import polars as pl
import pytest
from example_dataset import PROVENANCE
from pipeline_outputs import write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.harmonise.common_region import find_window, trim
from soilbio.harmonise.compare import compare
from soilbio.harmonise.rules import read_rules
from soilbio.harmonise.sources import assays_of, read_sources
from soilbio.harmonise.trimming import find_windows
from soilbio.standards.iupac import reverse_complement

V4 = ("GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT")
V4_OLD = ("GTGCCAGCMGCCGCGGTAA", "GGACTACHVGGGTWTCTAAT")
V3V4 = ("CCTACGGGNGGCWGCAG", "GACTACHVGGGTATCTAATCC")
V3V4_806 = (V3V4[0], V4[1])
V1V3 = ("AGAGTTTGATYMTGGCTCAG", "ATTACCGCGGCTGCTGG")
# Sites in the order in which they lie on the gene; 805R and 806R share all but two bases.
SITE_27F, SITE_341F, SITE_515F = "AGAGTTTGATCATGGCTCAG", "CCTACGGGAGGCTGCAG", "GTGCCAGCAGCCGCGGTAA"
SITE_806R = reverse_complement("GGACTACCAGGGTATCTAATCC")


def bases(rng: random.Random, number: int) -> str:
    return "".join(rng.choices("ACGT", k=number))


def gene(seed: int) -> str:
    """A gene with the four sites; what lies before 515F is of a length of its own, as V3 is."""
    rng = random.Random(seed)
    parts = [bases(rng, 20), SITE_27F, bases(rng, 300), SITE_341F, bases(rng, 150 + seed % 7)]
    return "".join([*parts, SITE_515F, bases(rng, 253), SITE_806R, bases(rng, 200)])


LINEAGE = "d__Bacteria; p__Bacillota; c__Bacilli"
GENES = [gene(seed) for seed in range(60)]


def amplicon(sequence: str, pair: str) -> str:
    """Cut as a laboratory would have it: between its own primers."""
    starts = {"v4": SITE_515F, "v3v4": SITE_341F, "v3v4_806": SITE_341F, "v1v3": SITE_27F}
    start = sequence.index(starts[pair]) + len(starts[pair])
    # 806R begins two bases after 805R; 519R lies on 515F's site.
    ends = dict.fromkeys(("v4", "v3v4_806"), SITE_806R[2:])
    ends |= {"v3v4": SITE_806R, "v1v3": SITE_515F[1:]}
    return sequence[start : sequence.index(ends[pair], start)]


def test_the_window_is_between_the_innermost_primers():
    window = find_window({"a": V4, "b": V3V4}, GENES)
    assert window is not None
    assert window.forward == V4[0]
    assert window.reverse == V3V4[1]
    assert window.cuts["a"][0].bases == 0
    assert window.cuts["b"][0].bases is None  # V3 is of many lengths: its primer is looked for
    assert window.cuts["b"][1].bases == 0
    assert window.cuts["a"][1].bases == 2


def test_both_are_trimmed_to_the_same_bases():
    window = find_window({"a": V4, "b": V3V4}, GENES)
    for sequence in GENES:
        one = trim(amplicon(sequence, "v4"), window.cuts["a"], window)
        other = trim(amplicon(sequence, "v3v4"), window.cuts["b"], window)
        assert one == other
        assert one[1] == ""
        assert len(one[0]) == 253


def test_a_site_with_a_mismatch_or_a_gap_is_found_by_alignment():
    window = find_window({"a": V4, "b": V3V4}, GENES)
    long = amplicon(GENES[0], "v3v4")
    expected = trim(long, window.cuts["b"], window)[0]
    for changed in ("GTGCCAGCAGCTGCGGTAA", "GTGCCAGCAGCCGCGTAA"):
        assert trim(long.replace(SITE_515F, changed), window.cuts["b"], window)[0] == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace(SITE_515F, "A" * 19), "no-forward-site"),
        (lambda text: text[:-150], "length"),
        (lambda text: text + "ACGT" * 30, "length"),
    ],
)
def test_what_falls_outside_has_its_reason(change, reason):
    window = find_window({"a": V4, "b": V3V4}, GENES)
    assert trim(change(amplicon(GENES[1], "v3v4")), window.cuts["b"], window) == ("", reason)


def test_regions_that_do_not_overlap_have_no_window():
    assert find_window({"a": V4, "b": V1V3}, GENES) is None


def test_a_reference_of_another_gene_gives_no_window():
    rng = random.Random(1)
    assert find_window({"a": V4, "b": V3V4}, [bases(rng, 1500) for _ in range(50)]) is None


def test_variants_of_one_primer_pair_need_no_trimming():
    window = find_window({"a": V4, "b": V4_OLD}, GENES)
    assert {cut.bases for cuts in window.cuts.values() for cut in cuts} == {0}


def dataset(
    folder: Path, pair: str, primers: tuple[str, str], region: str, genes, library: str = ""
) -> Path:
    """Import what a laboratory found of some genes: gene n is there (n + 1) times."""
    folder.mkdir()
    names = [f"F{number}" for number, _ in genes]
    (folder / "t.tsv").write_text(
        f"id\t{library or pair}-1\ttaxonomy\n"
        + "".join(f"F{number}\t{number + 1}\t{LINEAGE}\n" for number, _ in genes)
    )
    (folder / "s.fasta").write_text(
        "".join(f">F{number}\n{amplicon(one, pair)}\n" for number, one in genes)
    )
    assay = (
        f"{{assay_id: {pair}, target_gene: 16S rRNA, target_subfragment: {region}, engine: dada2,"
        " reference: SILVA, reference_version: '138',"
        f" pcr_primer_forward: {primers[0]}, pcr_primer_reverse: {primers[1]}}}"
    )
    text = f"title: T\nagreement: partner@1.0\ntable: {{rows: features}}\nassay: {assay}\n"
    method = write_method(folder, text)
    words = ["--method", str(method), "--out", str(folder / pair)]
    assert main(["import", "table", str(folder / "t.tsv"), str(folder / "s.fasta"), *words]) == 0
    assert len(names) == len(set(names))
    return folder / pair


@pytest.fixture
def reference(tmp_path) -> Path:
    path = tmp_path / "genes.fasta"
    path.write_text("".join(f">g{n}\n{one}\n" for n, one in enumerate(GENES)))
    return path


def test_two_that_share_a_region_are_told_beside_a_third_that_does_not(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    v1v3 = dataset(tmp_path / "c", "v1v3", V1V3, "V1-V3", genes)
    v4 = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    v3v4 = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    capsys.readouterr()
    assert main(["compare", *map(str, (v4, v3v4, v1v3)), "--reference", str(reference)]) == 0
    told = capsys.readouterr().out
    assert "Together: genus" in told
    alone = [line for line in told.splitlines() if "alone could be merged" in line]
    assert len(alone) == 2
    assert not any("v1v3: v1v3" in line and "v4: v4 " in line for line in alone)
    assert main(["compare", str(v4), str(v3v4), "--reference", str(reference)]) == 0
    assert "alone" not in capsys.readouterr().out


def test_two_laboratories_with_other_primers_are_merged_by_sequence(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes[:40])
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes[20:])
    words = ["harmonise", str(one), str(other), "--out"]
    assert main([*words, str(tmp_path / "genus")]) == 0
    assert "Merged by genus" in capsys.readouterr().out
    with_reference = ["--reference", str(reference)]
    assert main([*words, str(tmp_path / "c"), *with_reference]) == 0
    assert "Merged by feature" in capsys.readouterr().out
    assert main(["dataset", "validate", str(tmp_path / "c")]) == 0
    merged = read_dataset(tmp_path / "c")
    assert merged.table("features").height == 60
    per_feature = merged.table("counts").group_by("feature_id").agg(pl.len(), pl.col("count").sum())
    assert per_feature.filter(pl.col("len") == 2).height == 20
    assert per_feature["count"].sum() == sum(n + 1 for n in range(40)) + sum(range(21, 61))
    again = [words[0], str(other), str(one), "--out", str(tmp_path / "d"), *with_reference]
    assert main(again) == 0
    for name in ("counts", "features", "assays"):
        same = [(tmp_path / folder / f"{name}.parquet").read_bytes() for folder in ("c", "d")]
        assert same[0] == same[1]


def test_one_gene_written_in_several_ways_has_one_window(reference):
    genes = {"a": ("16S rRNA", V4), "b": ("16S rRNA gene", V3V4), "c": ("18S rRNA", V4)}
    assays = {
        name: {
            **{"library_strategy": "AMPLICON", "target_gene": gene},
            **{"pcr_primer_forward": pair[0], "pcr_primer_reverse": pair[1]},
        }
        for name, (gene, pair) in genes.items()
    }
    assert find_windows(assays, reference).genes() == {"a": "16S rRNA", "b": "16S rRNA"}


def test_an_assay_whose_primers_are_nowhere_is_told_and_takes_the_region_from_no_others(
    tmp_path, reference, capsys
):
    unlike = "ACGTTGCATGCCATGGACTTGACC"
    folders = [
        dataset(tmp_path / "a", "v4", V4, "V4", list(enumerate(GENES))[:10]),
        dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", list(enumerate(GENES))[:10]),
        dataset(tmp_path / "c", "v4", (unlike, V4[1]), "V4", list(enumerate(GENES))[:10], "x"),
    ]
    assert main(["compare", *map(str, folders), "--reference", str(reference)]) == 0
    assert f"v4: {unlike} is in fewer than 20 sequences" in capsys.readouterr().out
    assays = assays_of(read_sources(folders))
    found = {assays[name]["pcr_primer_forward"] for name in find_windows(assays, reference).genes()}
    assert found == {V4[0], V3V4[0]}


def test_adapters_in_the_primers_of_a_dataset_do_not_make_another_region(tmp_path):
    """Datasets that were made before these were left out have them."""
    genes = list(enumerate(GENES))[:10]
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    other = read_dataset(dataset(tmp_path / "b", "v4", V4, "V4", genes, "x"))
    adapter = pl.lit("TCGTCGGCAGCGTCAGATGTGTATAAGAGACAG")
    tables = dict(other.tables)
    tables["assays"] = tables["assays"].with_columns(
        pcr_primer_forward=adapter + pl.col("pcr_primer_forward")
    )
    write_dataset(
        *(tables, other.agreements, tmp_path / "with"),
        extra_columns=other.extra_columns,
        provenance=PROVENANCE,
    )
    sources = read_sources([one, tmp_path / "with"])
    (pair,) = compare(assays_of(sources), read_rules())
    assert pair.level == "feature"


def test_what_falls_outside_is_counted_and_listed(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    broken = [(n, one.replace(SITE_515F, "A" * 19) if n == 5 else one) for n, one in genes]
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes[:10])
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", broken[:10])
    words = ["harmonise", str(one), str(other), "--reference", str(reference)]
    assert main([*words, "--out", str(tmp_path / "c")]) == 0
    assert "features outside the common region: 1" in capsys.readouterr().out
    lines = (tmp_path / "c" / "provenance" / "outside_window.tsv").read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].split("\t")[-2:] == ["no-forward-site", "6"]
    assert read_dataset(tmp_path / "c").table("counts")["count"].sum() == 2 * 55 - 6
    # A methods section can say so, and name the reference.
    assert main(["methods", str(tmp_path / "c")]) == 0
    told = capsys.readouterr().out
    assert "raw counts were kept but for 6 of 110 reads, of features outside the common" in told
    digest = hashlib.sha256(reference.read_bytes()).hexdigest()
    assert f"reference sequences of {reference.name} (SHA-256 {digest[:12]})" in told
    assert re.search(r"\(cutadapt \d.*\(UCHIME3, vsearch \d", told, re.DOTALL)
    run = json.loads((tmp_path / "c" / "provenance" / "run.json").read_text())
    assert [one["sha256"] for one in run["references"]] == [digest]
    assert {one["name"] for one in run["tools"]} == {"cutadapt", "vsearch"}


@pytest.mark.parametrize("pair", ["v4", "v3v4"])
def test_primers_that_were_left_in_sequences_are_cut_off(tmp_path, reference, capsys, pair):
    genes = list(enumerate(GENES))
    primers = {"v4": V4, "v3v4": V3V4}
    bound = ("v3v4", "v4") if pair == "v4" else ("v4", "v3v4")
    one = dataset(tmp_path / "a", bound[0], primers[bound[0]], bound[0].upper(), genes)
    begin, end = {"v4": SITE_515F, "v3v4": SITE_341F}[pair], SITE_806R[2:] if pair == "v4" else ""
    with pytest.MonkeyPatch.context() as patch:
        cut = amplicon
        patch.setattr(f"{__name__}.amplicon", lambda *of: begin + cut(*of) + end)
        other = dataset(tmp_path / "b", pair, primers[pair], pair.upper(), genes)
    words = ["harmonise", str(one), str(other), "--reference", str(reference)]
    assert main([*words, "--out", str(tmp_path / "c")]) == 0
    told = capsys.readouterr().out
    assert "sequences with primers that were cut off: 60" in told
    assert "features outside the common region: 0" in told
    assert read_dataset(tmp_path / "c").table("features").height == 60


def test_an_assay_of_which_nothing_is_in_the_region_is_refused(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.amplicon", lambda gene, _: gene[540:960])
        other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    words = ["harmonise", str(one), str(other), "--reference", str(reference)]
    assert main([*words, "--out", str(tmp_path / "c")]) == 1
    told = capsys.readouterr().err
    assert "b: v3v4" in told or "v3v4: v3v4" in told
    assert "[harmonise-outside]" in told
    assert not (tmp_path / "c").exists()


def cut_dataset(folder: Path, cut, genes, library: str) -> Path:
    """Import V4 of which only a part was read."""
    with pytest.MonkeyPatch.context() as patch:
        whole = amplicon
        patch.setattr(f"{__name__}.amplicon", lambda *of: cut(whole(*of)))
        return dataset(folder, "v4", V4, "V4", genes, library)


@pytest.mark.parametrize("held", [150, 225, 235])
def test_forward_reads_meet_other_primers_in_what_they_hold_of_the_region(
    tmp_path, reference, capsys, held
):
    """Deblur's 150 nt of the Earth Microbiome Project beside V3-V4 and whole V4."""
    genes = list(enumerate(GENES))
    short = cut_dataset(tmp_path / "a", lambda one: one[:held], genes[:20], "short")
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes[10:30])
    whole = dataset(tmp_path / "c", "v4", V4, "V4", genes[20:40], library="whole")
    with_reference = ["--reference", str(reference)]
    first, later, at_once = (str(tmp_path / name) for name in ("first", "later", "at-once"))
    assert main(["harmonise", str(short), str(other), "--out", first, *with_reference]) == 0
    told = capsys.readouterr().out
    assert "all are cut to what they hold of it" in told
    assert "Merged by feature" in told
    merged = read_dataset(Path(first))
    inside = {one[1].split(SITE_515F)[1][:held] for one in genes[:30]}
    assert set(merged.table("features")["sequence"]) == inside
    assert merged.table("counts")["count"].sum() == sum(range(1, 21)) + sum(range(11, 31))
    assert main(["methods", first]) == 0
    told = capsys.readouterr().out
    assert "Sequences of 16S rRNA were trimmed to the region between" in told
    assert f"{held} bases" in told
    assert main(["harmonise", first, str(whole), "--out", later, *with_reference]) == 0
    every = [str(short), str(other), str(whole)]
    assert main(["harmonise", *every, "--out", at_once, *with_reference]) == 0
    for name in ("counts", "features"):
        same = [Path(folder, f"{name}.parquet").read_bytes() for folder in (later, at_once)]
        assert same[0] == same[1]


@pytest.mark.parametrize(
    "cut",
    [lambda one: one[-150:], lambda one: one[: 150 + ord(one[9]) % 20], lambda one: one[:50]],
    ids=["reverse", "many-lengths", "too-short"],
)
def test_what_was_cut_short_and_holds_nothing_known_of_the_region_goes_by_genus(
    tmp_path, reference, capsys, cut
):
    genes = list(enumerate(GENES))
    short = cut_dataset(tmp_path / "a", cut, genes, "short")
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    whole = dataset(tmp_path / "c", "v4", V4, "V4", genes, library="whole")
    folders, with_reference = [str(short), str(other), str(whole)], ["--reference", str(reference)]
    assert main(["compare", *folders, *with_reference]) == 0
    told = capsys.readouterr().out
    assert "Together: genus" in told
    (line,) = [line for line in told.splitlines() if "left out of the common region" in line]
    assert "of 253 that reach over" in line
    assert main(["harmonise", *folders, *with_reference, "--out", str(tmp_path / "d")]) == 0
    assert line in capsys.readouterr().out


def test_assays_that_are_merged_by_sequence_and_share_none_are_told(tmp_path, capsys):
    """One of them begins elsewhere than it says."""
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    other = cut_dataset(tmp_path / "b", lambda one: reverse_complement(one)[::-1], genes, "x")
    few = cut_dataset(tmp_path / "c", lambda one: one[::-1], genes[:29], "few")
    for second, is_told in ((other, True), (few, False)):
        target = ["--out", str(tmp_path / f"with-{is_told}")]
        assert main(["harmonise", str(one), str(second), *target]) == 0
        told = capsys.readouterr().out
        assert "Merged by feature" in told
        assert ("none of their 60 and 60 features is the same" in told) == is_told


def test_a_reference_that_cannot_be_read_is_told(tmp_path, capsys):
    genes = list(enumerate(GENES[:3]))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    (tmp_path / "taxonomy.tsv").write_text("Feature ID\tTaxon\nF1\td__Bacteria\n")
    (tmp_path / "genes.qza").write_bytes(b"PK\x03\x04 an artifact")
    for name in ("none.fasta", "taxonomy.tsv", "genes.qza"):
        words = ["compare", str(one), str(other), "--reference", str(tmp_path / name)]
        assert main(words) == 1
        told = capsys.readouterr().err
        assert f"{name}: " in told
        assert "[harmonise-reference]" in told


@pytest.mark.parametrize(
    "cut",
    [
        lambda _, one: amplicon(one, "v4"),
        lambda number, one: one[:540] if number % 2 else one[500:],
        lambda *_: "ACGT" * 100,
    ],
    ids=["a-region", "parts", "another-gene"],
)
def test_a_reference_that_does_not_hold_the_primers_is_told(tmp_path, capsys, cut):
    genes = list(enumerate(GENES))
    folders = [
        str(dataset(tmp_path / "a", "v4", V4, "V4", genes)),
        str(dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)),
    ]
    path = tmp_path / "region.fasta"
    path.write_text("".join(f">g{n}\n{cut(n, one)}\n" for n, one in genes))
    for words in (["compare", *folders], ["harmonise", *folders, "--out", str(tmp_path / "c")]):
        assert main([*words, "--reference", str(path)]) == 0
        told = capsys.readouterr().out
        assert "v4: v4: " in told
        assert "v3v4: v3v4: " in told
        assert "in fewer than 20 sequences of region.fasta" in told


def test_references_may_be_aligned(tmp_path):
    path = tmp_path / "aligned.fasta"
    path.write_text("".join(f">g{n}\n..{one[:600]}--{one[600:]}-\n" for n, one in enumerate(GENES)))
    pairs = {"a": V4, "b": V3V4}
    assays = {
        name: {
            **{"library_strategy": "AMPLICON", "target_gene": "16S rRNA"},
            **{"pcr_primer_forward": pair[0], "pcr_primer_reverse": pair[1]},
        }
        for name, pair in pairs.items()
    }
    window = find_windows(assays, path).windows["16S rRNA"]
    assert window == find_window(pairs, GENES)


def test_a_new_release_of_what_was_trimmed_is_taken(tmp_path, reference, capsys):
    """A library of last year comes again, beside a new one; it was cut, and is whole now."""
    genes = list(enumerate(GENES))
    broken = [(n, one.replace(SITE_515F, "A" * 19) if n == 5 else one) for n, one in genes]
    v4 = dataset(tmp_path / "a", "v4", V4, "V4", genes[:20])
    v3v4 = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", broken[:20])
    merged, with_reference = str(tmp_path / "m"), ["--reference", str(reference)]
    assert main(["harmonise", str(v4), str(v3v4), "--out", merged, *with_reference]) == 0
    for number, own in enumerate((v4, v3v4)):
        again = str(tmp_path / f"again-{number}")
        assert main(["harmonise", merged, str(own), "--out", again, *with_reference]) == 0
        libraries = read_dataset(Path(again)).table("libraries")["library_id"].to_list()
        assert sorted(libraries) == ["v3v4-1", "v4-1"]
    other = dataset(tmp_path / "c", "v4", V4, "V4", genes[:21])
    capsys.readouterr()
    words = ["harmonise", merged, str(other), "--out", str(tmp_path / "d"), *with_reference]
    assert main(words) == 1
    assert "[harmonise-conflict]" in capsys.readouterr().err


def test_other_counts_of_a_library_of_what_was_trimmed_are_a_conflict(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    v4 = dataset(tmp_path / "a", "v4", V4, "V4", genes[:20])
    v3v4 = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes[:20])
    merged, with_reference = str(tmp_path / "m"), ["--reference", str(reference)]
    assert main(["harmonise", str(v4), str(v3v4), "--out", merged, *with_reference]) == 0
    known = read_dataset(v4)
    tables = dict(known.tables)
    is_first = pl.col("feature_id") == pl.col("feature_id").min()
    less = pl.when(is_first).then(pl.col("count") - 1).otherwise("count")
    tables["counts"] = tables["counts"].filter(pl.col("count") > 1).with_columns(count=less)
    write_dataset(
        *(tables, known.agreements, tmp_path / "less"),
        extra_columns=known.extra_columns,
        provenance=PROVENANCE,
    )
    capsys.readouterr()
    words = ["harmonise", merged, str(tmp_path / "less"), "--out", str(tmp_path / "d")]
    assert main([*words, *with_reference]) == 1
    assert "the same counts of one library" in capsys.readouterr().err


def test_what_was_trimmed_is_no_longer_of_its_own_primers(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes[:20])
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes[10:30])
    third = dataset(tmp_path / "c", "v3v4", V3V4, "V3-V4", genes[20:40], library="third")
    with_reference = ["--reference", str(reference)]
    first, later, at_once = (str(tmp_path / name) for name in ("first", "later", "at-once"))
    datasets = [str(one), str(other)]
    assert main(["harmonise", *datasets, "--out", first, *with_reference]) == 0
    capsys.readouterr()
    assert main(["compare", first, str(third)]) == 0
    assert "Together: genus" in capsys.readouterr().out
    assert main(["harmonise", first, str(third), "--out", later, *with_reference]) == 0
    assert "Merged by feature" in capsys.readouterr().out
    assert main(["harmonise", *datasets, str(third), "--out", at_once, *with_reference]) == 0
    for name in ("counts", "features"):
        assert Path(later, f"{name}.parquet").read_bytes() == (
            Path(at_once, f"{name}.parquet").read_bytes()
        )


def test_what_was_trimmed_to_the_window_of_one_s_own_primers_takes_more_of_these(
    tmp_path, reference, capsys
):
    """V3-V4 up to 806R and V4: their window is V4 itself, and so is the study that comes later."""
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes[:20])
    other = dataset(tmp_path / "b", "v3v4_806", V3V4_806, "V3-V4", genes[10:30])
    third = dataset(tmp_path / "c", "v4", V4, "V4", genes[20:40], library="third")
    with_reference = ["--reference", str(reference)]
    first, later, at_once = (str(tmp_path / name) for name in ("first", "later", "at-once"))
    datasets = [str(one), str(other)]
    assert main(["harmonise", *datasets, "--out", first, *with_reference]) == 0
    capsys.readouterr()
    assert main(["harmonise", first, str(third), "--out", later]) == 0
    assert "Merged by feature" in capsys.readouterr().out
    assert main(["harmonise", *datasets, str(third), "--out", at_once, *with_reference]) == 0
    for name in ("counts", "features"):
        assert Path(later, f"{name}.parquet").read_bytes() == (
            Path(at_once, f"{name}.parquet").read_bytes()
        )


def test_a_window_is_remembered_through_a_merging_that_trimmed_nothing(tmp_path, reference, capsys):
    genes = list(enumerate(GENES))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes[:20])
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes[10:30])
    third = dataset(tmp_path / "c", "v3v4", V3V4, "V3-V4", genes[20:40], library="third")
    its = dataset(tmp_path / "i", "v3v4", V3V4, "V3-V4", genes[40:42], library="its")
    method = tmp_path / "i" / "method.yaml"
    text = method.read_text()
    of_its = ("CTTGGTCATTTAGAGGAAGTAA", "GCTGCGTTCTTCATCGATGC")
    for old, new in zip(("16S rRNA", "V3-V4", *V3V4), ("ITS", "ITS1", *of_its), strict=True):
        text = text.replace(old, new)
    method.write_text(text)
    files = [str(tmp_path / "i" / name) for name in ("t.tsv", "s.fasta")]
    assert main(["import", "table", *files, "--method", str(method), "--out", str(its)]) == 0
    with_reference = ["--reference", str(reference)]
    first, both, later = (str(tmp_path / name) for name in ("first", "both", "later"))
    assert main(["harmonise", str(one), str(other), "--out", first, *with_reference]) == 0
    assert main(["harmonise", first, str(its), "--out", both]) == 0
    capsys.readouterr()
    assert main(["harmonise", both, str(third), "--out", later, *with_reference]) == 0
    assert "features outside the common region: 0" in capsys.readouterr().out
    sums = [
        read_dataset(Path(name)).table("counts")["count"].sum() for name in (both, third, later)
    ]
    assert sums[0] + sums[1] == sums[2]
    assert main(["methods", later]) == 0
    told = capsys.readouterr().out
    assert told.count("**Merged before.**") == 2
    assert main(["methods", both]) == 0
    told_of_both = capsys.readouterr().out
    for text in (told, told_of_both):
        assert "Sequences of 16S rRNA were trimmed to the region between" in text
        assert "UCHIME3" in text
    page = tmp_path / "page"
    assert main(["laboratories", both, "--out", str(page)]) == 0
    html = (page / "laboratories.html").read_text()
    assert "16S rRNA: sequences were trimmed to the region between" in html
    assert "features outside the common region" in html


@pytest.mark.parametrize("ends", [("forward",), ("reverse",), ("forward", "reverse")])
def test_primers_that_sequences_still_hold_are_cut_off(tmp_path, reference, capsys, ends):
    """Behind a spacer of any length, and with a mismatch, as ASVs of untrimmed reads have them."""
    genes = list(enumerate(GENES[:20]))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    fasta = tmp_path / "b" / "s.fasta"
    lines = fasta.read_text().splitlines()
    first = V3V4[0].replace("N", "A").replace("W", "T")[:-1] + "A"
    last = reverse_complement(V3V4[1].replace("V", "A").replace("H", "A").replace("W", "T"))
    for at in range(1, len(lines), 2):
        before = "GATTACA"[: at % 8] + first if "forward" in ends else ""
        lines[at] = before + lines[at] + (f"{last}CC" if "reverse" in ends else "")
    fasta.write_text("\n".join(lines) + "\n")
    words = ["--method", str(tmp_path / "b" / "method.yaml"), "--out", str(other)]
    assert main(["import", "table", str(tmp_path / "b" / "t.tsv"), str(fasta), *words]) == 0
    words = ["harmonise", str(one), str(other), "--reference", str(reference)]
    assert main([*words, "--out", str(tmp_path / "c")]) == 0
    assert "features in several datasets: 20" in capsys.readouterr().out


def test_an_assay_that_is_outside_as_a_whole_is_refused(tmp_path, reference, capsys):
    genes = list(enumerate(GENES[:5]))
    one = dataset(tmp_path / "a", "v4", V4, "V4", genes)
    elsewhere = [(n, gene[::-1]) for n, gene in genes]
    other = dataset(tmp_path / "b", "v3v4", V3V4, "V3-V4", genes)
    lines = "".join(f">F{n}\n{gene[:400]}\n" for n, gene in elsewhere)
    (tmp_path / "b" / "s.fasta").write_text(lines)
    paths = [str(tmp_path / "b" / name) for name in ("t.tsv", "s.fasta")]
    words = ["--method", str(tmp_path / "b" / "method.yaml"), "--out", str(other)]
    assert main(["import", "table", *paths, *words]) == 0
    words = ["harmonise", str(one), str(other), "--reference", str(reference)]
    assert main([*words, "--out", str(tmp_path / "c")]) == 1
    assert "[harmonise-outside]" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()
