"""Concerns about the installation: its health, its encryption keys, and who is told when it stops."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from config.base.data import encryption
from config.base.data.outbox import OutboxState
from config.base.web.concerns import ADMINISTER, Concern, Stage, Task, count_text, list_page
from oncall.engine import health_checks
from oncall.models import Page


def list_concerns(at: datetime) -> list[Concern]:
    """Findings of the health checks, pages that could not be sent, and what an operator has not set."""
    return [*_findings(at), *_dead_letters(), *_keys(), *_outside()]


def _findings(at: datetime) -> list[Concern]:
    return [
        Concern(
            text=finding.text,
            effect=" ".join(filter(None, [finding.ends, finding.recipient])),
            count=finding.count,
            task=Task.SYSTEM,
            stage=Stage.ENGINE,
            url=reverse("oncall:system-health"),
            button="See System health",
            right="oncall.view_enginelane",
            is_blocking=finding.is_alarm,
        )
        for finding in health_checks.check_health(at=at).findings
        if not health_checks.has_concern(finding.code)
    ]


def _dead_letters() -> list[Concern]:
    count = Page.objects.filter(state=OutboxState.DEAD).count()
    if not count:
        return []
    return [
        Concern(
            text=count_text(count, "page could not be sent.", "pages could not be sent."),
            effect="Send them again, or discard them.",
            count=count,
            task=Task.SYSTEM,
            stage=Stage.ENGINE,
            url=f"{list_page('oncall_page')}?state__exact={OutboxState.DEAD}",
            button="Open the pages",
            right="oncall.view_page",
            is_blocking=True,
        )
    ]


def _keys() -> list[Concern]:
    return [
        _setting("Secrets cannot be stored.", fault, stage=Stage.KEYS, is_blocking=True)
        for fault in encryption.find_key_faults(settings.ENCRYPTION_KEYS)[:1]
    ]


def _outside() -> list[Concern]:
    concerns = []
    if not (settings.WATCHDOG_ALERT_URL or settings.WATCHDOG_ALERT_EMAIL):
        effect = "Set WATCHDOG_ALERT_URL or WATCHDOG_ALERT_EMAIL, and run the watchdog."
        concerns.append(_setting("Nobody is told when paging stops.", effect, stage=Stage.OUTSIDE))
    if not settings.HEARTBEAT_URL:
        effect = "Set HEARTBEAT_URL to a monitor outside this house, which tells you when the beat stays away."
        concerns.append(_setting("Nobody is told when the whole installation is gone.", effect, stage=Stage.OUTSIDE))
    return concerns


def _setting(text: str, effect: str, *, stage: Stage, is_blocking: bool = False) -> Concern:
    return Concern(
        text=text,
        effect=effect,
        task=Task.SYSTEM,
        stage=stage,
        url=reverse("admin-task", args=[Task.SYSTEM]) + "#settings",
        button="See the settings",
        right=ADMINISTER,
        is_blocking=is_blocking,
    )
