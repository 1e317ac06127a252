"""A server on the loopback that answers in the forms of a data service, as its client asks for them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request: its method, its path (of a proxied one without the host), its headers and its body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is sent; `cut` ends the connection after so many bytes of a body that was announced whole."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Service:
    """The address of a server, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


def ranged(asked: Asked, content: bytes, headers: dict[str, str], cut: int | None = None) -> Answer:
    """A file as a storage gives it: whole, or from the byte that is asked for."""
    said = {"Accept-Ranges": "bytes", "ETag": '"1234"', **headers}
    start = asked.headers.get("range", "").removeprefix("bytes=").partition("-")[0]
    if not start:
        return Answer(content, headers=said, cut=cut)
    last = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return Answer(content[int(start) :], 206, {**said, "Content-Range": last})


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[Service]:
    """A server for the time of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            asked = Asked(self.command, path, {name.lower(): value for name, value in self.headers.items()}, body)
            service.asked.append(asked)
            given = answer(asked)
            self.send_response(given.status)
            for name, value in {"Content-Length": str(len(given.body)), **given.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body[: given.cut])
            if given.cut is not None:
                self.close_connection = True

        do_GET = do_POST = do_HEAD = _serve  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = Service(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
