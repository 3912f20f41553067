"""Maintenance: scheduled, announced to subscribers, reminded of an hour before, begun and ended automatically."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from config.base.data.lifecycle import Lifecycle, Refusal
from config.base.data.rests import Rests, run_alone
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
        "scheduled": "in_progress completed",  # completed at once: it was canceled
        "in_progress": "verifying completed",
        "verifying": "in_progress completed",
        "completed": "",
    },
)
MAX_PER_SWEEP = 20
_rests: Rests[int] = Rests()


class MaintenanceRefused(Refusal):
    """The maintenance cannot be scheduled or changed like this; the message says what is missing."""


@dataclass(frozen=True)
class Plan:
    """Maintenance before it is published; its author typed or chose every field."""

    page: StatusPage
    name: str
    body: str
    starts_at: datetime
    ends_at: datetime
    components: tuple[Component, ...] = ()
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@transaction.atomic
def schedule(*, plan: Plan, actor: User, at: datetime) -> ScheduledMaintenance:
    """Publish the maintenance and mail the subscribers of its components. The same plan is scheduled once.

    Raises MaintenanceRefused.
    """
    StatusPage.objects.select_for_update(no_key=True).get(pk=plan.page.pk)  # a second click waits for the first
    existing = ScheduledMaintenance.objects.filter(draft_key=plan.key).first()
    if existing is not None:
        return existing
    if not plan.name.strip() or not plan.body.strip():
        raise MaintenanceRefused("Give it a title, and write what customers will notice.")
    if any(component.page_id != plan.page.pk for component in plan.components):
        raise MaintenanceRefused("Choose components of this status page.", field="components")
    _check_times(plan.starts_at, plan.ends_at, at=at)
    maintenance = ScheduledMaintenance(
        page=plan.page, draft_key=plan.key, name=plan.name, starts_at=plan.starts_at, ends_at=plan.ends_at,
        created_by=actor, created_at=at, updated_at=at,
    )  # fmt: skip
    maintenance.turn_at = _next_turn_at(maintenance, at=at)
    maintenance.save()
    maintenance.components.set(plan.components)
    _publish_update(maintenance, plan.body, at=at, actor=actor)
    return maintenance


@transaction.atomic
def tell(
    *, maintenance_id: int, status: str, body: str, actor: User, at: datetime, is_mailed: bool = False,
    starts_at: datetime | None = None, ends_at: datetime | None = None,
) -> MaintenanceUpdate:  # fmt: skip
    """Publish an update: change the status or the times, or cancel the maintenance. Its end is always mailed.

    Raises MaintenanceRefused and IllegalMove, with a message for the author.
    """
    maintenance = _locked(maintenance_id)
    if not body.strip():
        raise MaintenanceRefused("Write what customers should read.", field="body")
    if maintenance.is_over:
        raise MaintenanceRefused(
            "This maintenance is completed, so there is nothing to update. Schedule a new one instead."
        )
    if status != maintenance.status:
        MAINTENANCE.check(maintenance.status, status)
    _move_times(
        maintenance, starts_at=starts_at, ends_at=ends_at, is_to_end=status == MaintenanceStatus.COMPLETED, at=at
    )
    return _change_status(maintenance, status, body, at=at, actor=actor, is_mailed=is_mailed)


def advance_due(*, at: datetime) -> int:
    """Remind of, begin and end the maintenance that is due (the engine's sweep, lane `clocks`); returns the count.

    One that fails stops no other.
    """
    rows = ScheduledMaintenance.objects.filter(turn_at__lte=at).exclude(pk__in=_rests.resting(at))
    ids = list(rows.order_by("turn_at", "pk").values_list("pk", flat=True)[:MAX_PER_SWEEP])
    return sum(run_alone("maintenance", ids, partial(_advance_automatically, at=at), rests=_rests, at=at).values())


@transaction.atomic
def _advance_automatically(pk: int, *, at: datetime) -> int:
    rows = ScheduledMaintenance.objects.select_for_update(skip_locked=True, of=("self",)).select_related("page")
    maintenance = rows.filter(pk=pk, turn_at__lte=at).first()
    if maintenance is None:
        return 0
    if maintenance.status in UNDER_WAY:
        _change_status(maintenance, MaintenanceStatus.COMPLETED, "The maintenance is done.", at=at)
    elif maintenance.starts_at <= at:
        _change_status(maintenance, MaintenanceStatus.IN_PROGRESS, "The maintenance has begun.", at=at)
    else:
        maintenance.reminded_at = at
        begins = display.local_text(maintenance.starts_at, zone=maintenance.page.time_zone)
        _change_status(
            maintenance, maintenance.status, f"Reminder: this maintenance begins on {begins}.", at=at, is_mailed=True
        )
    return 1


def _locked(pk: int) -> ScheduledMaintenance:
    return ScheduledMaintenance.objects.select_for_update(of=("self",)).select_related("page").get(pk=pk)


def _check_times(starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    if ends_at <= starts_at:
        raise MaintenanceRefused("The end must be after the beginning. Change one of them.", field="ends_at")
    if ends_at <= at:
        raise MaintenanceRefused("The end is in the past. Choose a later one.", field="ends_at")


def _move_times(
    maintenance: ScheduledMaintenance,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    is_to_end: bool,
    at: datetime,
) -> None:
    previous = (maintenance.starts_at, maintenance.ends_at)
    if starts_at is not None and maintenance.status == MaintenanceStatus.SCHEDULED:
        maintenance.starts_at = starts_at
    maintenance.ends_at = ends_at or maintenance.ends_at
    if previous == (maintenance.starts_at, maintenance.ends_at) or is_to_end:
        maintenance.starts_at, maintenance.ends_at = previous
        return
    _check_times(maintenance.starts_at, maintenance.ends_at, at=at)
    if maintenance.starts_at != previous[0]:
        maintenance.reminded_at = None


def _change_status(
    maintenance: ScheduledMaintenance, status: str, body: str, *, at: datetime, actor: User | None = None,
    is_mailed: bool = False,
) -> MaintenanceUpdate:  # fmt: skip
    """Change the status of the maintenance and of its components, and publish an update."""
    old_status, maintenance.status, maintenance.updated_at = maintenance.status, status, at
    if maintenance.is_over:
        maintenance.completed_at = at
    maintenance.turn_at = _next_turn_at(maintenance, at=at)
    maintenance.save()
    affected = _change_components(maintenance, old_status=old_status, at=at)
    return _publish_update(
        maintenance, body, at=at, actor=actor, affected=affected, is_mailed=is_mailed or maintenance.is_over
    )


def _next_turn_at(maintenance: ScheduledMaintenance, *, at: datetime) -> datetime | None:
    """When the engine acts next: for the reminder unless it is too late, the beginning, or the end."""
    if maintenance.is_over:
        return None
    if maintenance.is_under_way:
        return maintenance.ends_at
    remind_at = maintenance.starts_at - timedelta(minutes=settings.MAINTENANCE_REMINDER_MINUTES)
    return remind_at if maintenance.reminded_at is None and remind_at > at else maintenance.starts_at


def _change_components(maintenance: ScheduledMaintenance, *, old_status: str, at: datetime) -> list[dict[str, str]]:
    """Set its components under maintenance while it lasts.

    A component that is down for another reason, or in another maintenance, keeps its status.
    """
    if old_status == MaintenanceStatus.SCHEDULED and maintenance.is_under_way:
        from_status, to_status = ComponentStatus.OPERATIONAL, ComponentStatus.MAINTENANCE
        components = maintenance.components.all()
    elif old_status in UNDER_WAY and maintenance.is_over:
        from_status, to_status = ComponentStatus.MAINTENANCE, ComponentStatus.OPERATIONAL
        overlapping = ScheduledMaintenance.objects.filter(status__in=UNDER_WAY, components__isnull=False)
        components = maintenance.components.exclude(pk__in=overlapping.exclude(pk=maintenance.pk).values("components"))
    else:
        return []
    ids = list(components.values_list("pk", flat=True))
    return component_status.change_component_status(
        ids, lambda component: to_status if component.status == from_status else component.status, at=at
    )


def _publish_update(
    maintenance: ScheduledMaintenance, body: str, *, at: datetime, actor: User | None = None,
    affected: list[dict[str, str]] | None = None, is_mailed: bool = True,
) -> MaintenanceUpdate:  # fmt: skip
    notice = MaintenanceUpdate.objects.create(
        maintenance=maintenance, status=maintenance.status, body=body, affected=affected or [], is_mailed=is_mailed,
        published_at=at, author=actor, fanned_out_at=None if is_mailed else at,
    )  # fmt: skip
    if is_mailed:
        deliveries.enqueue(deliveries.fan_out_notice, notice.pk)
    engine.wake("clocks")
    return notice
