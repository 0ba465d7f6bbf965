from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.runner.memory import within_memory
from soilbio.runner.start import command_of

OURS = "mem_mb=16000"


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ([], ["--resources", OURS]),
        (["--cores", "8", "x.tsv"], ["--cores", "8", "x.tsv", "--resources", OURS]),
        (["-n", "--", "x.tsv"], ["-n", "--resources", OURS, "--", "x.tsv"]),
        (["--resources", "gpu=1", "-n"], ["--resources", OURS, "gpu=1", "-n"]),
        (["--res=gpu=1", "-n"], ["--res", OURS, "gpu=1", "-n"]),
        (["--executor", "local"], ["--executor", "local", "--resources", OURS]),
    ],
)
def test_jobs_share_the_memory_of_this_machine(flags, wanted):
    assert within_memory(flags, [], 16 * 10**9) == wanted


@pytest.mark.parametrize(
    "flags",
    [
        ["--resources", "mem_mb=8000", "gpu=1"],
        ["--resources=mem=8GB"],
        ["--res", "gpu=1", "mem_mib=7000", "-n"],
        ["--executor", "slurm"],
        ["--executor=lsf"],
        ["-e", "kubernetes"],
        ["-eslurm"],
    ],
)
def test_who_says_otherwise_or_uses_a_cluster_is_not_overruled(flags):
    assert within_memory(flags, [], 16 * 10**9) == flags


@pytest.mark.parametrize(
    ("profile", "more"),
    [
        ("executor: slurm\n", []),
        ("resources:\n  mem_mb: 5000\n", []),
        ("resources: [mem_mb=5000]\n", []),
        ("resources: {gpu: 1}\n", ["--resources", OURS, "gpu=1"]),
        ("cores: 2\n", ["--resources", OURS]),
        ("[\n", ["--resources", OURS]),
    ],
)
@pytest.mark.parametrize("name", ["profile.yaml", "config.v8+.yaml"])
def test_what_a_profile_says_counts(tmp_path, monkeypatch, profile, more, name):
    folder = tmp_path / "snakemake" / "mine"
    folder.mkdir(parents=True)
    (folder / name).write_text(profile)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for named in (str(folder), str(folder / name), "mine"):
        assert within_memory([], [named], 16 * 10**9) == more


@pytest.mark.parametrize(
    ("profile", "flags", "is_told"),
    [
        ("default", [], True),
        ("slurm", [], False),
        ("slurm", ["--executor", "local"], True),
        ("default", ["--workflow-profile", "profiles/slurm"], False),
    ],
)
def test_the_command_of_a_run_states_memory_on_one_machine_alone(
    monkeypatch, profile, flags, is_told
):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", "16")
    monkeypatch.chdir(Path(__file__).parents[3])
    command = command_of(Path("config.yaml"), Path(), profile, flags)
    assert (OURS in command) == is_told
