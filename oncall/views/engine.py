"""The engine's own page: does it run, what does the auditor find, what was given up."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data import clock
from config.base.data.outbox import UNSENT, OutboxState
from config.base.web.views import PostPage, TemplatePage
from oncall import paging, permissions, subjects
from oncall.engine import audit
from oncall.models import EngineLane, Escalation, Page

_COUNTED = 1_000


class Engine(TemplatePage):
    """Lanes, findings, what is due, dead letters."""

    title = "Engine"
    template_name = "oncall/engine/engine.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """By the database's clock."""
        now = clock.database_now()
        dead = Page.objects.filter(state=OutboxState.DEAD).filter(subjects.visible(self.person, prefix="escalation__"))
        return super().get_context_data(**kwargs) | {
            "at": now,
            "lanes": EngineLane.objects.order_by("worker", "lane"),
            "findings": audit.audit(at=now),
            "stale_before": now - audit.ENGINE_STALE,
            "due_pages": Page.objects.filter(state__in=UNSENT, due_at__lte=now)[:_COUNTED].count(),
            "waiting_pages": Page.objects.filter(state__in=UNSENT, due_at__gt=now)[:_COUNTED].count(),
            "ringing": Escalation.objects.unanswered()[:_COUNTED].count(),
            "dead": dead.select_related("user", "escalation").order_by("-ended_at", "-pk")[:50],
            "can_operate": permissions.can_operate(self.person),
        }


class PulseFragment(TemplatePage):
    """The pulse in the top bar, polled."""

    template_name = "oncall/engine/pulse.html"


class DeadLetter(PostPage):
    """Send a dead page again, or let it be."""

    refusals = (paging.NotDead,)

    def may(self) -> bool:
        """Those who run the engine."""
        return permissions.can_operate(self.person)

    def perform(self) -> Any:
        """One of both."""
        page = get_object_or_404(
            Page.objects.filter(subjects.visible(self.person, prefix="escalation__")), pk=self.kwargs["pk"]
        )
        if self.kwargs["deed"] == "resend":
            paging.resend(page_id=page.pk, at=self.at)
            self.done = "It is sent again."
        else:
            paging.discard(page_id=page.pk, at=self.at)
            self.done = "Discarded. It stays in the record."
        return "oncall:engine"

    def back(self) -> str:
        """The engine's page."""
        return reverse("oncall:engine")
