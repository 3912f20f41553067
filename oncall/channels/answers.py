"""Calls a provider over HTTP and reads its answer as a channel's outcome."""

from collections.abc import Container, Mapping
from datetime import timedelta

from config.base.data.outbox import SEND_DEADLINE
from config.base.net import http
from oncall.channels.base import Outcome, accepted, refused

REFUSED_FOR_GOOD = frozenset(range(400, 500)) - {408, 425, 429}


def post(
    url: str, *, body: bytes, headers: Mapping[str, str], permanent: Container[int] = REFUSED_FOR_GOOD
) -> Outcome:
    """POST `body` within the send deadline. 2xx is accepted, `permanent` is final, the rest can be retried."""
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
        is_permanent=answer.status in permanent,
        retry_after=_retry_after(answer.headers.get("retry-after", "")),
    )


def _retry_after(value: str) -> timedelta | None:
    return timedelta(seconds=int(value)) if value.isascii() and value.isdigit() and len(value) < 6 else None
