"""What uses teams, schedules, policies, calendars and roles: which rows a replacement changes, and how."""

from dataclasses import replace as altered
from datetime import datetime
from typing import cast

from django.db.models import Model

from config.base.data import retirement
from config.base.data.clock import ceil_minute
from config.base.data.history import sign_history
from config.base.data.uses import Rows, Use, all_rows
from oncall import signals
from oncall.calendars import versions
from oncall.calendars.uses import calendars_using, schedules_using
from oncall.models import (
    Calendar,
    CalendarVersion,
    EscalationPolicy,
    EscalationTarget,
    Obligation,
    Schedule,
    ScheduleVersion,
    Team,
    User,
)
from oncall.obligations.status import cancel_unsent, save
from oncall.schedules import editing, lifecycle
from oncall.schedules.drafts import draft_of

TARGETS = {"oncall.Team": "team", "oncall.Schedule": "schedule", "oncall.User": "user"}
"""The columns of a step's target, by what they name."""


def in_use(rows: Rows, record: Model, at: datetime) -> Rows:
    """Those rows that are in use themselves: without the record they would stop working."""
    return retirement.offered(rows)


def open_tasks(rows: Rows, record: Model, at: datetime) -> Rows:
    """Those tasks that are open."""
    return rows.filter(ended_at__isnull=True)


def move_target(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Page another team, schedule or person in the steps of a policy; a step never pages the same twice."""
    policy, column = cast(EscalationPolicy, row), TARGETS[record._meta.label]
    targets = EscalationTarget.objects.select_for_update(no_key=True, of=("self",)).filter(step__policy=policy)
    there = set(targets.filter(**{column: by}).values_list("step_id", flat=True))
    for target in targets.filter(**{column: record}).order_by("pk"):
        if target.step_id in there:
            sign_history(target, reason=reason, actor=actor)
            target.delete()
        else:
            there.add(target.step_id)
            setattr(target, column, by)
            sign_history(target, reason=reason, actor=actor)
            target.save(update_fields=[column])
    sign_history(policy, reason=reason, actor=actor)
    policy.save()
    signals.send_reachability_changed(at=at, policies=[policy.pk])


def _move_policy_of_team(
    *, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None
) -> None:
    retirement.write_column(
        row=row, column="escalation_policy", record=record, by=by, reason=reason, actor=actor
    )  # fmt: skip
    signals.send_reachability_changed(at=at, teams=[row.pk])


def _move_schedule(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    lifecycle.change_schedule(schedule=cast(Schedule, row), team=by)


def move_task(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Give a task to another team or person."""
    task = cast(Obligation, row)
    column = "team" if isinstance(by, Team) else "owner"
    setattr(task, column, by)
    save(task, column, at=at)
    cancel_unsent(task, at=at)


def _move_layers(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Write the schedule's coming versions anew with the other calendar; the past rota stays as it was."""
    schedule = cast(Schedule, row)
    active = schedule.versions.filter(withdrawn_at__isnull=True).prefetch_related("layers__members")
    ordered = list(active.order_by("effective_from", "created_at", "pk"))
    begun = [version for version in ordered if version.effective_from <= at][-1:]
    for version in [*begun, *(version for version in ordered if version.effective_from > at)]:
        if any(layer.calendar_id == record.pk for layer in version.layers.all()):
            if version.effective_from > at:
                editing.withdraw_version(version_id=version.pk, actor=actor, at=at)
            _write_layers(version, schedule=schedule, record=record, by=by, reason=reason, at=at, actor=actor)


def _write_layers(
    version: ScheduleVersion,
    *,
    schedule: Schedule,
    record: Model,
    by: Model,
    reason: str,
    at: datetime,
    actor: User | None,
) -> None:
    layers = [draft_of(layer) for layer in version.layers.order_by("pk")]
    editing.save_version(
        schedule=schedule,
        layers=[
            altered(layer, calendar_id=by.pk) if layer.calendar_id == record.pk else layer for layer in layers
        ],
        time_zone=version.time_zone,
        effective_from=max(version.effective_from, ceil_minute(at)),
        actor=actor,
        at=at,
        note=reason,
    )  # fmt: skip


def _move_holidays(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Give the other calendar's coming opening hours the days off of the replacement."""
    calendar = cast(Calendar, row)
    current = versions.version_in_force(calendar, at)
    planned = [version for version in versions.planned_versions(calendar, at) if version.holidays_id == record.pk]
    for version in planned:
        versions.withdraw_version(version=version, at=at, actor=actor)
    begun = [current] if current is not None and current.holidays_id == record.pk else []
    for version in [*begun, *planned]:
        _write_hours(version, calendar=calendar, by=by, reason=reason, at=at, actor=actor)


def _write_hours(
    version: CalendarVersion, *, calendar: Calendar, by: Model, reason: str, at: datetime, actor: User | None
) -> None:
    versions.add_version(
        calendar=calendar,
        time_zone=version.time_zone,
        windows=version.windows,
        exceptions=version.exceptions,
        holidays=cast(Calendar, by),
        effective_from=max(version.effective_from, ceil_minute(at)),
        note=reason,
        at=at,
        actor=actor,
    )


def _schedules_now(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(pk__in=schedules_using(record.pk, at).order_by().values("pk"))


def _calendars_now(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(pk__in=calendars_using(record.pk, at).order_by().values("pk"))


USES = (
    *(
        Use(
            of=of, by="oncall.EscalationPolicy", path=f"steps__targets__{column}",
            columns=(f"oncall.EscalationTarget.{column}",), moving=all_rows, move=move_target, stopping=in_use,
            is_open=True,
        )
        for of, column in TARGETS.items()
        if of != "oncall.User"
    ),
    Use(
        of="oncall.Team", by="oncall.Schedule", path="team", moving=all_rows, move=_move_schedule, is_open=True,
    ),
    Use(of="oncall.Team", by="oncall.EscalationPolicy", path="team", moving=all_rows, is_open=True),
    Use(of="oncall.Team", by="oncall.ServiceAccount", path="team", moving=all_rows),
    Use(of="oncall.Team", by="oncall.SavedView", path="team", moving=all_rows),
    Use(of="oncall.Team", by="oncall.ObligationRule", path="teams", moving=all_rows),
    Use(
        of="oncall.Team", by="oncall.Obligation", path="team", words=("task", "tasks"), moving=open_tasks,
        move=move_task,
    ),
    Use(
        of="oncall.EscalationPolicy", by="oncall.Team", path="escalation_policy", moving=all_rows,
        move=_move_policy_of_team, stopping=in_use, is_open=True,
    ),
    Use(
        of="oncall.Calendar", by="oncall.Schedule", path="versions__layers__calendar",
        columns=("oncall.Layer.calendar",), moving=_schedules_now, move=_move_layers, stopping=_schedules_now,
        is_open=True,
    ),
    Use(
        of="oncall.Calendar", by="oncall.Calendar", path="versions__holidays",
        columns=("oncall.CalendarVersion.holidays",), moving=_calendars_now, move=_move_holidays,
        stopping=_calendars_now, is_open=True,
    ),
    Use(of="oncall.Calendar", by="oncall.CalendarDate", path="calendar", words=("day off", "days off")),
    Use(
        of="oncall.Calendar", by="oncall.CalendarVersion", path="calendar",
        words=("version of its opening hours", "versions of its opening hours"),
    ),
    Use(of="auth.Group", by="oncall.User", path="groups", moving=all_rows),
    Use(of="oncall.ObligationRule", by="oncall.Obligation", path="rule", words=("task", "tasks")),
)  # fmt: skip

PARTS = (
    "oncall.CalendarVersion.holidays",
    "oncall.EscalationStep.policy",
    "oncall.EscalationTarget.step",
    "oncall.Membership.team",
    "oncall.Team.members",
    "oncall.RuleReminder.rule",
    # Rules say how their own person is reached; the question before deleting names them.
    "oncall.NotificationRule.contact_method",
    # A page keeps a copy of its channel and address, and an escalation of its policy.
    "oncall.Page.contact_method",
)
