"""Signatures in OpenSSH's own form (SSHSIG), made and checked by `ssh-keygen`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from soilbio.errors import problem_of


def sign(body: bytes, key: Path, namespace: str) -> str:
    """Sign bytes with a private key, or its public half if an agent holds it; return the armour.

    Raises
    ------
    InputError
        With what `ssh-keygen` said.

    """
    try:
        done = subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key)],
            input=body,
            capture_output=True,
            check=False,
        )
        said, code = done.stderr.decode(errors="replace"), done.returncode
    except FileNotFoundError:
        said, code = "ssh-keygen is not on PATH", 127
    if code:
        raise problem_of(
            "signing-failed",
            str(key),
            found=" ".join(said.split())[:200],
            expected="an OpenSSH ed25519 key that can sign",
            fix="Name the private key; install openssh-client if ssh-keygen is missing",
        )
    return done.stdout.decode()


def is_sound(body: bytes, signature: str, namespace: str) -> bool:
    """Tell whether a signature is over these bytes, whoever made it."""
    return _ask(["check-novalidate"], body, signature, namespace)


def is_by(
    body: bytes,
    signature: str,
    namespace: str,
    who: tuple[str, str],
    revoked: Path | None = None,
) -> bool:
    """Tell whether a signature is of a signer whose keys are known; False without `ssh-keygen`.

    Parameters
    ----------
    body, signature, namespace
        What was signed, the armour, and what for.
    who : tuple of str
        The signer, and the text of a file of allowed signers (`ssh-keygen(1)`).
    revoked : Path, optional
        A key revocation list, or a file of public keys that are not to be trusted any more.

    """
    signer, allowed = who
    with tempfile.TemporaryDirectory(prefix="soilbio-") as scratch:
        known = Path(scratch) / "allowed"
        known.write_text(allowed, encoding="utf-8")
        words = ["verify", "-f", str(known), "-I", signer]
        if revoked is not None:
            words += ["-r", str(revoked)]
        return _ask(words, body, signature, namespace)


def _ask(words: list[str], body: bytes, signature: str, namespace: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="soilbio-") as scratch:
        armoured = Path(scratch) / "signature"
        armoured.write_text(signature.strip() + "\n", encoding="utf-8")
        try:
            done = subprocess.run(
                ["ssh-keygen", "-Y", *words, "-n", namespace, "-s", str(armoured)],
                input=body,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            return False
    return done.returncode == 0
