"""Links of a ticket to pages of other systems: the form to add one, and the button that removes one."""

from config.base.web.guards import Once, Repeatable
from config.base.web.views import Destination, PostPage
from incidents.desk import reversals
from incidents.forms.prevention import ExternalLinkForm
from incidents.tickets import external_links
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS
from incidents.views.tickets.of_ticket import TicketAction


class ExternalLinkNew(TicketFormPage):
    """Add a link."""

    guard = Once("the domain refuses a second link to the same page")
    title = "Add an external link"
    button = "Add the link"
    lead = "To a page of another system, such as a dashboard, a vendor's case or a document."
    done = "Link added."
    form_class = ExternalLinkForm

    def perform(self, form: ExternalLinkForm) -> Destination:
        """Add it."""
        external_links.add_external_link(ticket_id=self.ticket.pk, actor=self.person, at=self.at, **form.cleaned_data)
        self.undo_offer = reversals.of_link(self.ticket, form.cleaned_data["url"])
        return f"{self.ticket.get_absolute_url()}#related"


class ExternalLinkRemove(TicketAction, PostPage):
    """Remove a link; adding it again is as easy."""

    guard = Repeatable("what was removed stays removed")
    confirm = ""
    refusals = REFUSALS
    done = "Link removed."
    anchor = "#related"

    def perform(self) -> Destination:
        """Remove it."""
        url = self.request.POST.get("url", "")
        external_links.remove_external_link(ticket_id=self.ticket.pk, url=url, actor=self.person, at=self.at)
        self.undo_offer = reversals.of_unlink(self.ticket, external_links.find_external_link(self.ticket, url))
        return self.back()
