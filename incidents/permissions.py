"""Rights with tickets, with the rules that hang on the record; portal, API and admin use the same functions."""

from typing import TYPE_CHECKING

from config.base.data import rights
from incidents.models import (
    ActionItem,
    Contact,
    Integration,
    PreventionWaiver,
    Service,
    SlaCredit,
    SlaTarget,
    SlaWaiver,
    Ticket,
    TicketKind,
)
from oncall.permissions import managed_by

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from oncall.models import User


def can_declare(user: "User | AnonymousUser") -> bool:
    """Declare an incident."""
    return user.has_perm("incidents.add_incident")


def can_see(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether this person may see the ticket."""
    return ticket.is_visible_to(user)


def can_act(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Work on tickets, if the person can see them."""
    return user.has_perm("incidents.act_ticket", ticket)


def can_publish(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Write customer updates, about incidents that the person can see."""
    is_incident = ticket is None or ticket.kind == TicketKind.INCIDENT
    return is_incident and user.has_perm("incidents.add_customerupdate", ticket)


def can_change_action(user: "User | AnonymousUser", action: ActionItem) -> bool:
    """Finish and change an action item: its owner, and those who work on the ticket."""
    return user.has_perm("incidents.change_actionitem", action)


def can_decide(user: "User | AnonymousUser", waiver: PreventionWaiver) -> bool:
    """Decide on a waiver; never the person who requested it."""
    return user.pk != waiver.requested_by_id and user.has_perm("incidents.decide_preventionwaiver", waiver)


def can_import(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Bring in what another system knows about a ticket."""
    return user.has_perm("incidents.add_slacycle")


def can_exclude_time(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Request that minutes of a ticket are excluded from its clocks."""
    return user.has_perm("incidents.add_slacredit", ticket)


def can_request_sla_waiver(user: "User | AnonymousUser", ticket: Ticket | None = None) -> bool:
    """Request that a breach of a ticket is waived."""
    return user.has_perm("incidents.add_slawaiver", ticket)


def can_decide_correction(user: "User | AnonymousUser", correction: SlaCredit | SlaWaiver) -> bool:
    """Decide about excluded time or a waiver, by right alone: the domain refuses its requester and the assignee."""
    return user.has_perm(f"incidents.decide_{correction._meta.model_name}", correction)


def reads_as_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Whether the person is the requester and does not work on tickets."""
    return ticket.requester is not None and ticket.requester.user_id == user.pk and not can_act(user)


def can_see_requester(user: "User | AnonymousUser", ticket: Ticket) -> bool:
    """Who may see all requesters, the assigned team, who opened it and the requester see the requester's details."""
    if not user.is_authenticated:
        return False
    if user.has_perm("incidents.view_contact"):
        return True
    if ticket.requester is not None and ticket.requester.user_id == user.pk:
        return True
    return ticket.opened_by_id == user.pk or ticket.team_id in rights.holder(user).role_by_team


def can_write_requesters(user: "User | AnonymousUser", requester: Contact | None = None) -> bool:
    """Add requesters and correct their details."""
    return user.has_perm("incidents.change_contact", requester)


def can_set_targets(user: "User | AnonymousUser", target: SlaTarget | None = None) -> bool:
    """Set SLA targets, and what their warnings do."""
    return user.has_perm("incidents.change_slatarget", target)


def can_configure(user: "User | AnonymousUser", integration: Integration | None = None) -> bool:
    """Configure this integration, or some."""
    if integration is not None:
        return user.has_perm("incidents.change_integration", integration)
    return rights.holds_somewhere(user, "incidents.change_integration")


def services_to_connect(user: "User") -> "QuerySet[Service]":
    """The services for which the person may add integrations, sorted by name."""
    services = Service.objects.order_by("name")
    return services if user.has_perm("incidents.add_integration") else services.filter(team__in=managed_by(user))
