"""A small HTTP server on this machine, laid out like Zenodo, that misbehaves when told to."""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mrsnr.data import Sample, download
from mrsnr.data import sample as module

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def isolate(monkeypatch, folder: Path) -> Path:
    """Make a folder the cache, ask 127.0.0.1 directly, and do not wait before a retry."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("MRSNR_DATA", str(folder))
    monkeypatch.setattr(download, "_BACKOFF_SECONDS", 0.01)
    folder.mkdir(exist_ok=True)
    return folder


def sample_of(file: str, content: bytes, *, name: str = "thing") -> Sample:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Sample(name, "77", file, md5, "CC0-1.0", "made by the test")


@dataclass
class Server:
    """What is served, how, and what was asked for."""

    files: dict[str, bytes]
    address: str = ""
    asked: list[str] = field(default_factory=list)  # the Range header of each request, "" without
    statuses: list[int] = field(default_factory=list)  # of the next answers, before any file is sent
    cuts: list[int] = field(default_factory=list)  # bytes after which the next answers break off
    hangs_up: int = 0  # how many of the next calls end without an answer
    ignores_range: bool = False
    wrong_range: bool = False
    says_length: bool = True
    delay: float = 0.0

    def put(self, sample: Sample, content: bytes) -> None:
        self.files[f"/records/{sample.record}/files/{sample.file}"] = content


class _Handler(BaseHTTPRequestHandler):
    timeout = 5

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        state: Server = self.server.state
        wanted = self.headers.get("Range", "")
        state.asked.append(wanted)
        time.sleep(state.delay)
        content = state.files.get(self.path)
        if state.hangs_up:
            state.hangs_up -= 1
        elif state.statuses:
            self._end(state.statuses.pop(0))
        elif content is None:
            self._end(404)
        elif wanted and not state.ignores_range:
            self._part(state, content, int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]))
        else:
            self.send_response(200)
            self._body(state, content)

    def _part(self, state, content, start):
        if start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.end_headers()
            return
        first = 0 if state.wrong_range else start
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self._body(state, content[first:])

    def _body(self, state, content):
        if state.says_length:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: state.cuts.pop(0)] if state.cuts else content)

    def _end(self, status):
        self.send_response(status)
        self.end_headers()


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for the answers under way: no socket is left open

    def handle_error(self, *_):
        """A client that hangs up is part of the tests."""


@contextmanager
def serving() -> Iterator[Server]:
    with _Http(("127.0.0.1", 0), _Handler) as http:
        http.state = Server({}, address=f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield http.state
        finally:
            http.shutdown()
            thread.join(timeout=10)


def fetch_in_process(sample: Sample, folder: Path, server: str) -> bytes:
    """Fetch as another process does, that knows the test's sample."""
    module.SAMPLES = {sample.name: sample}
    return module.fetch(sample.name, folder=folder, server=server).read_bytes()
