"""A profile of one's own is taken as it is, and completed by what a run needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.runner.start import command_of

OURS = ["--scheduler", "--rerun-incomplete", "--keep-going", "--show-failed-logs"]


def command(profile: str, *flags: str) -> list[str]:
    return command_of(Path("config.yaml"), Path(), profile, list(flags))


@pytest.mark.parametrize(
    ("profile", "flags", "cores"),
    [
        ("{}", [], ["all"]),
        ("cores: 1", [], []),
        ("jobs: 4", [], []),
        ("{}", ["--cores", "3"], ["3"]),
        ("{}", ["-c3"], ["all"]),
        ("executor: slurm", [], []),
    ],
)
def test_cores_are_those_that_are_stated(tmp_path, profile, flags, cores):
    (tmp_path / "profile.yaml").write_text(profile)
    words = command(str(tmp_path), *flags)
    assert [words[at + 1] for at, word in enumerate(words) if word == "--cores"] == cores
    assert words[words.index("--workflow-profile") + 1] == "none"


def test_what_a_run_needs_is_taken_of_ours_unless_it_is_stated(tmp_path):
    (tmp_path / "profile.yaml").write_text("keep-going: false\nrerun_incomplete: true\n")
    words = command(str(tmp_path))
    assert {word for word in OURS if word in words} == {"--scheduler", "--show-failed-logs"}


@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_ours_need_nothing_more(profile):
    assert not {*OURS, "--cores"} & {*command(profile)}


def test_a_workflow_profile_of_the_users_wins(tmp_path):
    words = command("default", "--workflow-profile", str(tmp_path))
    assert words.count("--workflow-profile") == 1
