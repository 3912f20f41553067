"""Whom a note can name, while somebody types it."""

from django.http import HttpRequest

from config.base.web.views import TemplatePage
from incidents import permissions
from incidents.models import Ticket
from incidents.tickets import mention_choices
from incidents.views.response.verbs import ticket_or_404


class MentionChoices(TemplatePage):
    """The people and teams that what stands after an @ fits."""

    template_name = "incidents/tickets/mention_choices.html"
    ticket: Ticket

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.person, self.ticket)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The choices for the words of the address."""
        words = self.request.GET.get("q", "")
        return super().get_context_data(**kwargs) | {"choices": mention_choices.offer(words, ticket=self.ticket)}
