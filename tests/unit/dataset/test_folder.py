from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from soilbio.dataset.folder import new_folder, recover_folder


class Killed(BaseException):
    """What a kill is to the code that it hits: nothing after it is run."""


def write(target: Path, text: str) -> None:
    with new_folder(target) as part:
        (part / "a").write_text(text)
        (part / "below").mkdir()
        (part / "below" / "b").write_text(text)


def content(target: Path) -> set[str]:
    return {path.read_text() for path in target.rglob("*") if path.is_file()}


@pytest.mark.parametrize("moment", range(10))
def test_a_kill_at_any_step_leaves_the_old_folder_or_the_new_one(moment, tmp_path, monkeypatch):
    target = tmp_path / "dataset"
    write(target, "old")
    steps = iter(range(100))

    def step(real):
        def counted(*args, **kwargs):
            if next(steps) == moment:
                raise Killed
            return real(*args, **kwargs)

        return counted

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", step(Path.replace))
        patched.setattr(Path, "mkdir", step(Path.mkdir))
        patched.setattr(Path, "write_text", step(Path.write_text))
        patched.setattr(shutil, "rmtree", step(shutil.rmtree))
        try:
            write(target, "new")
        except Killed:
            pass
        else:
            assert moment > 8
    recover_folder(target)
    assert content(target) in ({"old"}, {"new"})
    write(target, "newest")
    assert content(target) == {"newest"}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_an_error_leaves_the_old_folder_and_nothing_beside_it(tmp_path):
    target = tmp_path / "dataset"
    write(target, "old")
    with pytest.raises(FileNotFoundError), new_folder(target) as part:
        (part / "a").write_text("half") and (part / "absent").read_text()
    assert content(target) == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_a_replacement_killed_between_its_renames_is_finished_on_reading(tmp_path, written):
    from soilbio.dataset.read import read_dataset

    target = tmp_path / "dataset"
    shutil.copytree(written, target.with_name("dataset.part"))
    target.with_name("dataset.old").mkdir()
    assert read_dataset(target).table("counts").height == 10


def test_the_rest_of_an_old_folder_never_comes_back(tmp_path):
    """A kill while the old folder is removed leaves a half of it; nobody may take it for whole."""
    target = tmp_path / "dataset"
    (tmp_path / "dataset.old").mkdir()
    recover_folder(target)
    assert not target.exists()
    with new_folder(target):
        assert [path.name for path in tmp_path.iterdir()] == ["dataset.part"]
