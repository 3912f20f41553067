"""Declaring an incident."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from incidents.categories.catalogue import find_category
from incidents.categories.custom_fields import change_values, fields_of
from incidents.models import (
    Category,
    Contact,
    EntryKind,
    Incident,
    Service,
    Severity,
    Ticket,
    TicketKind,
    TicketStatus,
    Visibility,
)
from incidents.response.paging import page_team
from incidents.response.privacy import default_visibility
from incidents.tickets import clock_facts, priority, timeline
from incidents.tickets.locking import TicketRefused
from oncall.models import Team, User

# The database checks foreign keys; full_clean would run a query for each.
_NOT_CLEANED = frozenset(field.name for field in Incident._meta.fields if field.is_relation) | {"number"}


def owner_of(*, team: Team | None, service: Service | None, category: Category | None) -> Team | None:
    """The team that gets a ticket: the chosen one, else that of its service, else that of its category."""
    return team or (service.team if service else None) or (category.team if category else None)


@transaction.atomic
def declare(
    *,
    title: str,
    at: datetime,
    actor: User | None = None,
    service: Service | None = None,
    team: Team | None = None,
    severity: Severity | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    description: str = "",
    category: str = "",
    is_security: bool = False,
    contact_type: str = "portal",
    requester: Contact | None = None,
    affected_customers: str = "",
    asset_type: str = "",
    asset_name: str = "",
    asset_external_id: str = "",
    asset_url: str = "",
    customer_impact: str = "",
    impact_started_at: datetime | None = None,
    visibility: str = "",
    visibility_reason: str = "",
    custom_fields: Mapping[str, object] | None = None,
    opened_because: str = "",
    page: bool = True,
) -> Ticket:
    """Open an incident and, if its severity pages, page the team it is assigned to.

    Impact and urgency give the priority and propose the severity; `severity` overrides the proposal. `team`
    overrides the team that owns the service, and that the team of the category. Without
    `visibility` the ticket is private if its team or category is so by default. `custom_fields` are values of the
    category's fields; a required one may be missing, because what is urgent waits for no form. Raises TicketRefused
    without a team, and ValidationError by field.
    """
    about = find_category(category)
    assigned_team = owner_of(team=team, service=service, category=about)
    if assigned_team is None:
        raise TicketRefused("Choose the affected service, or the team that should look at it.", field="team")
    visibility, visibility_reason = default_visibility(
        visibility=visibility, reason=visibility_reason, team=assigned_team, category=about
    )
    if severity is None or impact or urgency:
        proposal = priority.propose(impact=impact, urgency=urgency)
        severity, priority_value = severity or proposal.severity, proposal.priority
    if not (impact or urgency):
        priority_value = priority.priority_of(severity=severity)
    incident = Incident(
        kind=TicketKind.INCIDENT,
        title=title,
        description=description,
        category=category,
        is_security=is_security,
        contact_type=contact_type,
        service=service,
        impact=impact,
        urgency=urgency,
        priority=priority_value,
        severity=severity,
        status=TicketStatus.NEW,
        team=assigned_team,
        opened_by=actor,
        requester=requester,
        affected_customers=affected_customers,
        asset_type=asset_type,
        asset_name=asset_name,
        asset_external_id=asset_external_id,
        asset_url=asset_url,
        visibility=visibility,
        visibility_reason=visibility_reason,
        created_at=at,
        updated_at=at,
        impact_started_at=impact_started_at or at,
        detected_at=at,
        customer_impact=customer_impact,
        opened_because=opened_because,
        custom=change_values(fields=fields_of(about), values={}, sent=_filled(custom_fields)),
    )
    # The database checks the constraints; checking each here costs more queries than all the rest of declaring.
    # Only a private record can break one by its input, and then the person needs a message.
    incident.full_clean(exclude=_NOT_CLEANED, validate_constraints=visibility != Visibility.OPEN)
    incident.save()
    related = ("service__escalation_policy", "severity", "team__escalation_policy")
    ticket = Ticket.objects.select_related(*related).get(pk=incident.pk)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.OPENED,
        text=opened_because or f"Opened as {ticket.severity.name} for {assigned_team.name}.",
        at=at,
        actor=actor,
        data={"severity": ticket.severity.name, "service": service.name if service else ""},
        facts=clock_facts.opened(incident),
    )
    if page and ticket.severity.pages:
        page_team(ticket=ticket, team=assigned_team, at=at)
    return ticket


def _filled(sent: Mapping[str, object] | None) -> dict[str, object]:
    """The values that say something."""
    return {name: value for name, value in (sent or {}).items() if value not in (None, "")}
