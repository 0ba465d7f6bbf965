from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from soilbio.dataset.folder import new_folder, recover_folder
from soilbio.dataset.owned import beside_dataset
from soilbio.dataset.write import write_dataset, write_tables
from soilbio.errors import InputError
from tests.example_dataset import AGREEMENTS, EXTRA_COLUMNS, example_tables


def nothing(folder: Path) -> list[str]:
    """Tell of no file that it is somebody else's."""
    return []


def save(target: Path) -> None:
    """Write the dataset of the examples."""
    write_dataset(
        example_tables(), AGREEMENTS, target, extra_columns=EXTRA_COLUMNS, provenance={"tools": []}
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Killed(BaseException):
    """What a kill is to the code that it hits: nothing after it is run."""


def write(target: Path, text: str) -> None:
    with new_folder(target, nothing) as part:
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
    with pytest.raises(FileNotFoundError), new_folder(target, nothing) as part:
        (part / "a").write_text("half") and (part / "absent").read_text()
    assert content(target) == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_a_replacement_killed_between_its_renames_is_finished_on_reading(tmp_path, written):
    from soilbio.dataset.read import read_dataset

    target = tmp_path / "dataset"
    shutil.copytree(written, target.with_name(".dataset.soilbio-part"))
    target.with_name(".dataset.soilbio-old").mkdir()
    assert read_dataset(target).table("counts").height == 10


def test_the_rest_of_an_old_folder_never_comes_back(tmp_path):
    """A kill while the old folder is removed leaves a half of it; nobody may take it for whole."""
    target = tmp_path / "dataset"
    (tmp_path / ".dataset.soilbio-old").mkdir()
    recover_folder(target)
    assert not target.exists()
    with new_folder(target, nothing):
        assert [path.name for path in tmp_path.iterdir()] == [".dataset.soilbio-part"]


def home(folder: Path) -> Path:
    (folder / "thesis").mkdir(parents=True)
    (folder / "notes.md").write_text("mine")
    (folder / "thesis" / "ch1.txt").write_text("all of it")
    return folder


def noted(folder: Path, name: str) -> Path:
    save(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("mine")
    return folder


@pytest.mark.parametrize(
    ("fill", "named"),
    [
        (home, "notes.md, thesis"),
        (lambda folder: home(folder / "agreements").parent, "agreements"),
        (lambda folder: noted(folder, "notes.md"), "notes.md"),
        (lambda folder: noted(folder, "views/notes.md"), "views/notes.md"),
        (lambda folder: noted(folder, "thesis/ch1.txt"), "thesis"),
    ],
)
def test_a_folder_that_holds_anything_else_is_never_replaced(fill, named, tmp_path):
    target = fill(tmp_path / "target")
    before = tree(tmp_path)
    for write in (save, lambda target: write_tables(example_tables(), AGREEMENTS, target)):
        with pytest.raises(InputError) as caught:
            write(target)
        assert [(one.code, one.found) for one in caught.value.problems] == [
            ("folder-others", named)
        ]
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_file_is_no_folder_to_replace(tmp_path):
    (tmp_path / "target").write_text("mine")
    with pytest.raises(InputError, match="folder-others"):
        save(tmp_path / "target")
    assert (tmp_path / "target").read_text() == "mine"


def test_a_dataset_is_replaced_also_without_what_snakemake_has_removed(tmp_path):
    target = tmp_path / "dataset"
    target.mkdir()
    for gone in ("", "datapackage.json"):
        save(target)
        if gone:
            (target / gone).unlink()
        assert beside_dataset(target) == []
    write_tables(example_tables(), AGREEMENTS, target, extra_columns=EXTRA_COLUMNS)
    save(target)
    assert (target / "datapackage.json").is_file()


def test_folders_beside_the_dataset_are_left_alone(tmp_path):
    for name in ("dataset.old", "dataset.part"):
        home(tmp_path / name)
    before = tree(tmp_path)
    save(tmp_path / "dataset")
    save(tmp_path / "dataset")
    after = tree(tmp_path)
    assert {name: after[name] for name in before} == before
