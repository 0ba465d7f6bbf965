"""Which reference names an assay, and what is said of one that is another gene's."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError, Problems
from soilbio.metadata.classifiers import (
    assay_of,
    check_targets,
    key_of,
    place_of,
    reference_of,
    suggested_for,
)
from soilbio.metadata.config import Config, read_config

V4, ITS, ITS2, V9 = (
    *("16S-V4-515FY-806RB", "ITS1-ITS1F-ITS2", "ITS2-gITS7-ITS4"),
    "18S-V9-1391F-EukBr",
)
BASE = """title: t
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
"""


def project(folder: Path, taxonomy: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(BASE + taxonomy)
    return read_config(path)


@pytest.fixture
def both(tmp_path) -> Config:
    own = f"{ITS}: {{reference: unite-10}}, {ITS2}: {{reference: unite-10}}"
    mine = f"{V9}: {{reference: mine, version: 2, sequences: a.fa, lineages: a.tsv}}"
    return project(tmp_path, f"taxonomy: {{by_assay: {{{own}, {mine}}}}}\n")


def test_an_assay_has_its_own_reference_or_that_of_all(both, tmp_path):
    assert reference_of(both, V4)["reference"] == "greengenes-13_8"
    assert reference_of(both, ITS) == {
        **{"reference": "unite-10", "version": None},
        **{"sequences": None, "lineages": None},
    }
    own = reference_of(both, V9)
    assert (own["version"], own["sequences"]) == ("2", tmp_path / "a.fa")
    assert (place_of(both, V4), place_of(both, ITS)) == (
        ("taxonomy",),
        ("taxonomy", "by_assay", ITS),
    )


def test_assays_of_one_reference_share_its_files(both):
    keys = {assay: key_of(both, assay) for assay in (V4, ITS, ITS2, V9)}
    assert keys[ITS] == keys[ITS2]
    assert len(set(keys.values())) == 3
    for assay, key in keys.items():
        assert reference_of(both, assay_of(key)) == reference_of(both, assay)


WGS = "assays: {wgs: {library_strategy: WGS, profilers: [ssu]}}\n"


@pytest.mark.parametrize(
    ("taxonomy", "reference"),
    [
        ("{}", "greengenes-13_8"),
        (f"{{by_assay: {{{V4}: {{reference: silva-138.2}}}}}}", "greengenes-13_8"),
        (f"{{reference: unite-10, by_assay: {{{V4}: {{reference: silva-138.2}}}}}}", "silva-138.2"),
        (
            f"{{reference: own, sequences: a.fa, lineages: a.tsv,"
            f" by_assay: {{{V9}: {{reference: pr2-5.1.1}}, {V4}: {{reference: silva-138.2}}}}}}",
            "silva-138.2",
        ),
        (f"{{reference: unite-10, by_assay: {{{V9}: {{reference: pr2-5.1.1}}}}}}", "pr2-5.1.1"),
        (
            f"{{reference: own, sequences: a.fa, lineages: a.tsv,"
            f" by_assay: {{{V9}: {{reference: pr2-5.1.1}}}}}}",
            "own",
        ),
        ("{reference: own, sequences: a.fa, lineages: a.tsv}", "own"),
        (
            f"{{reference: pr2-5.1.1, by_assay: {{{V4}: {{reference: silva-138.2}}}}}}",
            "silva-138.2",
        ),
        (f"{{reference: pr2-5.1.1, by_assay: {{{ITS}: {{reference: unite-10}}}}}}", "pr2-5.1.1"),
    ],
    ids=[
        *("usual", "several", "of-its", "own-and-16S", "its-and-18S", "own-and-18S", "own"),
        *("18S-and-16S", "18S"),
    ],
)
def test_rrna_of_metagenomes_is_named_as_that_of_amplicons(tmp_path, taxonomy, reference):
    known = project(tmp_path, f"{WGS}taxonomy: {taxonomy}\n")
    assert reference_of(known, "wgs")["reference"] == reference
    assert reference_of(known, assay_of(key_of(known, "wgs")))["reference"] == reference
    problems = Problems("config.yaml")
    check_targets(known, ["wgs"], problems)
    assert problems.found == []


def test_a_reference_without_small_subunits_is_warned_of_for_rrna_reads(tmp_path):
    known = project(tmp_path, f"{WGS}taxonomy: {{reference: unite-10}}\n")
    problems = Problems("config.yaml")
    check_targets(known, ["wgs"], problems)
    (found,) = problems.found
    assert (found.code, found.column, found.is_warning) == (
        *("reference-target", "taxonomy.reference"),
        True,
    )
    name = found.fix.split("by_assay: {")[1].split(":")[0]
    own = f"{{reference: unite-10, by_assay: {{{name}: {{reference: silva-138.2}}}}}}"
    mended = project(tmp_path, f"{WGS}taxonomy: {own}\n")
    assert reference_of(mended, "wgs")["reference"] == "silva-138.2"


@pytest.mark.parametrize(
    ("taxonomy", "assay", "column"),
    [
        ("{}", ITS, "taxonomy.reference"),
        ("{}", V9, "taxonomy.reference"),
        ("{reference: unite-10}", V4, "taxonomy.reference"),
        (f"{{by_assay: {{{ITS}: {{reference: silva-138.2}}}}}}", ITS, f"taxonomy.by_assay.{ITS}"),
    ],
)
def test_a_reference_of_another_gene_is_warned_of(tmp_path, taxonomy, assay, column):
    problems = Problems("c")
    check_targets(project(tmp_path, f"taxonomy: {taxonomy}\n"), [assay], problems)
    (problem,) = problems.found
    assert (problem.code, problem.is_warning) == ("reference-target", True)
    assert problem.column.startswith(column)


def test_what_fits_or_is_not_known_is_not_warned_of(both, tmp_path):
    problems = Problems("c")
    check_targets(both, [V4, ITS, ITS2, V9, "unknown"], problems)
    check_targets(project(tmp_path, "taxonomy: {reference: my-own}\n"), [ITS], problems)
    assert not problems.found


@pytest.mark.parametrize(
    "own",
    [
        "ITS1: {reference: unite-10}",
        f"{ITS}: {{reference: mine, sequences: a.fa}}",
        f"{ITS}: {{version: 2}}",
        f"{ITS}: unite-10",
    ],
)
def test_mistakes_of_an_assays_reference_are_named(tmp_path, own):
    with pytest.raises(InputError) as caught:
        project(tmp_path, f"taxonomy: {{by_assay: {{{own}}}}}\n")
    assert all("by_assay" in problem.column for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("gene", "name"),
    [
        *(
            (gene, "greengenes-13_8")
            for gene in (None, "", "16S rRNA", "16S ribosomal RNA", "cox1")
        ),
        *((gene, "unite-10") for gene in ("ITS", "ITS2")),
        ("18S rRNA", "pr2-5.1.1"),
    ],
)
def test_a_reference_of_the_gene_is_suggested(gene, name):
    assert suggested_for(gene) == name


@pytest.mark.parametrize(
    ("profilers", "is_told"), [("sylph, ssu", True), ("kraken2, sourmash, ssu", False)]
)
def test_sylph_is_refused_for_long_reads(tmp_path, profilers, is_told):
    text = f"assays: {{w: {{library_strategy: WGS, long_reads: true, profilers: [{profilers}]}}}}\n"
    if not is_told:
        assert project(tmp_path, text).assays["w"].long_reads
        return
    with pytest.raises(InputError) as caught:
        project(tmp_path, text)
    assert [problem.code for problem in caught.value.problems] == ["profiler-reads"]
