"""Downloads from a server on 127.0.0.1 that cuts, lies and forgets."""

import hashlib
import io
import os
import random
import socket
import subprocess
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from soilbio.errors import InputError
from soilbio.references.checksums import parse_md5_list
from soilbio.references.download import Patience, download
from soilbio.references.entries import Entry, Source, to_entry
from soilbio.references.fetch import Asked, get_reference
from soilbio.references.manifest import locate
from tests.reference_server import Server

DATA = random.Random(1).randbytes(300_000)
SHA256, MD5 = hashlib.sha256(DATA).hexdigest(), hashlib.md5(DATA).hexdigest()


@pytest.fixture
def server():
    known = Server(files={"/f": DATA})
    running = known.start()
    yield known
    running.shutdown()
    running.server_close()


def patience(waits=None, tries=3):
    return Patience(tries=tries, sleep=(waits if waits is not None else []).append, silence_s=5)


def no_check(_):
    return ""


def check_sha256(path):
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return "" if found == SHA256 else f"SHA-256 {found}"


def source(server, *more, **known):
    urls = tuple(f"{server.url}{path}" for path in ("/f", *more))
    return Source("f", urls, **{"sha256": SHA256, **known})


def codes(caught):
    return [problem.code for problem in caught.value.problems]


def test_a_file_is_got_whole(server, tmp_path):
    path = download(source(server), tmp_path, check_sha256, patience())
    assert path.read_bytes() == DATA
    assert [item.name for item in tmp_path.iterdir()] == ["f"]


def test_a_cut_connection_is_gone_on_with_where_it_broke(server, tmp_path):
    server.cuts["/f"] = [100_000, 50_000]
    waits = []
    path = download(source(server), tmp_path, check_sha256, patience(waits))
    assert path.read_bytes() == DATA
    assert [(asked, status) for _, asked, status in server.asked] == [
        (None, 200),
        ("bytes=100000-", 206),
        ("bytes=150000-", 206),
    ]
    assert waits == [1.0, 1.0]  # each try brought more: the waits do not grow


def test_what_was_cut_for_good_is_kept_and_a_second_call_goes_on(server, tmp_path):
    server.cuts["/f"] = [100_000]
    server.statuses["/f"] = [0, 503, 503, 503]
    with pytest.raises(InputError) as caught:
        download(source(server), tmp_path, check_sha256, patience())
    assert codes(caught) == ["reference-download"]
    assert "it goes on at 100,000 bytes" in str(caught.value)
    assert (tmp_path / "f.part").stat().st_size == 100_000
    assert not (tmp_path / "f").exists()
    path = download(source(server), tmp_path, check_sha256, patience())
    assert path.read_bytes() == DATA
    assert server.asked[-1][1:] == ("bytes=100000-", 206)


def test_a_server_that_ignores_ranges_gives_the_whole_file_again(server, tmp_path):
    server.cuts["/f"] = [100_000]
    server.ignores_range = True
    assert download(source(server), tmp_path, check_sha256, patience()).read_bytes() == DATA


def test_a_server_that_ignores_ranges_and_cuts_each_time_is_given_up(server, tmp_path):
    server.cuts["/f"] = [100_000] * 9
    server.ignores_range = True
    with pytest.raises(InputError) as caught:
        download(source(server), tmp_path, check_sha256, patience())
    assert codes(caught) == ["reference-download"]
    assert len(server.asked) == 3


def test_another_file_of_that_name_is_not_mixed_in(server, tmp_path):
    server.cuts["/f"] = [100_000]
    server.statuses["/f"] = [0, 404]
    with pytest.raises(InputError):
        download(source(server, sha256=None), tmp_path, no_check, patience())
    server.files["/f"] = other = DATA[::-1]
    path = download(source(server, sha256=None), tmp_path, no_check, patience())
    assert path.read_bytes() == other


def test_without_checksum_or_etag_nothing_is_gone_on_with(server, tmp_path):
    server.has_etag = False
    server.cuts["/f"] = [100_000]
    path = download(source(server, sha256=None), tmp_path, no_check, patience())
    assert path.read_bytes() == DATA
    assert [asked for _, asked, _ in server.asked] == [None, None]


def test_a_wrong_checksum_leaves_nothing_and_the_mirror_is_asked(server, tmp_path):
    server.files["/f"] = DATA[:-1] + b"x"
    server.files["/mirror"] = DATA
    path = download(source(server, "/mirror"), tmp_path, check_sha256, patience())
    assert path.read_bytes() == DATA
    assert [path for path, _, _ in server.asked] == ["/f", "/mirror"]


def test_a_wrong_file_everywhere_is_one_error_and_nothing_is_kept(server, tmp_path):
    server.files["/f"] = server.files["/mirror"] = DATA[:-1] + b"x"
    with pytest.raises(InputError) as caught:
        download(source(server, "/mirror"), tmp_path, check_sha256, patience())
    assert codes(caught) == ["reference-checksum"]
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_size_is_not_even_read(server, tmp_path):
    with pytest.raises(InputError) as caught:
        download(source(server, size_bytes=5), tmp_path, check_sha256, patience())
    assert codes(caught) == ["reference-checksum"]


def test_a_rotten_beginning_is_got_again_from_zero(server, tmp_path):
    (tmp_path / "f.part").write_bytes(b"rotten" * 100)
    path = download(source(server), tmp_path, check_sha256, patience())
    assert path.read_bytes() == DATA
    assert [asked for _, asked, _ in server.asked] == ["bytes=600-", None]


def test_what_is_whole_already_but_was_never_checked_is_not_got_again(server, tmp_path):
    (tmp_path / "f.part").write_bytes(DATA)
    assert download(source(server), tmp_path, check_sha256, patience()).read_bytes() == DATA
    assert [status for _, _, status in server.asked] == [416]


def test_a_part_that_is_longer_than_the_file_is_got_again(server, tmp_path):
    (tmp_path / "f.part").write_bytes(DATA + b"more")
    assert download(source(server), tmp_path, check_sha256, patience()).read_bytes() == DATA


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_answer_that_will_not_change_is_not_asked_for_again(server, tmp_path, status):
    server.statuses["/f"] = [status] * 9
    waits = []
    with pytest.raises(InputError) as caught:
        download(source(server), tmp_path, check_sha256, patience(waits))
    assert codes(caught) == ["reference-download"]
    assert f"HTTP {status}" in str(caught.value)
    assert not waits


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_waited_for_longer_and_longer(server, tmp_path, status):
    server.statuses["/f"] = [status, status, status]
    waits = []
    download(source(server), tmp_path, check_sha256, patience(waits, tries=4))
    assert waits == [1.0, 2.0, 4.0]


def test_a_server_says_how_long_to_wait_within_bounds(server, tmp_path):
    server.statuses["/f"] = [503, 503]
    server.retry_after = "7"
    waits = []
    download(source(server), tmp_path, check_sha256, patience(waits))
    server.retry_after = "86400"
    server.statuses["/f"] = [503]
    (tmp_path / "f").unlink()
    download(source(server), tmp_path, check_sha256, patience(waits))
    assert waits == [7.0, 7.0, 60.0]


def test_without_network_each_address_is_named_once(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    urls = (f"http://127.0.0.1:{port}/f", "http://no-such-host.invalid/f")
    with pytest.raises(InputError) as caught:
        download(Source("f", urls, sha256=SHA256), tmp_path, check_sha256, patience(tries=2))
    assert codes(caught) == ["reference-download"]
    said = str(caught.value)
    assert all(url in said for url in urls)
    assert "Traceback" not in said
    assert "Max retries" not in said


def test_a_file_of_unknown_length_is_got(server, tmp_path):
    server.says_length = False
    assert download(source(server), tmp_path, check_sha256, patience()).read_bytes() == DATA


# ---- Whole references ----------------------------------------------------------------------------

HEADERS = ">Bacteria;Bacillota;Bacilli;\nACGU\nAC\n>Archaea;\nGGGG\n"


def entry_of(server, name="small", **known) -> Entry:
    data = known.pop("data", HEADERS.encode())
    file = {"name": f"{name}.fa", "urls": [f"{server.url}/{name}.fa"], **known}
    server.files[f"/{name}.fa"] = data
    value = {"title": "Small", "version": "1", "licence": "CC0-1.0", "kind": "files"}
    return to_entry(name, {**value, "layout": "dada2", "engine": "amplicons", "files": [file]})


def digest_of(text=HEADERS):
    return hashlib.sha256(text.encode()).hexdigest()


def get(entry, root, **asked):
    return get_reference(entry, root=root, asked=Asked(patience=patience(), **asked))


def test_a_reference_is_downloaded_and_used(server, tmp_path):
    entry = entry_of(server, sha256=digest_of())
    folder, is_new = get(entry, tmp_path)
    assert is_new
    assert sorted(path.name for path in folder.iterdir()) == [
        "lineages.tsv.gz",
        "reference.json",
        "sequences.fasta.gz",
    ]
    assert locate("small", tmp_path).version == "1"
    assert get(entry, tmp_path) == (folder, False)
    assert len(server.asked) == 1
    assert not (tmp_path / ".downloads" / "small").exists()


def test_a_file_without_published_checksum_needs_consent_and_is_held_to_afterwards(
    server, tmp_path
):
    entry = entry_of(server)
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path)
    assert codes(caught) == ["reference-unverified"]
    assert not server.asked
    folder, _ = get(entry, tmp_path, is_accepted=True)
    (folder / "sequences.fasta.gz").unlink()
    get(entry, tmp_path)  # known by now: no consent is needed
    (folder / "sequences.fasta.gz").unlink()
    server.files["/small.fa"] = b">Bacteria;\nTTTT\n"
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path, is_accepted=True)
    assert codes(caught) == ["reference-checksum"]


def test_another_version_of_a_file_without_checksum_needs_consent_of_its_own(server, tmp_path):
    entry = entry_of(server)
    folder, _ = get(entry, tmp_path, is_accepted=True)
    newer = replace(entry, version="2")
    (folder / "sequences.fasta.gz").unlink()
    server.files["/small.fa"] = b">Bacteria;\nTTTT\n"
    with pytest.raises(InputError) as caught:
        get(newer, tmp_path)
    assert codes(caught) == ["reference-unverified"]
    assert get(newer, tmp_path, is_accepted=True)[1]
    assert locate("small", tmp_path).version == "2"


@pytest.mark.parametrize("is_right", [True, False])
def test_a_publishers_list_of_md5_is_held_to(server, tmp_path, is_right):
    md5 = hashlib.md5(HEADERS.encode() if is_right else b"x").hexdigest()
    server.files["/MD5SUM.txt"] = f"{'0' * 32}  ./other.fa\n{md5}  ./small.fa\n".encode()
    entry = entry_of(server, md5_list={"of": "file", "url": f"{server.url}/MD5SUM.txt"})
    if is_right:
        assert get(entry, tmp_path)[1]
        return
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path)
    assert codes(caught) == ["reference-checksum"]
    assert not (tmp_path / "small").exists()


def test_lists_of_md5_are_read_in_both_forms():
    text = f"{MD5}  a/b.gz\nMD5 (c.gz) = {MD5.upper()}\n{MD5} *d.gz\nno line\n"
    assert parse_md5_list(text) == {"b.gz": MD5, "c.gz": MD5, "d.gz": MD5}


def test_a_full_disk_is_told_before_anything_is_got(server, tmp_path):
    entry = entry_of(server, sha256=digest_of(), about_bytes=10**18)
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path)
    assert codes(caught) == ["disk-full"]
    assert not server.asked


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_that_fills_up_ends_in_one_error_and_the_next_time_goes_on(server, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=192k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        server.says_length = False  # so that it is not known beforehand
        data = b">Bacteria;\n" + b"ACGT" * 75_000 + b"\n"
        entry = entry_of(server, sha256=hashlib.sha256(data).hexdigest(), data=data)
        with pytest.raises(InputError) as caught:
            get(entry, disk)
        assert codes(caught) == ["disk-full"]
        kept = (disk / ".downloads" / "small" / "small.fa.part").stat().st_size
        assert 100_000 < kept < len(data)
        assert not (disk / "small").exists()
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert get(entry, disk)[1]
        assert server.asked[-1][1:] == (f"bytes={kept}-", 206)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_of_two_gets_at_once_one_downloads_and_the_other_waits_and_says_so(server, tmp_path):
    entry = entry_of(server, sha256=digest_of())
    server.gate = threading.Event()
    said = []
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(get, entry, tmp_path)
        while not (tmp_path / ".small.part").exists():
            pass
        waiting = Asked(patience=Patience(tell=said.append))
        second = pool.submit(get_reference, entry, root=tmp_path, asked=waiting)
        while not said:
            pass
        server.gate.set()
        assert (first.result()[1], second.result()[1]) == (True, False)
    assert "another process is installing small" in said[0]
    assert len(server.asked) == 1


def test_a_kill_leaves_a_part_that_the_next_time_goes_on_with(server, tmp_path):
    entry = entry_of(server, sha256=digest_of())
    folder = tmp_path / ".downloads" / "small"
    folder.mkdir(parents=True)
    (folder / "small.fa.part").write_bytes(HEADERS.encode()[:10])
    (tmp_path / ".small.part").mkdir()
    (tmp_path / ".small.part" / "half").write_text("left by kill -9")
    get(entry, tmp_path)
    assert server.asked[0][1:] == ("bytes=10-", 206)
    assert sorted(path.name for path in (tmp_path / "small").iterdir())[0] == "lineages.tsv.gz"


@pytest.mark.parametrize("text", ["", "no fasta\n", ">Bacteria\n>\nACGT\n", ">;\nACGT\n"])
def test_a_file_that_is_not_what_the_manifest_says_is_told_and_nothing_is_left(
    server, tmp_path, text
):
    entry = entry_of(server, sha256=digest_of(text), data=text.encode())
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path)
    assert codes(caught) == ["reference-file-unreadable"]
    assert not (tmp_path / "small").exists()
    assert not (tmp_path / ".small.part").exists()


def tar_of(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                tar.addfile(info)
                continue
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def kraken_entry(server, members, listed=None):
    data = tar_of(members)
    server.files["/k.tar.gz"] = data
    file = {"name": "k.tar.gz", "urls": [f"{server.url}/k.tar.gz"]}
    if listed is None:
        file["sha256"] = hashlib.sha256(data).hexdigest()
    else:
        lines = "".join(f"{hashlib.md5(body).hexdigest()}  {name}\n" for name, body in listed)
        server.files["/k.md5"] = lines.encode()
        file["md5_list"] = {"of": "members", "url": f"{server.url}/k.md5"}
    value = {"title": "K", "version": "1", "licence": "CC0-1.0", "kind": "files"}
    return to_entry("k", {**value, "layout": "kraken2", "engine": "kraken2", "files": [file]})


TABLES = [(f"db/{name}.k2d", name.encode()) for name in ("hash", "opts", "taxo")]


def test_members_of_an_archive_are_held_to_their_publishers_list(server, tmp_path):
    folder, _ = get(kraken_entry(server, TABLES, TABLES), tmp_path)
    assert (folder / "hash.k2d").read_bytes() == b"hash"
    wrong = [*TABLES[:2], ("taxo.k2d", b"other")]
    with pytest.raises(InputError) as caught:
        get(kraken_entry(server, TABLES, wrong), tmp_path / "other")
    assert codes(caught) == ["reference-checksum"]
    with pytest.raises(InputError) as caught:
        get(kraken_entry(server, TABLES, TABLES[:2]), tmp_path / "third")
    assert codes(caught) == ["reference-checksum"]
    assert caught.value.problems[0].found == "none of taxo.k2d"


def test_an_archive_never_writes_outside_its_folder(server, tmp_path):
    bad = [("../../evil", b"x"), ("/tmp/evil2", b"x"), ("link", None), ("db/.hidden", b"x")]
    folder, _ = get(kraken_entry(server, [*bad, *TABLES]), tmp_path / "root")
    names = {path.name for path in folder.iterdir()}
    assert names == {"evil", "evil2", "hash.k2d", "opts.k2d", "taxo.k2d", "reference.json"}
    assert not (tmp_path / "evil").exists()
    assert not any(path.is_symlink() for path in folder.iterdir())


@pytest.mark.parametrize(
    "members", [TABLES[:2], [*TABLES, ("more/hash.k2d", b"x")]], ids=["missing", "twice"]
)
def test_an_archive_that_lacks_a_file_or_has_one_twice_is_refused(server, tmp_path, members):
    with pytest.raises(InputError) as caught:
        get(kraken_entry(server, members), tmp_path)
    assert codes(caught) == ["reference-archive"]
    assert not (tmp_path / "k").exists()


def test_carried_in_files_are_taken_by_name_with_their_list(server, tmp_path):
    entry = kraken_entry(server, TABLES, TABLES)
    for name in ("k.tar.gz", "k.md5"):
        (tmp_path / name).write_bytes(server.files[f"/{name}"])
    with pytest.raises(InputError) as caught:
        get(entry, tmp_path / "root", carried=(tmp_path / "k.tar.gz",))
    assert codes(caught) == ["reference-file-missing"]
    both = (tmp_path / "k.tar.gz", tmp_path / "k.md5")
    folder, _ = get(entry, tmp_path / "root", carried=both)
    assert (folder / "taxo.k2d").read_bytes() == b"taxo"
    assert not server.asked


def test_an_archive_that_is_not_what_its_list_says_is_got_anew_the_next_time(server, tmp_path):
    good = kraken_entry(server, TABLES, TABLES)
    whole = server.files["/k.tar.gz"]
    server.files["/k.tar.gz"] = tar_of([*TABLES[:2], ("taxo.k2d", b"damaged")])
    with pytest.raises(InputError) as caught:
        get(good, tmp_path)
    assert codes(caught) == ["reference-checksum"]
    server.files["/k.tar.gz"] = whole
    assert get(good, tmp_path)[1]
