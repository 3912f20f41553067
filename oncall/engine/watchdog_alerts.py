"""The watchdog's decisions and messages: when to alert the operators through a second provider.

It runs outside Celery and Redis, so that it can report an engine that has stopped (paging rule
11). It acts on alarms alone; notices are for the owners on the System health page. The outside heartbeat is sent
only while there is no alarm: when it stops, that is the last alarm.
"""

import json
import logging
import smtplib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from config.base.net import http
from oncall.engine.health_checks import Finding

logger = logging.getLogger(__name__)

CHECK_EVERY = timedelta(seconds=5)
CONFIRMATIONS = 2
REPEAT_AFTER = timedelta(minutes=5)
HEARTBEAT_EVERY = timedelta(seconds=60)


def uptime() -> datetime:
    """An instant that only runs forward, whatever is done to the host's clock; good for intervals alone."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=time.monotonic())


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


def act(state: WatchdogState, findings: Sequence[Finding]) -> None:
    """Do what the alarms among these findings ask for."""
    alarms = [finding for finding in findings if finding.is_alarm]
    for action in state.decide(alarms, at=uptime()):
        if action == "alert":
            if not send_alert(alarms) and has_address():
                state.alerted_at = None  # nobody has it yet: again at the next check
        elif action == "all_clear":
            send_all_clear()
        else:
            send_heartbeat()


def has_address() -> bool:
    """Whether there is anybody to alert."""
    return bool(settings.WATCHDOG_ALERT_URL or settings.WATCHDOG_ALERT_EMAIL)


def send_alert(findings: Sequence[Finding]) -> bool:
    """Tell the operators that paging may not work; True if at least one channel accepted it."""
    text = " ".join(f"{finding.text} {finding.ends}".strip() for finding in findings)
    return _notify_operators(f"{settings.SITE_NAME}: paging may not work. {text}")


def send_all_clear() -> bool:
    """Tell the operators that no check raises an alarm any more."""
    return _notify_operators(f"{settings.SITE_NAME}: every alarm is over, and paging works again.")


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
