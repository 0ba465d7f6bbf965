"""What is cited: what was used, and nothing that has its name by chance."""

from __future__ import annotations

import pytest

from soilbio.report.sources import Making, sources_of

PAIR = {
    "pcr_primer_forward": "GTGYCAGCMGCCGCGGTAA",
    "pcr_primer_reverse": "GGACTACNVGGGTWTCTAAT",
}


def cited(*assays, history=None, makings=()):
    return [one.partition(":")[0] for one in sources_of(assays, history or {}, makings)]


@pytest.mark.parametrize(
    ("assay", "names"),
    [
        ({"engine": "dada2", "engine_version": "q2-dada2 2023.5.0"}, ["DADA2", "QIIME 2"]),
        (
            {
                "classifier": "classify_sklearn",
                "classifier_version": "q2-feature-classifier 2023.5",
            },
            ["q2-feature-classifier", "QIIME 2"],
        ),
        ({"classifier": "dada2 assignTaxonomy"}, ["DADA2", "Naive Bayesian classifier"]),
        ({"classifier": "mothur classify.seqs"}, ["Naive Bayesian classifier", "mothur"]),
        (
            {"classifier": "RDP classifier", "reference": "SILVA"},
            ["Naive Bayesian classifier", "SILVA"],
        ),
        ({"reference": "RDP classifier training set"}, ["RDP"]),
        ({"engine": "kraken2", "engine_version": "2.1.2", "reference": "PlusPF"}, ["Kraken 2"]),
        ({"engine": "Kraken", "engine_version": "1.1.1"}, ["Kraken"]),
        ({"engine": "Centrifuge"}, ["Centrifuge"]),
        ({"engine_parameters": '{"vsearch": false, "merged with": "fastp"}'}, ["fastp"]),
        (
            {"engine": "mothur", "engine_parameters": '{"chimeras": "chimera.uchime"}'},
            ["UCHIME", "mothur"],
        ),
        ({"engine_parameters": '{"chimeras": "uchime3_denovo"}'}, ["UCHIME2"]),
        ({"engine": "unoise", "engine_parameters": '{"chimera_skew": 1.5}'}, ["UNOISE", "UCHIME2"]),
        ({"assay_id": "silva-check", "engine": "unoise"}, ["UNOISE"]),
        (PAIR, ["Primers", "Primers"]),
        ({**PAIR, "pcr_primer_reverse": "GGACTACHVGGGTWTCTAAT"}, []),
    ],
)
def test_what_was_used_is_cited(assay, names):
    assert cited(assay) == names


def test_a_known_pair_of_primers_is_cited_once_whoever_used_it():
    works = sources_of([PAIR, PAIR], {}, ())
    assert works == [
        "Primers: Parada et al. 2016, Environ. Microbiol. 18:1403",
        "Primers: Apprill et al. 2015, Aquat. Microb. Ecol. 75:129",
    ]


@pytest.mark.parametrize(("form", "names"), [("ampliseq", ["nf-core/ampliseq"]), ("kraken2", [])])
def test_a_form_that_other_programs_write_tells_of_no_program(form, names):
    notes = ["classifications in sintax, kraken2 are not taken", "gtdb is another database"]
    assert cited(makings=[Making("unite", {}, {"format": form, "notes": notes})]) == names


def test_of_a_run_its_tools_are_cited():
    run = {"tools": [{"name": "cutadapt", "version": "5.2"}]}
    assert cited(makings=[Making("", run, {})]) == ["cutadapt"]
    assert cited(makings=[Making("", run | {"is_workflow_run": False}, {})]) == []


def test_of_merging_that_is_cited_which_it_took():
    merging = {"level": "genus", "datasets": [{"name": "gtdb", "sha256": "ab"}], "pairs": []}
    assert cited(history=merging) == []
    trimmed = {**merging, "common_regions": {"16S rRNA": {}}, "reference": {"name": "silva.fa"}}
    assert cited(history={**merging, "before": [trimmed]}) == [
        *("VSEARCH", "UCHIME2", "cutadapt", "SILVA"),
    ]
    # Sequences that are cut to one length are looked at again; those that are turned take vsearch.
    cut = {**merging, "level": "feature", "common_lengths": {"a: V4": 150}}
    assert cited(history=cut) == ["VSEARCH", "UCHIME2"]
    turned = {"programs": {"vsearch": "2.22.1"}, "reference": {"name": "genes.fa"}}
    assert cited(history={**merging, **turned}) == ["VSEARCH"]
