"""Verbs that move an incident: to another team and back, and below a parent."""

from collections.abc import Callable
from typing import Any

from config.base.rest.bulk import bulk_action
from config.base.rest.scopes import Scope
from config.base.rest.viewsets import post_action
from incidents import response
from incidents.models import Ticket
from incidents.permissions import can_act
from incidents.serializers.response import ParentSerializer, ReasonSerializer, ReassignSerializer


def _is_of_team(ticket: Ticket, data: dict[str, Any]) -> bool:
    return ticket.team_id == data["team"].pk


class MovingVerbs:
    """The verbs, for the viewset of incidents."""

    _do: Callable[..., Ticket]

    @post_action(ReassignSerializer, scope=Scope.RESPOND, may=can_act, is_done=_is_of_team, changes=("team",))
    def reassign(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Assign it to another team, which is paged; number and timeline stay."""
        return self._do(response.reassign, ticket, **data)

    @post_action(scope=Scope.RESPOND, may=can_act, changes=("handover_from", "handed_over_at"))
    def confirm_handover(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Say for the assigned team that it takes what another team handed over; beginning to work says the same."""
        return self._do(response.confirm_handover, ticket)

    @post_action(ReasonSerializer, scope=Scope.RESPOND, may=can_act)
    def give_back(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Return what was handed over and not confirmed to the team that had it before, which is paged."""
        return self._do(response.give_back, ticket, **data)

    @post_action(ParentSerializer, scope=Scope.RESPOND, may=can_act)
    def link_parent(self, ticket: Ticket, data: dict[str, object]) -> Ticket:
        """Make it part of another ticket; it has one parent at most, which ends without it."""
        return self._do(response.link_parent, ticket, **data)

    bulk_reassign = bulk_action(
        reassign, "Assign up to 300 incidents to another team; each is done or refused by itself."
    )
    bulk_link_parent = bulk_action(
        link_parent, "Make up to 300 incidents part of another ticket; each is done or refused by itself."
    )
