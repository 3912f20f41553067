"""Pages with their states; dead letters can be sent again or discarded."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from config.base.data.clock import database_now
from config.base.data.outbox import OutboxState
from oncall import paging
from oncall.admin.subjects import SubjectAdmin
from oncall.models import Page

_COLORS = {
    OutboxState.ACCEPTED: "success",
    OutboxState.DELIVERED: "success",
    OutboxState.PENDING: "info",
    OutboxState.SENDING: "info",
    OutboxState.UNKNOWN: "warning",
    OutboxState.FAILED: "danger",
    OutboxState.DEAD: "danger",
}


@admin.register(Page)
class PageAdmin(SubjectAdmin):
    """Messages that must reach a person."""

    subject_at = "escalation__"

    list_display = ("key", "user", "channel", "state_label", "due_at", "accepted_at", "attempts", "last_error")
    list_filter = ("state", "channel")
    list_select_related = ("user", "escalation")
    search_fields = ("key", "user__name", "user__email", "address")
    ordering = ("-pk",)
    actions = ("resend", "discard")

    @display(description="state", ordering="state", label={str(state): color for state, color in _COLORS.items()})
    def state_label(self, page: Page) -> tuple[str, str]:
        """The state, in its color."""
        return page.state, page.get_state_display()

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Whether the person may send dead letters again or discard them."""
        return bool(request.user.has_perm("oncall.change_page"))

    @admin.action(description="Send again (dead letters)", permissions=["settle"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Page]) -> None:
        """Send dead pages again."""
        self._settle(request, queryset, paging.resend, "sent again")

    @admin.action(description="Discard (dead letters)", permissions=["settle"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Page]) -> None:
        """Discard dead pages for good."""
        self._settle(request, queryset, paging.discard, "discarded")

    def _settle(self, request: HttpRequest, pages: QuerySet[Page], settle: Callable[..., Page], done: str) -> None:
        at, count = database_now(), 0
        for pk in pages.values_list("pk", flat=True):
            try:
                settle(page_id=pk, at=at)
                count += 1
            except paging.NotDead as refusal:
                self.message_user(request, f"Page {pk}: {refusal}", messages.WARNING)
        if count:
            self.message_user(request, f"{count} {'page' if count == 1 else 'pages'} {done}.", messages.SUCCESS)
