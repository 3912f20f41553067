"""System health: whether the engine runs, what the health checks find, and the dead letters."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data import clock
from config.base.data.outbox import UNSENT, OutboxState
from config.base.web.guards import Once
from config.base.web.views import Destination, PostPage, TemplatePage
from oncall import paging, permissions, subjects
from oncall.engine import health_checks
from oncall.models import EngineLane, Escalation, Page

_MAX_COUNT = 1_000


class SystemHealth(TemplatePage):
    """Lanes, alarms, notices, pages due now, dead letters."""

    title = "System health"
    right = "oncall.view_enginelane"
    template_name = "oncall/engine/engine.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """By the database's clock."""
        now = clock.database_now()
        result = health_checks.check_health(at=now)
        dead = Page.objects.filter(state=OutboxState.DEAD).filter(subjects.visible(self.person, prefix="escalation__"))
        return super().get_context_data(**kwargs) | {
            "at": now,
            "lanes": EngineLane.objects.order_by("worker", "lane"),
            "alarms": result.alarms,
            "notices": result.notices,
            "stale_before": now - health_checks.ENGINE_STALE,
            "due_pages": Page.objects.filter(state__in=UNSENT, due_at__lte=now)[:_MAX_COUNT].count(),
            "waiting_pages": Page.objects.filter(state__in=UNSENT, due_at__gt=now)[:_MAX_COUNT].count(),
            "ringing": Escalation.objects.unanswered()[:_MAX_COUNT].count(),
            "dead": dead.select_related("user", "escalation").order_by("-ended_at", "-pk")[:50],
            "can_operate": permissions.can_operate(self.person),
        }


class PulseFragment(TemplatePage):
    """The pulse in the top bar, polled."""

    template_name = "oncall/engine/pulse.html"


class DeadLetter(PostPage):
    """Send a dead page again, or discard it."""

    guard = Once("each press sends one page")
    confirm = {
        "resend": "Send this page again? The person is called now.",
        "discard": "Discard this page? It is never sent.",
    }
    refusals = (paging.NotDead,)

    right = "oncall.change_page"

    def perform(self) -> Destination:
        """Do what the address says."""
        page = get_object_or_404(
            Page.objects.filter(subjects.visible(self.person, prefix="escalation__")), pk=self.kwargs["pk"]
        )
        if self.kwargs["action"] == "resend":
            paging.resend(page_id=page.pk, at=self.at)
            self.done = "The page will be sent again."
        else:
            paging.discard(page_id=page.pk, at=self.at)
            self.done = "Discarded. The page stays in the record."
        return "oncall:system-health"

    def back(self) -> str:
        """The System health page."""
        return reverse("oncall:system-health")
