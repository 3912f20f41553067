"""Endpoints of action items, links between tickets, and prevention waivers."""

from datetime import date
from typing import Any

from config.base.rest.scopes import Scope
from config.base.rest.viewsets import Alias, ReadViewSet, post_action, status_is, write_handler
from incidents.filters.prevention import ActionItemFilter, LinkFilter, WaiverFilter
from incidents.models import ActionItem, PreventionWaiver, TicketLink
from incidents.permissions import can_act, can_change_action, can_decide
from incidents.prevention import action_items
from incidents.prevention.waivers import approve_waiver, decline_waiver, request_waiver
from incidents.serializers.prevention import (
    ActionItemSerializer,
    LinkSerializer,
    NewActionItemSerializer,
    NewLinkSerializer,
    NewWaiverSerializer,
    OwnerSerializer,
    WaiverSerializer,
)
from incidents.serializers.response import ReasonSerializer
from incidents.tickets import links
from oncall.models import User


def _can_decide_by_role(user: User, waiver: PreventionWaiver) -> bool:
    """By role alone: that the requester cannot decide is a rule of the domain, which has its own message."""
    return can_decide(user, PreventionWaiver(ticket=waiver.ticket, requested_by_id=0))


class ActionItemViewSet(ReadViewSet):
    """Action items, so that it does not happen again, newest first."""

    queryset = ActionItem.objects.select_related("ticket", "owner", "team")
    serializer_class = ActionItemSerializer
    filterset_class = ActionItemFilter

    @write_handler(NewActionItemSerializer, scope=Scope.PREVENT, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> ActionItem:
        """Add an action item to an incident or a problem."""
        ticket = data.pop("ticket")
        return action_items.add(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @post_action(
        scope=Scope.PREVENT,
        may=can_change_action,
        is_done=status_is("done"),
        changes=("status",),
        aliases=(Alias("finish", deprecated_on=date(2026, 11, 29), removed_in="0.2.0"),),
    )
    def complete(self, action: ActionItem, data: dict[str, object]) -> ActionItem:
        """Mark it as done; an incident that waited for nothing else is resolved."""
        return action_items.complete(action_id=action.pk, actor=self.actor, at=self.at)

    @post_action(
        ReasonSerializer,
        scope=Scope.PREVENT,
        may=can_change_action,
        is_done=status_is("declined"),
        changes=("status",),
    )
    def decline(self, action: ActionItem, data: dict[str, Any]) -> ActionItem:
        """Decline it: it will not be done, for this reason."""
        return action_items.decline(action_id=action.pk, actor=self.actor, at=self.at, **data)

    @post_action(OwnerSerializer, scope=Scope.PREVENT, may=can_change_action, changes=("owner", "team"))
    def reassign(self, action: ActionItem, data: dict[str, Any]) -> ActionItem:
        """Assign it to another person or team."""
        return action_items.reassign(action_id=action.pk, actor=self.actor, at=self.at, **data)


class LinkViewSet(ReadViewSet):
    """Links between tickets, newest first."""

    queryset = TicketLink.objects.select_related("from_ticket", "to_ticket")
    serializer_class = LinkSerializer
    filterset_class = LinkFilter

    @write_handler(NewLinkSerializer, scope=Scope.PREVENT, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> TicketLink:
        """Link two tickets; an existing link is answered as it is."""
        return links.link_tickets(actor=self.actor, at=self.at, **data)


class WaiverViewSet(ReadViewSet):
    """Requests to agree that no prevention is needed, newest first."""

    queryset = PreventionWaiver.objects.select_related("ticket", "requested_by", "decided_by")
    serializer_class = WaiverSerializer
    filterset_class = WaiverFilter

    @write_handler(NewWaiverSerializer, scope=Scope.PREVENT, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> PreventionWaiver:
        """Request the decision that no prevention is needed; somebody else decides."""
        ticket = data.pop("ticket")
        return request_waiver(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @post_action(scope=Scope.PREVENT, may=_can_decide_by_role, is_done=status_is("approved"), changes=("status",))
    def approve(self, waiver: PreventionWaiver, data: dict[str, object]) -> PreventionWaiver:
        """Agree that no prevention is needed; the incident is resolved."""
        return approve_waiver(waiver_id=waiver.pk, actor=self.actor, at=self.at)

    @post_action(
        ReasonSerializer,
        scope=Scope.PREVENT,
        may=_can_decide_by_role,
        is_done=status_is("declined"),
        changes=("status",),
    )
    def decline(self, waiver: PreventionWaiver, data: dict[str, Any]) -> PreventionWaiver:
        """Say that prevention is needed after all, and of what."""
        return decline_waiver(waiver_id=waiver.pk, actor=self.actor, at=self.at, **data)
