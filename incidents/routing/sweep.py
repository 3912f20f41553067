"""Which alerts are due, the worst first, and what happens when an alert cannot be routed."""

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Max, Min, Q

from config.base.data.clock import backoff
from config.base.data.isolation import is_database_away, prepare_each, short_text
from config.base.data.rests import Rests
from config.base.data.retirement import offered
from incidents.alerts.explanation import explain
from incidents.models import Alert, Integration, Severity
from incidents.routing.grouping import route_group
from incidents.routing.severity_mapping import choose_severity

logger = logging.getLogger(__name__)

TRIES = 2
"""After this many failures an alert opens a plain incident, so that it is never lost and nobody waits for it."""
PASS_SECONDS = 1.0
"""A pass ends after this time, so that a worse alert that arrived meanwhile is next."""
MAX_GROUPS = 10_000
MAX_ALONE = 100
"""Alerts of a failing group that a pass routes one by one; the rest of the group is tried together again."""
_RELATED = ("service__team", "service__escalation_policy")
_WHY_PLAIN = "by default, because the alert could not be routed as usual"
_blocked: Rests[tuple[int, str]] = Rests(first=1.0, longest=10.0)
"""Groups that wait for a lock: waiting for one must not use up every pass."""


@dataclass(frozen=True)
class _Group:
    integration: Integration
    group_key: str
    rank: int
    has_failed: bool
    """Whether some of its alerts could not be routed before; those are tried one by one."""
    plain_because: str
    """Why all its alerts are routed in plain form; empty for the usual form."""

    @property
    def key(self) -> tuple[int, str]:
        """What identifies it."""
        return self.integration.pk, self.group_key


@dataclass(frozen=True)
class _Sender:
    """An integration with due alerts, and the rank that each of its words has."""

    integration: Integration
    ranks: Mapping[str, int]
    plain_because: str = ""


def route_due(*, at: datetime, limit: int = 200) -> int:
    """Route about `limit` due alerts, those of the worst severity first; returns how many were handled.

    Each group is a transaction of its own. Raises OperationalError or InterfaceError if the database is
    away; any other error postpones the alert that caused it, and the others are routed.
    """
    began = time.monotonic()
    done = 0
    groups, severities = _due_groups(at=at)
    for group in groups:
        if _blocked.is_resting(group.key, at):
            continue
        done += _route_group(group, severities, at=at)
        if done >= limit or time.monotonic() - began > PASS_SECONDS:
            break
    return done


def _due_groups(*, at: datetime) -> tuple[list[_Group], list[Severity]]:
    """The groups with due alerts, the worst first, and all severities in use."""
    rows = list(
        Alert.objects.filter(route_at__lte=at)
        .values_list("integration_id", "group_key", "severity_word")
        .annotate(since=Min("route_at"), attempts=Max("route_attempts"))
        .order_by("since", "integration_id", "group_key", "severity_word")[:MAX_GROUPS]
    )
    if not rows:
        return [], []
    severities = list(offered(Severity.objects.order_by("position")))
    words: dict[int, set[str]] = {}
    for integration_id, _, word, _, _ in rows:
        words.setdefault(integration_id, set()).add(word)
    senders = _senders(words, severities)
    groups: dict[tuple[int, str], _Group] = {}
    for integration_id, group_key, word, _, attempts in rows:
        sender = senders.get(integration_id)
        if sender is None:
            continue
        existing = groups.get((integration_id, group_key))
        has_failed = attempts > 0 or (existing is not None and existing.has_failed)
        # In plain form the severity is not known yet, so such a group is routed first.
        rank = sender.ranks.get(word, 0)
        rank = rank if existing is None else min(rank, existing.rank)
        groups[integration_id, group_key] = _Group(
            sender.integration, group_key, rank, has_failed, sender.plain_because
        )
    return sorted(groups.values(), key=lambda group: group.rank), severities


def _senders(words: Mapping[int, Collection[str]], severities: Sequence[Severity]) -> dict[int, _Sender]:
    """The integrations with these words. One that cannot be read does not stop the others (paging rule 7).

    Its alerts are routed in plain form, so that nobody waits until somebody has repaired its row.
    """

    def prepare(ids: Sequence[int]) -> dict[int, _Sender]:
        rows = Integration.objects.select_related(*_RELATED).in_bulk(ids)
        return {pk: _Sender(row, _ranks(row, words[pk], severities)) for pk, row in rows.items()}

    def prepare_plainly(ids: Sequence[int]) -> dict[int, _Sender]:
        rows = Integration.objects.select_related(*_RELATED).defer("severities").in_bulk(ids)
        return {
            pk: _Sender(row, {}, f"by default, because the severities of {row.name} could not be read")
            for pk, row in rows.items()
        }

    senders, unreadable = prepare_each(list(words), prepare)
    _log("integration.unreadable", unreadable)
    plain_senders, lost = prepare_each(list(unreadable), prepare_plainly)
    _log("integration.lost", lost)
    return senders | plain_senders


def _ranks(integration: Integration, words: Collection[str], severities: Sequence[Severity]) -> dict[str, int]:
    return {
        word: choose_severity(word, integration=integration, severities=severities).severity.rank for word in words
    }


def _log(event: str, failed: Mapping[int, Exception]) -> None:
    for pk, error in failed.items():
        logger.error(event, exc_info=error, extra={"integration": pk})


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
            plain_because=group.plain_because,
        )
    except (OperationalError, InterfaceError) as error:
        if is_database_away(error):
            raise
        _blocked.put_off(group.key, at)
        logger.warning("alert.blocked", extra={"integration": group.integration.pk, "error": short_text(error)})
        return 0
    except Exception:
        # One bad alert must not stop the others (paging rule 7): routing each alone shows which one it is.
        logger.exception("alert.group_failed", extra={"integration": group.integration.pk})
        is_retry = Q()
    else:
        _blocked.clear(group.key)
        if not group.has_failed:
            return done
    for pk, attempts in due.filter(is_retry).order_by("pk").values_list("pk", "route_attempts")[:MAX_ALONE]:
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
            plain_because=group.plain_because or (_WHY_PLAIN if attempts >= TRIES else ""),
        )
    except (OperationalError, InterfaceError) as error:
        if is_database_away(error):
            raise
        _blocked.put_off(group.key, at)
        logger.warning("alert.blocked", extra={"integration": group.integration.pk, "error": short_text(error)})
        return 0
    except Exception as error:
        logger.exception("alert.put_off", extra={"alert": pk, "attempts": attempts + 1})
        _put_off(pk, attempts + 1, error, at=at)
        return 1


def _put_off(pk: int, attempts: int, error: Exception, *, at: datetime) -> None:
    """Try it again later: at once in plain form after the last usual try, and ever more slowly after that."""
    if attempts < TRIES:
        wait = backoff(attempts)
    elif attempts == TRIES:
        wait = timedelta(0)
    else:
        wait = backoff(attempts - TRIES, first=5.0, longest=60.0)
    alert = Alert.objects.filter(pk=pk, route_at__isnull=False)
    alert.update(route_attempts=min(attempts, 1_000), route_at=at + wait)
    # An alert that has an incident keeps its explanation.
    alert.filter(ticket__isnull=True).update(
        explanation=explain(f"Could not be routed yet (try {attempts}): {short_text(error)}")
    )
