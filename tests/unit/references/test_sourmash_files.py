"""What sourmash reads is known by its content; what it would not read is refused beforehand."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from pathlib import Path

import pysylph
import pytest
from sourmash import MinHash, SourmashSignature
from sourmash.lca.lca_db import LCA_Database
from sourmash.save_load import SaveSignaturesToLocation

from soilbio.errors import InputError
from soilbio.references.genome_names import genomes_in
from soilbio.references.kinds import check_kind
from soilbio.references.machine import memory_of
from soilbio.references.own import OwnDatabase, add_database
from soilbio.references.versions import check_version, check_whole

SOURMASH = Path(sys.executable).with_name("sourmash")
GENOMES = {
    f"GCF_00000010{n}.1": "".join(random.Random(n).choices("ACGT", k=20_000)) for n in (1, 2)
}


def signatures(**kind) -> list[SourmashSignature]:
    made = []
    for name, bases in GENOMES.items():
        sketch = MinHash(**{"n": 0, "ksize": 31, "scaled": 100, **kind})
        sketch.add_sequence(bases)
        made.append(SourmashSignature(sketch, name=name))
    return made


def written(path: Path, **kind) -> Path:
    with SaveSignaturesToLocation(str(path)) as target:
        target.add_many(signatures(**kind))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """The same sketches in each kind of file that sourmash reads, and some that it does not."""
    folder = tmp_path_factory.mktemp("sourmash")
    for name in ("x.zip", "x.sig", "x.sig.gz", "x.sqldb"):
        written(folder / name)
    tree = [str(SOURMASH), "index", "-q", str(folder / "x.sbt.zip"), str(folder / "x.zip")]
    subprocess.run(tree, check=True, capture_output=True)
    index = LCA_Database(31, 100)
    for one in signatures():
        index.insert(one, ident=one.name)
    index.save(str(folder / "x.lca.json"))
    (folder / "sig-named.zip").write_bytes((folder / "x.sig").read_bytes())
    (folder / "x.bin").write_bytes((folder / "x.zip").read_bytes())
    whole = (folder / "x.zip").read_bytes()
    (folder / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (folder / "beheaded.zip").write_bytes(whole[100:])
    (folder / "cut.sig").write_bytes((folder / "x.sig").read_bytes()[:-5])
    (folder / "cut.sig.gz").write_bytes((folder / "x.sig.gz").read_bytes()[:-50])
    (folder / "cut.sqldb").write_bytes((folder / "x.sqldb").read_bytes()[:4096])
    (folder / "list.txt").write_text("x.sig\n")
    (folder / "genomes.fa").write_text(">a\nACGT\n")
    (folder / "genomes.fa.gz").write_bytes(gzip.compress(b">a\nACGT\n"))
    (folder / "empty.sig").write_bytes(b"")
    sketcher = pysylph.Sketcher(c=100, k=31)
    sketches = [sketcher.sketch_genome(n, [text.encode()]) for n, text in GENOMES.items()]
    pysylph.Database(sketches).dump(str(folder / "sylphs.syldb"))
    return folder


@pytest.mark.parametrize(
    "name", ["x.zip", "x.sig", "x.sig.gz", "x.sqldb", "x.sbt.zip", "x.lca.json", "sig-named.zip"]
)
def test_what_sourmash_reads_is_taken_by_its_content(files, name):
    check_kind("sourmash", files / name)
    check_version("sourmash", files / name, 31, 100)
    assert sorted(genomes_in("sourmash", files / name)) == sorted(GENOMES)


@pytest.mark.parametrize(
    "name",
    [
        *("sylphs.syldb", "list.txt", "genomes.fa", "genomes.fa.gz", "empty.sig", "x.bin"),
        *("cut.zip", "beheaded.zip", "cut.sig", "cut.sig.gz", "cut.sqldb"),
    ],
)
def test_what_it_would_not_read_is_refused_and_not_added(files, tmp_path, name):
    for check in (check_kind, check_whole):
        with pytest.raises(InputError) as caught:
            check("sourmash", files / name)
        assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]
    with pytest.raises(InputError, match=r"\[shotgun-database\]"):
        add_database(OwnDatabase("own", "1", "C", "sourmash", files / name), root=tmp_path)


@pytest.mark.parametrize("name", ["x.zip", "x.sig", "x.sig.gz", "x.sqldb", "x.lca.json"])
@pytest.mark.parametrize(
    ("ksize", "scaled", "is_right"),
    [(31, 100, True), (31, 1000, True), (31, 99, False), (21, 100, False), (None, None, True)],
)
def test_sketches_are_held_to_k_and_density(files, name, ksize, scaled, is_right):
    if is_right:
        check_version("sourmash", files / name, ksize, scaled)
        return
    with pytest.raises(InputError) as caught:
        check_version("sourmash", files / name, ksize, scaled)
    assert [problem.code for problem in caught.value.problems] == ["shotgun-database"]


@pytest.mark.parametrize(
    "kind", [{"n": 50, "scaled": 0}, {"is_protein": True, "ksize": 10}], ids=["num", "protein"]
)
def test_sketches_of_a_fixed_number_or_of_proteins_are_no_use(tmp_path, kind):
    made = []
    for name in ("a", "b"):
        sketch = MinHash(**{"n": 0, "ksize": 31, "scaled": 100, **kind})
        sketch.add_many(range(1, 99))
        made.append(SourmashSignature(sketch, name=name))
    with SaveSignaturesToLocation(str(tmp_path / "x.zip")) as target:
        target.add_many(made)
    with pytest.raises(InputError, match=r"none of DNA"):
        check_version("sourmash", tmp_path / "x.zip", None, None)


@pytest.mark.parametrize("name", ["x.zip", "x.sig", "x.sig.gz"])
def test_memory_is_that_of_the_kind_of_file_whatever_it_is_called(files, tmp_path, name):
    own = OwnDatabase("own", "1", "C", "sourmash", files / name)
    installed = add_database(own, root=tmp_path) / "database.zip"
    assert memory_of("sourmash", installed) == memory_of("sourmash", files / name)
