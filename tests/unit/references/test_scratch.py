"""What is on its way lies beside its target, and what a killed run left of it goes."""

from __future__ import annotations

import pytest

from soilbio.references.disk import scratch_beside


def test_a_folder_is_empty_at_first_and_gone_afterwards(tmp_path):
    left = tmp_path / "sintax.scratch" / "of-a-killed-run"
    left.mkdir(parents=True)
    with scratch_beside(tmp_path / "sintax") as folder:
        assert list(folder.iterdir()) == []
        (folder / "chunk").touch()
    assert list(tmp_path.iterdir()) == []


def test_it_is_gone_after_an_error_too(tmp_path):
    def fail() -> None:
        with scratch_beside(tmp_path / "a" / "b") as folder:
            (folder / "chunk").touch()
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert list((tmp_path / "a").iterdir()) == []
