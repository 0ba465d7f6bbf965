"""Time sealing and receiving beside crypt4gh and sha256 alone, on one large file.

Usage: python benchmarks/seal.py [--gigabytes 1]
Prints MB/s of each, and the most memory that sealing took.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from crypt4gh.keys import get_public_key  # noqa: E402
from crypt4gh.lib import encrypt  # noqa: E402
from exchange_example import A, B, export_for, institute  # noqa: E402

from soilbio.transfer.seal import Sender, seal  # noqa: E402


def main() -> None:
    """Make an export with a large file, and time what is done with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1)
    size = int(parser.parse_args().gigabytes * 1e9)
    with tempfile.TemporaryDirectory(prefix="seal-", dir=".") as scratch:
        folder = Path(scratch)
        giver, taker = institute(A, folder / "a"), institute(B, folder / "b")
        export = export_for(B, folder)
        large = export / "reads.fastq"
        with large.open("wb") as file:
            for _ in range(size // (1 << 20)):
                file.write(os.urandom(1 << 20))
        _list(export, large)
        mb = large.stat().st_size / 1e6
        sender = Sender(A, giver.key)
        _time("SHA-256 alone", mb, lambda: hashlib.file_digest(large.open("rb"), "sha256"))
        _time("crypt4gh alone", mb, lambda: _crypt(large, folder / "alone", taker.public))
        _time("seal, signed", mb, lambda: seal(export, folder / "p", sender))
        _time("seal, encrypted", mb, lambda: seal(export, folder / "c", sender, [taker.public]))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


def _list(export: Path, large: Path) -> None:
    """Add a file to what an export lists."""
    decision = json.loads((export / "decision.json").read_text())
    digest = hashlib.file_digest(large.open("rb"), "sha256").hexdigest()
    decision["files"].append({"name": large.name, "sha256": digest, "bytes": large.stat().st_size})
    (export / "decision.json").write_text(json.dumps(decision))


def _crypt(source: Path, target: Path, key: Path) -> None:
    keys = [(0, os.urandom(32), get_public_key(str(key)))]
    with source.open("rb") as plain, target.open("wb") as closed:
        encrypt(keys, plain, closed)
        closed.flush()
        os.fsync(closed.fileno())


def _time(what: str, megabytes: float, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    print(f"{what}\t{megabytes / (time.perf_counter() - start):,.0f} MB/s")


if __name__ == "__main__":
    main()
