"""Objects of R: ranks that nobody named, and messages that name the user's own file."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

pytestmark = pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")

# A phyloseq object as its package keeps it: the parts are attributes.
OBJECT = """
names <- c("O1", "O2")
counts <- matrix(c(1L, 5L, 3L, 4L), nrow = 2, dimnames = list(names, c("S1", "S2")))
taxa <- matrix(c("Bacteria", "Bacteria", "A", "B"), nrow = 2, dimnames = list(names, c(RANKS)))
object <- structure(list(), otu_table = structure(counts, taxa_are_rows = TRUE), tax_table = taxa)
saveRDS(object, "PATH")
"""


def saved(tmp_path: Path, ranks: str) -> Path:
    path = tmp_path / "soils.rds"
    text = OBJECT.replace("RANKS", ranks).replace("PATH", str(path))
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    return path


def test_ranks_that_nobody_named_are_read(tmp_path):
    found = read("phyloseq", [saved(tmp_path, '"Rank1", "Rank2"')], {})
    assert {taxon.lineage for taxon in found.features.values()} == {"Bacteria; A", "Bacteria; B"}
    assert found.libraries == ("S1", "S2")


def test_numbers_may_name_the_features_of_an_object(tmp_path):
    path = tmp_path / "soils.rds"
    text = OBJECT.replace("RANKS", '"Kingdom", "Phylum"').replace("PATH", str(path))
    text = text.replace('c("O1", "O2")', 'c("1", "2")')
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    found = read("phyloseq", [path], {})
    assert found.features["2"].lineage == "k__Bacteria; p__B"


def test_what_is_wrong_in_an_object_names_the_object(tmp_path):
    path = saved(tmp_path, '"one", "two"')
    with pytest.raises(InputError) as caught:
        read("phyloseq", [path], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.source) == ("import-lineages", f"{path} (taxonomy)")


def test_of_two_objects_the_one_that_is_wrong_is_named(tmp_path):
    names = "c('ACGTACGTAC', 'ACGTACGTAG')"
    text = (
        f"counts <- matrix(1:4, 2, dimnames = list(c('S1', 'S2'), {names}));"
        f"taxa <- matrix('A', 2, 2, dimnames = list({names}, c('Genus', 'Genus')));"
        f"saveRDS(counts, '{tmp_path}/seqtab.rds'); saveRDS(taxa, '{tmp_path}/taxa.rds')"
    )
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    with pytest.raises(InputError) as caught:
        read("dada2", [tmp_path / "seqtab.rds", tmp_path / "taxa.rds"], {})
    (problem,) = caught.value.problems
    assert (problem.source, problem.column) == (f"{tmp_path}/taxa.rds (table)", "Genus")


def test_an_object_that_another_file_contradicts_is_named_in_its_place(tmp_path):
    text = (
        "names <- c('ASV1', 'ASV2');"
        "counts <- data.frame(S1 = 1:2, S2 = 3:4, row.names = names);"
        "taxa <- data.frame(Kingdom = c('Bacteria', 'Archaea'),"
        " sequence = c('ACGTACGTAC', 'ACGTACGTAG'), row.names = names);"
        f"saveRDS(counts, '{tmp_path}/counts.rds'); saveRDS(taxa, '{tmp_path}/taxa.rds')"
    )
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    (tmp_path / "x.tsv").write_text("OTU ID\tTaxon\tsequence\nASV1\tBacteria\tGGGGGTTTTT\n")
    sources = [tmp_path / name for name in ("counts.rds", "taxa.rds", "x.tsv")]
    with pytest.raises(InputError) as caught:
        read("dada2", sources, {})
    (problem,) = caught.value.problems
    assert problem.code == "import-sequence"
    assert f"{tmp_path}/taxa.rds (table)" in problem.found


def test_sequences_of_an_object_need_a_package_that_is_named(tmp_path, monkeypatch):
    path = tmp_path / "soils.rds"
    sequences = "structure(list(), class = structure('DNAStringSet', package = 'Biostrings'))"
    text = OBJECT.replace("RANKS", "'Kingdom', 'Phylum'").replace("PATH", str(path))
    text = text.replace("tax_table = taxa", f"tax_table = taxa, refseq = {sequences}")
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    for name in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER"):
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(InputError) as caught:
        read("phyloseq", [path], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.source) == ("import-r-missing", str(path))
    assert "Biostrings" in problem.expected


def test_supports_of_dada2_s_taxa_are_taken(tmp_path):
    names = "c('ACGTACGTAC', 'ACGTACGTAG')"
    text = (
        f"tax <- matrix(c('Bacteria', 'Bacteria', 'A', NA), 2, dimnames = list({names},"
        " c('Kingdom', 'Phylum')));"
        f"boot <- matrix(c(100L, 97L, 81L, 30L), 2, dimnames = list({names},"
        " c('Kingdom', 'Phylum')));"
        f"counts <- matrix(1:4, 2, dimnames = list(c('S1', 'S2'), {names}));"
        f"saveRDS(list(tax = tax, boot = boot), '{tmp_path}/taxa.rds');"
        f"saveRDS(counts, '{tmp_path}/seqtab.rds')"
    )
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    found = read("dada2", [tmp_path / "seqtab.rds", tmp_path / "taxa.rds"], {"rows": "libraries"})
    supports = {name: taxon.confidence for name, taxon in found.features.items()}
    assert supports == {"ACGTACGTAC": 0.81, "ACGTACGTAG": 0.97}


def run(tmp_path: Path, text: str) -> Path:
    """Save what a text of R calls `object`."""
    path = tmp_path / "table.rds"
    text = f"{text}; saveRDS(object, '{path}')"
    subprocess.run(["Rscript", "--vanilla", "-e", text], check=True, capture_output=True)
    return path


ALONE = (
    "names <- list(c('S1', 'S2', 'S3'), c('ASV1', 'ASV2'));"
    "object <- structure(matrix(1:6, 3, dimnames = names), taxa_are_rows = FALSE, class ="
    " structure('otu_table', package = 'phyloseq'))"
)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("form", ["phyloseq", "dada2"])
def test_an_otu_table_alone_says_which_way_round_it_is(tmp_path, form, turned):
    text = ALONE
    if turned:
        text = text.replace("matrix(1:6, 3, dimnames = names)", "t(matrix(1:6, 3, dimnames=names))")
        text = text.replace("taxa_are_rows = FALSE", "taxa_are_rows = TRUE")
    found = read(form, [run(tmp_path, text)], {})
    assert (found.libraries, list(found.features)) == (("S1", "S2", "S3"), ["ASV1", "ASV2"])


def test_a_matrix_read_as_phyloseq_is_of_libraries_where_its_names_say_so(tmp_path):
    names = f"'{'ACGT' * 12}', '{'ACGA' * 12}'"
    text = f"object <- matrix(1:6, 3, dimnames = list(c('S1', 'S2', 'S3'), c({names})))"
    assert read("phyloseq", [run(tmp_path, text)], {}).libraries == ("S1", "S2", "S3")


def test_a_matrix_read_as_phyloseq_is_asked_about_where_nothing_tells(tmp_path):
    text = "object <- matrix(1:6, 3, dimnames = list(c('S1', 'S2', 'S3'), c('a', 'b')))"
    with pytest.raises(InputError, match="import-orientation"):
        read("phyloseq", [run(tmp_path, text)], {})


@pytest.mark.parametrize(
    ("text", "form"), [(ALONE, "phyloseq"), ("object <- matrix(1:6, 3)", "dada2")]
)
def test_whose_an_object_is_is_told_by_what_is_in_it(tmp_path, text, form):
    assert [name for name, _ in detect(run(tmp_path, text))] == [form]


def test_an_object_that_is_damaged_is_told_when_it_is_read(tmp_path):
    path = run(tmp_path, "object <- matrix(1:6, 3)")
    path.write_bytes(path.read_bytes()[:40])
    assert [name for name, _ in detect(path)] == ["dada2"]
    with pytest.raises(InputError, match="import-r-object"):
        read("dada2", [path], {})
