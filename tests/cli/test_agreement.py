from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from soilbio.cli.main import main

DATA = Path(__file__).resolve().parents[1] / "data" / "agreements"


def test_check_names_what_is_all_right(capsys):
    files = sorted(str(path) for path in (DATA / "valid").glob("*.yaml"))
    assert main(["agreement", "check", *files]) == 0
    told = capsys.readouterr().out
    assert "embargo@1.0, 2 clauses" in told
    assert "partners@2.3, 2 clauses" in told


def test_check_tells_the_faults_of_all_files_at_once(capsys):
    files = sorted(str(path) for path in (DATA / "invalid").glob("*.yaml"))
    assert main(["agreement", "check", *files]) == 1
    told = capsys.readouterr().err
    for path in (DATA / "invalid").glob("*.yaml"):
        assert f"[{path.stem}]" in told
    assert f"{len(files)} problems found." in told


def test_explain_says_who_gets_what(capsys):
    file = str(DATA / "valid" / "partners.yaml")
    assert main(["agreement", "explain", file, "--date", "2026-01-01"]) == 0
    told = capsys.readouterr().out
    assert "The public" in told
    assert "A consortium member" in told
    assert "partners@2.3, fine grid" in told
    assert "on a grid of 0.001 degrees" in told


@pytest.mark.parametrize("verb", ["check", "explain"])
def test_a_file_that_is_not_there_is_told(verb, tmp_path, capsys):
    assert main(["agreement", verb, str(tmp_path / "absent.yaml")]) == 1
    assert "[agreement-unreadable]" in capsys.readouterr().err


PROVIDER, RECIPIENT = "https://ror.org/0prov0001", "https://ror.org/0reci0002"


def key(folder: Path, name: str) -> str:
    """Make a key; give the text of its public half."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True)
    return (folder / f"{name}.pub").read_text().strip()


@pytest.fixture
def bilateral(tmp_path) -> Path:
    """A model between two parties, written by `new`, with the keys `a` and `b` beside it."""
    options = {
        "id": "pair",
        "title": "Soils of the valley",
        "contact": "data@institute.example",
        "provider": "Institute of Soils",
        "provider-id": PROVIDER,
        "provider-key": key(tmp_path, "a"),
        "recipient": "Institute of Crops",
        "recipient-id": RECIPIENT,
        "recipient-key": key(tmp_path, "b"),
        "end": "2030-12-31",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    new = ["agreement", "new", "--template", "bilateral", "--out", str(tmp_path), *words]
    assert main(new) == 0
    return tmp_path / "pair-1.0.yaml"


def test_a_model_is_never_written_over_an_agreement(bilateral, capsys):
    text = bilateral.read_text()
    words = ["--id", "pair", "--title", "t", "--contact", "c", "--provider", "p"]
    new = ["agreement", "new", "--template", "open-attribution", "--out", str(bilateral.parent)]
    assert main([*new, *words, "--provider-id", PROVIDER]) == 1
    assert "[agreement-exists]" in capsys.readouterr().err
    assert bilateral.read_text() == text


def test_both_parties_sign_and_then_it_is_in_force(bilateral, capsys):
    assert main(["agreement", "verify", str(bilateral)]) == 3
    sign = ["agreement", "sign", str(bilateral), "--party"]
    assert main([*sign, PROVIDER, "--key", str(bilateral.parent / "a")]) == 3
    assert main(["agreement", "explain", str(bilateral)]) == 0
    assert f"the signature of {RECIPIENT} is missing" in capsys.readouterr().out
    assert main([*sign, RECIPIENT, "--key", str(bilateral.parent / "b")]) == 0
    assert main(["agreement", "verify", str(bilateral)]) == 0
    told = capsys.readouterr().out
    assert f"Institute of Crops ({RECIPIENT}): signed, required" in told


def test_nobody_signs_for_another(bilateral, capsys):
    text = bilateral.read_text()
    sign = ["agreement", "sign", str(bilateral), "--party", RECIPIENT]
    assert main([*sign, "--key", str(bilateral.parent / "a")]) == 1
    assert "[signing-failed]" in capsys.readouterr().err
    assert bilateral.read_text() == text


def test_explain_tells_every_recipient_and_stretch_of_days(bilateral, capsys):
    main(["agreement", "explain", str(bilateral)])
    told = capsys.readouterr().out
    assert (
        f"Institute of Crops ({RECIPIENT}), for research of any kind, advice to land users," in told
    )
    assert "until 2030-12-31" in told
    assert "from 2031-01-01 on" in told
    assert "Not for open archives" in told


def test_diff_says_who_gains_and_loses_and_from_when(bilateral, capsys):
    new = bilateral.with_name("pair-1.1.yaml")
    text = bilateral.read_text().replace('version: "1.0"', 'version: "1.1"')
    text = text.replace("location: allow", 'location: {generalise: "0.1"}')
    new.write_text(text.replace("until: 2030-12-31\n    classes", "until: 2028-12-31\n    classes"))
    assert main(["agreement", "diff", str(bilateral), str(new)]) == 0
    told = capsys.readouterr().out
    assert f"{RECIPIENT} loses location: allow -> generalise (0.1)" in told
    assert f"{RECIPIENT} loses counts: allow -> withhold, from 2029-01-01 on" in told
    assert main(["agreement", "diff", str(bilateral), str(bilateral)]) == 0
    assert "nothing changes for anybody" in capsys.readouterr().out
