import gzip

import pytest

from soilbio.errors import InputError
from soilbio.references.genomes import genomes_of_folder
from soilbio.references.taxdump import read_taxdump, write_taxdump

LINEAGES = (
    "d__Bacteria;p__Alphota;g__Alphia;s__Alphia una",
    "d__Bacteria;p__Alphota;g__Alphia;s__Alphia duo",
    "d__Bacteria;p__Betota;g__Alphia;s__Alphia tria",  # the genus' name stands twice
)


def codes(caught):
    return sorted(problem.code for problem in caught.value.problems)


def test_a_taxonomy_of_ones_own_reads_back_as_the_lineages_it_was_made_of(tmp_path):
    ids = write_taxdump(reversed(LINEAGES), tmp_path)
    assert write_taxdump(LINEAGES, tmp_path) == ids
    taxdump = read_taxdump(tmp_path)
    assert {taxdump.lineage(number): number for number in ids.values()} == ids
    assert len(taxdump.names) == 1 + 1 + 2 + 2 + 3  # root, domain, phyla, two genera, species


def test_merged_ids_count_as_their_successors(tmp_path):
    ids = write_taxdump(LINEAGES, tmp_path)
    (tmp_path / "merged.dmp").write_text(f"999\t|\t{ids[LINEAGES[0]]}\t|\n")
    taxdump = read_taxdump(tmp_path)
    assert taxdump.lineage(999) == LINEAGES[0]
    assert taxdump.lineage(998) is None


@pytest.mark.parametrize("content", [None, "no numbers\t|\tat all\t|\tx\t|\n", "1\n"])
def test_what_is_no_taxonomy_is_told(tmp_path, content):
    if content:
        (tmp_path / "nodes.dmp").write_text(content)
        (tmp_path / "names.dmp").write_text("1\t|\troot\t|\t\t|\tscientific name\t|\n")
    with pytest.raises(InputError) as caught:
        read_taxdump(tmp_path)
    assert codes(caught) == ["reference-taxonomy"]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "genomes"
    path.mkdir()
    (path / "GCF_000000001.1_ASM1_genomic.fna.gz").write_bytes(gzip.compress(b">c1\nACGT\n"))
    (path / "mine.fa").write_text(">c1\nACGT\n>c2\nGGGG\n")
    (path / "notes.txt").write_text("no genome")
    return path


def table(tmp_path, text):
    path = tmp_path / "lineages.tsv"
    path.write_text(text)
    return path


GOOD = f"RS_GCF_000000001.1\t{LINEAGES[0]}\nmine\t{LINEAGES[1]}\nGB_GCA_9.1\t{LINEAGES[2]}\n"


def test_genomes_are_named_by_accession_or_file(folder, tmp_path):
    found = genomes_of_folder(folder, table(tmp_path, GOOD), None)
    assert [(genome.name, genome.lineage) for genome in found] == [
        ("GCF_000000001.1", LINEAGES[0]),
        ("mine", LINEAGES[1]),
    ]
    assert list(found[1].read()) == [("c1", "ACGT"), ("c2", "GGGG")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"mine\t{LINEAGES[1]}\n", ["reference-lineage-missing"]),
        ("mine\t12\nGCF_000000001.1\t13\n", ["reference-taxid"]),
        (f"mine\t;;;;;;;;;;\nGCF_000000001.1\t{LINEAGES[0]}\n", ["reference-lineage-format"]),
        ("mine no tab\n", ["reference-lineage-format"]),
    ],
)
def test_what_is_wrong_with_the_table_is_told(folder, tmp_path, text, wanted):
    with pytest.raises(InputError) as caught:
        genomes_of_folder(folder, table(tmp_path, text), None)
    assert codes(caught) == wanted


def test_two_files_of_one_genome_are_told(folder, tmp_path):
    (folder / "mine.fna").write_text(">c\nACGT\n")
    with pytest.raises(InputError) as caught:
        genomes_of_folder(folder, table(tmp_path, GOOD), None)
    assert codes(caught) == ["reference-duplicate"]


def test_a_folder_without_genomes_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        genomes_of_folder(tmp_path / "none", table(tmp_path, GOOD), None)
    assert codes(caught) == ["reference-file-missing"]
