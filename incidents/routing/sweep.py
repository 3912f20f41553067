"""Which alerts are due, the worst first, and what happens when an alert cannot be routed."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Max, Min, Q

from config.base.data.clock import backoff
from incidents.alerts.explanation import explain
from incidents.models import Alert, Integration, Severity
from incidents.routing.grouping import route_group
from incidents.routing.severity_mapping import SeverityChoice, choose_severity

logger = logging.getLogger(__name__)

TRIES = 5
"""After this many failures an alert opens a plain incident, so that it is never lost."""
PASS_SECONDS = 1.0
"""A pass ends after this time, so that a worse alert that arrived meanwhile is next."""
MAX_GROUPS = 10_000
_SLOW_RETRY = timedelta(seconds=60)


@dataclass(frozen=True)
class _Group:
    integration: Integration
    group_key: str
    rank: int
    has_failed: bool
    """Whether some of its alerts could not be routed before; those are tried one by one."""


def route_due(*, at: datetime, limit: int = 200) -> int:
    """Route about `limit` due alerts, those of the worst severity first; returns how many were handled.

    Each group is a transaction of its own. Raises OperationalError or InterfaceError if the database is
    away; any other error postpones the alert that caused it, and the others are routed.
    """
    began = time.monotonic()
    done = 0
    groups, severities = _due_groups(at=at)
    for group in groups:
        done += _route_group(group, severities, at=at)
        if done >= limit or time.monotonic() - began > PASS_SECONDS:
            break
    return done


def _due_groups(*, at: datetime) -> tuple[list[_Group], list[Severity]]:
    """The groups with due alerts, the worst first, and all severities."""
    rows = list(
        Alert.objects.filter(route_at__lte=at)
        .values_list("integration_id", "group_key", "severity_word")
        .annotate(since=Min("route_at"), attempts=Max("route_attempts"))
        .order_by("since")[:MAX_GROUPS]
    )
    if not rows:
        return [], []
    severities = list(Severity.objects.order_by("rank"))
    integrations = Integration.objects.select_related("service__team", "service__escalation_policy").in_bulk(
        {row[0] for row in rows}
    )
    choices: dict[tuple[int, str], SeverityChoice] = {}
    groups: dict[tuple[int, str], _Group] = {}
    for integration_id, group_key, word, _, attempts in rows:
        integration = integrations[integration_id]
        if (integration_id, word) not in choices:
            choices[integration_id, word] = choose_severity(word, integration=integration, severities=severities)
        rank = choices[integration_id, word].severity.rank
        existing = groups.get((integration_id, group_key))
        has_failed = attempts > 0 or (existing is not None and existing.has_failed)
        rank = rank if existing is None else min(rank, existing.rank)
        groups[integration_id, group_key] = _Group(integration, group_key, rank, has_failed)
    return sorted(groups.values(), key=lambda group: group.rank), severities


def _route_group(group: _Group, severities: Sequence[Severity], *, at: datetime) -> int:
    """Route a group at once; if that fails, alert by alert, so that only the failing one waits."""
    due = Alert.objects.filter(integration=group.integration, group_key=group.group_key, route_at__lte=at)
    done = 0
    is_retry = Q(route_attempts__gt=0)
    try:
        done = route_group(
            integration=group.integration,
            group_key=group.group_key,
            which=~is_retry,
            severities=severities,
            at=at,
        )
    except (OperationalError, InterfaceError):
        if _is_database_away():
            raise
        return 0
    except Exception:
        # One bad alert must not stop the others (paging rule 7): routing each alone shows which one it is.
        logger.exception("alert.group_failed", extra={"integration": group.integration.pk})
        is_retry = Q()
    else:
        if not group.has_failed:
            return done
    for pk, attempts in due.filter(is_retry).order_by("pk").values_list("pk", "route_attempts"):
        done += _route_alone(group, pk, attempts, severities, at=at)
    return done


def _route_alone(group: _Group, pk: int, attempts: int, severities: Sequence[Severity], *, at: datetime) -> int:
    try:
        return route_group(
            integration=group.integration,
            group_key=group.group_key,
            which=Q(pk=pk),
            severities=severities,
            at=at,
            is_plain=attempts >= TRIES,
        )
    except (OperationalError, InterfaceError):
        if _is_database_away():
            raise
        return 0
    except Exception as error:
        logger.exception("alert.put_off", extra={"alert": pk, "attempts": attempts + 1})
        _put_off(pk, attempts + 1, error, at=at)
        return 1


def _put_off(pk: int, attempts: int, error: Exception, *, at: datetime) -> None:
    wait = backoff(attempts) if attempts < TRIES else timedelta(0) if attempts == TRIES else _SLOW_RETRY
    alert = Alert.objects.filter(pk=pk, route_at__isnull=False)
    alert.update(route_attempts=min(attempts, 1_000), route_at=at + wait)
    # An alert that has an incident keeps its explanation.
    alert.filter(ticket__isnull=True).update(
        explanation=explain(f"Could not be routed yet (try {attempts}): {type(error).__name__}: {error}"[:1_000])
    )


def _is_database_away() -> bool:
    """Whether the database is away; if not, a lock was held too long and the next pass tries again."""
    return connection.in_atomic_block or not connection.is_usable()
