"""Whom a note can name, while somebody types it."""

from config.base.web.views import TemplatePage
from incidents.tickets import mention_choices
from incidents.views.tickets.of_ticket import TicketAction


class MentionChoices(TicketAction, TemplatePage):  # type: ignore[misc]  # the page's view is called like Django's
    """The people and teams that what stands after an @ fits."""

    template_name = "incidents/tickets/mention_choices.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The choices for the words of the address."""
        words = self.request.GET.get("q", "")
        return super().get_context_data(**kwargs) | {"choices": mention_choices.offer(words, ticket=self.ticket)}
