"""What all tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# scikit-bio's threads fight for two cores; one is faster. Set before NumPy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Tests that run in the background, or by nohup, would ignore these, as would all that they start.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, usual)

ROOT = Path(__file__).resolve().parent.parent


# A busy machine is no failure: no test is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data; tests that need it skip, saying so, where it is absent."""
    folder = Path(os.environ.get("SOILBIO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real data at {folder}; set SOILBIO_SHARED")
    return folder
