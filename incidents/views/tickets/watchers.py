"""The buttons to watch a ticket and to stop, and those that do both for somebody else."""

from config.base.web.guards import Once, Repeatable
from config.base.web.removals import RemovePage
from config.base.web.views import Destination, PostPage
from incidents.desk import reversals
from incidents.forms.desk import WatcherForm
from incidents.tickets import watchers
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS
from incidents.views.tickets.of_ticket import OfTicket, TicketAction


class Watch(OfTicket, PostPage):
    """Watch a ticket: anybody who sees it."""

    guard = Repeatable("who watches it already goes on to")
    confirm = ""
    refusals = REFUSALS
    done = "You are told when its status or severity changes, and what the requester is told."
    anchor = "#watchers"

    def perform(self) -> Destination:
        """Watch it."""
        watchers.watch(ticket_id=self.ticket.pk, user=self.person, actor=self.person, at=self.at)
        self.undo_offer = reversals.of_watching(self.ticket, is_watched=True)
        return self.back()


class StopWatching(Watch):
    """Watch it no longer."""

    guard = Repeatable("who does not watch it stays as they are")
    done = "You are told no more about it."

    def perform(self) -> Destination:
        """Stop it."""
        watchers.stop_watching(ticket_id=self.ticket.pk, user=self.person)
        self.undo_offer = reversals.of_watching(self.ticket, is_watched=False)
        return self.back()


class WatcherNew(TicketFormPage):
    """Have somebody else watch a ticket."""

    guard = Once("who watches it already goes on to")
    title = "Add a watcher"
    button = "Add"
    lead = "They are told that you added them, and then what watchers are told, never a page. They can stop."
    done = "Added, and told."
    form_class = WatcherForm

    def perform(self, form: WatcherForm) -> Destination:
        """Add them."""
        watchers.watch(ticket_id=self.ticket.pk, actor=self.person, at=self.at, **form.cleaned_data)
        return f"{self.ticket.get_absolute_url()}#watchers"


class WatcherRemove(TicketAction, RemovePage):
    """Have somebody else watch it no longer."""

    confirm = ""
    refusals = REFUSALS
    done = "They are told no more about it."
    anchor = "#watchers"

    def perform(self) -> Destination:
        """Remove them."""
        watcher = self.row_to_remove(self.ticket.watchers.select_related("user"))
        watchers.stop_watching(ticket_id=self.ticket.pk, user=watcher.user)
        return self.back()
