"""Mutate packages and receive them: no crash, no acceptance, nothing left or written outside.

Usage: python benchmarks/fuzz_receive.py [--packages 10000] [--seed 1]
Prints how many were refused with which code, and leaves with 1 if any was taken in, crashed, or
left a file. The same seed makes the same packages.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from exchange_example import DAY, A, B, Institute, export_for, institute  # noqa: E402

from soilbio.errors import InputError, Refused  # noqa: E402
from soilbio.transfer.contents import Holder  # noqa: E402
from soilbio.transfer.receive import Own, Trust, receive  # noqa: E402
from soilbio.transfer.seal import Sender, seal  # noqa: E402
from soilbio.transfer.tar import header_of  # noqa: E402

NAMES = (b"../x", b"/etc/x", b"a\x00b", b"x" * 99, b"MANIFEST.tsv", b"dataset/samples.parquet")


def main() -> int:
    """Run the fuzzer and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        found = fuzz(Path(scratch), args.packages, args.seed)
    for outcome, number in sorted(found.items()):
        print(f"{outcome}\t{number:,}")
    is_sound = not any(one.startswith(("TAKEN", "CRASH", "LEFT")) for one in found)
    print("sound" if is_sound else "NOT SOUND")
    return 0 if is_sound else 1


def fuzz(folder: Path, packages: int, seed: int) -> Counter[str]:
    """Mutate and receive; count the outcomes."""
    rng = random.Random(seed)
    giver, taker = institute(A, folder / "a"), institute(B, folder / "b")
    taker.trust(giver)
    export = export_for(B, folder)
    sender = Sender(A, giver.key)
    seal(export, folder / "plain", sender)
    seal(export, folder / "closed", sender, [taker.public])
    whole = [(folder / name).read_bytes() for name in ("plain", "closed")]
    (folder / "work").mkdir()
    before = _files(folder)
    found: Counter[str] = Counter()
    for _ in range(packages):
        content = rng.choice(whole)
        mutated = _mutate(content, rng)
        if mutated == content:
            found["unchanged"] += 1
            continue
        found[_receive(mutated, folder, taker)] += 1
        left = _files(folder) - before
        if left:
            found[f"LEFT {sorted(left)[:3]}"] += 1
            before |= left
    return found


def _files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")} | {
        str(path) for path in folder.parent.glob("x*") if path.name in ("x", "etc")
    }


def _receive(content: bytes, folder: Path, taker: Institute) -> str:
    package = folder / "work" / "package"
    package.write_bytes(content)
    try:
        receive(
            package,
            folder / "work" / "in",
            Trust(taker.trusted),
            Own(taker.key, str),
            Holder(B, DAY),
        )
    except InputError as error:
        return f"refused {error.problems[0].code}"
    except Refused:
        return "refused by the agreement"
    except Exception:  # noqa: BLE001  that is what is looked for
        traceback.print_exc()
        return "CRASH"
    finally:
        package.unlink()
    return "TAKEN IN"


def _mutate(content: bytes, rng: random.Random) -> bytes:
    """Change a package in one of the ways in which one goes wrong or is made wrong."""
    return rng.choice(
        (_flip, _flip, _cut, _grow, _overwrite, _move, _double, _header, _rename, _numbers)
    )(bytearray(content), rng)


def _flip(content: bytearray, rng: random.Random) -> bytes:
    # Half of them at the front, where list, signature and what the package says of itself are.
    end = rng.choice((len(content), 8192))
    for _ in range(rng.choice((1, 1, 1, 2, 16))):
        content[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(content)


def _cut(content: bytearray, rng: random.Random) -> bytes:
    return bytes(content[: rng.randrange(len(content))])


def _grow(content: bytearray, rng: random.Random) -> bytes:
    return bytes(content) + rng.randbytes(rng.choice((1, 512, 10_240)))


def _overwrite(content: bytearray, rng: random.Random) -> bytes:
    start, size = rng.randrange(len(content)), rng.choice((1, 8, 512, 4096))
    content[start : start + size] = rng.choice((bytes(size), rng.randbytes(size)))
    return bytes(content)


def _block(content: bytearray, rng: random.Random) -> tuple[int, int]:
    first = rng.randrange(len(content) // 512) * 512
    return first, first + 512 * rng.choice((1, 1, 2, 8))


def _move(content: bytearray, rng: random.Random) -> bytes:
    start, end = _block(content, rng)
    part = content[start:end]
    del content[start:end]
    place = rng.randrange(len(content) // 512 + 1) * 512
    return bytes(content[:place] + part + content[place:])


def _double(content: bytearray, rng: random.Random) -> bytes:
    start, end = _block(content, rng)
    return bytes(content[:end] + content[start:end] + content[end:])


def _headers(content: bytearray) -> list[int]:
    return [
        at for at in range(0, len(content) - 511, 512) if content[at + 257 : at + 262] == b"ustar"
    ]


def _header(content: bytearray, rng: random.Random) -> bytes:
    """Put a file in front of another."""
    places = _headers(content) or [0]
    made = header_of(rng.choice(("x", "../x", "dataset/y")), 512) + rng.randbytes(512)
    place = rng.choice(places)
    return bytes(content[:place] + made + content[place:])


def _rename(content: bytearray, rng: random.Random) -> bytes:
    """Change a header and make its sum right again: its name, its type, its link."""
    places = _headers(content)
    if not places:
        return _flip(content, rng)
    at = rng.choice(places)
    header = content[at : at + 512]
    where = rng.choice(("name", "type", "link"))
    if where == "name":
        name = rng.choice(NAMES)
        header[:100] = name.ljust(100, b"\0")[:100]
    elif where == "type":
        header[156:157] = rng.choice((b"1", b"2", b"3", b"5", b"6", b"x", b"g", b"L"))
    else:
        header[156:157] = b"2"
        header[157:257] = b"/etc/passwd".ljust(100, b"\0")
    content[at : at + 512] = _summed(header)
    return bytes(content)


def _numbers(content: bytearray, rng: random.Random) -> bytes:
    """Change the size that a header states."""
    places = _headers(content)
    if not places:
        return _overwrite(content, rng)
    at = rng.choice(places)
    header = content[at : at + 512]
    header[124:136] = rng.choice(
        (b"00000000000\0", b"77777777777\0", b"\x80" + b"\xff" * 11, b"-0000000001\0")
    )
    content[at : at + 512] = _summed(header)
    return bytes(content)


def _summed(header: bytearray) -> bytearray:
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return header


if __name__ == "__main__":
    sys.exit(main())
