"""What soilbio exports it reads again: the same numbers, sequences and lineages."""

from __future__ import annotations

import pytest
from example_dataset import AGREEMENTS, PUBLIC
from pipeline_outputs import METHOD, OUTPUTS, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

RANKS = ("domain", "phylum", "class", "order", "family", "genus")


@pytest.mark.parametrize(("target", "name"), [("dwca", "*.zip"), ("biom", "*.biom")])
def test_an_export_is_imported_with_the_same_counts_and_names(tmp_path, target, name, capsys):
    form, write = OUTPUTS["mdt"]
    sources = write(tmp_path)
    method = write_method(tmp_path, METHOD.replace("partner@1.0", PUBLIC))
    (tmp_path / "agreements" / "demo.yaml").write_text(AGREEMENTS[PUBLIC])
    words = ["--method", str(method), "--out"]
    assert main(["import", form, *map(str, sources), *words, str(tmp_path / "first")]) == 0
    asked = ["--recipient", "consortium", "--purpose", "DUO:0000042", "--date", "2026-01-01"]
    exported = tmp_path / "export"
    assert main(["export", target, str(tmp_path / "first"), *asked, "--out", str(exported)]) == 0, (
        capsys.readouterr().err
    )
    source = next(path for path in sorted(exported.rglob(name)) if path.name != "events.zip")
    code = main(["import", target, str(source), *words, str(tmp_path / "second")])
    assert code == 0, capsys.readouterr().err
    first, second = (read_dataset(tmp_path / one) for one in ("first", "second"))
    assert numbers(first) == numbers(second)
    if target == "dwca":  # a BIOM file has no sequences in it
        assert sequences(first) == sequences(second)


def sequences(dataset):
    """Reads by library and sequence."""
    joined = dataset.table("counts").join(dataset.table("features"), on="feature_id")
    return sorted(joined.select("library_id", "sequence", "feature_id", "count").rows())


def numbers(dataset):
    """Reads by library and lineage: a BIOM file has no sequences in it."""
    features = dataset.table("features")
    joined = dataset.table("counts").join(features, on="feature_id")
    rows = joined.select("library_id", *RANKS, "count").fill_null("").rows()
    return sorted(rows)
