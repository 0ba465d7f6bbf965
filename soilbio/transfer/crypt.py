"""crypt4gh (GA4GH) for the holders of OpenSSH ed25519 keys, in streams.

The sender's key is made for one package and forgotten: who sent it is what the signature says.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from soilbio.errors import problem_of

MAGIC = b"crypt4gh"
# The library tells of every key that does not fit; our callers say it once, in their words.
logging.getLogger("crypt4gh").setLevel(logging.CRITICAL + 1)
# What the library says where none of the recipients has the key.
_NOT_FOR_KEY = ("No header packet could be decrypted", "No supported encryption method")


def public_keys(paths: Sequence[Path]) -> list[bytes]:
    """Read the recipients' keys.

    Raises
    ------
    InputError
        For a file that is no OpenSSH ed25519 or crypt4gh public key.

    """
    from crypt4gh.keys import get_public_key

    found = []
    for path in paths:
        try:
            found.append(bytes(get_public_key(str(path))))
        except OSError as error:
            raise problem_of(
                "key-unreadable",
                str(path),
                found=error.strerror,
                expected="a file that can be read",
                fix="Correct the path",
            ) from None
        except Exception:  # noqa: BLE001  the library raises what it meets
            raise problem_of(
                "key-public",
                str(path),
                expected="an OpenSSH ed25519 public key",
                fix="Ask the recipient for the .pub file of `ssh-keygen -t ed25519`",
            ) from None
    return found


def private_key(path: Path, passphrase: Callable[[], str]) -> bytes:
    """Read one's own key.

    Raises
    ------
    InputError
        If it is none, or the passphrase is wrong.

    """
    from crypt4gh.keys import get_private_key

    try:
        return bytes(get_private_key(str(path), passphrase))
    except OSError as error:
        raise problem_of(
            "key-unreadable",
            str(path),
            found=error.strerror,
            expected="a file that can be read",
            fix="Correct the path",
        ) from None
    except Exception:  # noqa: BLE001  the library raises what it meets
        raise problem_of(
            "key-private",
            str(path),
            expected="an OpenSSH ed25519 private key and its passphrase",
            fix="Name the key whose public half the sender has",
        ) from None


def encrypt(source: io.RawIOBase, target: BinaryIO, keys: Sequence[bytes]) -> None:
    """Encrypt a stream for the holders of some keys."""
    from crypt4gh import lib

    own = os.urandom(32)
    lib.encrypt([(0, own, key) for key in keys], source, target)


@contextmanager
def decrypting(source: BinaryIO, name: str, key: bytes) -> Iterator[BinaryIO]:
    """Give the plain stream of an encrypted one.

    Raises
    ------
    InputError
        When the context ends: `package-key` if the key is not that of a recipient,
        `package-changed` if any byte is not the one that was encrypted.

    """
    ends = os.pipe()
    errors: list[BaseException] = []

    def run() -> None:
        with os.fdopen(ends[1], "wb") as sink:
            _decrypt(source, sink, key, errors)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    plain = os.fdopen(ends[0], "rb")
    try:
        yield plain
    except Exception:
        plain.close()
        worker.join()
        if errors:  # what came out was cut there, which is why it could not be read
            raise _decryption_problem(errors[0], name) from None
        raise
    plain.close()
    worker.join()
    if errors:
        raise _decryption_problem(errors[0], name)


def _decrypt(source: BinaryIO, sink: BinaryIO, key: bytes, errors: list[BaseException]) -> None:
    from crypt4gh.lib import decrypt

    try:
        decrypt([(0, key, None)], source, sink)
    except BrokenPipeError:
        pass  # the reader has seen enough
    except BaseException as error:  # noqa: BLE001  told in the other thread
        errors.append(error)


def _decryption_problem(error: BaseException, name: str) -> Exception:
    if str(error) in _NOT_FOR_KEY:
        return problem_of(
            "package-key",
            name,
            expected="a package that is encrypted for this key",
            fix="Name the private key whose public half the sender has, or ask for a new package",
        )
    return problem_of(
        "package-changed",
        name,
        found="encrypted bytes",
        expected="the bytes that the sender encrypted",
        fix="Get the package again from the sender",
    )
