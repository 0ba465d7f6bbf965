"""Profiles of an assay's libraries become tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl

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
