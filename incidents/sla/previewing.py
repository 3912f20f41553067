"""What a version would do to the open tickets, before it is saved (K-42).

Up to `EXACT_TICKETS` open tickets are looked at in the request. More are looked at by a task in portions; the row of
its progress is `SlaImpact`, and a look at the row starts the task again if a worker has lost it.
"""

import hashlib
import json
import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from config.base.data.clock import database_now
from config.base.data.isolation import is_database_away, short_text
from config.base.net import broker
from incidents.models import SlaImpact, SlaScope, SlaTarget, SlaTargetVersion, Ticket, TicketStatus
from incidents.sla import loading
from incidents.sla.definitions import Definitions, Target, TargetVersion
from incidents.sla.drafts import VersionDraft
from incidents.sla.history import Event
from incidents.sla.impact import Impact, impact
from oncall.calendars.hours_loading import load_opening_hours
from oncall.calendars.opening_hours import minute_of
from oncall.models import Calendar, User

EXACT_TICKETS = 2_000
"""So many open tickets are looked at at once; a longer answer is computed in the background."""
PORTION = 200
STALE_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=1)
_NEW_KEY = 2**62
_NEW_TARGET = 2**62
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """A version that is not stored: of a target, or of one that does not exist yet."""

    target: SlaTarget
    draft: VersionDraft
    effective_from: datetime
    scope: str = SlaScope.ALL
    is_retired: bool = False

    @property
    def content_digest(self) -> str:
        """Tells whether two promise the same to the same tickets, whenever they take effect."""
        content = [self.target.pk, self.target.kind, self.target.metric, content_of(self.draft), str(self.scope)]
        return hashlib.sha256(json.dumps([*content, self.is_retired], sort_keys=True).encode()).hexdigest()


def preview_now(*planned: Planned, at: datetime) -> Impact | None:
    """What versions of different targets would do together to the open tickets, from one moment on (K-42).

    None if there are too many tickets to look at in a request.
    """
    binding = [each for each in planned if each.scope == SlaScope.ALL or each.is_retired]
    if not binding:
        return Impact()
    keys = _open_tickets(limit=EXACT_TICKETS + 1)
    if len(keys) > EXACT_TICKETS:
        return None
    before, after = definitions_of(*binding, at=at)
    total = Impact()
    for start in range(0, len(keys), PORTION):
        total += _impact_of(keys[start : start + PORTION], before, after, binding[0].effective_from, at=at)
    return total


def start_preview(planned: Planned, *, seen_as: str, at: datetime, actor: User | None) -> SlaImpact:
    """The preview in the background; the one that this person began within a day if its form is `seen_as` the same."""
    own = SlaImpact.objects.filter(created_by=actor)
    own.filter(created_at__lt=at - KEPT).delete()
    row = own.filter(digest=seen_as).order_by("pk").last()
    if row is None or row.failure:
        row = SlaImpact.objects.create(
            target=planned.target if planned.target.pk else None,
            kind=planned.target.kind,
            metric=planned.target.metric,
            content=content_of(planned.draft),
            scope=planned.scope,
            is_retired=planned.is_retired,
            effective_from=planned.effective_from,
            digest=seen_as,
            total=_candidates().count(),
            created_at=at,
            created_by=actor,
        )
    keep_going(row, at=at)
    return row


def keep_going(row: SlaImpact, *, at: datetime) -> None:
    """Queue the task of an unfinished preview, unless a worker went on with it a moment ago."""
    if row.finished_at is None and (row.claimed_at is None or row.claimed_at <= at - STALE_AFTER):
        # At commit: a worker would not see the row earlier.
        transaction.on_commit(partial(_enqueue, row.pk))


def _enqueue(impact_id: int) -> None:
    broker.enqueue(compute_impact, impact_id, queue=settings.CELERY_TASK_DEFAULT_QUEUE)


@shared_task
def compute_impact(impact_id: int) -> None:
    """Compute a preview in portions; a second worker, and one that comes again, does nothing."""
    at = database_now()
    is_free = Q(claimed_at=None) | Q(claimed_at__lte=at - STALE_AFTER)
    rows = SlaImpact.objects.filter(is_free, pk=impact_id, finished_at=None)
    if not rows.update(claimed_at=at):
        return
    row = SlaImpact.objects.select_related("target").get(pk=impact_id)
    try:
        _compute(row, at=at)
    except Exception as error:
        if is_database_away(error):
            raise
        logger.exception("sla.no_preview", extra={"impact": impact_id})
        SlaImpact.objects.filter(pk=impact_id).update(failure=short_text(error), finished_at=database_now())


def definitions_of(*planned: Planned, at: datetime) -> tuple[Definitions, Definitions]:
    """The definitions as they are, and with the versions added."""
    before = loading.load_definitions()
    stored = {target.key: target for target in before.targets}
    added: dict[Hashable, Target] = {}
    for change, version in zip(planned, versions_of(planned, at=at), strict=True):
        target = stored.get(version.target) or new_target(change, version)
        added[version.target] = replace(target, versions=(*target.versions, version))
    rest = [target for target in before.targets if target.key not in added]
    return before, Definitions((*rest, *added.values()))


def versions_of(planned: Sequence[Planned], *, at: datetime) -> list[TargetVersion]:
    """Planned versions as clocks read them, with keys that no stored one has; one query for their calendars."""
    calendars = {calendar.pk for change in planned if (calendar := change.draft.calendar) is not None}
    hours = load_opening_hours(calendars, with_withdrawn=True)
    rows = [
        SlaTargetVersion(
            pk=_NEW_KEY + n,
            target_id=change.target.pk or _NEW_TARGET + n,
            effective_from=change.effective_from,
            created_at=at,
            scope=change.scope,
            is_retired=change.is_retired,
            calendar=change.draft.calendar,
            **{name: value for name, value in content_of(change.draft).items() if name != "calendar"},
        )
        for n, change in enumerate(planned)
    ]
    return [loading.to_version(row, hours) for row in rows]


def new_target(planned: Planned, version: TargetVersion) -> Target:
    """The target of a planned version as clocks read it, without versions."""
    order = planned.target.pk or version.key
    return Target(version.target, order, planned.target.kind, planned.target.metric, ())


def content_of(draft: VersionDraft) -> dict[str, object]:
    """A draft as JSON, by the names of the columns."""
    return {
        "goal_minutes": draft.goal_minutes,
        "calendar": draft.calendar.pk if draft.calendar else None,
        "start": draft.start,
        "conditions": draft.conditions,
        "position": draft.position,
        "pause_reasons": list(draft.pause_reasons),
        "warn_percents": list(draft.warn_percents),
    }


def planned_of(row: SlaImpact) -> Planned:
    """The version whose preview this is."""
    content = dict(row.content)
    calendar = Calendar.objects.get(pk=content["calendar"]) if content["calendar"] else None
    target = row.target or SlaTarget(kind=row.kind, metric=row.metric)
    draft = VersionDraft(**content | {
        "calendar": calendar,
        "pause_reasons": tuple(content["pause_reasons"]),
        "warn_percents": tuple(content["warn_percents"]),
    })  # fmt: skip
    return Planned(target, draft, row.effective_from, row.scope, row.is_retired)


def _compute(row: SlaImpact, *, at: datetime) -> None:
    planned = planned_of(row)
    before, after = definitions_of(planned, at=at)
    keys = _open_tickets()
    total = Impact()
    for start in range(0, len(keys), PORTION):
        total += _impact_of(keys[start : start + PORTION], before, after, planned.effective_from, at=at)
        now = database_now()
        SlaImpact.objects.filter(pk=row.pk).update(
            total=len(keys), done=min(start + PORTION, len(keys)), claimed_at=now, open_clocks=total.open_clocks,
            changed=total.changed, in_breach=total.in_breach,
        )  # fmt: skip
    SlaImpact.objects.filter(pk=row.pk).update(total=len(keys), done=len(keys), finished_at=database_now())


def _impact_of(
    keys: Sequence[int], before: Definitions, after: Definitions, effective_from: datetime, *, at: datetime
) -> Impact:
    minute = minute_of(at)
    events: dict[Hashable, list[Event]] = {
        key: [event for event in history.events if event.is_known_at(minute)]
        for key, history in loading.load_events(keys).items()
    }
    return impact(before, after, events, at=minute_of(effective_from))


def _candidates() -> "QuerySet[Ticket]":
    """Tickets that may have an open clock: neither resolved nor closed."""
    return Ticket.objects.exclude(status__in=(TicketStatus.RESOLVED, TicketStatus.CLOSED))


def _open_tickets(*, limit: int | None = None) -> list[int]:
    return list(_candidates().order_by("pk").values_list("pk", flat=True)[:limit])
