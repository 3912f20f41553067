"""Reads what the demo's fake servers received: mail, and messages to phones."""

import json
import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# An id is also a file name, so other texts never reach the file system.
ID = re.compile(r"\d{20}-[0-9a-f]{32}")
Message = dict[str, Any]


def list_mail(limit: int = 100) -> list[Message]:
    """Return received mail, newest first."""
    return _newest(demo_folder() / "mail", limit)


def list_phone(limit: int = 100) -> list[Message]:
    """Return text messages, calls and pushes, newest first."""
    return _newest(demo_folder() / "phone", limit)


def read_mail(mail_id: str) -> Message | None:
    """Return one mail, or None if there is none with that id."""
    return _read(demo_folder() / "mail", mail_id)


def demo_folder() -> Path:
    """Return the demo's data folder."""
    return Path(os.environ.get("DEMO_DIR") or ROOT / ".demo")


def _newest(folder: Path, limit: int) -> list[Message]:
    try:
        names = sorted((entry.name for entry in folder.iterdir() if entry.suffix == ".json"), reverse=True)
    except FileNotFoundError:
        return []
    messages = (_read(folder, name.removesuffix(".json")) for name in names[:limit])
    return [message for message in messages if message is not None]


def _read(folder: Path, message_id: str) -> Message | None:
    if ID.fullmatch(message_id) is None:
        return None
    try:
        message = json.loads((folder / f"{message_id}.json").read_text())
    except (FileNotFoundError, ValueError):  # deleted in the meantime to make room for newer ones
        return None
    return message if isinstance(message, dict) else None
