"""Problems, factors and known errors, read only; they are edited in the portal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web.admin import FactAdmin, FactInline
from incidents.admin.tickets import HiddenWithTicket, TicketAdmin
from incidents.models import Ticket
from problems.models import Factor, KnownError, KnownErrorUse, Problem


class FactorInline(FactInline):
    """Contributing factors."""

    model = Factor
    fields = ("text", "parent", "evidence_url", "position")


@admin.register(Problem)
class ProblemAdmin(TicketAdmin):
    """Problems."""

    inlines = (FactorInline, *TicketAdmin.inlines)


class ProblemRelatedAdmin(HiddenWithTicket):
    """Rows of a problem, visible to people who may see it."""

    ticket_names = ("problem",)


@admin.register(Factor)
class FactorAdmin(ProblemRelatedAdmin):
    """Contributing factors."""

    list_display = ("text", "problem", "parent", "created_by", "created_at")
    list_select_related = ("problem", "parent", "created_by")
    search_fields = ("text", "problem__title")
    ordering = ("-pk",)


@admin.register(KnownError)
class KnownErrorAdmin(ProblemRelatedAdmin):
    """Known errors."""

    list_display = ("title", "problem", "status", "uses", "last_used", "published_at")
    list_filter = ("status",)
    list_select_related = ("problem",)
    search_fields = ("title", "symptoms")
    ordering = ("-pk",)
    fields = ("problem", "title", "symptoms", "workaround", "status", "uses", "last_used", "published_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownError]:
        """With the uses that the reader may see."""
        rows: Any = super().get_queryset(request)
        counted: QuerySet[KnownError] = rows.with_uses(request.user)
        return counted

    @admin.display(description="uses", ordering="seen_hits")
    def uses(self, known_error: Any) -> int:
        """In how many incidents that the reader may see."""
        return int(known_error.seen_hits)

    @admin.display(description="last used", ordering="last_seen_at")
    def last_used(self, known_error: Any) -> Any:
        """The last time in an incident that the reader may see."""
        return known_error.last_seen_at


@admin.register(KnownErrorUse)
class KnownErrorUseAdmin(FactAdmin):
    """Uses of known errors in incidents."""

    list_display = ("known_error", "incident", "used_by", "used_at")
    list_select_related = ("known_error", "incident", "used_by")
    search_fields = ("known_error__title", "incident__title")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownErrorUse]:
        """Only uses in records that the reader may see."""
        visible = Ticket.objects.visible_to(request.user).values("pk")
        rows: QuerySet[KnownErrorUse] = super().get_queryset(request)
        return rows.filter(incident__in=visible, known_error__problem__in=visible)
