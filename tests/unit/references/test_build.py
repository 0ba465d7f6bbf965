import gzip
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.references.build import build_dada2, build_sintax, read_ids
from soilbio.references.first_look import look_at
from soilbio.references.manifest import reference_of_files

INVALID = Path(__file__).parents[2] / "data" / "references" / "invalid"
FASTA = ">a some words\nACGTU\nacgt\n>b\nGGTT\n>c\nCCCC\n"
TABLE = "a\tk__Bacteria; p__P; g__Candidatus X, (y)\nb\tk__; p__\nc\tk__Archaea; p__\n"


@pytest.fixture
def make(tmp_path):
    def write(fasta=FASTA, table=TABLE):
        (tmp_path / "s.fasta").write_text(fasta)
        (tmp_path / "l.tsv").write_text(table)
        return reference_of_files("own", "1", tmp_path / "s.fasta", tmp_path / "l.tsv")

    return write


def test_sequences_are_written_with_their_named_ranks(make, tmp_path):
    built = build_sintax(make(), tmp_path / "out.fasta")
    assert (built.written, built.excluded, built.unnamed) == (2, 0, 1)
    assert (tmp_path / "out.fasta").read_text() == (
        ">a;tax=d:Bacteria,p:P,g:Candidatus%20X%2C%20%28y%29;\nACGTTACGT\n>c;tax=d:Archaea;\nCCCC\n"
    )


def test_packed_output_holds_the_same_and_is_the_same_twice(make, tmp_path):
    build_sintax(make(), tmp_path / "out.fasta")
    build_sintax(make(), tmp_path / "one.fasta.gz")
    build_sintax(make(), tmp_path / "two.fasta.gz")
    assert (tmp_path / "one.fasta.gz").read_bytes() == (tmp_path / "two.fasta.gz").read_bytes()
    assert (
        gzip.decompress((tmp_path / "one.fasta.gz").read_bytes())
        == (tmp_path / "out.fasta").read_bytes()
    )


def test_listed_ids_are_left_out(make, tmp_path):
    (tmp_path / "ids").write_text("a\tfeature\n\nz\n")
    built = build_sintax(make(), tmp_path / "out.fasta", exclude=read_ids(tmp_path / "ids"))
    assert (built.written, built.excluded) == (1, 1)


@pytest.mark.parametrize("path", sorted(INVALID.glob("*.fasta")), ids=lambda p: p.stem)
def test_each_invalid_file_has_exactly_its_fault_and_leaves_no_output(path, tmp_path):
    (tmp_path / "l.tsv").write_text("a\tk__Bacteria\n")
    reference = reference_of_files("own", "1", path, tmp_path / "l.tsv")
    with pytest.raises(InputError) as caught:
        build_sintax(reference, tmp_path / "out.fasta")
    assert {problem.code for problem in caught.value.problems} == {path.stem}
    assert not list(tmp_path.glob("out*"))


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read_ids(tmp_path / "none")
    assert [problem.code for problem in caught.value.problems] == ["reference-file-missing"]


ALIGNED, PROTEINS = ">a\n..AC--GT\n>b\nGG\n>c\nCC\n", ">a\nMKLEINQWW\n>b\nGG\n>c\nCC\n"


@pytest.mark.parametrize(
    ("fasta", "code", "found"),
    [
        (ALIGNED, "reference-no-dna", "a: the gaps of an alignment"),
        (PROTEINS, "reference-no-dna", "a: letters E F I L P Q"),
        ("", "reference-file-unreadable", "no sequence"),
    ],
)
@pytest.mark.parametrize("build", [build_sintax, build_dada2])
def test_what_is_no_sequence_of_a_gene_is_told(make, tmp_path, fasta, code, found, build):
    reference = make(fasta=fasta.replace("WW", "WWPFIL"))
    with pytest.raises(InputError) as caught:
        build(reference, tmp_path / "out.fasta")
    assert [(one.code, one.found) for one in caught.value.problems] == [(code, found)]
    assert not (tmp_path / "out.fasta").exists()
    looked = look_at(reference.sequences, reference.lineages)
    assert [(one.code, one.found) for one in looked] == [(code, found)]
