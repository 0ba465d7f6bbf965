"""What fits into memory, what is refused, and that the documented table says the same."""

import re

import pytest

from soilbio.errors import InputError
from soilbio.metadata.config import read_config
from soilbio.metadata.databases import job_memory_mb
from soilbio.references.entries import PROFILERS, read_manifest
from soilbio.references.kinds import check_fits, check_kind
from soilbio.references.machine import (
    _control_groups,
    disk_of_entry,
    fitting,
    memory_bytes,
    memory_of_entry,
    what_would_fit,
)
from soilbio.references.plan import Need, plan
from tests.conftest import ROOT

MANIFEST = read_manifest()


def test_memory_is_that_of_the_machine_or_what_is_stated():
    assert memory_bytes({"SOILBIO_MEMORY_GB": "64"}) == 64_000_000_000
    assert 0 < memory_bytes({}) < 1 << 60
    for wrong in ("64G", "nan", "inf", "x"):
        with pytest.raises(InputError) as caught:
            memory_bytes({"SOILBIO_MEMORY_GB": wrong})
        assert caught.value.problems[0].code == "memory-value"


@pytest.mark.parametrize(
    ("line", "files", "found"),
    [
        ("0::/job/step", {"job/memory.max": "1000", "job/step/memory.max": "max"}, [1000]),
        ("4:cpu,memory:/job", {"memory/job/memory.limit_in_bytes": "77"}, [77]),
        ("4:cpu:/job", {"memory/job/memory.limit_in_bytes": "77"}, []),
        ("0::/", {"memory.max": "5"}, [5]),
    ],
)
def test_limits_of_control_groups_count(tmp_path, line, files, found):
    (tmp_path / "own").write_text(line + "\n")
    for name, text in files.items():
        path = tmp_path / "top" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert _control_groups(tmp_path / "own", tmp_path / "top") == found
    assert _control_groups(tmp_path / "none", tmp_path / "top") == []


@pytest.mark.parametrize(
    ("gigabytes", "engine", "first"),
    [
        (7, "kraken2", None),
        (9, "kraken2", "kraken2-pluspf-8"),
        (24, "kraken2", "kraken2-pluspf-16"),
        (1000, "kraken2", "kraken2-gtdb-r226"),
        (8, "sylph", "sylph-gtdb-r220-c1000"),
        (24, "sylph", "sylph-gtdb-r220-c200"),
        (32, "sylph", "sylph-gtdb-r226-c200"),
        (24, "sourmash", "sourmash-gtdb-rs220-k31"),
    ],
)
def test_the_largest_that_fits_comes_first(gigabytes, engine, first):
    names = fitting(MANIFEST, engine, gigabytes * 10**9)
    assert (names[0] if names else None) == first


def test_where_nothing_of_an_engine_fits_another_engine_is_named():
    said = what_would_fit(MANIFEST, "kraken2", 8 * 10**9)
    assert "none of kraken2" in said
    assert "sylph-gtdb-r220-c1000" in said


@pytest.mark.parametrize(
    ("engine", "name"), [("kraken2", "hash.k2d"), ("sylph", "x.syldb"), ("sourmash", "x.sig")]
)
def test_each_engine_refuses_what_does_not_fit_and_says_what_would(tmp_path, engine, name):
    with (tmp_path / name).open("wb") as handle:
        handle.truncate(40 * 10**9)  # sparse: no byte of it is on the disk
    path = tmp_path if engine == "kraken2" else tmp_path / name
    with pytest.raises(InputError) as caught:
        check_fits(engine, path, 22 * 10**9)
    (problem,) = caught.value.problems
    assert problem.code == "shotgun-memory"
    assert fitting(MANIFEST, engine, 22 * 10**9)[0] in problem.fix
    check_fits(engine, path, 200 * 10**9)


@pytest.mark.parametrize(
    ("engine", "name", "content"),
    [
        ("sylph", "x.syldb", b"no sketches"),
        ("sylph", "x.syldb", b""),
        ("sourmash", "x.zip", b"no zip"),
        ("sourmash", "x.sig", b"no json"),
        ("sourmash", "x.sig", b"{}"),
        ("kraken2", "hash.k2d", b""),
    ],
)
def test_what_is_no_database_is_told(tmp_path, engine, name, content):
    (tmp_path / name).write_bytes(content)
    path = tmp_path if engine == "kraken2" else tmp_path / name
    with pytest.raises(InputError) as caught:
        check_kind(engine, path)
    assert caught.value.problems[0].code == "shotgun-database"
    with pytest.raises(InputError):
        check_kind(engine, tmp_path / "none")


# Gigabytes that machines and jobs of clusters commonly have.
MACHINES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)


def test_the_documented_table_says_what_the_manifest_says_and_what_jobs_ask_for():
    text = (ROOT / "docs" / "shotgun.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", text, re.MULTILINE))
    wanted = {}
    for name, entry in MANIFEST.items():
        if entry.engine not in PROFILERS:
            continue
        memory = memory_of_entry(entry)
        about = "" if entry.memory_bytes else "~"
        sizes = f"{entry.download_bytes / 1e9:.3g} GB | {disk_of_entry(entry) / 1e9:.3g} GB"
        machine = min(size for size in MACHINES if memory <= size * 1e9)
        wanted[name] = f"{sizes} | {about}{memory / 1e9:.3g} GB | {machine} GB"
    assert {name: row for name, row in rows.items() if name in wanted} == wanted


@pytest.mark.parametrize(
    ("engine", "name", "size"),
    [("kraken2", "hash.k2d", 0), ("sylph", "x.syldb", 0), ("sourmash", "x.zip", 0)]
    + [
        (entry.engine, name, entry.memory_bytes or entry.files[0].bytes)
        for entry in MANIFEST.values()
        if entry.engine in PROFILERS
        for name in [{"kraken2": "hash.k2d", "sylph": "x.syldb", "sourmash": "x.zip"}[entry.engine]]
    ],
)
def test_a_job_asks_for_what_check_and_plan_go_by(tmp_path, engine, name, size):
    with (tmp_path / name).open("wb") as handle:
        handle.truncate(size)  # sparse
    path = tmp_path if engine == "kraken2" else tmp_path / name
    (tmp_path / "config.yaml").write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        f"shotgun: {{{engine}_database: {path}}}\n"
    )
    asked = job_memory_mb(read_config(tmp_path / "config.yaml"), engine) * 10**6
    check_fits(engine, path, asked)
    with pytest.raises(InputError):
        check_fits(engine, path, asked - 10**6)
    (planned,) = plan([Need("own", engine, "k", path)], MANIFEST, tmp_path)
    assert planned.fits(asked)
    assert not planned.fits(asked - 10**6)
    published = [
        memory_of_entry(entry)
        for entry in MANIFEST.values()
        if size and entry.engine == engine and size in (entry.memory_bytes, entry.files[0].bytes)
    ]
    assert all(abs(one - asked) < 10**6 for one in published)
