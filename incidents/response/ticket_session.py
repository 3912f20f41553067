"""Twelve hours in which the browser that answered through a page's link may go on with that one ticket.

The browser keeps a signed value. It is good only at the addresses of page links, only for the same person and the
same ticket, and only while the person's account is open and has the same password (bad input 53).
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing

from oncall.models import Page

LIFETIME = timedelta(hours=12)
_SALT = "incidents.ticket-session"


def cookie_name(page: Page) -> str:
    """The name of the cookie for the page's ticket, so that one browser can keep several tickets."""
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}ticket-{page.escalation.subject_id}"


def open_session(*, page: Page, at: datetime) -> str:
    """The value of the cookie, for the browser that has just answered this page."""
    until = int((at + LIFETIME).timestamp())
    return signing.dumps({**_scope(page), "page": page.pk, "until": until}, salt=_salt(page))


def session_end(value: str, *, page: Page, at: datetime) -> datetime | None:
    """When the session of this value ends; None if it is not one for the page's person and ticket, or has ended."""
    try:
        session = signing.loads(value, salt=_salt(page))
    except signing.BadSignature:
        return None
    if not isinstance(session, dict) or not page.user.is_active:
        return None
    ends_at = datetime.fromtimestamp(session.pop("until", 0), UTC)
    session.pop("page", None)
    return ends_at if session == _scope(page) and at < ends_at else None


def _scope(page: Page) -> dict[str, object]:
    return {"user": page.user_id, "type": page.escalation.subject_type, "ticket": page.escalation.subject_id}


def _salt(page: Page) -> str:
    """Another password gives another salt, which ends every session of before (bad input 71)."""
    return f"{_SALT}.{page.user.get_session_auth_hash()}"
