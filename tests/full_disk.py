"""What tests of full disks share: a step ends whole or with an error, at any size of the disk."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from soilbio.errors import InputError

SIZES_KB = (40, 80, 160, 320, 400, 480, 640, 800, 960, 1600)


def dna(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def is_disk_full(error: Exception) -> bool:
    if isinstance(error, InputError):
        return {problem.code for problem in error.problems} == {"disk-full"}
    return isinstance(error, OSError) and error.errno == errno.ENOSPC


def error_of(run: Callable[[Path], None], out: Path) -> Exception | None:
    try:
        run(out)
    except (InputError, OSError) as error:
        return error
    return None


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def check_any_size(
    run: Callable[[Path], None],
    disk: Callable[[int], Path],
    whole: Path,
    sizes_kb: Sequence[int] = SIZES_KB,
    told: Callable[[Path], object] = files_of,
) -> None:
    """Run on disks of all sizes, some of which are large enough and some not.

    `told` is what must be alike of a result: by default all bytes of all files.
    """
    run(whole)
    expected = told(whole)
    failed = 0
    for size_kb in sizes_kb:
        out = disk(size_kb) / "out"
        error = error_of(run, out)
        assert is_disk_full(error) if error else told(out) == expected, f"{size_kb} kB: {error}"
        failed += error is not None
    assert 0 < failed < len(sizes_kb)
