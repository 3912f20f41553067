"""A phone gateway outside the product: it fails on command and logs all it accepted.

Its log is the judge of every fault test, so it knows nothing of the product: `python -m tests.faults.provider
PORT LOG`. Each line of the log is one request: when it arrived, when it was accepted and when it was answered.
A sender that disconnects before the message is accepted has delivered nothing. `PUT /mode` sets how it behaves from
now on: {"delay": [least, most] seconds, "status": 200, "retry_after": "", "lose": "nothing|answer|request"}.
"""

import json
import os
import random
import select
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALM: dict[str, Any] = {"delay": [0.0, 0.0], "status": 200, "retry_after": "", "lose": "nothing"}


class Gateway(ThreadingHTTPServer):
    """The server, with its mode and its log."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, log: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
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
        mode = self.server.mode
        line: dict[str, Any] = {"arrived": time.time(), "key": self.headers.get("Idempotency-Key", "")}
        line |= {"body": json.loads(self._body()), "taken": None, "answered": None}
        delay = random.uniform(*mode["delay"])
        before = delay * random.random()
        time.sleep(before)
        if mode["lose"] == "request" or self._is_gone():
            self._hang_up()
        elif mode["status"] >= 300:
            self._answer(mode["status"], mode["retry_after"])
            line["answered"] = time.time()
        else:
            # Written before the answer: a sender killed in between has delivered, and will deliver again.
            line["taken"] = time.time()
            self.server.write(line)
            time.sleep(delay - before)
            if mode["lose"] == "answer":
                self._hang_up()
            else:
                self._answer(200)
            self.server.write({"answered": time.time(), "key": line["key"], "taken": line["taken"]})
            return
        self.server.write(line)

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

    def _answer(self, status: int, retry_after: str = "") -> None:
        try:
            self.send_response(status)
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self._hang_up()


if __name__ == "__main__":
    Gateway(int(sys.argv[1]), sys.argv[2]).serve_forever()
