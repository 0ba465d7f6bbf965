"""Profiles of an assay's libraries become tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from soilbio.errors import InputError
from soilbio.importers.shotgun import Told, collect_profiles

SHARES = "genome\tshare\ttaxonomic_share\tani\tcoverage\n"


def collected(tmp_path: Path, lineages: str) -> tuple[list[str], pl.DataFrame]:
    """Collect one profile of two genomes; give those without lineage, and the features."""
    (tmp_path / "L1.tsv").write_text(
        f"{SHARES}GCF_000000101.1\t0.5\t0.5\t99\t3\nGCF_000000102.1\t0.2\t0.5\t99\t3\n"
    )
    (tmp_path / "lineages.tsv").write_text(lineages)
    left = {"L1": {"reads_merged": 10}}
    told = Told(lineages=tmp_path / "lineages.tsv")
    files = {"L1": tmp_path / "L1.tsv"}
    nameless = collect_profiles("sylph", files, left, told, tmp_path / "out")
    return nameless, pl.read_parquet(tmp_path / "out" / "features.parquet")


def test_genomes_that_the_table_of_lineages_lacks_are_told(tmp_path):
    nameless, features = collected(tmp_path, "RS_GCF_000000101.1\td__Bacteria;s__A a\n")
    assert nameless == ["GCF_000000102.1"]
    assert features["gtdb_species"].drop_nulls().to_list() == ["A a"]


def test_genomes_of_one_name_are_one_feature(tmp_path):
    row = "bin1.fa\t0.25\t0.5\t99\t3\n"
    (tmp_path / "L1.tsv").write_text(SHARES + row + row)
    files = {"L1": tmp_path / "L1.tsv"}
    collect_profiles("sylph", files, {"L1": {"reads_merged": 10}}, Told(), tmp_path / "out")
    counts = pl.read_parquet(tmp_path / "out" / "counts.parquet")
    found = dict(counts.select("feature_id", "relative_abundance").iter_rows())
    assert found == {"genome:bin1.fa": 0.5, "unclassified": 0.5}


def test_shares_are_no_more_than_all_whatever_their_last_digits(tmp_path):
    rows = [f"GCF_00000010{n}.1\t0.333333334\t0.3\t99\t3\n" for n in range(3)]
    (tmp_path / "L1.tsv").write_text(SHARES + "".join(rows))
    files = {"L1": tmp_path / "L1.tsv"}
    collect_profiles("sylph", files, {"L1": {"reads_merged": 10}}, Told(), tmp_path / "out")
    counts = pl.read_parquet(tmp_path / "out" / "counts.parquet")
    assert counts["relative_abundance"].sum() == pytest.approx(1, abs=1e-12)
    assert counts.height == 3


def test_genomes_without_accession_are_of_one_database(tmp_path):
    (tmp_path / "L1.tsv").write_text(
        f"{SHARES}bin1.fa\t0.25\t0.5\t99\t3\nGCF_000000101.1\t0.5\t0.5\t99\t3\n"
    )
    files, told = {"L1": tmp_path / "L1.tsv"}, Told(database="d1")
    nameless = collect_profiles("sylph", files, {"L1": {"reads_merged": 10}}, told, tmp_path)
    assert nameless == ["GCF_000000101.1", "bin1.fa"]
    features = pl.read_parquet(tmp_path / "features.parquet")["feature_id"].to_list()
    assert features == ["genome:GCF_000000101.1", "genome:d1:bin1.fa", "unclassified"]


REPORT = "50.00\t5\t5\tU\t0\tunclassified\n50.00\t5\t5\tR\t1\troot\n"


@pytest.mark.parametrize(("text", "reads"), [("", 10), (REPORT, 12)], ids=["empty", "other"])
def test_a_report_that_is_not_of_all_reads_of_its_library_is_refused(tmp_path, text, reads):
    (tmp_path / "L1.tsv").write_text(text)
    left = {"L1": {"reads_merged": reads}}
    with pytest.raises(InputError) as caught:
        collect_profiles("kraken2", {"L1": tmp_path / "L1.tsv"}, left, Told(), tmp_path / "out")
    assert [problem.code for problem in caught.value.problems] == ["shotgun-profile"]
    assert not (tmp_path / "out").exists()


def test_a_library_without_reads_has_no_report_to_read(tmp_path):
    (tmp_path / "L1.tsv").write_text(REPORT)
    (tmp_path / "L2.tsv").write_text("")
    left = {"L1": {"reads_merged": 10}, "L2": {"reads_merged": 0}}
    files = {name: tmp_path / f"{name}.tsv" for name in left}
    collect_profiles("kraken2", files, left, Told(), tmp_path / "out")
    counts = pl.read_parquet(tmp_path / "out" / "counts.parquet")
    assert set(counts["library_id"]) == {"L1"}
