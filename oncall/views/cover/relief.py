"""The button that asks for relief after a hard night."""

from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, PostPage
from oncall.cover import relief


class ReliefAsk(PostPage):
    """One tap after a hard night: ask others to take the next shift."""

    guard = Once("each press is one request")
    confirm = "Ask others to take your shift? They are told now."
    refusals = (Refusal,)
    done = "Your planner sees your request. You stay on call until somebody takes the shift."

    def perform(self) -> Destination:
        """Ask, and show the swap."""
        request = relief.request_relief(actor=self.person, at=self.at)
        return request.swap.get_absolute_url()

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")
