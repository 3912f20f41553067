"""The file with the demo's logins, for scripts and for the terminal."""

import json
import os
from pathlib import Path
from typing import Any

FILE = "credentials.json"


def write_credentials(folder: Path, new: dict[str, object] | None, base_url: str) -> dict[str, object]:
    """Write the logins with full addresses, readable by the owner only, and return them.

    Passwords and tokens exist in plain text only while the company is loaded, so a later start
    keeps the file and only changes its addresses.
    """
    stored = new if new is not None else read_credentials(folder)
    earlier = str(stored.get("base_url", ""))
    updated = _change_base_url({**stored, "base_url": ""}, earlier, base_url)
    credentials = {**updated, "base_url": base_url}
    unfinished = folder / f"{FILE}.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(credentials, file, indent=2)
    unfinished.replace(folder / FILE)
    return credentials


def read_credentials(folder: Path) -> dict[str, object]:
    """Return the logins of an earlier start, or an empty dictionary."""
    try:
        stored = json.loads((folder / FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _change_base_url(value: object, earlier: str, base_url: str) -> Any:
    """Replace the start of every address in a structure."""
    if isinstance(value, dict):
        return {key: _change_base_url(item, earlier, base_url) for key, item in value.items()}
    if isinstance(value, list):
        return [_change_base_url(item, earlier, base_url) for item in value]
    if isinstance(value, str):
        if earlier and (value == earlier or value.startswith(f"{earlier}/")):
            return base_url + value.removeprefix(earlier)
        if value.startswith("/"):
            return base_url + value
    return value
