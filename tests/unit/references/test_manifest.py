import re
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.references.manifest import (
    locate,
    read_manifest,
    reference_of_files,
    references_root,
    sha256_of,
)


def test_every_known_reference_has_licence_and_checksums():
    for entry in read_manifest().values():
        assert entry.licence
        assert entry.kind == "pypi-sdist"
        for checksum in (entry.sha256, entry.sequences.sha256, entry.lineages.sha256):
            assert re.fullmatch("[0-9a-f]{64}", checksum)


def test_the_environment_names_the_root():
    assert references_root({"SOILBIO_REFERENCES": "/data/refs"}) == Path("/data/refs")
    assert references_root({}).parts[-3:] == ("share", "soilbio", "references")


@pytest.mark.parametrize("name", ["../greengenes", "", "/etc", "a b"])
def test_a_name_that_is_a_path_is_never_looked_up(name, tmp_path):
    with pytest.raises(InputError):
        locate(name, tmp_path)


def test_own_files_have_the_checksum_of_both(tmp_path):
    fasta, table = tmp_path / "a.fasta", tmp_path / "a.tsv"
    fasta.write_text(">a\nACGT\n")
    table.write_text("a\tk__Bacteria\n")
    reference = reference_of_files("mine", "1", fasta, table)
    assert reference.sha256 == sha256_of(fasta, table)
    with pytest.raises(InputError) as caught:
        reference_of_files("mine", "1", fasta, tmp_path / "none.tsv")
    assert [problem.code for problem in caught.value.problems] == ["reference-file-missing"]
