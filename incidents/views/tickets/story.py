"""The story of a ticket on one page."""

from django.http import HttpRequest

from config.base.web import panels
from config.base.web.views import TemplatePage
from incidents.models import Ticket
from incidents.tickets import story
from incidents.views.response.verbs import ticket_or_404


class Story(TemplatePage):
    """From the alert to the known error, with times; each app adds its chapters."""

    template_name = "incidents/tickets/story.html"
    ticket: Ticket

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)
            self.title = f"The story of {self.ticket.reference}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the chapters."""
        related = story.related_tickets(self.ticket, user=self.person)
        return super().get_context_data(**kwargs) | {
            "ticket": self.ticket,
            "chapters": panels.collect_chapters(related),
            "is_cut": related.is_cut,
            "max_linked": story.MAX_LINKED,
        }
