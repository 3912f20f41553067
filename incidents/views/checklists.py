"""A ticket's checklist: the forms to add and rename items, and the buttons that tick, move and remove them."""

from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web import guards
from config.base.web.guards import ActsOn, LastChange, Once, Repeatable
from config.base.web.removals import RemovePage
from config.base.web.views import Destination, PostPage
from incidents.checklists import editing
from incidents.forms.checklists import ChecklistForm, ChecklistItemForm
from incidents.models import ChecklistItem
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS
from incidents.views.tickets.of_ticket import TicketAction

_ANCHOR = "#checklist"


class ChecklistNew(TicketFormPage):
    """Add items."""

    guard = Once("each form adds its items once")
    title = "Add to the checklist"
    button = "Add"
    form_class = ChecklistForm
    anchor = _ANCHOR

    def perform(self, form: ChecklistForm) -> Destination:
        """Add them."""
        lines = form.cleaned_data["text"].splitlines()
        editing.add_items(ticket_id=self.ticket.pk, lines=lines, actor=self.person, at=self.at)
        return f"{self.ticket.get_absolute_url()}{self.anchor}"


class _OfTicket(TicketAction):
    """What they share below a ticket."""

    anchor = _ANCHOR


class _OfItem(_OfTicket):
    """What pages about one item share."""

    item: ChecklistItem

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket, and the item on it."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.item = get_object_or_404(self.ticket.checklist, pk=self.kwargs["pk"])


class ChecklistMark(_OfItem, PostPage):
    """Tick an item, or take the tick back."""

    guard = Repeatable("what is ticked stays ticked, by who did it first, and what is not stays so")
    confirm = ""
    refusals = REFUSALS

    def perform(self) -> Destination:
        """Tick or untick it."""
        mark = {"tick": editing.tick, "untick": editing.untick}[str(self.kwargs["action"])]
        mark(item_id=self.item.pk, actor=self.person, at=self.at)
        return self.back()


class ChecklistMove(_OfItem, PostPage):
    """Move an item up or down by one place."""

    guard = Once("each press is one place")
    confirm = ""
    refusals = REFUSALS

    def perform(self) -> Destination:
        """Move it."""
        by = {"up": -1, "down": 1}[str(self.kwargs["action"])]
        editing.shift(item_id=self.item.pk, by=by, at=self.at)
        return self.back()


class ChecklistRename(_OfItem, TicketFormPage):
    """Give an item other words."""

    guard = ActsOn("item", "text")
    title = "Rename an item of the checklist"
    button = "Rename"
    form_class = ChecklistItemForm

    def lock_record(self) -> ChecklistItem:
        """The item, under the lock of its ticket."""
        return editing.lock_item(self.item.pk)

    def last_change(self, record: Model) -> LastChange:
        """When the item itself was changed."""
        return guards.last_change(record)

    def get_initial(self) -> dict[str, object]:
        """The words that it has."""
        return {"text": self.item.text}

    def perform(self, form: ChecklistItemForm) -> Destination:
        """Rename it."""
        editing.rename(item_id=self.item.pk, actor=self.person, at=self.at, **form.cleaned_data)
        return self.back()


class ChecklistRemove(_OfTicket, RemovePage):
    """Remove an item."""

    confirm = "Remove this item from the checklist?"
    refusals = REFUSALS
    done = "Removed."

    def perform(self) -> Destination:
        """Remove it."""
        item = self.row_to_remove(self.ticket.checklist.all())
        editing.remove(item_id=item.pk, actor=self.person, at=self.at)
        return self.back()
