"""The file with the demo's sign-ins, for scripts and for the terminal."""

import json
import os
from pathlib import Path
from typing import Any

FILE = "credentials.json"


def write_credentials(folder: Path, found: dict[str, Any] | None, base_url: str) -> dict[str, Any]:
    """Write the sign-ins with whole addresses, readable by the owner only, and return them.

    Passwords and tokens are known when the company is loaded and never again, so a later start
    keeps the file and only moves its addresses.
    """
    kept = found if found is not None else read_credentials(folder)
    earlier = str(kept.get("base_url", ""))
    moved = _move({**kept, "base_url": ""}, earlier, base_url)
    credentials = {**moved, "base_url": base_url}
    unfinished = folder / f"{FILE}.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(credentials, file, indent=2)
    unfinished.replace(folder / FILE)
    return credentials


def read_credentials(folder: Path) -> dict[str, Any]:
    """Return the sign-ins of an earlier start, or nothing."""
    try:
        kept = json.loads((folder / FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _move(value: Any, earlier: str, base_url: str) -> Any:
    """Replace the start of every address in a structure."""
    if isinstance(value, dict):
        return {key: _move(item, earlier, base_url) for key, item in value.items()}
    if isinstance(value, list):
        return [_move(item, earlier, base_url) for item in value]
    if isinstance(value, str):
        if earlier and (value == earlier or value.startswith(f"{earlier}/")):
            return base_url + value.removeprefix(earlier)
        if value.startswith("/"):
            return base_url + value
    return value
