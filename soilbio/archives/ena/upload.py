"""Files of reads into the account's area at the archive, by FTP over TLS; broken ones go on."""

from __future__ import annotations

import ftplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from soilbio.archives.ena.service import Credentials, Service
from soilbio.errors import problem_of

_BLOCK = 1 << 18
_TRIES = 4
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file here, and its name, checksum and size there."""

    path: Path
    name: str
    md5: str
    size: int


@dataclass(slots=True)
class Area:
    """The upload area of an account, connected while it is entered."""

    service: Service
    credentials: Credentials
    ftp: ftplib.FTP | None = None

    def __enter__(self) -> Area:
        """Connect and log in."""
        parts = urlsplit(self.service.upload_url)
        is_safe = parts.scheme == "ftps"
        timeout = min(_TIMEOUT_S, self.service.timeout_s)
        # The library's own context would take any certificate; plain FTP is only to this machine.
        ftp = (
            ftplib.FTP_TLS(timeout=timeout, context=ssl.create_default_context())  # noqa: S321
            if is_safe
            else ftplib.FTP(timeout=timeout)  # noqa: S321
        )
        ftp.connect(parts.hostname or "", parts.port or ftplib.FTP_PORT)
        ftp.login(self.credentials.user, self.credentials.password)
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
        ftp.voidcmd("TYPE I")
        self.ftp = ftp
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave, politely if the other side still listens."""
        if self.ftp is not None:
            with suppress(ftplib.Error, OSError, EOFError):
                self.ftp.quit()
            self.ftp.close()
            self.ftp = None

    def size(self, name: str) -> int:
        """Give the bytes of a file that are there; 0 where there is none."""
        if self.ftp is None:
            raise ValueError("not connected")
        try:
            return self.ftp.size(name) or 0
        except ftplib.error_perm:
            return 0

    def send(self, file: Upload) -> None:
        """Send a file, or what of it is not there yet."""
        if self.ftp is None:
            raise ValueError("not connected")
        there = self.size(file.name)
        if there == file.size:
            return
        start = there if there < file.size else 0
        with file.path.open("rb") as handle:
            handle.seek(start)
            self.ftp.storbinary(f"STOR {file.name}", handle, _BLOCK, rest=start or None)
        if self.size(file.name) != file.size:
            raise EOFError("the file is not whole there")


def upload_all(
    files: Iterable[Upload],
    service: Service,
    credentials: Credentials,
    done: Callable[[Upload], None],
    wait: Callable[[float], None],
) -> None:
    """Send files one after the other; connect again when the connection breaks.

    Parameters
    ----------
    files : iterable of Upload
        What to send.
    service, credentials : Service, Credentials
        Where to, and who.
    done : callable
        Told of each file that is there, whole.
    wait : callable
        Waits some seconds between two tries.

    Raises
    ------
    InputError
        If the account is refused, a file has changed, or a file did not get there.

    """
    left = list(files)
    for file in left:
        _check_same(file)
    tries, said = 0, ""
    while left and tries < _TRIES:
        if tries:
            wait(2.0**tries)
        before = len(left)
        said = _send_some(left, service, credentials, done)
        tries = 1 if len(left) < before else tries + 1
    if left:
        raise problem_of(
            "ena-upload",
            service.upload_url,
            found=said,
            expected=f"the files of reads there; {len(left)} are missing, the first {left[0].name}",
            fix="Check the network (FTP over TLS, port 21 and passive ports) and run the same"
            " command again; it goes on where it stopped",
        )


def _send_some(
    left: list[Upload],
    service: Service,
    credentials: Credentials,
    done: Callable[[Upload], None],
) -> str:
    """Send files until all are there or the connection breaks; say what the other side said."""
    try:
        with Area(service, credentials) as area:
            while left:
                area.send(left[0])
                done(left.pop(0))
    except ftplib.error_perm as error:
        if str(error).startswith("530"):
            raise problem_of(
                "ena-login",
                service.upload_url,
                found=f"530 for {credentials.user}",
                expected="an account of the archive with its password",
                fix="Correct ENA_WEBIN and ENA_WEBIN_PASSWORD",
            ) from None
        return str(error)[:80]
    except (ftplib.Error, OSError, EOFError) as error:
        return str(error)[:80] or type(error).__name__
    return ""


def _check_same(file: Upload) -> None:
    """Note a file that is not the one whose checksum was taken."""
    size = file.path.stat().st_size if file.path.is_file() else None
    if size != file.size:
        raise problem_of(
            "ena-changed",
            str(file.path),
            found="no file" if size is None else f"{size} bytes",
            expected=f"the file as it was prepared, {file.size} bytes",
            fix="Put the file back, or run `soilbio ena prepare` again",
        )
