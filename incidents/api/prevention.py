"""Endpoints of what is owed after restoration: actions, links, and decisions to prevent nothing."""

from typing import Any

from django.utils import timezone

from config.base.rest.viewsets import ReadViewSet, post_action, write_handler
from incidents.filters.prevention import ActionFilter, LinkFilter, WaiverFilter
from incidents.models import ActionItem, PreventionWaiver, TicketLink
from incidents.permissions import can_act, can_decide
from incidents.prevention import actions, settling
from incidents.serializers.prevention import (
    ActionSerializer,
    LinkSerializer,
    NewActionSerializer,
    NewLinkSerializer,
    NewWaiverSerializer,
    OwnerSerializer,
    WaiverSerializer,
)
from incidents.serializers.response import ReasonSerializer
from incidents.tickets import links
from oncall.models import User


def _may_do(user: User, action: ActionItem) -> bool:
    return action.owner_id == user.pk or can_act(user, action.ticket)


def _may_decide(user: User, waiver: PreventionWaiver) -> bool:
    """By role alone; that who asked does not decide is a rule of the domain, told in its words."""
    return can_decide(user, PreventionWaiver(ticket=waiver.ticket, requested_by_id=0))


class ActionViewSet(ReadViewSet):
    """What is owed so that it does not happen again, newest first."""

    queryset = ActionItem.objects.select_related("ticket", "owner", "team")
    serializer_class = ActionSerializer
    filterset_class = ActionFilter

    @write_handler(NewActionSerializer, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> ActionItem:
        """Add an action to an incident or a problem."""
        ticket = data.pop("ticket")
        return actions.add(ticket_id=ticket.pk, actor=self.actor, at=timezone.now(), **data)

    @post_action(may=_may_do)
    def finish(self, action: ActionItem, data: dict[str, Any]) -> ActionItem:
        """Say that it is done; an incident that waited for nothing else is resolved."""
        return actions.finish(action_id=action.pk, actor=self.actor, at=timezone.now())

    @post_action(ReasonSerializer, may=_may_do)
    def decline(self, action: ActionItem, data: dict[str, Any]) -> ActionItem:
        """Say that it will not be done, and why."""
        return actions.decline(action_id=action.pk, actor=self.actor, at=timezone.now(), **data)

    @post_action(OwnerSerializer, may=_may_do)
    def reassign(self, action: ActionItem, data: dict[str, Any]) -> ActionItem:
        """Give it to another person or team."""
        return actions.reassign(action_id=action.pk, actor=self.actor, at=timezone.now(), **data)


class LinkViewSet(ReadViewSet):
    """Links between tickets, newest first."""

    queryset = TicketLink.objects.select_related("from_ticket", "to_ticket")
    serializer_class = LinkSerializer
    filterset_class = LinkFilter

    @write_handler(NewLinkSerializer, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> TicketLink:
        """Link two tickets; a link that exists is answered as it is."""
        return links.link_tickets(actor=self.actor, at=timezone.now(), **data)


class WaiverViewSet(ReadViewSet):
    """Decisions that nothing needs to be prevented, newest first."""

    queryset = PreventionWaiver.objects.select_related("ticket", "requested_by", "decided_by")
    serializer_class = WaiverSerializer
    filterset_class = WaiverFilter

    @write_handler(NewWaiverSerializer, may=can_act, status=201)
    def create(self, data: dict[str, Any]) -> PreventionWaiver:
        """Ask that no prevention is needed; somebody else decides."""
        ticket = data.pop("ticket")
        return settling.ask_waiver(ticket_id=ticket.pk, actor=self.actor, at=timezone.now(), **data)

    @post_action(may=_may_decide)
    def approve(self, waiver: PreventionWaiver, data: dict[str, Any]) -> PreventionWaiver:
        """Agree; the incident is resolved."""
        return settling.approve_waiver(waiver_id=waiver.pk, actor=self.actor, at=timezone.now())

    @post_action(ReasonSerializer, may=_may_decide)
    def decline(self, waiver: PreventionWaiver, data: dict[str, Any]) -> PreventionWaiver:
        """Say what must be prevented after all."""
        return settling.decline_waiver(waiver_id=waiver.pk, actor=self.actor, at=timezone.now(), **data)
