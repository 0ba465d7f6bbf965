from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ena_server import PASSWORD, USER, Archive, receipt

from soilbio.archives.ena.journal import Journal, locked
from soilbio.archives.ena.prepare import write_submission
from soilbio.archives.ena.receipts import Accession, parse_receipt
from soilbio.archives.ena.service import Credentials, Service, credentials_of
from soilbio.archives.ena.submit import submit
from soilbio.errors import InputError

ACCOUNT = Credentials(USER, PASSWORD)


@pytest.fixture
def send(server: tuple[Archive, dict[str, str]], folder: Path) -> Callable[..., list[Accession]]:
    _, environment = server

    def run(account: Credentials = ACCOUNT, *, is_test: bool = False) -> list[Accession]:
        service = Service.test(environment) if is_test else Service.production(environment)
        told: list[str] = []
        found = submit(folder, service, account, tell=told.append, wait=lambda _: None)
        assert PASSWORD not in " ".join(told)
        return found

    return run


def refused(send: Callable[..., object], *arguments: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        send(*arguments)
    assert PASSWORD not in str(caught.value)
    return [problem.code for problem in caught.value.problems]


def test_samples_go_first_then_files_then_runs(server, send):
    archive, _ = server
    found = send()
    assert archive.requests[0] == "add"
    assert archive.requests[-1] == "add"
    assert len(archive.requests) == 2 + 5
    assert len(found) == 1 + 3 + 3 + 3
    of_soil = next(one for one in found if one.alias == "meadow-1")
    assert of_soil.accession.startswith("ERS")
    assert of_soil.external.startswith("SAMEA")


def test_what_was_sent_is_not_sent_again(server, send):
    archive, _ = server
    first = send()
    before = list(archive.requests)
    assert send() == first
    assert archive.requests == before


def test_a_validation_error_is_told_and_nothing_is_noted_as_sent(server, send, folder):
    archive, _ = server
    archive.faults = ["error"]
    with pytest.raises(InputError) as caught:
        send()
    assert [problem.code for problem in caught.value.problems] == ["ena-rejected"]
    assert "Invalid depth value" in str(caught.value)
    assert Journal.read(folder, "production").parts == {}
    assert len(send()) == 10


def test_after_an_answer_that_was_lost_the_receipt_is_asked_for(server, send):
    archive, _ = server
    archive.faults = ["lose-after"]
    assert len(send()) == 10
    assert archive.requests.count("add") == 2
    assert archive.requests.count("receipt") == 1


def test_without_receipts_the_records_that_are_there_are_recognised(server, send):
    archive, _ = server
    archive.faults = ["lose-after"]
    archive.gives_receipts = False
    found = send()
    assert len(found) == 10
    assert len(archive.records) == 10


@pytest.mark.parametrize("fault", ["lose-before", "html"])
def test_a_request_that_did_nothing_is_made_again(server, send, fault):
    archive, _ = server
    archive.faults = [fault, fault]
    assert len(send()) == 10
    assert len(archive.records) == 10


def test_a_service_that_never_answers_leaves_the_rest_for_later(server, send, folder):
    archive, _ = server
    archive.faults = ["html"] * 3
    assert refused(send) == ["ena-unanswered"]
    assert Journal.read(folder, "production").state("first") == "sent"
    assert len(send()) == 10
    assert len(archive.records) == 10


def test_a_time_out_is_no_reason_to_send_twice(server, folder):
    import socket

    _, environment = server
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        service = Service("production", url, environment["SOILBIO_ENA_UPLOAD_URL"], 0.2)
        with pytest.raises(InputError) as caught:
            submit(folder, service, ACCOUNT, wait=lambda _: None)
    assert [problem.code for problem in caught.value.problems] == ["ena-unanswered"]


def test_half_way_failure_goes_on_with_the_file_that_broke(server, send, folder):
    archive, _ = server
    archive.upload_faults = ["", "", *["cut"] * 4]
    assert refused(send) == ["ena-upload"]
    assert Journal.read(folder, "production").state("first") == "done"
    assert len(Journal.read(folder, "production").files) == 2
    before = len(archive.requests)
    assert len(send()) == 10
    after = archive.requests[before:]
    assert "upload meadows_B1_1.fastq.gz" not in after
    assert after.count("add") == 1


def test_a_killed_run_goes_on(server, send, folder, monkeypatch):
    archive, _ = server
    set_part = Journal.set_part

    def killed(self: Journal, name: str, state: str, digests: dict[str, str]) -> None:
        if state == "done":
            raise KeyboardInterrupt
        set_part(self, name, state, digests)

    monkeypatch.setattr(Journal, "set_part", killed)
    with pytest.raises(KeyboardInterrupt):
        send()
    monkeypatch.undo()
    assert len(send()) == 10
    assert archive.requests.count("add") == 2


def test_a_wrong_password_adds_nothing_and_is_not_shown(server, send, folder):
    archive, _ = server
    wrong = Credentials(USER, "wrong-secret")
    with pytest.raises(InputError) as caught:
        send(wrong)
    assert "wrong-secret" not in str(caught.value)
    assert "wrong-secret" not in repr(wrong)
    assert [problem.code for problem in caught.value.problems] == ["ena-login"]
    assert archive.requests == ["refused"]
    assert Journal.read(folder, "production").parts == {}


def test_the_password_is_in_no_file_of_the_folder(send, folder):
    send()
    for path in folder.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes()


def test_a_service_that_is_not_there_is_told(send, folder):
    service = Service("production", "http://127.0.0.1:9/", "ftp://127.0.0.1:9")
    with pytest.raises(InputError) as caught:
        submit(folder, service, ACCOUNT, wait=lambda _: None)
    assert [problem.code for problem in caught.value.problems] == ["ena-unreachable"]
    assert Journal.read(folder, "production").parts == {}


def test_a_name_that_is_taken_is_not_taken_for_ours(server, send):
    archive, _ = server
    archive.records["SAMPLE", "meadow-1"] = "ERS1"
    with pytest.raises(InputError) as caught:
        send()
    assert "--alias" in str(caught.value)


def test_test_and_production_are_told_apart(server, send, folder):
    archive, _ = server
    send(is_test=True)
    archive.records.clear()
    archive.receipts.clear()
    send()
    assert archive.requests.count("add") == 4
    assert {path.name for path in (folder / "journal").glob("*.json")} == {
        "test.json",
        "production.json",
    }


def test_xml_that_was_changed_by_hand_is_not_sent(server, send, folder):
    archive, _ = server
    path = folder / "sample.xml"
    path.write_text(path.read_text().replace("524", "525"))
    assert refused(send) == ["ena-changed"]
    assert archive.requests == []


def test_a_file_that_is_gone_is_told_before_any_is_sent(server, send, folder):
    archive, _ = server
    listed = (folder / "files.tsv").read_text().splitlines()
    Path(listed[-1].split("\t")[0]).unlink()
    assert refused(send) == ["ena-changed"]
    assert not [request for request in archive.requests if request.startswith("upload")]


def test_what_was_not_prepared_is_not_sent(server, tmp_path):
    _, environment = server
    with pytest.raises(InputError) as caught:
        submit(tmp_path, Service.test(environment), ACCOUNT)
    assert [problem.code for problem in caught.value.problems] == ["ena-unprepared"]


def test_a_damaged_journal_stops_all(send, folder):
    (folder / "journal").mkdir()
    (folder / "journal" / "production.json").write_text("{")
    assert refused(send) == ["ena-journal"]


def test_two_at_once_are_one_too_many(send, folder):
    with locked(folder):
        assert refused(send) == ["ena-busy"]


def test_preparing_again_keeps_what_the_archive_has(server, send, folder, prepared):
    archive, _ = server
    archive.faults = ["", "error"]
    assert refused(send) == ["ena-rejected"]
    write_submission(prepared({"16S rRNA": "16S rRNA"}), folder)
    assert len(send()) == 10
    with pytest.raises(InputError) as caught:
        write_submission(prepared({"\t6.6\t": "\t6.5\t"}), folder)
    assert [problem.code for problem in caught.value.problems] == ["ena-sent"]


@pytest.mark.parametrize("missing", ["ENA_WEBIN", "ENA_WEBIN_PASSWORD"])
def test_an_account_is_needed(server, missing):
    _, environment = server
    with pytest.raises(InputError) as caught:
        credentials_of({**environment, missing: ""})
    assert [problem.code for problem in caught.value.problems] == ["ena-credentials"]


@pytest.mark.parametrize(
    "environment",
    [
        {"SOILBIO_ENA_URL": "http://archive.example/"},
        {"SOILBIO_ENA_UPLOAD_URL": "ftp://archive.example"},
        {"SOILBIO_ENA_URL": "file:///etc/passwd"},
    ],
)
def test_a_password_never_goes_where_others_read_it(environment):
    with pytest.raises(InputError) as caught:
        Service.production(environment)
    assert [problem.code for problem in caught.value.problems] == ["ena-address"]


def test_a_receipt_names_accessions_and_errors():
    content = receipt([("SAMPLE", "a", "ERS1"), ("PROJECT", "p", "PRJEB1")], [], "s")
    found = parse_receipt(content)
    assert found is not None
    assert found.is_success
    assert found.accessions == (
        Accession("PROJECT", "p", "PRJEB1"),
        Accession("SAMPLE", "a", "ERS1", "SAMEA1"),
    )
    failed = parse_receipt(receipt([("SAMPLE", "a", "")], ["no depth"], ""))
    assert failed is not None
    assert (failed.is_success, failed.errors, failed.accessions) == (False, ("no depth",), ())


@pytest.mark.parametrize("content", [b"", b"<html/>", b"busy", b"<RECEIPT"])
def test_what_is_no_receipt_is_none(content):
    assert parse_receipt(content) is None


def test_a_receipt_cannot_read_files(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("not for you")
    content = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<RECEIPT success="false"><MESSAGES><ERROR>&x;</ERROR></MESSAGES></RECEIPT>'
    )
    assert "not for you" not in str(parse_receipt(content.encode()))


def test_the_journal_is_plain_to_read(send, folder):
    send()
    content = json.loads((folder / "journal" / "production.json").read_text())
    assert {name: part["state"] for name, part in content["parts"].items()} == {
        "first": "done",
        "second": "done",
    }
    assert len(content["files"]) == 5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """Make a certificate of this machine that signs itself; return it and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=here"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(certificate)]
    subprocess.run(["openssl", *words, "-keyout", str(key)], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def encrypted(server, certificate) -> Service:
    """Give the service whose uploads are encrypted with that certificate."""
    archive, environment = server
    archive.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    archive.tls.load_cert_chain(*certificate)
    upload = environment["SOILBIO_ENA_UPLOAD_URL"].replace("ftp:", "ftps:")
    return Service.production({**environment, "SOILBIO_ENA_UPLOAD_URL": upload})


def test_files_go_encrypted_to_a_server_whose_certificate_is_known(
    server, encrypted, certificate, folder, monkeypatch
):
    archive, _ = server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    archive.upload_faults = ["cut"]
    found = submit(folder, encrypted, ACCOUNT, tell=lambda _: None, wait=lambda _: None)
    assert len(found) == 10
    assert archive.passwords
    assert all(archive.passwords)
    assert len(archive.uploads) == 5


def test_no_password_goes_to_a_server_that_cannot_prove_who_it_is(server, encrypted, folder):
    archive, _ = server
    with pytest.raises(InputError) as caught:
        submit(folder, encrypted, ACCOUNT, tell=lambda _: None, wait=lambda _: None)
    assert [problem.code for problem in caught.value.problems] == ["ena-upload"]
    assert archive.passwords == []
    assert archive.uploads == {}
