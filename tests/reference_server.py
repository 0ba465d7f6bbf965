"""A server of files on 127.0.0.1 that can be as bad as real ones: it cuts, lies, and forgets."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    """Files by path, and how each is served; `asked` lists path, range and what was answered."""

    files: dict[str, bytes] = field(default_factory=dict)
    # Number of bytes after which the connection is cut, one for each request; 0: not cut.
    cuts: dict[str, list[int]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    ignores_range: bool = False
    has_etag: bool = True
    says_length: bool = True
    retry_after: str | None = None
    gate: threading.Event | None = None
    asked: list[tuple[str, str | None, int]] = field(default_factory=list)
    url: str = ""

    def start(self) -> ThreadingHTTPServer:
        known = self

        class Handler(_Handler):
            server_state = known

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        known = self.server_state
        if known.gate:
            known.gate.wait(20)
        wanted = self.headers.get("Range")
        statuses = known.statuses.get(self.path)
        status = statuses.pop(0) if statuses else 0
        if status or self.path not in known.files:
            self._refuse(status or 404, wanted)
        else:
            self._serve(known.files[self.path], wanted)

    def _serve(self, data: bytes, wanted: str | None) -> None:
        known = self.server_state
        tag = f'"{hashlib.md5(data).hexdigest()}"'
        is_same = self.headers.get("If-Range") in (None, tag)
        start = int(wanted[6:].rstrip("-")) if wanted and is_same and not known.ignores_range else 0
        if start and start >= len(data):
            known.asked.append((self.path, wanted, 416))
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        known.asked.append((self.path, wanted, 206 if start else 200))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        name = "Content-Length" if known.says_length else "Connection"
        self.send_header(name, str(len(data) - start) if known.says_length else "close")
        if known.has_etag:
            self.send_header("ETag", tag)
        self.end_headers()
        cuts = known.cuts.get(self.path)
        cut = cuts.pop(0) if cuts else 0
        self.wfile.write(data[start:][:cut] if cut else data[start:])
        if cut or not known.says_length:
            self.close_connection = True

    def _refuse(self, status: int, wanted: str | None) -> None:
        self.server_state.asked.append((self.path, wanted, status))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if self.server_state.retry_after:
            self.send_header("Retry-After", self.server_state.retry_after)
        self.end_headers()
