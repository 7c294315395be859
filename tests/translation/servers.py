"""A real HTTP server on loopback that plays an index of packages, with the faults of real ones."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep


@dataclass
class Site:
    """What a server has, and how it misbehaves: a list of faults for each path, in turn.

    Faults: `500`, `404`, `429`, `cut` (half of the body, then gone), `silent` (no answer for
    a second), `slow` (in small pieces), `short` and `long` (a wrong Content-Length), `other`
    (another body), `noranges`, `redirect:PATH`.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def http_server() -> Iterator[Site]:
    """A server with its site, on a port of its own."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.path, self.headers.get("Range", "")))
            faults = site.faults.get(self.path, [])
            with contextlib.suppress(ConnectionError):  # a client that has heard enough
                answer(self, site, faults.pop(0) if faults else "")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler: BaseHTTPRequestHandler, site: Site, fault: str) -> None:
    """Answer one request, well or with a fault."""
    if fault.isdigit() or handler.path not in site.files:
        handler.send_error(int(fault) if fault.isdigit() else 404)
        return
    if fault.startswith("redirect:"):
        handler.send_response(302)
        handler.send_header("Location", fault.removeprefix("redirect:"))
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    body = site.files[handler.path]
    if fault == "other":
        body = body[::-1]
    tag = f'"{hash(body)}"'
    start = 0
    wanted = handler.headers.get("Range", "")
    if wanted and fault != "noranges" and handler.headers.get("If-Range") == tag:
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
    if handler.headers.get("If-None-Match") == tag:
        handler.send_response(304)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    handler.send_response(206 if start else 200)
    handler.send_header("ETag", tag)
    length = len(body) - start + {"short": -100, "long": 100}.get(fault, 0)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
    if fault == "silent":
        sleep(1)
    end = (start + len(body)) // 2 if fault == "cut" else len(body)
    step = 4096 if fault == "slow" else len(body)
    for position in range(start, end, max(step, 1)):
        handler.wfile.write(body[position : min(position + step, end)])
    if fault in {"cut", "long", "silent"}:
        handler.close_connection = True
