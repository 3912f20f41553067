"""Logs of the servers outside the product: one JSON object a line, read while they are being written."""

import json
from pathlib import Path
from typing import Any


def read_json_lines(log: Path) -> list[dict[str, Any]]:
    """The whole lines so far. One write can be seen in two parts, so what follows the last line end is left."""
    if not log.exists():
        return []
    whole, _, _ = log.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]
