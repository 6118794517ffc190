"""The failure notice reaches the addresses of `loupe.toml`."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from pipelines.build.notify import send
from pipelines.settings import Settings


class _Mailbox(BaseHTTPRequestHandler):
    received: list[dict] = []  # noqa: RUF012 - one mailbox a test run

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_failure_is_told_to_everybody_named() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Mailbox)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = Settings(notify=[f"json://127.0.0.1:{server.server_port}/"])

    assert send(settings, "Loupe: a run did not publish", "Blocked by 1 check")

    server.shutdown()
    [told] = _Mailbox.received
    assert (told["title"], told["message"]) == (
        "Loupe: a run did not publish",
        "Blocked by 1 check",
    )


def test_an_address_nobody_understands_is_not_taken_for_told() -> None:
    assert not send(Settings(notify=["no-such-thing://x"]), "title", "text")


def test_nobody_named_is_nobody_told() -> None:
    assert send(Settings(), "title", "text")
