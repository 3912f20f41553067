"""Log lines as JSON objects, each with the id of the request it belongs to."""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

from config.redaction import is_secret_name, redact

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}


class AddRequestId(logging.Filter):
    """Puts the current request's id on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object per line; a constant message with its data in other fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, keys redacted."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if current_id := getattr(record, "request_id", ""):
            line["request_id"] = current_id
        line |= {
            name: _clean(name, value)
            for name, value in vars(record).items()
            if name not in _STANDARD and name not in {"request", "response"}
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, default=lambda value: redact(str(value)), ensure_ascii=False)


def _clean(name: str, value: object) -> object:
    """The value of a field without secrets, at any depth. A message's `key` is its name and stays."""
    if name != "key" and is_secret_name(name) and value:
        return "[key]"
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {str(inner): _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", part) for part in value]
    return value
