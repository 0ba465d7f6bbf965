"""Signatures of an agreement's parties: SSHSIG, made and checked by OpenSSH's own `ssh-keygen`.

A signature is over the file up to the line `signatures:`, which is its last field; so anybody can
check it without soilbio:

    sed '/^signatures:/,$d' FILE |
    ssh-keygen -Y verify -f ALLOWED -I ROR -n soilbio-agreement -s SIGNATURE
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from soilbio.agreements.model import Agreement
from soilbio.errors import Problems
from soilbio.ssh_signatures import is_by, sign

NAMESPACE = "soilbio-agreement"
_FIELD = "\nsignatures:"


def signed_text(text: str) -> str:
    """Give the part of an agreement's text that signatures are over."""
    end = text.find(_FIELD)
    return text if end < 0 else text[: end + 1]


def check_signers(
    agreement: Agreement, text: str, content: Mapping[str, Any], problems: Problems
) -> None:
    """Note required signers that cannot sign, and text behind the signatures."""
    keys = {party.id: party.key for party in agreement.parties if party.id}
    for number, party in enumerate(agreement.signed_by):
        if not keys.get(party):
            problems.add(
                "agreement-signer",
                column=f"signed_by.{number}",
                found=party,
                expected="the id of a party that has a key",
                fix="Add the party's id and OpenSSH public key under `parties`",
            )
    # A line of that look inside a value would end what is signed before the file's own field.
    begins = next((key.start_mark.index for key in _keys(text) if key.value == "signatures"), None)
    is_sound = begins == (len(signed_text(text)) if _FIELD in text else None)
    if not is_sound or ("signatures" in content and list(content)[-1] != "signatures"):
        problems.add(
            "agreement-signer",
            column="signatures",
            expected="signatures at the end of the file, where nothing unsigned can follow",
            fix="Move the other fields above; then let the parties sign again",
        )


def _keys(text: str) -> list[Any]:
    """List the key nodes of the file's fields."""
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    return [key for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []


def unsigned(agreement: Agreement, text: str) -> tuple[str, ...]:
    """List the required signers whose signature is missing or does not hold."""
    keys = {party.id: party.key for party in agreement.parties}
    return tuple(p for p in agreement.signed_by if not has_signed(text, p, keys[p]))


def has_signed(text: str, party: str, key: str) -> bool:
    """Tell whether an agreement's text bears a sound signature of a party."""
    content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but text
    return any(
        one["party"] == party and is_signed(signed_text(text), party, key, one["signature"])
        for one in content.get("signatures", ())
    )


@lru_cache(maxsize=256)
def is_signed(text: str, party: str, key: str, signature: str) -> bool:
    """Tell whether a party's key made a signature over a text; False also without `ssh-keygen`."""
    allowed = f'{party} namespaces="{NAMESPACE}" {key}\n'
    return is_by(text.encode(), signature, NAMESPACE, (party, allowed))


def add_signature(text: str, party: str, key: Path) -> str:
    """Sign a text with a private key, or its public half if an agent holds it; append the result.

    Raises
    ------
    InputError
        With what `ssh-keygen` said.

    """
    text = text.rstrip() + "\n"
    body = signed_text(text)
    signature = sign(body.encode(), key, NAMESPACE)
    indented = "".join(f"      {line}\n" for line in signature.splitlines())
    entry = f"  - party: {party}\n    signature: |\n{indented}"
    return text + ("signatures:\n" if body == text else "") + entry
