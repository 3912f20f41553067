"""A phone gateway outside the product: it fails on command and logs all it accepted.

Its log is the judge of every fault test, so it knows nothing of the product: `python -m tests.faults.provider
PORT LOG`. Each line of the log is one request: when it arrived, when it was accepted and when it was answered.
A sender that disconnects before the message is accepted has delivered nothing. `PUT /mode` sets how it behaves from
now on: {"delay": [least, most] seconds, "status": 200, "retry_after": "", "lose": what, "share": of the messages}.

It listens on every address of the loopback, so that a test has as many hosts as it needs. A message to
`/broken/<fault>/...` fails in that way whatever the mode, and one to `/alarms` is always accepted.
"""

import json
import os
import random
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALM: dict[str, Any] = {
    "delay": [0.0, 0.0], "status": 200, "retry_after": "", "lose": "nothing", "share": 1.0, "body": ""
}  # fmt: skip
BROKEN: dict[str, dict[str, Any]] = {
    "fails": {"status": 500},
    "refuses": {"status": 429, "retry_after": "20"},
    "hangs": {"lose": "time"},
    "resets": {"lose": "connection"},
    "hangs-up": {"lose": "request"},
    "babbles": {"lose": "sense"},
    "mumbles": {"body": "\x00\xff<html>"},
}
"""What `lose` can be: "request" (it hangs up), "connection" (it resets), "time" (it never answers), "sense" (it
answers with noise), "answer" (it accepts and hangs up) or "nothing"."""
HANG_SECONDS = 30


class Gateway(ThreadingHTTPServer):
    """The server, with its mode and its log."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, log: str) -> None:
        super().__init__(("0.0.0.0", port), Handler)
        self.mode = dict(CALM)
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, line: dict[str, Any]) -> None:
        """Append one line in one write, so that lines never mix."""
        os.write(self.log, json.dumps(line).encode() + b"\n")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Gateway
    timeout = 30

    def do_GET(self) -> None:
        """Answer that it is running."""
        self._answer(200)

    def do_PUT(self) -> None:
        """Set a new mode."""
        self.server.mode = CALM | json.loads(self._body())
        self._answer(200)

    def do_POST(self) -> None:
        """Accept a message, or do what the mode says instead."""
        mode = self._mode()
        line: dict[str, Any] = {"arrived": time.time(), "key": self.headers.get("Idempotency-Key", "")}
        line |= {"path": self.path, "body": json.loads(self._body()), "taken": None, "answered": None, "lost": False}
        delay = random.uniform(*mode["delay"])
        before = delay * random.random()
        time.sleep(before)
        lose = mode["lose"] if random.random() < mode["share"] else "nothing"
        if lose in self._losses or self._is_gone():
            self._losses.get(lose, self._hang_up)()
        elif mode["status"] >= 300:
            self._answer(mode["status"], mode["retry_after"])
            line["answered"] = time.time()
        else:
            # Written before the answer: a sender killed in between has delivered, and will deliver again.
            line["taken"] = time.time()
            self.server.write(line)
            time.sleep(delay - before)
            if lose == "answer":
                self._hang_up()
            else:
                self._answer(200, body=mode["body"])
            answered = {"answered": time.time(), "key": line["key"], "taken": line["taken"], "lost": lose == "answer"}
            self.server.write(answered)
            return
        self.server.write(line)

    def _mode(self) -> dict[str, Any]:
        """The mode of this address, else that of the whole gateway."""
        _, first, *rest = self.path.split("/")
        if first == "alarms":
            return CALM
        return CALM | BROKEN[rest[0]] if first == "broken" else self.server.mode

    @property
    def _losses(self) -> dict[str, Callable[[], None]]:
        return {"request": self._hang_up, "connection": self._reset, "time": self._hang, "sense": self._babble}

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing; the log has its own format."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _is_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _hang_up(self) -> None:
        self.close_connection = True

    def _reset(self) -> None:
        """Close so that the other side gets a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._hang_up()

    def _hang(self) -> None:
        time.sleep(HANG_SECONDS)
        self._hang_up()

    def _babble(self) -> None:
        self.connection.sendall(bytes(range(256)) * 8)
        self._hang_up()

    def _answer(self, status: int, retry_after: str = "", body: str = "") -> None:
        content = body.encode("latin-1")
        try:
            self.send_response(status)
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self._hang_up()


if __name__ == "__main__":
    Gateway(int(sys.argv[1]), sys.argv[2]).serve_forever()
