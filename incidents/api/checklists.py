"""The endpoint of the items of checklists."""

from typing import TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import ReadViewSet, check_role, post_action, write_handler
from incidents.checklists import editing
from incidents.filters.checklists import ChecklistItemFilter
from incidents.models import ChecklistItem, Ticket
from incidents.permissions import can_act
from incidents.serializers.checklists import (
    ChecklistItemSerializer,
    ChecklistPlaceSerializer,
    ChecklistTextSerializer,
    NewChecklistItemSerializer,
)
from oncall.models import User


class _NewItem(TypedDict):
    ticket: Ticket
    text: str


def _may_change(user: User, item: ChecklistItem | None = None) -> bool:
    """Whether the person works on tickets, and on this item's."""
    return can_act(user) if item is None else can_act(user, item.ticket)


class ChecklistItemViewSet(ReadViewSet):
    """Items of checklists, newest first; `position` is their order on the ticket."""

    queryset = ChecklistItem.objects.select_related("ticket", "done_by", "created_by")
    serializer_class = ChecklistItemSerializer
    filterset_class = ChecklistItemFilter

    @write_handler(NewChecklistItemSerializer, scope=Scope.RESPOND, may=_may_change, status=201)
    def create(self, data: _NewItem) -> ChecklistItem:
        """Add an item to a ticket's checklist, below the others; 50 at most."""
        [item] = editing.add_items(ticket_id=data["ticket"].pk, lines=[data["text"]], actor=self.actor, at=self.at)
        return item

    @write_handler(ChecklistTextSerializer, scope=Scope.RESPOND, may=_may_change, partial=True)
    def partial_update(self, item: ChecklistItem, data: dict[str, str]) -> ChecklistItem:
        """Give it other words."""
        return editing.rename(item_id=item.pk, text=data.get("text", item.text), actor=self.actor, at=self.at)

    @extend_schema(request=None, responses={204: None})
    @scoped(Scope.RESPOND)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove it; the others close up."""
        item = self.get_object()
        check_role(_may_change, request.user, item)
        editing.remove(item_id=item.pk, actor=self.actor, at=self.at)
        return Response(status=204)

    @post_action(scope=Scope.RESPOND, may=_may_change, changes=("done_at", "done_by"))
    def tick(self, item: ChecklistItem, data: dict[str, object]) -> ChecklistItem:
        """Mark it as done; one that is done keeps who did it."""
        return editing.tick(item_id=item.pk, actor=self.actor, at=self.at)

    @post_action(scope=Scope.RESPOND, may=_may_change, changes=("done_at", "done_by"))
    def untick(self, item: ChecklistItem, data: dict[str, object]) -> ChecklistItem:
        """Mark it as not done."""
        return editing.untick(item_id=item.pk, actor=self.actor, at=self.at)

    @post_action(ChecklistPlaceSerializer, scope=Scope.RESPOND, may=_may_change, changes=("position",))
    def move(self, item: ChecklistItem, data: dict[str, int]) -> ChecklistItem:
        """Put it at another place; one behind the last means the last."""
        return editing.move(item_id=item.pk, position=data["position"], at=self.at)
