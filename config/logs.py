"""Log lines as JSON objects, each with the id of the request it belongs to."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName"}
# Some senders' addresses contain keys; no log may contain them (bad input 54, 82).
_SECRETS = re.compile(r"(/integrations/[a-z_]+/|/p/|/ical/|token=|[Bb]earer )[A-Za-z0-9_\-.:]{8,}")


def redact(value: str) -> str:
    """The text with keys in addresses and headers replaced."""
    return _SECRETS.sub(r"\1[key]", value)


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
            name: redact(value) if isinstance(value, str) else value
            for name, value in vars(record).items()
            if name not in _STANDARD and name not in {"request", "response"}
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)
