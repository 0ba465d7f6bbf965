"""The text of a methods section: what was done, and nothing for whoever did it."""

from __future__ import annotations

import pytest
from pipeline_outputs import write_method

from soilbio.cli.main import main

REPORT = "10.0\t1\t1\tU\t0\tunclassified\n90.0\t9\t0\tR\t1\troot\n90.0\t9\t9\tD\t2\t  Bacteria\n"
TABLE = (
    "id\tphylum_silva\tgenus_silva\tphylum_gtdb\tgenus_gtdb\tA\n"
    "x\tFirmicutes\tBacillus\tBacillota\tBacillus\t5\n"
)
ASSAY = (
    "assay_id: w, library_strategy: {strategy}, target_gene: 16S rRNA, engine: {engine},"
    " reference: PlusPF, reference_version: '1', target_subfragment: not collected,"
    " pcr_primer_forward: not collected, pcr_primer_reverse: not collected"
)


@pytest.mark.parametrize(
    ("form", "text", "strategy", "advice", "fact", "cited"),
    [
        (
            *("kraken2", REPORT, "WGS", "`table: {taxids: gtdb}` in --method"),
            *("Taxids are taken for NCBI's.", ["Kraken 2"]),
        ),
        (
            *("table", TABLE, "AMPLICON", "say `table: {ignore_columns: […]}`"),
            *("all lineages stay.", ["VSEARCH"]),
        ),
    ],
)
def test_advice_to_whoever_imports_is_in_no_methods_section(
    tmp_path, capsys, form, text, strategy, advice, fact, cited
):
    (tmp_path / "S1.txt").write_text(text)
    engine = "kraken2" if strategy == "WGS" else "vsearch"
    assay = ASSAY.format(strategy=strategy, engine=engine)
    method = write_method(tmp_path, f"title: T\nagreement: partner@1.0\nassay: {{{assay}}}\n")
    words = ["import", form, str(tmp_path / "S1.txt"), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    assert advice in capsys.readouterr().out
    assert main(["methods", str(tmp_path / "out")]) == 0
    told, _, references = capsys.readouterr().out.partition("## References\n\n")
    assert fact in told
    assert "`" not in told
    assert [line.split(". ", 1)[1].split(":")[0] for line in references.splitlines()] == cited
