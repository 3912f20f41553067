"""The watchdog's decisions and messages: when to alert the operators through a second provider.

It runs outside Celery and Redis, so that it can report an engine that has stopped (paging rule
11). The outside heartbeat is sent only while every check passes: when it stops, that is the last alarm.
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
from oncall.engine.health_checks import Finding, check_health

logger = logging.getLogger(__name__)

CHECK_EVERY = timedelta(seconds=5)
CONFIRMATIONS = 2
REPEAT_AFTER = timedelta(minutes=5)
HEARTBEAT_EVERY = timedelta(seconds=60)
# Dead letters open an incident of their own; every other finding means that paging itself may not work.
_IGNORED_CODES = frozenset({"dead_letters"})


def run_checks() -> list[Finding]:
    """What is wrong now, by the database's clock; a database that does not answer is itself a finding."""
    try:
        return [finding for finding in check_health(at=database_now()).findings if finding.code not in _IGNORED_CODES]
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return [Finding("database", f"The database does not answer: {str(error).splitlines()[0][:200]}", 1)]


@dataclass
class WatchdogState:
    """What the watchdog remembers between checks: failed checks in a row, its last alert and last heartbeat."""

    failed_checks: int = 0
    alerted_at: datetime | None = None
    heartbeat_at: datetime | None = None
    codes: frozenset[str] = field(default_factory=frozenset)

    def decide(self, findings: Sequence[Finding], *, at: datetime) -> list[str]:
        """What to do now: any of "alert", "all_clear" and "heartbeat"."""
        if not findings:
            has_alerted = self.alerted_at is not None
            self.alerted_at, self.failed_checks, self.codes = None, 0, frozenset()
            actions = ["all_clear"] if has_alerted else []
            if self.heartbeat_at is None or at - self.heartbeat_at >= HEARTBEAT_EVERY:
                self.heartbeat_at = at
                actions.append("heartbeat")
            return actions
        self.failed_checks += 1
        codes = frozenset(finding.code for finding in findings)
        is_due = self.alerted_at is None or at - self.alerted_at >= REPEAT_AFTER or not codes <= self.codes
        if self.failed_checks >= CONFIRMATIONS and is_due:
            self.alerted_at, self.codes = at, self.codes | codes
            return ["alert"]
        return []


def send_alert(findings: Sequence[Finding]) -> bool:
    """Tell the operators that paging may not work; True if at least one channel accepted it."""
    text = " ".join(finding.text for finding in findings)
    return _notify_operators(f"{settings.SITE_NAME}: paging may not work. {text}")


def send_all_clear() -> bool:
    """Tell the operators that every check passes again."""
    return _notify_operators(f"{settings.SITE_NAME}: every check passes again.")


def send_heartbeat() -> bool:
    """Call the outside heartbeat's address, if there is one."""
    return not settings.HEARTBEAT_URL or _post(settings.HEARTBEAT_URL, {"text": "alive"})


def _notify_operators(text: str) -> bool:
    logger.error("watchdog.alert", extra={"text": text})
    accepted = []
    if settings.WATCHDOG_ALERT_URL:
        accepted.append(_post(settings.WATCHDOG_ALERT_URL, {"text": text}))
    if settings.WATCHDOG_ALERT_EMAIL:
        accepted.append(_mail(text))
    return any(accepted)


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
        logger.warning("watchdog.not_sent", extra={"error": str(error)})
        return False
    return 200 <= answer.status < 300


def _mail(text: str) -> bool:
    mail = EmailMessage(
        subject=text[:120], body=text, to=settings.WATCHDOG_ALERT_EMAIL, connection=get_connection(timeout=5)
    )
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("watchdog.not_sent", extra={"error": type(error).__name__})
        return False
    return True
