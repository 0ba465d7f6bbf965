"""Signatures are OpenSSH's own; what was changed after signing permits nothing."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest
import yaml

from soilbio.agreements import decide, parse_agreement
from soilbio.agreements.signatures import NAMESPACE, add_signature, signed_text
from soilbio.errors import InputError

PARTIES = {"a": "https://ror.org/0aaaaaa01", "b": "https://ror.org/0aaaaaa02"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    for name in PARTIES:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]
        subprocess.run([*command, str(folder / name)], check=True)
    return {name: folder / name for name in PARTIES}


@pytest.fixture(scope="module")
def text(keys) -> str:
    parties = "\n".join(
        f'  - {{name: {name}, id: "{party}", role: provider,'
        f' key: "{keys[name].with_suffix(".pub").read_text().strip()}"}}'
        for name, party in PARTIES.items()
    )
    return f"""id: signed
version: "1.0"
title: Signed
licence: CC0-1.0
parties:
{parties}
grants:
  - {{name: all, recipient: public, purposes: [DUO:0000042], classes: {{counts: allow}}}}
signed_by: ["{PARTIES["a"]}", "{PARTIES["b"]}"]
"""


@pytest.fixture(scope="module")
def signed(text, keys) -> str:
    return add_signature(add_signature(text, PARTIES["a"], keys["a"]), PARTIES["b"], keys["b"])


def shares(text: str) -> bool:
    agreement = parse_agreement(text, "a.yaml")
    return decide([agreement], "public", "DUO:0000042", date(2026, 1, 1)).shares_anything


def test_all_must_sign_before_anything_is_permitted(text, signed, keys):
    assert parse_agreement(text, "a").unsigned == tuple(PARTIES.values())
    assert not shares(text)
    one = add_signature(text, PARTIES["a"], keys["a"])
    assert parse_agreement(one, "a").unsigned == (PARTIES["b"],)
    assert not shares(one)
    assert parse_agreement(signed, "a").unsigned == ()
    assert shares(signed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("counts: allow", "counts: allow, raw_reads: allow"),
        ("title: Signed", "title: Signed by all"),
        ("licence: CC0-1.0", "licence: CC0-1.0 "),
        ('version: "1.0"', 'version: "1.1"'),
        ("id: signed\n", "id: signed\n# a comment\n"),
    ],
)
def test_any_change_of_what_was_signed_undoes_all_signatures(signed, old, new):
    assert old in signed
    assert parse_agreement(signed.replace(old, new, 1), "a").unsigned == tuple(PARTIES.values())


def test_a_signature_by_another_key_or_for_another_party_counts_for_nothing(text, keys):
    forged = add_signature(text, PARTIES["b"], keys["a"])
    assert parse_agreement(forged, "a").unsigned == tuple(PARTIES.values())


def test_a_signature_made_for_another_end_counts_for_nothing(text, keys, tmp_path):
    path = tmp_path / "signed"
    path.write_text(signed_text(text))
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(keys["a"]), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    lines = "".join(f"      {line}\n" for line in path.with_suffix(".sig").read_text().splitlines())
    other = f"{text}signatures:\n  - party: {PARTIES['a']}\n    signature: |\n{lines}"
    assert PARTIES["a"] in parse_agreement(other, "a").unsigned


def test_nothing_can_be_added_behind_the_signatures(signed):
    with pytest.raises(InputError, match="agreement-signer"):
        parse_agreement(f"{signed}onward: free\n", "a")


def test_a_value_that_looks_like_the_field_of_signatures_cannot_hide_what_follows(text, keys):
    tricky = text.replace("title: Signed", 'title: "Signed\nsignatures: "')
    with pytest.raises(InputError):
        parse_agreement(tricky, "a")
    signed = add_signature(tricky, PARTIES["a"], keys["a"])
    with pytest.raises(InputError):
        parse_agreement(signed, "a")


def test_who_must_sign_is_a_party_with_a_key(text):
    other = text.replace(f'["{PARTIES["a"]}"', '["https://ror.org/0aaaaaa09"')
    assert other != text
    with pytest.raises(InputError, match="agreement-signer"):
        parse_agreement(other, "a")


def test_anybody_can_check_with_ssh_keygen_alone(signed, keys, tmp_path):
    signature = yaml.safe_load(signed)["signatures"][0]["signature"]
    (tmp_path / "sig").write_text(signature)
    public = keys["a"].with_suffix(".pub").read_text()
    (tmp_path / "allowed").write_text(f"{PARTIES['a']} {public}")
    text = subprocess.run(
        ["sed", "/^signatures:/,$d"], input=signed, capture_output=True, text=True, check=True
    ).stdout
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", PARTIES["a"]]
    command += ["-n", NAMESPACE, "-s", str(tmp_path / "sig")]
    assert subprocess.run(command, input=text.encode(), check=False).returncode == 0


def test_signing_with_what_is_no_key_is_told(text, tmp_path):
    (tmp_path / "key").write_text("no key")
    with pytest.raises(InputError, match="signing-failed"):
        add_signature(text, PARTIES["a"], tmp_path / "key")
