"""Stand-ins for the archive's services, on this machine only: submission, upload, portal."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET

USER, PASSWORD = "Webin-1", "not-to-be-seen"
PREFIX = {"PROJECT": "PRJEB", "SAMPLE": "ERS", "EXPERIMENT": "ERX", "RUN": "ERR"}


@dataclass
class Archive:
    """What the archive holds, what it was asked, and how it is to fail: a list, used up in order.

    Faults of a submission: `error` (a validation error), `lose-before` (the connection breaks,
    nothing is added), `lose-after` (all is added, the connection breaks), `html` (a page of the web
    server instead of a receipt, nothing is added). Of an upload: `cut` (half a file arrives).
    Of a download: `busy` (503), `cut` (half of what was asked for), `damaged` (other bytes).
    """

    records: dict[tuple[str, str], str] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    upload_faults: list[str] = field(default_factory=list)
    download_faults: list[str] = field(default_factory=list)
    gives_receipts: bool = True
    reports: dict[str, str] = field(default_factory=dict)
    samples: str = "<SAMPLE_SET/>"
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    # For uploads: how to encrypt, and whether each password came encrypted.
    tls: ssl.SSLContext | None = None
    passwords: list[bool] = field(default_factory=list)

    def fault(self, of: str = "faults") -> str:
        queue = getattr(self, of)
        return queue.pop(0) if queue else ""

    def submit(self, parts: dict[str, bytes]) -> bytes:
        """Add all records of a submission, or none."""
        submission = ET.fromstring(parts["SUBMISSION"])[0]
        asked = submission.find("ACTIONS/ACTION/RECEIPT")
        if asked is not None:
            self.requests.append("receipt")
            kept = self.receipts.get(asked.get("target", "")) if self.gives_receipts else None
            return kept or receipt([], ["There is no such submission."], "")
        self.requests.append("add")
        found = [
            (kind, record)
            for kind, text in parts.items()
            if kind in PREFIX
            for record in ET.fromstring(text)
        ]
        errors = self.errors_of(found)
        if errors:
            return receipt([(kind, one.get("alias"), "") for kind, one in found], errors, "")
        added = []
        for kind, one in found:
            alias = one.get("alias", "")
            self.records[kind, alias] = f"{PREFIX[kind]}{9000000 + len(self.records)}"
            added.append((kind, alias, self.records[kind, alias]))
        answer = receipt(added, [], submission.get("alias", ""))
        self.receipts[submission.get("alias", "")] = answer
        return answer

    def errors_of(self, found: list[tuple[str, ET.Element]]) -> list[str]:
        errors = []
        for kind, one in found:
            alias = one.get("alias")
            if (kind, alias) in self.records:
                errors.append(
                    f'In {kind.lower()}, alias: "{alias}". The object being added already exists in'
                    f' the submission account with accession: "{self.records[kind, alias]}".'
                )
            for file in one.iter("FILE"):
                content = self.uploads.get(file.get("filename", ""), b"")
                if hashlib.md5(content).hexdigest() != file.get("checksum"):
                    errors.append(f'In run, alias: "{alias}". Invalid file {file.get("filename")}.')
            for reference, there in (("SAMPLE_DESCRIPTOR", "SAMPLE"), ("STUDY_REF", "PROJECT")):
                for element in one.iter(reference):
                    name = element.get("refname")
                    if name and (there, name) not in self.records:
                        errors.append(f'In {kind.lower()}, alias: "{alias}". No {there} "{name}".')
        return errors


def receipt(records: list, errors: list[str], alias: str) -> bytes:
    root = ET.Element(
        "RECEIPT",
        receiptDate="2026-11-23T10:00:00.000Z",
        submissionFile="submission.xml",
        success="false" if errors else "true",
    )
    for kind, name, accession in records:
        element = ET.SubElement(root, kind, alias=name, status="PRIVATE")
        if accession:
            element.set("accession", accession)
            if kind == "SAMPLE":
                ET.SubElement(
                    element, "EXT_ID", accession=accession.replace("ERS", "SAMEA"), type="biosample"
                )
    ET.SubElement(root, "SUBMISSION", alias=alias or "none", accession="ERA1")
    messages = ET.SubElement(root, "MESSAGES")
    for text in errors:
        ET.SubElement(messages, "ERROR").text = text
    ET.SubElement(messages, "INFO").text = "This submission is a TEST submission."
    ET.SubElement(root, "ACTIONS").text = "ADD"
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


class _Http(BaseHTTPRequestHandler):
    archive: Archive

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            self.archive.requests.append("refused")
            return self.answer(401, b"no")
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in BytesParser().parsebytes(head + body).get_payload()
        }
        is_question = b"<RECEIPT" in parts["SUBMISSION"]
        fault = "" if is_question else self.archive.fault()
        if fault == "html":
            self.archive.requests.append("html")
            return self.answer(502, b"<html>bad gateway</html>")
        if fault == "lose-before":
            self.archive.requests.append("lost")
            return self.hang_up()
        if fault == "error":
            self.archive.requests.append("error")
            return self.answer(
                200, receipt([], ['In sample, alias: "soil". Invalid depth value.'], "")
            )
        answer = self.archive.submit(parts)
        return self.hang_up() if fault == "lose-after" else self.answer(200, answer)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.archive.requests.append(unquote(parts.path))
        if parts.path == "/portal/filereport":
            text = self.archive.reports.get(parse_qs(parts.query)["accession"][0])
            return self.answer(200 if text else 204, (text or "").encode())
        if parts.path.startswith("/browser/xml/"):
            return self.answer(200, self.archive.samples.encode())
        content = self.archive.files.get(parts.path.removeprefix("/files"))
        if content is None:
            return self.answer(404, b"")
        fault = self.archive.fault("download_faults")
        if fault == "busy":
            return self.answer(503, b"")
        if fault == "damaged":
            return self.answer(200, bytes(len(content)))
        return self.file(content, is_cut=fault == "cut")

    def file(self, content: bytes, *, is_cut: bool) -> None:
        self.archive.ranges.append(self.headers.get("Range", ""))
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        part = content[int(match[1]) :] if match else content
        self.send_response(206 if match else 200)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part[: len(part) // 2] if is_cut else part)
        if is_cut:
            self.hang_up()

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)


class _Writer:
    """Writes at once; a file made of an encrypted socket would hold back."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def write(self, content: bytes) -> None:
        self.connection.sendall(content)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    closed = False


class _Ftp(socketserver.StreamRequestHandler):
    archive: Archive
    is_private = False

    def on_auth(self, _: str) -> None:
        """Go on encrypted, on this connection and on those of the data."""
        if self.archive.tls is None:
            self.say("502 no")
            return
        self.say("234 go on")
        self.connection = self.archive.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), _Writer(self.connection)
        self.is_private = True

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def on_pbsz(self, _: str) -> None:
        self.say("200 ok")

    def on_prot(self, _: str) -> None:
        self.say("200 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.user, self.start = "", 0
        self.say("220 here")
        self.data = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        with self.data:
            for line in iter(lambda: self.rfile.readline(), b""):  # the file may change
                verb, _, rest = line.decode().strip().partition(" ")
                if verb == "QUIT":
                    self.say("221 bye")
                    break
                getattr(self, f"on_{verb.lower()}")(rest)

    def on_user(self, rest: str) -> None:
        self.user = rest
        self.say("331 password")

    def on_pass(self, rest: str) -> None:
        self.archive.passwords.append(self.is_private)
        is_right = (self.user, rest) == (USER, PASSWORD)
        self.say("230 in" if is_right else "530 Login incorrect.")

    def on_type(self, _: str) -> None:
        self.say("200 ok")

    def on_size(self, rest: str) -> None:
        content = self.archive.uploads.get(rest)
        self.say("550 none" if content is None else f"213 {len(content)}")

    def on_rest(self, rest: str) -> None:
        self.start = int(rest)
        self.say("350 ok")

    def on_epsv(self, _: str) -> None:
        self.say("500 no")

    def on_pasv(self, _: str) -> None:
        high, low = divmod(self.data.server_address[1], 256)
        self.say(f"227 Entering Passive Mode (127,0,0,1,{high},{low}).")

    def on_stor(self, rest: str) -> None:
        start, self.start = self.start, 0
        self.store(self.data, rest, start)

    def store(self, data: socketserver.TCPServer, name: str, start: int) -> None:
        connection, _ = data.socket.accept()
        self.say("150 go")
        if self.is_private and self.archive.tls is not None:
            connection = self.archive.tls.wrap_socket(connection, server_side=True)
        with connection:
            content = b"".join(iter(lambda: connection.recv(65536), b""))
            if isinstance(connection, ssl.SSLSocket):
                with suppress(OSError):
                    connection = connection.unwrap()
        is_cut = self.archive.fault("upload_faults") == "cut"
        if is_cut:
            content = content[: len(content) // 2]
        self.archive.uploads[name] = self.archive.uploads.get(name, b"")[:start] + content
        self.archive.requests.append(f"upload {name}" + (" cut" if is_cut else ""))
        self.say("426 broken" if is_cut else "226 done")


@contextmanager
def serving() -> Iterator[tuple[Archive, dict[str, str]]]:
    """Serve an empty archive; give it, and the environment that leads to it."""
    archive = Archive()
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Http", (_Http,), {"archive": archive}))
    ftp = socketserver.ThreadingTCPServer(
        ("127.0.0.1", 0), type("Ftp", (_Ftp,), {"archive": archive})
    )
    ftp.daemon_threads = True
    threads = [
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True) for one in (http, ftp)
    ]
    for thread in threads:
        thread.start()
    base = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield (
            archive,
            {
                "SOILBIO_ENA_TEST_URL": f"{base}/submit/",
                "SOILBIO_ENA_URL": f"{base}/submit/",
                "SOILBIO_ENA_UPLOAD_URL": f"ftp://127.0.0.1:{ftp.server_address[1]}",
                "SOILBIO_ENA_PORTAL_URL": f"{base}/portal",
                "SOILBIO_ENA_BROWSER_URL": f"{base}/browser",
                "SOILBIO_ENA_FILES_URL": f"{base}/files",
                "ENA_WEBIN": USER,
                "ENA_WEBIN_PASSWORD": PASSWORD,
            },
        )
    finally:
        for one in (http, ftp):
            one.shutdown()
            one.server_close()
