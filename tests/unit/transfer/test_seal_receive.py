"""A package is taken in whole, by whom it is for, or not at all; each refusal has its message."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from exchange_example import (
    AGREEMENTS,
    CLOSED,
    DAY,
    PUBLIC,
    A,
    B,
    C,
    export_for,
    terms,
)

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError, Refused
from soilbio.exporters.redact import redacted_view
from soilbio.transfer.contents import Holder
from soilbio.transfer.manifest import MANIFEST, entries_of, read_manifest, text_of
from soilbio.transfer.receive import Own, Trust, receive, verify
from soilbio.transfer.seal import NAMESPACE, Sender, seal
from soilbio.transfer.tar import header_of

HOLDER = Holder(B, DAY)


def no_passphrase() -> str:
    raise AssertionError


@pytest.fixture
def take(institutes, tmp_path):
    """Receive a package as B, or as somebody else; return the folder."""

    def run(package: Path, holder: Holder = HOLDER, key: str = "b", **trust: Path) -> Path:
        own = Own(institutes[key].key, no_passphrase)
        known = replace(Trust(institutes["b"].trusted), **trust)
        receive(package, tmp_path / "in", known, own, holder)
        return tmp_path / "in"

    return run


@pytest.fixture
def refused(take, tmp_path):
    """Give the code that a package is refused with; nothing is left behind."""

    def run(package: Path, *args, **words) -> str:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(InputError) as caught:
            take(package, *args, **words)
        assert sorted(tmp_path.rglob("*")) == before
        assert all(problem.expected and problem.fix for problem in caught.value.problems)
        return caught.value.problems[0].code

    return run


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("kind", ["package", "encrypted"])
def test_what_was_sealed_arrives_to_the_byte_and_is_a_whole_dataset(kind, take, export, request):
    folder = take(request.getfixturevalue(kind))
    found = files_in(folder)
    assert files_in(export).items() <= found.items()
    assert found.keys() - files_in(export).keys() == {
        *("MANIFEST.tsv", "MANIFEST.tsv.sig", "package.json")
    }
    assert main(["dataset", "validate", str(folder / "dataset")]) == 0


def test_a_package_is_a_tar_that_other_programs_read_and_check(package, institutes, tmp_path):
    with tarfile.open(package) as tar:
        assert tar.getnames()[:3] == ["MANIFEST.tsv", "MANIFEST.tsv.sig", "package.json"]
        tar.extractall(tmp_path / "x", filter="data")
    manifest = (tmp_path / "x" / MANIFEST).read_bytes()
    done = subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(institutes["b"].trusted), "-I", A),
            *("-n", NAMESPACE, "-s", str(tmp_path / "x" / "MANIFEST.tsv.sig")),
        ],
        input=manifest,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    for line in manifest.decode().splitlines()[1:]:
        digest, size, path = line.split("\t")
        content = (tmp_path / "x" / path).read_bytes()
        assert (sha256(content).hexdigest(), len(content)) == (digest, int(size))


def test_the_same_export_gives_the_same_package(export, package, institutes, tmp_path):
    seal(export, tmp_path / "again", Sender(A, institutes["a"].key))
    assert (tmp_path / "again").read_bytes() == package.read_bytes()


def test_nothing_of_the_data_can_be_read_in_an_encrypted_package(encrypted, package):
    assert b"Kanarienacker-1" in package.read_bytes()
    content = encrypted.read_bytes()
    for word in (b"Kanarienacker", b"MANIFEST", b"agreement", A.encode(), b"parquet"):
        assert word not in content


def test_a_folder_is_taken_in_as_a_file_is(export, institutes, take, tmp_path_factory):
    target = tmp_path_factory.mktemp("sealed") / "folder"
    seal(export, target, Sender(A, institutes["a"].key), is_folder=True)
    assert files_in(take(target)) == files_in(target)


def test_each_of_several_recipients_can_read_it(export, institutes, take, tmp_path_factory):
    target = tmp_path_factory.mktemp("sealed") / "two"
    keys = [institutes[name].public for name in "cb"]
    seal(export, target, Sender(A, institutes["a"].key), keys)
    assert (take(target) / "dataset").is_dir()


def test_verify_checks_the_same_and_takes_nothing_in(encrypted, institutes):
    before = sorted(encrypted.parent.iterdir())
    own = Own(institutes["b"].key, no_passphrase)
    found = verify(encrypted, Trust(institutes["b"].trusted), own, HOLDER)
    assert (found.checked.package.sender, found.checked.until) == (A, date(2027, 12, 31))
    assert sorted(encrypted.parent.iterdir()) == before


def test_one_s_own_key_is_needed_and_must_be_the_one(encrypted, refused, institutes, tmp_path):
    assert refused(encrypted, key="c") == "package-key"
    with pytest.raises(InputError) as caught:
        verify(encrypted, Trust(institutes["b"].trusted), Own(None, no_passphrase), HOLDER)
    assert caught.value.problems[0].code == "package-encrypted"
    own = Own(institutes["b"].public, no_passphrase)
    with pytest.raises(InputError) as caught:
        verify(encrypted, Trust(institutes["b"].trusted), own, HOLDER)
    assert caught.value.problems[0].code == "key-private"


def test_a_signer_must_be_known_as_the_sender(package, refused, institutes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    (folder / "none").write_text("")
    assert refused(package, allowed=folder / "none") == "package-signer"
    (folder / "other").write_text(f"{A} {institutes['c'].public.read_text()}")
    assert refused(package, allowed=folder / "other") == "package-signer"
    (folder / "name").write_text(f"{C} {institutes['a'].public.read_text()}")
    assert refused(package, allowed=folder / "name") == "package-signer"
    assert refused(package, allowed=folder / "absent") == "trust-unreadable"


def test_a_revoked_key_holds_no_more(package, refused, take, institutes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trust")
    (folder / "revoked").write_text(institutes["a"].public.read_text())
    assert refused(package, revoked=folder / "revoked") == "package-revoked"
    (folder / "others").write_text(institutes["c"].public.read_text())
    assert take(package, revoked=folder / "others").is_dir()


def test_a_package_is_for_its_recipient(package, institutes, tmp_path):
    own = Own(institutes["c"].key, no_passphrase)
    for ror in (C, "https://ror.org/0dddddd04"):
        with pytest.raises(Refused, match=f"is for {B}, not for {ror}"):
            receive(package, tmp_path / "in", Trust(institutes["b"].trusted), own, Holder(ror, DAY))
    assert not (tmp_path / "in").exists()


def test_a_grant_that_has_ended_is_refused(package, take, institutes, tmp_path):
    assert take(package, Holder(B, date(2027, 12, 31))).is_dir()
    own, late = Own(None, no_passphrase), Holder(B, date(2028, 1, 1))
    with pytest.raises(Refused, match="ended on 2027-12-31"):
        receive(package, tmp_path / "late", Trust(institutes["b"].trusted), own, late)
    assert not (tmp_path / "late").exists()


def altered(package: Path, folder: Path, change) -> Path:
    content = bytearray(package.read_bytes())
    made = change(content)
    target = folder / "altered"
    target.write_bytes(content if made is None else made)
    return target


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.9, 0.9999])
@pytest.mark.parametrize("kind", ["package", "encrypted"])
def test_a_flipped_bit_is_found_anywhere(kind, share, refused, request, tmp_path_factory):
    def flip(content):
        content[int(share * len(content))] ^= 1

    package = request.getfixturevalue(kind)
    assert refused(altered(package, tmp_path_factory.mktemp("a"), flip)) in (
        *(
            "package-changed",
            "package-signature",
            "package-form",
            "package-key",
            "package-file-extra",
        ),
        *("package-manifest", "package-cut", "package-version"),
    )


@pytest.mark.parametrize("kind", ["package", "encrypted"])
def test_a_cut_or_longer_package_is_refused(kind, refused, request, tmp_path_factory):
    package = request.getfixturevalue(kind)
    folder = tmp_path_factory.mktemp("a")
    for share in (0, 0.1, 0.5, 0.99):
        cut = altered(package, folder, lambda content, s=share: content[: int(len(content) * s)])
        assert refused(cut) in ("package-cut", "package-changed", "package-form")
    assert refused(altered(package, folder, lambda content: content + b"x")) in (
        *("package-form", "package-changed"),
    )


def members(package: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(package) as tar:
        return [(one.name, tar.extractfile(one).read()) for one in tar]


def tar_of(files, folder: Path) -> Path:
    target = folder / "made.tar"
    with target.open("wb") as file:
        for name, content in files:
            file.write(header_of(name, len(content)))
            file.write(content + b"\0" * (-len(content) % 512))
        file.write(b"\0" * 1024)
    return target


@pytest.fixture
def resigned(package, institutes, tmp_path_factory):
    """Change files of the package and sign the new list, as a sender who means harm could."""

    def make(change, also: dict[str, bytes] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("resigned")
        files = dict(members(package)[2:]) | (also or {})
        change(files)
        for name, content in files.items():
            (folder / "x" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "x" / name).write_bytes(content)
        listed = sorted(entries_of(folder / "x"), key=lambda one: one.path != "package.json")
        manifest = text_of(listed)
        first = [(MANIFEST, manifest), ("MANIFEST.tsv.sig", signed(manifest, institutes))]
        return tar_of([*first, *((one.path, files[one.path]) for one in listed)], folder)

    return make


def signed(manifest: bytes, institutes) -> bytes:
    from soilbio.ssh_signatures import sign

    return sign(manifest, institutes["a"].key, NAMESPACE).encode()


def test_a_missing_or_extra_file_is_named(package, refused, tmp_path_factory):
    files = members(package)
    folder = tmp_path_factory.mktemp("a")
    assert refused(tar_of(files[:-1], folder)) == "package-file-missing"
    assert refused(tar_of([*files, ("more.txt", b"x")], folder)) == "package-file-extra"
    assert refused(tar_of([*files[:4], *files[5:]], folder)) == "package-file-extra"


def test_files_of_a_folder_that_are_missing_extra_or_links_are_named(
    export, institutes, refused, tmp_path_factory
):
    def sealed() -> Path:
        target = tmp_path_factory.mktemp("sealed") / "folder"
        seal(export, target, Sender(A, institutes["a"].key), is_folder=True)
        return target

    one = sealed()
    (one / "DUTIES.txt").unlink()
    assert refused(one) == "package-file-missing"
    two = sealed()
    (two / "more.txt").write_text("x")
    assert refused(two) == "package-file-extra"
    three = sealed()
    (three / "DUTIES.txt").unlink()
    (three / "DUTIES.txt").symlink_to("/etc/passwd")
    assert refused(three) == "package-link"
    four = sealed()
    (four / "dataset" / "samples.parquet").write_bytes(b"x")
    assert refused(four) == "package-changed"
    five = sealed()
    os.mkfifo(five / "pipe")
    assert refused(five) == "package-link"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_in_a_tar_is_refused(kind, package, refused, tmp_path_factory):
    files = members(package)
    info = tarfile.TarInfo(files[3][0])
    info.type, info.linkname = kind, "/etc/passwd"
    content = tar_of(files[:3], tmp_path_factory.mktemp("a"))
    body = content.read_bytes()[:-1024] + info.tobuf(tarfile.PAX_FORMAT) + b"\0" * 1024
    content.write_bytes(body)
    assert refused(content) == "package-link"


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", "a//b", "./x", "a\\b", "c:x", "x\x7f", "a/", "..", "x."],
)
def test_a_path_that_leads_elsewhere_is_refused_even_if_it_is_signed(
    path, package, institutes, refused, tmp_path_factory
):
    files = members(package)
    manifest = files[0][1] + f"{sha256(b'x').hexdigest()}\t1\t{path}\n".encode()
    first = [(MANIFEST, manifest), ("MANIFEST.tsv.sig", signed(manifest, institutes))]
    made = tar_of([*first, *files[2:], ("x", b"x")], tmp_path_factory.mktemp("a"))
    assert refused(made) == "package-path"


def test_a_list_that_claims_more_than_the_disk_has_is_refused_before_anything_is_written(
    package, institutes, refused, tmp_path_factory
):
    files = members(package)
    manifest = files[0][1] + f"{sha256(b'x').hexdigest()}\t{10**15}\tbig\n".encode()
    first = [(MANIFEST, manifest), ("MANIFEST.tsv.sig", signed(manifest, institutes))]
    assert refused(tar_of([*first, *files[2:]], tmp_path_factory.mktemp("a"))) == "package-room"


def test_a_packed_file_is_no_package(refused, tmp_path_factory):
    import gzip

    bomb = tmp_path_factory.mktemp("a") / "bomb"
    bomb.write_bytes(gzip.compress(bytes(10_000_000)))
    assert refused(bomb) in ("package-form", "package-cut")
    assert refused(bomb.parent / "absent") == "package-none"


def test_a_decision_that_the_agreements_do_not_give_is_refused(refused, resigned):
    def claim_more(files):
        record = json.loads(files["decision.json"])
        record["decisions"][0]["classes"]["location"] = {
            "outcome": "allow",
            "how": "",
            "because": ["we say so"],
        }
        files["decision.json"] = json.dumps(record).encode()

    assert refused(resigned(claim_more)) == "package-decision"


def test_agreements_that_are_lacking_or_changed_are_found(refused, resigned):
    path = f"agreements/{PUBLIC}.yaml"
    assert refused(resigned(lambda files: files.pop(path))) == "package-agreement"

    def more_open(files):
        files[path] = files[path].replace(b"{generalise: country}", b"allow")

    assert refused(resigned(more_open)) == "package-decision"

    def other(files):
        files[path] = files[path].replace(b"id: demo", b"id: other")

    assert refused(resigned(other)) == "agreement-misfiled"


def test_a_dataset_that_is_not_whole_or_of_another_version_is_refused(refused, resigned):
    def older(files):
        name = "dataset/datapackage.json"
        files[name] = files[name].replace(
            b'"soilbio:schemaVersion": "1', b'"soilbio:schemaVersion": "0'
        )

    assert refused(resigned(older)) == "package-schema"

    def broken(files):
        name = "dataset/views/counts.tsv"
        files[name] = files[name].replace(b"120", b"121")

    with_change = resigned(broken)
    assert refused(with_change) == "file-changed"


def test_a_package_of_another_form_says_so(refused, resigned):
    def newer(files):
        files["package.json"] = files["package.json"].replace(b'"format": 1', b'"format": 2')

    assert refused(resigned(newer)) == "package-version"


def test_what_was_received_is_never_replaced(package, take, refused, tmp_path_factory):
    take(package)
    with pytest.raises(InputError) as caught:
        take(package)
    assert caught.value.problems[0].code == "receive-target"


def test_an_export_that_was_changed_by_hand_is_not_sealed(institutes, tmp_path):
    export = export_for(B, tmp_path)
    (export / "note.txt").write_text("by the way, the farm is at ...")
    with pytest.raises(InputError) as caught:
        seal(export, tmp_path / "p", Sender(A, institutes["a"].key))
    assert caught.value.problems[0].code == "seal-changed"
    assert not (tmp_path / "p").exists()


def test_an_agreement_can_ask_for_encryption(institutes, tmp_path):
    text = terms(PUBLIC).rstrip() + "\n  - {kind: encryption, text: Send it encrypted}\n"
    export = export_for(B, tmp_path, {PUBLIC: text, CLOSED: AGREEMENTS[CLOSED]})
    sender = Sender(A, institutes["a"].key)
    with pytest.raises(InputError) as caught:
        seal(export, tmp_path / "p", sender)
    assert caught.value.problems[0].code == "seal-encryption"
    assert seal(export, tmp_path / "p", sender, [institutes["b"].public]).is_encrypted


def test_what_is_for_everybody_needs_no_seal(institutes, tmp_path):
    from example_dataset import AGREEMENTS as OPEN

    export = export_for("public", tmp_path, dict(OPEN))
    with pytest.raises(InputError) as caught:
        seal(export, tmp_path / "p", Sender(A, institutes["a"].key))
    assert caught.value.problems[0].code == "seal-agreement"


@pytest.mark.parametrize("target", ["tsv", "biom", "tables", "mixs"])
def test_any_export_can_be_sealed(target, institutes, take, tmp_path_factory):
    folder = tmp_path_factory.mktemp("e")
    export = export_for(B, folder, target=target)
    seal(export, folder / "p", Sender(A, institutes["a"].key), [institutes["b"].public])
    assert files_in(export).items() <= files_in(take(folder / "p")).items()


def test_a_third_institute_gets_no_more_from_the_second_than_from_the_first(package, take):
    received = read_dataset(take(package) / "dataset")
    through_b = redacted_view(received, C, "DUO:0000042", DAY, bytes(32))
    assert "lat_lon" not in through_b.columns["samples"]
    assert "sequence" not in through_b.columns["features"]
    places = through_b.tables["samples"].collect()["geo_loc_name"].drop_nulls().unique()
    assert places.to_list() == ["Germany"]
    with pytest.raises(Refused, match="no clause"):
        redacted_view(received, "public", "DUO:0000042", DAY, bytes(32))


def test_what_may_not_be_passed_on_goes_to_nobody_else(institutes, take, tmp_path_factory):
    folder = tmp_path_factory.mktemp("e")
    texts = {name: terms(name, "onward: forbidden\n") for name in AGREEMENTS}
    export = export_for(B, folder, texts)
    seal(export, folder / "p", Sender(A, institutes["a"].key))
    received = read_dataset(take(folder / "p") / "dataset")
    with pytest.raises(Refused, match=f"shared with {B}, who may pass it on to nobody"):
        redacted_view(received, C, "DUO:0000042", DAY, bytes(32))
    assert redacted_view(received, B, "DUO:0000042", DAY, bytes(32)).tables


def test_after_its_end_nothing_of_it_is_passed_on(package, take):
    received = read_dataset(take(package) / "dataset")
    with pytest.raises(Refused, match="had it until 2027-12-31 only"):
        redacted_view(received, C, "DUO:0000042", date(2028, 1, 1), bytes(32))


def test_a_list_is_read_as_it_is_written():
    content = text_of(entries_of(Path(__file__).parent))
    assert text_of(read_manifest(content, "x")) == content


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65_536, 1 << 20, (1 << 20) + 512])
def test_files_of_any_size_arrive(size, institutes, take, tmp_path_factory):
    folder = tmp_path_factory.mktemp("e")
    export = export_for(B, folder, target="tsv")
    content = bytes(size)
    (export / "a.bin").write_bytes(content)
    decision = json.loads((export / "decision.json").read_text())
    decision["files"].append({"name": "a.bin", "sha256": sha256(content).hexdigest()})
    (export / "decision.json").write_text(json.dumps(decision))
    seal(export, folder / "p", Sender(A, institutes["a"].key), [institutes["b"].public])
    assert files_in(export).items() <= files_in(take(folder / "p")).items()
