import csv
import hashlib
from pathlib import Path

import polars as pl
import pytest

from soilbio.cli.main import main
from soilbio.dataset.write import write_tables
from soilbio.simulate.design import FORWARD, REVERSE

GENES = ["ACGTTGCATC" * 8, "TTGCATCACG" * 8, "GGCATCACTA" * 8, "CCTTAGACAT" * 8]
LINEAGES = [
    "k__Bacteria; p__Firmicutes; c__Bacilli; o__Bacillales; f__Bacillaceae; g__Bacillus; s__",
    "k__Bacteria; p__Acidobacteria; c__A; o__B; f__C; g__Candidatus Koribacter; s__",
    "k__Bacteria; p__Proteobacteria; c__D; o__E; f__F; g__; s__",
    "k__Bacteria; p__Proteobacteria; c__D; o__E; f__F; g__[Prevotella]; s__",
]
AGREEMENT = "open@1.0"
AGREED = {"agreement_ids": AGREEMENT}
COUNTS = {"S1": [60, 30, 0, 10], "MOCK": [5, 5, 0, 0], "EMPTY": []}


def feature(gene):
    return hashlib.md5(gene.encode()).hexdigest()


@pytest.fixture
def dataset(tmp_path):
    """Three libraries, one without reads; the phyla are named as they are today."""
    names = [("Bacillota", "Bacillus"), ("Acidobacteriota", ""), ("", ""), ("", "Prevotella")]
    features = [
        {
            "feature_id": feature(gene),
            "sequence": gene,
            "length_bp": len(gene),
            "domain": "Bacteria",
            "phylum": phylum,
            "genus": genus,
            "agreement_ids": AGREEMENT,
        }
        for gene, (phylum, genus) in zip(GENES, names, strict=True)
    ]
    counts = [
        {"library_id": library, "feature_id": feature(gene), "count": count}
        for library, reads in COUNTS.items()
        for gene, count in zip(GENES, reads, strict=False)
        if count
    ]
    libraries = [
        {
            "library_id": library,
            "sample_id": library,
            "assay_id": "v4",
            "run_id": "run1",
            "control_type": "mock" if library == "MOCK" else "",
            "status": "ok" if reads else "empty",
        }
        for library, reads in COUNTS.items()
    ]
    assay = {
        "assay_id": "v4",
        "library_strategy": "AMPLICON",
        "pcr_primer_forward": FORWARD,
        "pcr_primer_reverse": REVERSE,
        "engine": "unoise",
        "agreement_ids": AGREEMENT,
    }
    tables = {
        "samples": [{"sample_id": library} for library in COUNTS],
        "assays": [assay],
        "libraries": libraries,
        "features": features,
        "counts": counts,
    }
    for name in ("samples", "libraries", "counts"):
        for row in tables[name]:
            row["agreement_id"] = AGREEMENT
    frames = {name: pl.DataFrame(rows) for name, rows in tables.items()}
    frames["measurements"] = pl.DataFrame({"subject": []}, schema={"subject": pl.String})
    write_tables(frames, {AGREEMENT: "id: open\n"}, tmp_path / "dataset")
    return tmp_path / "dataset"


@pytest.fixture
def truth(tmp_path):
    rows = [("S1", 0, 50), ("S1", 1, 30), ("S1", 2, 20), ("EMPTY", 0, 5), ("GONE", 0, 5)]
    lines = ["library_id\tfeature_id\tsequence\tlineage\treads"]
    for library, number, reads in rows:
        gene = GENES[number]
        lines.append(f"{library}\t{feature(gene)}\t{gene}\t{LINEAGES[number]}\t{reads}")
    (tmp_path / "truth.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path / "truth.tsv"


def score(dataset, truth, *words):
    out = dataset.parent / "score"
    code = main(["score", str(dataset), "--truth", str(truth), "--out", str(out), *words])
    return code, out


def read(path):
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_a_dataset_is_scored_against_a_table(dataset, truth, capsys):
    code, out = score(dataset, truth)
    assert code == 0
    captured = capsys.readouterr()
    assert [line.split("\t")[0] for line in captured.out.splitlines()[1:]] == ["EMPTY", "S1"]
    assert "GONE" in captured.err
    empty, full = read(out / "score.tsv")
    assert (empty["found"], empty["false_negative"], empty["recall"]) == ("0", "1", "0.000000")
    assert (full["true_positive"], full["false_positive"], full["false_negative"]) == (
        "2",
        "1",
        "1",
    )
    # |.6-.5| + |.3-.3| + |0-.2| + |.1-0|, halved
    assert float(full["bray_curtis"]) == pytest.approx(0.2)
    assert (full["genus_named"], full["genus_called"], full["genus_correct"]) == ("2", "1", "1")
    assert len(read(out / "overall.tsv")) == 1


def test_true_phyla_are_named_as_the_dataset_names_them(dataset, truth):
    _, out = score(dataset, truth, "--library", "S1")
    rows = read(out / "composition.tsv")
    phyla = {row["name"]: row for row in rows if row["rank"] == "phylum"}
    assert (phyla["Bacillota"]["expected"], phyla["Bacillota"]["found"]) == ("0.500000", "0.600000")
    assert "Firmicutes" not in phyla
    assert {row["library_id"] for row in rows} == {"S1"}


def test_a_mock_is_scored_against_its_members_genes(dataset, tmp_path):
    start, end = "GTGCCAGCAGCCGCGGTAA", "ATTAGATACCCGGGTAGTCC"
    genes = [f">{n}\nTTT{start}{GENES[n]}{end}TTT\n" for n in (0, 3)]
    (tmp_path / "mock.fasta").write_text("".join(genes))
    code, out = score(dataset, tmp_path / "mock.fasta")
    assert code == 0
    (row,) = read(out / "score.tsv")
    assert (row["library_id"], row["expected_features"]) == ("MOCK", "2")
    assert (row["true_positive"], row["false_positive"], row["false_negative"]) == ("1", "1", "1")
    assert (row["within_1_difference"], row["bray_curtis"]) == ("0", "")


@pytest.mark.parametrize(
    "words", [["--library", "NOBODY"], ["--library", "S1", "NOBODY"], ["--library", "MOCK"]]
)
def test_a_library_without_truth_is_told(dataset, truth, words, capsys):
    assert score(dataset, truth, *words)[0] == 1
    assert "[truth-library]" in capsys.readouterr().err


METAGENOMES = Path(__file__).parents[1] / "data" / "truth-metagenomes" / "valid"


@pytest.fixture
def mixed(tmp_path):
    """A soil as an amplicon and a metagenome, the latter as two profilers see it."""
    both = {"domain": "Bacteria", "agreement_ids": AGREEMENT}
    features = [
        {"feature_id": "ncbi:1", "genus": "Alphia", "species": "Alphia una", **both},
        {"feature_id": "ncbi:2", "genus": "Alphia", "species": None, **both},
        {"feature_id": "ncbi:3", "genus": "Betia", "species": "Betia tria", **both},
        {"feature_id": "unclassified", **both, "domain": None},
    ]
    assays = [
        {"assay_id": f"wgs-{engine}", "library_strategy": "WGS", "engine": engine, **AGREED}
        for engine in ("kraken2", "sylph")
    ]
    libraries = [
        {
            **{"library_id": f"M1-{engine}", "sample_id": "S", "assay_id": f"wgs-{engine}"},
            **{"run_id": "r", "control_type": "", "status": "ok", "agreement_id": AGREEMENT},
        }
        for engine in ("kraken2", "sylph")
    ]
    found = [
        ("M1-kraken2", "ncbi:1", 40, None),
        ("M1-kraken2", "ncbi:2", 30, None),
        ("M1-kraken2", "ncbi:3", 25, None),
        ("M1-kraken2", "unclassified", 5, None),
        ("M1-sylph", "ncbi:1", None, 0.5),
        ("M1-sylph", "unclassified", None, 0.5),
    ]
    names = ("library_id", "feature_id", "count", "relative_abundance")
    counts = [{**dict(zip(names, row, strict=True)), "agreement_id": AGREEMENT} for row in found]
    frames = {
        "samples": pl.DataFrame([{"sample_id": "S", "agreement_id": AGREEMENT}]),
        "assays": pl.DataFrame(assays),
        "libraries": pl.DataFrame(libraries),
        "features": pl.DataFrame(features),
        "counts": pl.DataFrame(counts),
        "measurements": pl.DataFrame({"subject": []}, schema={"subject": pl.String}),
    }
    write_tables(frames, {AGREEMENT: "id: open\n"}, tmp_path / "mixed")
    return tmp_path / "mixed"


def test_metagenomes_are_scored_engine_by_engine(mixed, capsys):
    code, out = score(mixed, METAGENOMES / "one-unknown.tsv")
    assert code == 0
    captured = capsys.readouterr()
    assert "M2" in captured.err
    rows = {(row["engine"], row["rank"]): row for row in read(out / "profiles.tsv")}
    assert captured.out.count("\n") == 1 + len(rows)
    kraken = rows["kraken2", "species"]
    assert (kraken["precision"], kraken["recall"]) == ("1.000000", "1.000000")
    assert (kraken["unclassified_found"], kraken["unclassified_true"]) == ("0.350000", "0.200000")
    # una .4/.5, tria .25/.3, none .35/.2
    assert float(kraken["l1_reads"]) == pytest.approx(0.3)
    assert float(rows["kraken2", "genus"]["l1_reads"]) == pytest.approx(0.1)
    assert rows["sylph", "genus"]["false_negative"] == "1"
    composition = read(out / "composition.tsv")
    assert {row["library_id"] for row in composition} == {"M1-kraken2", "M1-sylph"}
    assert read(out / "score.tsv") == []
    assert len(read(out / "profiles-overall.tsv")) == 4


def test_rrna_reads_are_judged_at_genus_and_against_all_names(mixed, capsys, tmp_path):
    assays = pl.read_parquet(mixed / "assays.parquet")
    is_sylph = pl.col("assay_id") == "wgs-sylph"
    kind = pl.when(is_sylph).then(pl.lit("marker")).otherwise(pl.col("abundance"))
    tables = {
        name: pl.read_parquet(mixed / f"{name}.parquet")
        for name in ("samples", "libraries", "features", "counts", "measurements")
    }
    tables["assays"] = assays.with_columns(kind.alias("abundance"))
    write_tables(tables, {AGREEMENT: "id: open\n"}, tmp_path / "marked")
    text = (METAGENOMES / "one-unknown.tsv").read_text().replace("genus\n", "family\n")
    (tmp_path / "one.tsv").write_text(text)
    code, out = score(tmp_path / "marked", tmp_path / "one.tsv")
    assert code == 0
    rows = {(row["engine"], row["rank"]): row for row in read(out / "profiles.tsv")}
    assert set(rows) == {("kraken2", "genus"), ("kraken2", "species"), ("sylph", "genus")}
    row = rows["sylph", "genus"]
    assert (row["expected"], row["not_in_database"], row["compared_with"]) == ("2", "0", "genomes")
    # Alphia .5/.7, Betia 0/.3, none .5/0: of organisms, all of them known.
    assert float(row["l1_genomes"]) == pytest.approx(1.0)


def test_amplicons_and_metagenomes_are_scored_together(dataset, truth, capsys):
    path = METAGENOMES / "one-unknown.tsv"
    assert main(["score", str(dataset), "--truth", str(truth), str(path), "--out", "x"]) == 1
    assert "[truth-library]" in capsys.readouterr().err
    assert main(["score", str(dataset), "--truth", str(truth), str(truth), "--out", "x"]) == 1
    assert "[truth-library]" in capsys.readouterr().err
