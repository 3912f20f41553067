"""The watchdog's judgement and voice: when to shout, through a second provider, and when to be content.

It stands outside Celery and Redis, so that it can tell of an engine that has stopped (paging rule
11). The outside heartbeat is beaten only while every check passes: its silence is the last alarm.
"""

import json
import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, InterfaceError, connection

from config.base.data.clock import database_now
from config.base.net import http
from oncall.engine.audit import Finding, audit

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=5)
CONFIRM = 2
SHOUT_AGAIN = timedelta(minutes=5)
HEARTBEAT_EVERY = timedelta(seconds=60)
# Dead letters open an incident of their own; the rest means that paging itself may not work.
_NOT_FOR_US = frozenset({"dead_letters"})


def run_checks() -> list[Finding]:
    """What is wrong now, by the database's clock; a database that cannot be asked is the finding then."""
    try:
        return [finding for finding in audit(at=database_now()) if finding.code not in _NOT_FOR_US]
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return [Finding("database", f"The database does not answer: {str(error).splitlines()[0][:200]}", 1)]


@dataclass
class Watch:
    """Remembers between looks: how long it has been bad, when it last shouted, when the heart last beat."""

    bad_looks: int = 0
    shouted_at: datetime | None = None
    beaten_at: datetime | None = None
    codes: frozenset[str] = field(default_factory=frozenset)

    def judge(self, findings: Sequence[Finding], *, at: datetime) -> list[str]:
        """What to do now: any of "shout", "all clear" and "beat"."""
        if not findings:
            was_loud, self.shouted_at, self.bad_looks, self.codes = self.shouted_at, None, 0, frozenset()
            deeds = ["all clear"] if was_loud else []
            if self.beaten_at is None or at - self.beaten_at >= HEARTBEAT_EVERY:
                self.beaten_at = at
                deeds.append("beat")
            return deeds
        self.bad_looks += 1
        codes = frozenset(finding.code for finding in findings)
        is_due = self.shouted_at is None or at - self.shouted_at >= SHOUT_AGAIN or not codes <= self.codes
        if self.bad_looks >= CONFIRM and is_due:
            self.shouted_at, self.codes = at, self.codes | codes
            return ["shout"]
        return []


def send_alert(findings: Sequence[Finding]) -> bool:
    """Tell the operators that paging may not work; True if at least one way took it."""
    text = " ".join(finding.text for finding in findings)
    return _tell(f"{settings.SITE_NAME}: paging may not work. {text}")


def give_all_clear() -> bool:
    """Tell the operators that every check passes again."""
    return _tell(f"{settings.SITE_NAME}: every check passes again.")


def send_heartbeat() -> bool:
    """Call the outside heartbeat's address, if there is one."""
    return not settings.HEARTBEAT_URL or _post(settings.HEARTBEAT_URL, {"text": "alive"})


def _tell(text: str) -> bool:
    logger.error("watchdog.tells", extra={"text": text})
    ways = []
    if settings.WATCHDOG_ALERT_URL:
        ways.append(_post(settings.WATCHDOG_ALERT_URL, {"text": text}))
    if settings.WATCHDOG_ALERT_EMAIL:
        ways.append(_mail(text))
    return any(ways)


def _post(url: str, body: dict[str, str]) -> bool:
    try:
        answer = http.send(
            method="POST",
            url=url,
            headers={"Content-Type": "application/json"},
            body=json.dumps(body).encode(),
            deadline_seconds=8,
        )
    except (http.DestinationRefused, http.Unreachable) as error:
        logger.warning("watchdog.unheard", extra={"error": str(error)})
        return False
    return 200 <= answer.status < 300


def _mail(text: str) -> bool:
    mail = EmailMessage(
        subject=text[:120], body=text, to=settings.WATCHDOG_ALERT_EMAIL, connection=get_connection(timeout=5)
    )
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("watchdog.unheard", extra={"error": type(error).__name__})
        return False
    return True
