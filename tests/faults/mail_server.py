"""A mail server outside the product that accepts everything and writes one line per mail: when, to whom, which."""

import asyncio
import json
import sys
import time
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Log:
    """The received mails, one JSON line each."""

    def __init__(self, path: Path) -> None:
        self.lines = path.open("a", buffering=1)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Write down one mail before it is accepted."""
        message = message_from_bytes(envelope.original_content or b"")
        self.lines.write(
            json.dumps({"at": time.time(), "to": envelope.rcpt_tos[0], "id": message["Message-ID"]}) + "\n"
        )
        return "250 kept"


async def serve(port: int, path: Path) -> None:
    """Listen until the process is ended."""
    log = Log(path)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(log), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
