import re
from pathlib import Path

import pytest
import yaml

from soilbio.errors import InputError
from soilbio.references.entries import ENGINES
from soilbio.references.manifest import (
    locate,
    read_manifest,
    reference_of_files,
    references_root,
    sha256_of,
)


def test_every_known_reference_says_what_it_is_or_why_that_is_not_known():
    for entry in read_manifest().values():
        assert entry.licence or entry.unknown["licence"]
        assert entry.doi or entry.unknown.get("doi") or entry.name == "phix"
        if entry.kind == "pypi-sdist":
            for checksum in (entry.sha256, entry.sequences.sha256, entry.lineages.sha256):
                assert re.fullmatch("[0-9a-f]{64}", checksum)
        assert entry.checksums() == "sha256" or entry.unknown["sha256"]
        for file in entry.files:
            assert file.checksums_from or not file.is_verifiable
            assert file.bytes or file.role == "lineages" or entry.unknown["size_bytes"]


def test_the_manifest_has_what_the_issue_asks_for():
    known = read_manifest()
    engines = {engine: [n for n, e in known.items() if e.engine == engine] for engine in ENGINES}
    assert all(engines.values())
    for name in ("silva-138.2", "greengenes2-2024.09", "unite-10", "pr2-5.1.1", "phix"):
        assert name in known
    for name in ("kraken2-standard-8", "kraken2-pluspf-8", "kraken2-gtdb-r226"):
        assert known[name].memory_bytes > 7e9


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a b: {title: T, version: 1, kind: files}", "a name of letters"),
        ("x: 3", "a name of letters"),
        ("- x", "a name of letters"),
        ("x: {title: T, version: 1, kind: files, licence: C}", "a layout"),
        ("x: {title: T, version: 1, kind: web, licence: C}", "the kind 'files'"),
        ("x: {version: 1, kind: files, licence: C, layout: dada2, engine: amplicons}", "'title'"),
        ("x: {title: T, version: 1, kind: files, layout: dada2, engine: amplicons}", "a licence"),
        ("x: {title: T, version: 1, kind: files, licence: C, layout: dada2}", "engine 'amplicons'"),
        (
            "x: {title: T, version: 1, kind: files, licence: C, layout: taxdump, engine: kraken2}",
            "the engine 'taxonomy', which reads the layout 'taxdump'",
        ),
        ("x: {title: T, version: 1, kind: files, licence: C, layout: k2}", "a layout of dada2"),
        ("x: {title: T, version: 1, kind: files, licence: C, size: 3}", "no key 'size'"),
    ],
)
def test_a_laboratorys_own_manifest_is_checked(text, said, tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text(text + "\n")
    monkeypatch.setenv("SOILBIO_MANIFEST", str(own))
    with pytest.raises(InputError) as caught:
        read_manifest()
    assert {problem.code for problem in caught.value.problems} == {"reference-manifest"}
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "../x"}, "files with a name"),
        ({"urls": []}, "addresses"),
        ({"urls": ["ftp://example.org/x"]}, "addresses"),
        ({"sha256": "abc"}, "64 digits"),
        ({"md5": "G" * 32}, "32 digits"),
        ({"md5_list": {"of": "all", "url": "https://example.org"}}, "md5_list"),
        ({"role": "other"}, "the role"),
        ({"colour": 1}, "no key 'colour'"),
    ],
)
def test_files_of_an_own_manifest_are_checked(change, said, tmp_path):
    file = {"name": "x.fa", "urls": ["https://example.org/x.fa"], **change}
    entry = {"title": "T", "version": 1, "kind": "files", "licence": "C", "layout": "dada2"}
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"x": {**entry, "engine": "amplicons", "files": [file]}}))
    with pytest.raises(InputError, match=said):
        read_manifest(own)


def test_an_own_manifest_does_not_take_a_known_name(tmp_path, monkeypatch):
    entry = {"title": "T", "version": 1, "kind": "files", "licence": "C", "layout": "genome"}
    files = [{"name": "x.fa", "urls": ["https://example.org/x.fa"]}]
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"phix": {**entry, "engine": "genome", "files": files}}))
    monkeypatch.setenv("SOILBIO_MANIFEST", str(own))
    with pytest.raises(InputError, match="a name that soilbio does not know"):
        read_manifest()


def test_the_version_of_an_own_reference_is_as_it_is_written(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "x: {title: T, version: 2022.10, kind: files, licence: C, layout: dada2,\n"
        "  engine: amplicons, files: [{name: x, urls: ['https://example.org'], size_bytes: 5}]}\n"
    )
    entry = read_manifest(own)["x"]
    assert (entry.version, entry.files[0].size_bytes) == ("2022.10", 5)


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
