"""Asking for rest after a hard night."""

from typing import Any

from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import PostPage
from oncall.cover import relief


class ReliefAsk(PostPage):
    """One tap after a hard night: ask to give the next shift away."""

    refusals = (Refusal,)
    done = "Your planner sees that you ask for rest. You stay on call until somebody takes the shift."

    def perform(self) -> Any:
        """Ask, and show where others offer."""
        asked = relief.ask(actor=self.person, at=self.at)
        return asked.swap.get_absolute_url()

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")
