"""What uses services, severities, targets and status pages: which rows a replacement changes, and how."""

from datetime import datetime
from typing import cast

from django.db.models import Model, Q

from config.base.data import retirement
from config.base.data.history import sign_history
from config.base.data.uses import Rows, Use, all_rows
from incidents.categories import catalogue
from incidents.intake import integration_keys
from incidents.models import (
    ActionItem,
    ActionStatus,
    Integration,
    Service,
    ServiceDependency,
    Severity,
    Ticket,
    TicketKind,
    TicketStatus,
)
from incidents.prevention import action_items
from incidents.response import answering, changing, reassigning
from incidents.response.privacy import hide_for_category
from incidents.services import readiness
from incidents.tickets.changes import change_fields
from incidents.tickets.locking import lock_record
from incidents.uses.promises import CONDITIONS
from oncall.models import Team, User


def _in_use(rows: Rows, record: Model, at: datetime) -> Rows:
    return retirement.offered(rows)


def unfinished(rows: Rows, record: Model, at: datetime) -> Rows:
    """Tickets that are open work: not resolved and not closed."""
    return rows.exclude(status__in=[TicketStatus.RESOLVED, TicketStatus.CLOSED])


def _unfinished_actions(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(status=ActionStatus.OPEN)


def _running(rows: Rows, record: Model, at: datetime) -> Rows:
    """Integrations that take events."""
    return rows.filter(paused_at__isnull=True)


def move_ticket(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Give a ticket another service, severity or team, with its entry on the timeline and all that follows."""
    ticket = cast(Ticket, row)
    column = CONDITIONS[record._meta.label]
    is_incident = ticket.kind == TicketKind.INCIDENT
    if is_incident and isinstance(by, Severity):
        changing.change_severity(ticket_id=ticket.pk, severity=by, actor=actor, at=at, reason=reason)
    elif is_incident and column == "team" and ticket.is_open:
        reassigning.reassign(ticket_id=ticket.pk, team=cast(Team, by), reason=reason, actor=actor, at=at)
    else:
        locked = lock_record(ticket.pk, kind=TicketKind(ticket.kind))
        change_fields(ticket=locked, values={column: by}, actor=actor, at=at)


def _move_category(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    ticket = cast(Ticket, row)
    locked = lock_record(ticket.pk, kind=TicketKind(ticket.kind))
    change_fields(ticket=locked, values={"category": str(by)}, actor=actor, at=at)
    hide_for_category(ticket=locked, actor=actor, at=at)


def _move_action(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    action = cast(ActionItem, row)
    owner, team = (by, action.team) if isinstance(by, User) else (action.owner, cast(Team, by))
    action_items.reassign(action_id=action.pk, owner=owner, team=team, actor=actor, at=at)


def _assign(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    answering.assign(ticket_id=row.pk, assignee=cast(User, by), actor=actor, at=at)


def _move_service(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    column = "team" if record._meta.label == "oncall.Team" else "escalation_policy"
    retirement.write_column(row=row, column=column, record=record, by=by, reason=reason, actor=actor)
    readiness.mark_due(at=at, services=[row.pk])


def _move_need(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Make the services that need one need the other; a service never needs itself, nor the same twice."""
    for need in ServiceDependency.objects.filter(service=row.pk, needs=record.pk):
        sign_history(need, reason=reason, actor=actor)
        if row.pk == by.pk or ServiceDependency.objects.filter(service=row.pk, needs=by.pk).exists():
            need.delete()
        else:
            need.needs = cast(Service, by)
            need.save(update_fields=["needs"])


def _move_sender(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    """Make an integration name another service or severity, also in what it makes of a sender's words."""
    integration = cast(Integration, row)
    if isinstance(by, Service):
        integration.service = by
    elif isinstance(by, Severity) and isinstance(record, Severity):
        if integration.default_severity_id == record.pk:
            integration.default_severity = by
        integration.severities = {
            word: by.name if _names(name, record) else name for word, name in integration.severities.items()
        }
    sign_history(integration, reason=reason, actor=actor)
    integration.save(update_fields=["service", "default_severity", "severities"])
    integration_keys.clear_cache()


def _names(name: object, severity: Severity) -> bool:
    return isinstance(name, str) and name.casefold() == severity.name.casefold()


def _senders_of(record: Model) -> Rows:
    """The integrations whose default, or whose word for a sender's word, is this severity."""
    severity = cast(Severity, record)
    maps = Integration.objects.values_list("pk", "severities")
    named = [
        pk for pk, words in maps if isinstance(words, dict) and any(_names(name, severity) for name in words.values())
    ]
    return cast(Rows, Integration.objects.filter(Q(default_severity=severity) | Q(pk__in=named)))


TICKETS = tuple(
    Use(
        of=of, by="incidents.Ticket", path=column, moving=unfinished, move=move_ticket,
        stopping=unfinished if column == "team" else None,
    )
    for of, column in CONDITIONS.items()
)  # fmt: skip
ACTIONS = tuple(
    Use(
        of=of, by="incidents.SlaAction", path=column, words=("action of an SLA target", "actions of SLA targets"),
        moving=all_rows, stopping=all_rows, related=("target",),
    )
    for of, column in {"oncall.Team": "team", "oncall.EscalationPolicy": "policy"}.items()
)  # fmt: skip
SERVICES = tuple(
    Use(
        of=of, by="incidents.Service", path=column, moving=all_rows, move=_move_service, stopping=_in_use, is_open=True
    )
    for of, column in {"oncall.Team": "team", "oncall.EscalationPolicy": "escalation_policy"}.items()
)
USES = (
    *SERVICES, *TICKETS, *ACTIONS,
    Use(
        of="oncall.User", by="incidents.Ticket", path="assignee", moving=unfinished, move=_assign,
    ),
    Use(
        of="oncall.User", by="incidents.ActionItem", path="owner", moving=_unfinished_actions, move=_move_action,
        related=("ticket",),
    ),
    Use(
        of="oncall.Team", by="incidents.ActionItem", path="team", moving=_unfinished_actions, move=_move_action,
    ),
    Use(
        of="incidents.Service", by="incidents.Service", path="dependencies__needs",
        columns=("incidents.ServiceDependency.needs", "incidents.Service.depends_on"),
        words=("service that needs it", "services that need it"), moving=all_rows, move=_move_need, is_open=True,
    ),
    Use(
        of="incidents.Service", by="incidents.Integration", path="service", moving=all_rows, move=_move_sender,
        stopping=_running, is_open=True,
    ),
    Use(of="incidents.Service", by="incidents.Component", path="service", moving=all_rows),
    Use(
        of="incidents.Severity", by="incidents.Integration", find=_senders_of, words=("integration", "integrations"),
        columns=("incidents.Integration.default_severity",), moving=all_rows, move=_move_sender, stopping=all_rows,
        is_open=True,
    ),
    Use(
        of="incidents.Category", by="incidents.Ticket", find=catalogue.tickets_of, moving=unfinished,
        move=_move_category,
    ),
    Use(of="oncall.Team", by="incidents.Category", path="team", moving=all_rows, stopping=_in_use, is_open=True),
    Use(
        of="incidents.Severity", by="incidents.PriorityRule", path="severity", moving=all_rows, stopping=all_rows,
        words=("cell of the priority matrix", "cells of the priority matrix"),
    ),
    Use(of="incidents.Component", by="incidents.Component", path="group", moving=all_rows),
    Use(
        of="incidents.SlaTarget", by="incidents.SlaTargetVersion", path="target",
        words=("version of its promise", "versions of its promise"), related=("target",),
    ),
)  # fmt: skip

PARTS = (
    "incidents.ServiceDependency.service",
    "incidents.ServiceOwnership.service",
    "incidents.ServiceReadiness.service",
    "incidents.SlaAction.target",
    "incidents.SlaImpact.target",
)
