"""Planned work: customers are told when it is scheduled, an hour before, and when it is done; it turns by itself."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from config.base.data.lifecycle import Lifecycle, Refusal
from config.base.web import display
from incidents.customers import component_status, deliveries
from incidents.models import (
    UNDER_WAY,
    Component,
    ComponentStatus,
    MaintenanceStatus,
    MaintenanceUpdate,
    ScheduledMaintenance,
    StatusPage,
)
from oncall import engine
from oncall.models import User

MAINTENANCE = Lifecycle.of(
    "maintenance",
    {
        "scheduled": "in_progress completed",  # completed at once: it was called off
        "in_progress": "verifying completed",
        "verifying": "in_progress completed",
        "completed": "",
    },
)
MOST_A_PASS = 20


class NotReady(Refusal):
    """The plan cannot stand as it is; the message says what is missing."""


@dataclass(frozen=True)
class Plan:
    """Planned work before customers know of it: all of it typed or chosen by its author."""

    page: StatusPage
    name: str
    body: str
    starts_at: datetime
    ends_at: datetime
    components: tuple[Component, ...] = ()
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def schedule(*, plan: Plan, actor: User, at: datetime) -> ScheduledMaintenance:
    """Put the work on the page and tell the subscribers of its parts. The same plan is scheduled once.

    Raises NotReady.
    """
    StatusPage.objects.select_for_update(no_key=True).get(pk=plan.page.pk)  # a second click waits for the first
    done = ScheduledMaintenance.objects.filter(draft_key=plan.key).first()
    if done is not None:
        return done
    if not plan.name.strip() or not plan.body.strip():
        raise NotReady("Give it a title, and write what customers will notice.")
    if any(component.page_id != plan.page.pk for component in plan.components):
        raise NotReady("Choose parts of this status page.")
    _check_times(plan.starts_at, plan.ends_at, at=at)
    work = ScheduledMaintenance(
        page=plan.page, draft_key=plan.key, name=plan.name, starts_at=plan.starts_at, ends_at=plan.ends_at,
        created_by=actor, created_at=at, updated_at=at,
    )  # fmt: skip
    work.turn_at = _next_turn(work, at=at)
    work.save()
    work.components.set(plan.components)
    _say(work, plan.body, at=at, actor=actor)
    return work


@transaction.atomic
def tell(
    *, maintenance_id: int, status: str, body: str, actor: User, at: datetime, is_mailed: bool = False,
    starts_at: datetime | None = None, ends_at: datetime | None = None,
) -> MaintenanceUpdate:  # fmt: skip
    """Say how the work goes: move it on, move its times, call it off. Its end is always mailed.

    Raises NotReady and IllegalMove, in words for the author.
    """
    work = _locked(maintenance_id)
    if not body.strip():
        raise NotReady("Write what customers should read.")
    if work.is_over:
        raise NotReady("This work is completed, so there is nothing more to say. Schedule new work instead.")
    if status != work.status:
        MAINTENANCE.check(work.status, status)
    _move_times(work, starts_at=starts_at, ends_at=ends_at, is_to_end=status == MaintenanceStatus.COMPLETED, at=at)
    return _turn(work, status, body, at=at, actor=actor, is_mailed=is_mailed)


def turn_due(*, at: datetime) -> int:
    """Remind of, begin and end what is due (the engine's sweep, lane `clocks`)."""
    due = ScheduledMaintenance.objects.filter(turn_at__lte=at).order_by("turn_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:MOST_A_PASS])
    return sum(_turn_by_itself(pk, at=at) for pk in ids)


@transaction.atomic
def _turn_by_itself(pk: int, *, at: datetime) -> int:
    rows = ScheduledMaintenance.objects.select_for_update(skip_locked=True, of=("self",)).select_related("page")
    work = rows.filter(pk=pk, turn_at__lte=at).first()
    if work is None:
        return 0
    if work.status in UNDER_WAY:
        _turn(work, MaintenanceStatus.COMPLETED, "The planned work is done.", at=at)
    elif work.starts_at <= at:
        _turn(work, MaintenanceStatus.IN_PROGRESS, "The planned work has begun.", at=at)
    else:
        work.reminded_at = at
        begins = display.local_text(work.starts_at, zone=work.page.time_zone)
        _turn(work, work.status, f"A reminder: this work begins on {begins}.", at=at, is_mailed=True)
    return 1


def _locked(pk: int) -> ScheduledMaintenance:
    return ScheduledMaintenance.objects.select_for_update(of=("self",)).select_related("page").get(pk=pk)


def _check_times(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    if ends_at <= starts_at:
        raise NotReady("It must end after it begins.")
    if ends_at <= at:
        raise NotReady("Its end lies in the past. Give a later one.")


def _move_times(
    work: ScheduledMaintenance, *, starts_at: datetime | None, ends_at: datetime | None, is_to_end: bool, at: datetime
) -> None:
    before = (work.starts_at, work.ends_at)
    if starts_at is not None and work.status == MaintenanceStatus.SCHEDULED:
        work.starts_at = starts_at
    work.ends_at = ends_at or work.ends_at
    if before == (work.starts_at, work.ends_at) or is_to_end:
        work.starts_at, work.ends_at = before
        return
    _check_times(work.starts_at, work.ends_at, at=at)
    if work.starts_at != before[0]:
        work.reminded_at = None


def _turn(
    work: ScheduledMaintenance, status: str, body: str, *, at: datetime, actor: User | None = None,
    is_mailed: bool = False,
) -> MaintenanceUpdate:  # fmt: skip
    """Give the work its status, its parts theirs, and say so."""
    before, work.status, work.updated_at = work.status, status, at
    if work.is_over:
        work.completed_at = at
    work.turn_at = _next_turn(work, at=at)
    work.save()
    affected = _change_components(work, before=before, at=at)
    return _say(work, body, at=at, actor=actor, affected=affected, is_mailed=is_mailed or work.is_over)


def _next_turn(work: ScheduledMaintenance, *, at: datetime) -> datetime | None:
    """When something is next due: the reminder, unless it is too late for one, the beginning, the end."""
    if work.is_over:
        return None
    if work.is_under_way:
        return work.ends_at
    remind_at = work.starts_at - timedelta(minutes=settings.MAINTENANCE_REMINDER_MINUTES)
    return remind_at if work.reminded_at is None and remind_at > at else work.starts_at


def _change_components(work: ScheduledMaintenance, *, before: str, at: datetime) -> list[dict[str, str]]:
    """Under maintenance while it lasts; a part that is down for another reason, or still worked on, stays so."""
    if before == MaintenanceStatus.SCHEDULED and work.is_under_way:
        old, new = ComponentStatus.OPERATIONAL, ComponentStatus.MAINTENANCE
        mine = work.components.all()
    elif before in UNDER_WAY and work.is_over:
        old, new = ComponentStatus.MAINTENANCE, ComponentStatus.OPERATIONAL
        others = ScheduledMaintenance.objects.filter(status__in=UNDER_WAY, components__isnull=False)
        mine = work.components.exclude(pk__in=others.exclude(pk=work.pk).values("components"))
    else:
        return []
    ids = list(mine.values_list("pk", flat=True))
    return component_status.change_component_status(
        ids, lambda part: new if part.status == old else part.status, at=at
    )


def _say(
    work: ScheduledMaintenance, body: str, *, at: datetime, actor: User | None = None,
    affected: list[dict[str, str]] | None = None, is_mailed: bool = True,
) -> MaintenanceUpdate:  # fmt: skip
    notice = MaintenanceUpdate.objects.create(
        maintenance=work, status=work.status, body=body, affected=affected or [], is_mailed=is_mailed,
        published_at=at, author=actor, fanned_out_at=None if is_mailed else at,
    )  # fmt: skip
    if is_mailed:
        deliveries.enqueue(deliveries.fan_out_notice, notice.pk)
    engine.wake("clocks")
    return notice
