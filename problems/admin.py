"""Problems and what is known of them: worked on in the portal, inspected here."""

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
    """The causes of incidents."""

    inlines = (FactorInline, *TicketAdmin.inlines)


class OfProblemAdmin(HiddenWithTicket):
    """Facts of a problem, seen by those who may know of it."""

    ticket_names = ("problem",)


@admin.register(Factor)
class FactorAdmin(OfProblemAdmin):
    """Contributing factors."""

    list_display = ("text", "problem", "parent", "created_by", "created_at")
    list_select_related = ("problem", "parent", "created_by")
    search_fields = ("text", "problem__title")
    ordering = ("-pk",)


@admin.register(KnownError)
class KnownErrorAdmin(OfProblemAdmin):
    """What is known and not yet fixed."""

    list_display = ("title", "problem", "status", "hits", "last_hit_at", "published_at")
    list_filter = ("status",)
    list_select_related = ("problem",)
    search_fields = ("title", "symptoms")
    ordering = ("-pk",)


@admin.register(KnownErrorUse)
class KnownErrorUseAdmin(FactAdmin):
    """In which incidents a known error helped."""

    list_display = ("known_error", "incident", "used_by", "used_at")
    list_select_related = ("known_error", "incident", "used_by")
    search_fields = ("known_error__title", "incident__title")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownErrorUse]:
        """Only those of records the reader may know of."""
        visible = Ticket.objects.visible_to(request.user).values("pk")
        found: QuerySet[KnownErrorUse] = super().get_queryset(request)
        return found.filter(incident__in=visible, known_error__problem__in=visible)
