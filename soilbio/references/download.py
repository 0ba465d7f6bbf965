"""Download a file over HTTP: from mirrors, with patience, going on where it was cut."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio import __version__
from soilbio.errors import InputError, problem_of
from soilbio.references.checksums import wrong_checksum
from soilbio.references.entries import Source

if TYPE_CHECKING:
    import requests

_BLOCK = 1 << 20
# Answers after which the same address may still give the file.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a silent or broken address is tried, and how long to wait in between.

    A try that brings more of the file counts as none. Waits double from `first_wait_s` on.
    """

    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    connect_s: float = 20.0
    silence_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = field(default=lambda _: None)

    def wait(self, number: int, asked_s: float | None = None) -> None:
        """Wait before try `number` + 1; as long as the server asks, within bounds."""
        seconds = self.first_wait_s * 2 ** (number - 1) if asked_s is None else asked_s
        self.sleep(max(0.0, min(seconds, self.longest_wait_s)))


class _Passing(Exception):  # noqa: N818  a reason, told later
    """The transfer broke or the server is busy: worth another try."""

    def __init__(self, reason: str, asked_s: float | None = None) -> None:
        super().__init__(reason)
        self.asked_s = asked_s


class _Given(Exception):  # noqa: N818  a reason, told later
    """An address does not give the file, however often it is asked."""

    def __init__(self, reason: str, *, is_wrong: bool = False) -> None:
        super().__init__(reason)
        self.is_wrong = is_wrong


def download(
    source: Source, folder: Path, check: Callable[[Path], str], patience: Patience
) -> Path:
    """Get a file into a folder; what came of it is kept there until it is whole.

    Parameters
    ----------
    source : Source
        Its name and addresses, and what is known of it.
    folder : Path
        Where it goes. `NAME.part` holds what came so far, a second call goes on from there.
    check : callable
        Says how a whole file differs from what it should be; empty, if it does not.
    patience : Patience

    Raises
    ------
    InputError
        `reference-checksum`, if every address that answers gives another file (nothing of it is
        kept); `reference-download`, if none gives it whole.

    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    if target.is_file() and not check(target):
        return target
    part = folder / f"{source.name}.part"
    failures: list[tuple[str, _Given]] = []
    with _session() as session:
        for url in source.urls:
            try:
                _get(session, url, part, source, check, patience)
            except _Given as failure:
                failures.append((url, failure))
                patience.tell(f"{url}: {failure}")
            else:
                part.replace(target)
                _state_of(part).unlink(missing_ok=True)
                return target
    raise _problem(source, part, failures)


def fetch_text(url: str, patience: Patience) -> str:
    """Get a short text, such as a list of checksums.

    Raises
    ------
    InputError
        `reference-download`.

    """
    number = 0
    with _session() as session:
        while True:
            number += 1
            try:
                with _answer(session, url, {}, patience) as answer:
                    return b"".join(_blocks(answer)).decode("utf-8", errors="replace")
            except (_Passing, _Given) as failure:
                is_over = isinstance(failure, _Given) or number >= patience.tries
                if is_over:
                    source = Source(url.rpartition("/")[2], (url,))
                    given = _Given(str(failure))
                    raise _problem(source, Path("none"), [(url, given)]) from failure
                patience.wait(number)


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    session.headers["User-Agent"] = f"soilbio/{__version__}"
    return session


def _get(
    session: requests.Session,
    url: str,
    part: Path,
    source: Source,
    check: Callable[[Path], str],
    patience: Patience,
) -> None:
    """Fill `part` from one address until it is whole and right."""
    was_resumed = _size(part) > 0
    number = 0
    while True:
        before = _size(part)
        try:
            _attempt(session, url, part, source, patience)
        except _Passing as failure:
            number = 1 if _size(part) > before else number + 1
            if number >= patience.tries:
                raise _Given(str(failure)) from failure
            patience.tell(f"{url}: {failure}; trying again at {_size(part):,} bytes")
            patience.wait(number, failure.asked_s)
            continue
        wrong = check(part)
        if not wrong:
            return
        part.unlink()
        _state_of(part).unlink(missing_ok=True)
        if not was_resumed:
            raise _Given(wrong, is_wrong=True)
        was_resumed = False  # the beginning may have been another file's: once more, from zero


def _attempt(
    session: requests.Session, url: str, part: Path, source: Source, patience: Patience
) -> None:
    """Make one request, for what is missing, and write what comes."""
    have = _resumable(part, url, source)
    headers = {}
    if have:
        headers["Range"] = f"bytes={have}-"
        if validator := _state(part).get("validator"):
            headers["If-Range"] = validator
    with _answer(session, url, headers, patience) as answer:
        if answer.status_code == 416:
            _settle_416(answer, part, have)
            return
        start = have if _begins_at(answer) == have and have else 0
        length = _length(answer)
        total = None if length is None else start + length
        if source.size_bytes is not None and total not in (None, source.size_bytes):
            raise _Given(f"{total} bytes instead of {source.size_bytes}", is_wrong=True)
        require_space(part.parent, length or 0, source.name)
        state = {"url": url, "validator": _validator(answer), "total": total}
        _state_of(part).write_text(json.dumps(state) + "\n", encoding="utf-8")
        with part.open("r+b" if start else "wb") as handle:
            handle.seek(start)
            handle.truncate()
            _write(answer, handle, total, patience)
    if total is not None and _size(part) != total:
        raise _Passing(f"the connection was cut at {_size(part):,} of {total:,} bytes")


def _write(answer: requests.Response, handle: Any, total: int | None, patience: Patience) -> None:
    """Write what comes; tell every tenth of the way of a large file."""
    told = 0
    try:
        for block in _blocks(answer):
            handle.write(block)
            if total and total > 100 * _BLOCK and (tenth := handle.tell() * 10 // total) > told:
                told = tenth
                patience.tell(f"{10 * tenth} % of {total / 1e9:.1f} GB")
    finally:
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def _answer(
    session: requests.Session, url: str, headers: dict[str, str], patience: Patience
) -> Iterator[requests.Response]:
    """Ask, and turn what goes wrong on the way into a reason."""
    import requests
    import urllib3

    times = (patience.connect_s, patience.silence_s)
    asked = {"Accept-Encoding": "identity", **headers}
    try:
        with session.get(url, headers=asked, stream=True, timeout=times) as answer:
            if answer.status_code in _PASSING:
                said = f"HTTP {answer.status_code} {answer.reason}"
                raise _Passing(said, _seconds(answer.headers.get("Retry-After")))
            if answer.status_code != 416 and not answer.ok:
                raise _Given(f"HTTP {answer.status_code} {answer.reason}")
            yield answer
    except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
        raise _Passing(_short(error)) from error
    except requests.RequestException as error:
        raise _Given(_short(error)) from error


def _blocks(answer: requests.Response) -> Iterator[bytes]:
    """Read the bytes as they are sent; compression that a server says of a .gz is not undone."""
    yield from answer.raw.stream(_BLOCK, decode_content=False)


def _short(error: Exception) -> str:
    """Say in a line why a connection failed; urllib3 wraps the reason deeply."""
    text = str(error)
    known = {
        "NameResolutionError": "its name cannot be resolved: no network, or a wrong address",
        "Network is unreachable": "the network cannot be reached",
        "Connection refused": "the connection is refused",
        "IncompleteRead": "the connection was cut",
        "Connection reset": "the connection was cut",
        "Connection aborted": "the connection was cut",
        "timed out": "no answer in time",
        "CERTIFICATE": "its certificate is not trusted",
    }
    return next((said for word, said in known.items() if word in text), text[:200])


def _settle_416(answer: requests.Response, part: Path, have: int) -> None:
    """Nothing lies beyond what we have: it is whole, or another file, and we begin again."""
    total = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if total != str(have):
        part.unlink(missing_ok=True)
        raise _Passing(f"the file there has {total or 'another number of'} bytes, we had {have}")


def _resumable(part: Path, url: str, source: Source) -> int:
    """Count the bytes to go on from: only where a checksum or the server can tell a mix-up."""
    state = _state(part)
    is_same = state.get("url") == url and bool(state.get("validator"))
    return _size(part) if is_same or source.is_verifiable else 0


def _begins_at(answer: requests.Response) -> int | None:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if answer.status_code == 206 and found else None


def _length(answer: requests.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _validator(answer: requests.Response) -> str | None:
    """Find what tells this version of the file from others: a strong ETag, or its date."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified")


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _state_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _state(part: Path) -> dict[str, Any]:
    try:
        found = json.loads(_state_of(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def require_space(folder: Path, needed_bytes: int, what: str) -> None:
    """Refuse what does not fit on the disk, before it is written.

    Raises
    ------
    InputError
        `disk-full`, with how much is free and how much is needed.

    """
    free = shutil.disk_usage(folder).free
    if needed_bytes > free:
        raise problem_of(
            "disk-full",
            str(folder),
            found=f"{free / 1e9:.3g} GB free",
            expected=f"{needed_bytes / 1e9:.3g} GB for {what}",
            fix="Free some space, or set SOILBIO_REFERENCES to a folder on another disk;"
            " what was downloaded so far is kept",
        )


def _problem(source: Source, part: Path, failures: list[tuple[str, _Given]]) -> InputError:
    """One error for all addresses: what each said."""
    said = "; ".join(f"{url}: {failure}" for url, failure in failures)
    if failures and all(failure.is_wrong for _, failure in failures):
        return wrong_checksum(source.name, "the file that is known under this name", said)
    kept = _size(part)
    fix = "Check the network (a proxy is set by HTTPS_PROXY), and run the same command again"
    if kept:
        fix += f": it goes on at {kept:,} bytes"
    return problem_of(
        "reference-download",
        source.name,
        found=said,
        expected="an address that gives the whole file",
        fix=f"{fix}; or get the file elsewhere, and give it with --from",
    )
