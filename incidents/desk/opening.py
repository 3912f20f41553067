"""Opening a ticket for somebody who calls: it pages nobody unless the agent chooses to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.db import transaction

from config.base.data.retirement import offered
from incidents import response
from incidents.categories.catalogue import find_category
from incidents.categories.custom_fields import fields_of, refuse_missing
from incidents.models import Contact, ContactType, Service, Ticket, TicketStatus
from incidents.response.paging import page_team
from oncall.models import Team, TeamKind, User


@dataclass(frozen=True)
class Call:
    """What the agent wrote down while somebody called, wrote or stood at the desk."""

    title: str
    requester: Contact | None = None
    service: Service | None = None
    team: Team | None = None
    category: str = ""
    impact: int | None = None
    urgency: int | None = None
    contact_type: str = ContactType.PHONE
    description: str = ""
    affected_customers: str = ""
    asset_type: str = ""
    asset_name: str = ""
    asset_external_id: str = ""
    asset_url: str = ""
    visibility: str = ""
    """Empty: as the team and the category say."""
    visibility_reason: str = ""
    custom_fields: Mapping[str, object] = field(default_factory=dict)
    """Values of the category's fields, by their names."""


@transaction.atomic
def open_ticket(*, call: Call, actor: User, at: datetime, page: bool = False) -> Ticket:
    """Open the ticket of a call, for its team; with `page` the team's people on call are paged, whatever the severity.

    Raises TicketRefused if no team can be found for it, and ValidationError by field, also for a required field of the
    category without a value.
    """
    refuse_missing(fields=fields_of(find_category(call.category)), values=call.custom_fields)
    values = {part.name: getattr(call, part.name) for part in fields(call)}
    ticket = response.declare(**values | {"team": choose_team(call, actor)}, actor=actor, at=at, page=False)
    if page:
        page_team(ticket=ticket, team=ticket.team, at=at)
    return ticket


@transaction.atomic
def solve_at_once(*, call: Call, note: str, actor: User, at: datetime) -> Ticket:
    """Open the ticket of a call that the agent has solved already, restore it, and close it as solved.

    It is the agent's own work, and pages nobody. Where the severity demands prevention the ticket stays restored
    until that is done.
    """
    ticket = open_ticket(call=call, actor=actor, at=at)
    response.take_over(ticket_id=ticket.pk, actor=actor, at=at)
    ticket = response.restore(ticket_id=ticket.pk, actor=actor, at=at, note=note)
    if ticket.status == TicketStatus.RESOLVED:
        ticket = response.close(ticket_id=ticket.pk, code="solved", note=note, actor=actor, at=at)
    return ticket


def choose_team(call: Call, actor: User) -> Team | None:
    """The team of the call, else of its service, of its category, or the service desk that the agent belongs to."""
    team = response.owner_of(team=call.team, service=call.service, category=find_category(call.category))
    return team or offered(actor.teams.filter(kind=TeamKind.SERVICE_DESK)).order_by("name", "pk").first()
