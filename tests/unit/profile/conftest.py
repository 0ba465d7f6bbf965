from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def disk(tmp_path):
    """A file system whose size a test sets; root only."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(size_kb: int) -> Path:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(folder)]
        if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
            pytest.skip("a small file system can be mounted by root only")
        return folder

    yield mount
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)
