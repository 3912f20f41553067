"""The demo's fake mail server and phone gateway: they store every message they receive."""

import argparse
import asyncio
import hashlib
import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_MESSAGES = 500
MAX_MESSAGE_BYTES = 64 * 1024
KINDS = {"sms", "voice", "push"}


class MessageStore:
    """A folder with the newest messages, one JSON file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def put(self, message: Mapping[str, object], *, key: str, original: bytes | None = None) -> str:
        """Store a message and return its id; the same key again changes nothing."""
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        with self._lock:
            for earlier in self.folder.glob(f"*-{digest}.json"):
                return earlier.stem
            received = time.time_ns()
            at = datetime.fromtimestamp(received / 1e9, UTC)
            message_id = f"{received:020d}-{digest}"
            if original is not None:
                (self.folder / f"{message_id}.eml").write_bytes(original)
            unfinished = self.folder / f"{message_id}.new"
            unfinished.write_text(json.dumps({"id": message_id, "at": at.isoformat(), **message}))
            unfinished.replace(unfinished.with_suffix(".json"))
            self._drop_oldest()
        return message_id

    def _drop_oldest(self) -> None:
        for old in sorted(self.folder.glob("*.json"), reverse=True)[MAX_MESSAGES:]:
            old.unlink(missing_ok=True)
            old.with_suffix(".eml").unlink(missing_ok=True)


class MailHandler:
    """Accepts every mail, for any recipient."""

    def __init__(self, box: MessageStore) -> None:
        self.box = box

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store one mail and confirm it to the sender."""
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        self.box.put(read_parts(message, envelope), key=secrets.token_hex(16), original=content)
        return "250 stored"


def read_parts(message: EmailMessage, envelope: Envelope) -> dict[str, Any]:
    """Return the parts of a mail that the mailbox page shows."""
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return {
        "from": str(message["From"] or envelope.mail_from),
        "to": list(envelope.rcpt_tos),
        "subject": str(message["Subject"] or ""),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
        "headers": {name: str(value) for name, value in message.items()},
    }


class PhoneHandler(BaseHTTPRequestHandler):
    """Accepts messages to phones: `POST /messages` with an Idempotency-Key."""

    server: "PhoneGateway"
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        """Store one message and answer with its id."""
        if self.path != "/messages":
            self._answer(HTTPStatus.NOT_FOUND, {"message": "there is only /messages"})
            return
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal() or int(size) > MAX_MESSAGE_BYTES:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"message": f"send at most {MAX_MESSAGE_BYTES} bytes"})
            return
        body = self.rfile.read(int(size))
        key = self.headers.get("Idempotency-Key", "")
        try:
            message = json.loads(body)
        except ValueError:
            message = None
        problem = find_problem(message, key)
        if problem is not None:
            self._answer(HTTPStatus.BAD_REQUEST, {"message": problem})
            return
        stored = {
            "message_id": str(message.get("id", "")),
            "key": key,
            **{name: str(message.get(name) or "") for name in ("kind", "to", "person", "text", "url")},
        }
        self._answer(HTTPStatus.ACCEPTED, {"id": self.server.box.put(stored, key=key)})

    def _answer(self, status: HTTPStatus, content: dict[str, str]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def find_problem(message: object, key: str) -> str | None:
    """Return what is wrong with a message to a phone, or None."""
    if not key:
        return "the header Idempotency-Key is missing"
    if not isinstance(message, dict):
        return "the body must be a JSON object"
    if message.get("kind") not in KINDS:
        return "kind must be one of " + ", ".join(sorted(KINDS))
    if not message.get("to"):
        return "to is missing"
    return None


class PhoneGateway(ThreadingHTTPServer):
    """The gateway's HTTP server."""

    daemon_threads = True

    def __init__(self, port: int, box: MessageStore) -> None:
        super().__init__(("127.0.0.1", port), PhoneHandler)
        self.box = box


async def serve(folder: Path, smtp_port: int, phone_port: int) -> None:
    """Serve until a signal to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    phone = PhoneGateway(phone_port, MessageStore(folder / "phone"))
    threading.Thread(target=phone.serve_forever, name="phone", daemon=True).start()
    handler = MailHandler(MessageStore(folder / "mail"))
    mail = await loop.create_server(
        lambda: SMTP(handler, hostname="demo.localhost", enable_SMTPUTF8=True), "127.0.0.1", smtp_port
    )
    async with mail:
        await stopped.wait()
    phone.shutdown()


def main(arguments: list[str]) -> None:
    """Read the ports and serve."""
    parser = argparse.ArgumentParser(prog="python -m config.demo.fake_servers", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--phone-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("DEMO_DIR", ".demo")))
    chosen = parser.parse_args(arguments)
    asyncio.run(serve(chosen.folder, chosen.smtp_port, chosen.phone_port))


if __name__ == "__main__":
    main(sys.argv[1:])
