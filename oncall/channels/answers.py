"""Calls a provider over HTTP and reads its answer as a channel's outcome."""

from collections.abc import Mapping
from datetime import timedelta

from config.base.data.outbox import SEND_DEADLINE
from config.base.net import http
from oncall.channels.base import Outcome, accepted, refused

_TRY_LATER = {408, 425, 429}


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """POST `body` within the send deadline. 2xx is accepted, 4xx is permanent, the rest can be retried."""
    try:
        answer = http.send(
            method="POST",
            url=url,
            headers={"Content-Type": "application/json", **headers},
            body=body,
            deadline_seconds=SEND_DEADLINE.total_seconds(),
        )
    except http.DestinationRefused as error:
        return refused(str(error), is_permanent=True)
    except http.Unreachable as error:
        return refused(str(error))
    if 200 <= answer.status < 300:
        return accepted(answer.headers.get("x-message-id", ""))
    return refused(
        f"The provider answered {answer.status}.",
        is_permanent=400 <= answer.status < 500 and answer.status not in _TRY_LATER,
        retry_after=_retry_after(answer.headers.get("retry-after", "")),
    )


def _retry_after(value: str) -> timedelta | None:
    return timedelta(seconds=int(value)) if value.isascii() and value.isdigit() and len(value) < 6 else None
