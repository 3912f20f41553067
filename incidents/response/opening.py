"""How an incident begins."""

from datetime import datetime

from django.db import transaction

from incidents.models import (
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
from incidents.severities import priority
from incidents.tickets import timeline
from incidents.tickets.locking import TicketRefused
from oncall.models import Team, User

# Foreign keys are the database's to check; full_clean would ask it about each.
_NOT_WRITTEN = frozenset(field.name for field in Incident._meta.fields if field.is_relation) | {"number"}


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
    contact_type: str = "portal",
    requester: Contact | None = None,
    affected_customers: str = "",
    customer_impact: str = "",
    impact_started_at: datetime | None = None,
    visibility: str = "open",
    visibility_reason: str = "",
    opened_because: str = "",
    page: bool = True,
) -> Ticket:
    """Open an incident and, if its severity pages, wake the team that owns the service.

    Impact and urgency give the priority and propose the severity, which a given one overrides. Raises
    Raises TicketRefused if neither a service nor a team says whose it is.
    """
    owner = team or (service.team if service else None)
    if owner is None:
        raise TicketRefused("Choose the service that is in trouble, or the team that should look at it.")
    if severity is None or impact or urgency:
        proposal = priority.propose(impact=impact, urgency=urgency)
        severity, order = severity or proposal.severity, proposal.priority
    if not (impact or urgency):
        order = min(5, severity.rank)
    incident = Incident(
        kind=TicketKind.INCIDENT,
        title=title,
        description=description,
        category=category,
        contact_type=contact_type,
        service=service,
        impact=impact,
        urgency=urgency,
        priority=order,
        severity=severity,
        status=TicketStatus.NEW,
        team=owner,
        opened_by=actor,
        requester=requester,
        affected_customers=affected_customers,
        visibility=visibility,
        visibility_reason=visibility_reason,
        created_at=at,
        updated_at=at,
        impact_started_at=impact_started_at or at,
        detected_at=at,
        customer_impact=customer_impact,
        opened_because=opened_because,
    )
    # The database holds the constraints; asking it about each costs more than all the rest of opening.
    # Only a private record can break one by what was asked, and that needs words for the person who asks.
    incident.full_clean(exclude=_NOT_WRITTEN, validate_constraints=visibility != Visibility.OPEN)
    incident.save()
    related = ("service__escalation_policy", "severity", "team__escalation_policy")
    ticket = Ticket.objects.select_related(*related).get(pk=incident.pk)
    timeline.record(
        ticket_id=ticket.pk,
        kind=EntryKind.OPENED,
        text=opened_because or f"Opened as {ticket.severity.name} for {owner.name}.",
        at=at,
        actor=actor,
        data={"severity": ticket.severity.name, "service": service.name if service else ""},
    )
    if page and ticket.severity.pages:
        page_team(ticket=ticket, team=owner, at=at)
    return ticket
