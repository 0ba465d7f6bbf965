"""Features of domains that have not an assay's gene: some are told, nearly all are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_outputs import write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

OF_16S, OF_ITS = "16S-V4-515FY-806RB", "ITS2-gITS7-ITS4"
OWN = (
    "own, target_gene: ITS, target_subfragment: ITS2, pcr_primer_forward: CTTGGTCATTTAGAGGAAGT,"
    " pcr_primer_reverse: TCCTCCGCTTATTGATATGC"
)
BACTERIA, FUNGI = "d__Bacteria;p__Bacillota;g__Genus{}", "k__Fungi;p__Ascomycota;g__Genus{}"
EUKARYOTES = "d__Eukaryota;p__Ascomycota;g__Genus{}"


def imported(folder: Path, assay: str, lineages: list[str]) -> int:
    rows = [f"O{n}\t10\t{one.format(n)}\n" for n, one in enumerate(lineages)]
    (folder / "t.tsv").write_text("id\tS1\ttaxonomy\n" + "".join(rows))
    text = "title: T\nagreement: partner@1.0\ntable: {rows: features}\n" + (
        f"assay: {{assay_id: {assay}, engine: dada2, reference: R, reference_version: 1}}\n"
    )
    method = write_method(folder, text)
    words = ["--method", str(method), "--out", str(folder / "dataset")]
    return main(["import", "table", str(folder / "t.tsv"), *words])


@pytest.mark.parametrize(
    ("assay", "lineages"),
    [
        (OF_ITS, [BACTERIA] * 12),
        (OF_ITS, [BACTERIA] * 19 + [FUNGI]),
        (OF_16S, [FUNGI] * 12),
        (OF_16S, [EUKARYOTES] * 12 + ["Unassigned"] * 5),
        (OWN, [BACTERIA] * 12),
    ],
)
def test_the_method_of_another_table_is_refused(tmp_path, assay, lineages, capsys):
    assert imported(tmp_path, assay, lineages) == 1
    told = capsys.readouterr().err
    assert "assay.target_gene" in told
    assert "[import-method-contradiction]" in told


@pytest.mark.parametrize(
    ("assay", "lineages", "share"),
    [
        (OF_16S, [BACTERIA] * 18 + [EUKARYOTES] * 2, "of 20 features 2 (10.0% of"),
        (OF_ITS, [BACTERIA] * 4, "of 4 features 4 (100.0% of"),
        (OF_16S, [BACTERIA] * 12, ""),
        (OF_ITS, [FUNGI] * 12, ""),
    ],
)
def test_some_of_another_domain_are_told(tmp_path, assay, lineages, share, capsys):
    assert imported(tmp_path, assay, lineages) == 0
    told = capsys.readouterr().out
    assert (share in told) if share else ("off-target-domain" not in told)
    flags = read_dataset(tmp_path / "dataset").table("features")["flags"].fill_null("")
    number = int(share.split()[3]) if share else 0
    assert sum("off-target-domain" in one for one in flags) == number
