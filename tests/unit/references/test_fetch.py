import errno
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from soilbio.errors import InputError
from soilbio.references.fetch import Asked, get_reference
from soilbio.references.manifest import Entry, Member, installed, locate, sha256_of

SEQUENCES = gzip.compress(b">a\nACGT\n>b\nGGTT\n", mtime=0)
LINEAGES = gzip.compress(b"a\tk__Bacteria; p__X\nb\tk__Bacteria; p__Y\n", mtime=0)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def install(entry, root, archive):
    folder, is_new = get_reference(entry, root=root, asked=Asked(carried=(archive,)))
    assert folder == root / entry.name
    return locate(entry.name, root), is_new


def codes(caught):
    return {problem.code for problem in caught.value.problems}


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "small-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (("small/s.fasta.gz", SEQUENCES), ("small/t.gz", LINEAGES)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def entry(archive):
    return Entry(
        name="small",
        title="Small",
        version="1.0",
        licence="CC0-1.0",
        kind="pypi-sdist",
        source="small==1.0",
        archive=archive.name,
        sha256=sha256_of(archive),
        sequences=Member("small/s.fasta.gz", sha256(SEQUENCES)),
        lineages=Member("small/t.gz", sha256(LINEAGES)),
    )


@pytest.fixture
def root(tmp_path):
    return tmp_path / "references"


def test_an_archive_that_was_carried_in_is_installed(entry, archive, root):
    reference, is_new = install(entry, root, archive)
    assert is_new
    assert reference.sequences.read_bytes() == SEQUENCES
    assert reference.lineages.read_bytes() == LINEAGES
    assert reference.sha256 == sha256(SEQUENCES + LINEAGES)
    description = json.loads((root / "small" / "reference.json").read_text())
    assert (description["version"], description["licence"]) == ("1.0", "CC0-1.0")
    assert installed(root) == ["small"]
    assert sorted(path.name for path in root.iterdir()) == [".small.lock", "small"]


def test_what_is_installed_and_whole_is_left_alone(entry, archive, root, monkeypatch):
    install(entry, root, archive)
    monkeypatch.setattr(subprocess, "run", pytest.fail)
    assert get_reference(entry, root=root)[1] is False


def test_a_damaged_installation_is_replaced(entry, archive, root):
    reference, _ = install(entry, root, archive)
    reference.sequences.write_bytes(b"damaged")
    reference, is_new = install(entry, root, archive)
    assert is_new
    assert reference.sequences.read_bytes() == SEQUENCES


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_archive_is_refused_and_nothing_is_left(entry, archive, root, damage):
    data = bytearray(archive.read_bytes())
    if damage == "changed":
        data[len(data) // 2] ^= 1
    archive.write_bytes({"cut": data[:50], "changed": data, "empty": b""}[damage])
    with pytest.raises(InputError) as caught:
        install(entry, root, archive)
    assert codes(caught) == {"reference-checksum"}
    assert [path.name for path in root.iterdir()] == [".small.lock"]


def test_an_archive_that_is_not_there_is_named(entry, root, tmp_path):
    with pytest.raises(InputError) as caught:
        install(entry, root, tmp_path / "none.tar.gz")
    assert codes(caught) == {"reference-file-missing"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("ERROR: Could not find a version that satisfies the requirement", "reference-download"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "reference-checksum"),
        ("ERROR: [Errno 28] No space left on device", "disk-full"),
        ("", "reference-download"),
    ],
)
def test_a_failing_pip_is_a_problem_with_a_remedy(entry, root, monkeypatch, said, code):
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(InputError) as caught:
        get_reference(entry, root=root)
    assert codes(caught) == {code}
    assert not installed(root)


def test_a_full_disk_leaves_what_was_there(entry, archive, root, monkeypatch):
    reference, _ = install(entry, root, archive)
    reference.sequences.write_bytes(b"older version")

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fail)
    with pytest.raises(InputError) as caught:
        install(entry, root, archive)
    assert codes(caught) == {"disk-full"}
    assert reference.sequences.read_bytes() == b"older version"
    assert not (root / ".small.part").exists()


def test_a_file_where_the_folder_should_be_is_a_problem(entry, archive, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        install(entry, tmp_path / "file", archive)
    assert codes(caught) == {"folder-unwritable"}


def test_of_many_at_once_one_installs_and_all_find_it(entry, archive, root):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(install, entry, root, archive) for _ in range(8)]
    assert sorted(job.result()[1] for job in jobs) == [False] * 7 + [True]


def test_what_is_not_installed_is_named_with_the_command_to_get_it(root):
    with pytest.raises(InputError) as caught:
        locate("greengenes-13_8", root)
    assert codes(caught) == {"reference-missing"}
    assert "soilbio reference get greengenes-13_8" in str(caught.value)
