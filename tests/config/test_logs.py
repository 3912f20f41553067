"""Log lines: JSON, one line each, without keys (bad input 36, 54, 82)."""

import json
import logging
import sys

import pytest

from config import logs


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("tests").makeRecord("tests", logging.INFO, "f.py", 1, message, args, None, extra=extra)
    logs.AddRequestId().filter(record)
    written = logs.JsonFormatter().format(record)
    assert "\n" not in written
    return json.loads(written)


class TestLines:
    def test_hold_message_and_data_apart(self) -> None:
        entry = line("page.delivered", page=7, channel="sms")

        assert (entry["message"], entry["page"], entry["channel"]) == ("page.delivered", 7, "sms")

    def test_stay_one_line_whatever_is_logged(self) -> None:
        assert line("a\nb %s", "c\r\nd")["message"] == "a\nb c\r\nd"

    def test_carry_the_requests_id(self) -> None:
        token = logs.request_id.set("trace-12345678")
        try:
            assert line("x")["request_id"] == "trace-12345678"
        finally:
            logs.request_id.reset(token)

    @pytest.mark.parametrize(
        "text",
        [
            "POST /integrations/alertmanager/0123456789abcdef0123456789abcdef 202",
            "GET /p/12-0123456789abcdef0123456789abcdef/",
            "Authorization: Bearer hf_0123456789abcdef",
            "https://hooks.example/?token=0123456789abcdef",
        ],
    )
    def test_never_hold_keys(self, text: str) -> None:
        entry = line(text, address=text)

        assert "0123456789abcdef" not in json.dumps(entry)
        assert "[key]" in str(entry["message"])

    def test_never_hold_keys_in_tracebacks(self) -> None:
        try:
            raise ValueError("Bearer hf_0123456789abcdef")
        except ValueError:
            record = logging.getLogger("tests").makeRecord("t", logging.ERROR, "f", 1, "x", (), sys.exc_info())

        assert "0123456789abcdef" not in logs.JsonFormatter().format(record)
