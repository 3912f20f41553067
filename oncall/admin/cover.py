"""Admin of overrides, swaps, time off and relief requests: written in the portal, read here."""

from django.contrib import admin
from django.http import HttpRequest

from config.base.web.admin import FactAdmin, FactInline
from oncall.models import Absence, Override, OverridePerson, ReliefRequest, SwapOffer, SwapRequest


@admin.register(ReliefRequest)
class ReliefRequestAdmin(FactAdmin):
    """Relief requests after hard nights."""

    list_display = ("user", "night_on", "pages", "worked_minutes", "schedule", "starts_at", "ends_at", "requested_at")
    list_select_related = ("user", "schedule")
    search_fields = ("user__name", "schedule__name")
    ordering = ("-requested_at", "-pk")


class OverridePersonInline(FactInline):
    """The people of an override."""

    model = OverridePerson
    fields = ("user",)


@admin.register(Override)
class OverrideAdmin(FactAdmin):
    """Overrides; create and cancel them in the portal."""

    list_display = ("schedule", "op", "out", "starts_at", "ends_at", "created_by", "cancelled_at")
    list_filter = ("op", "schedule")
    list_select_related = ("schedule", "out", "created_by")
    search_fields = ("schedule__name", "out__name", "people__user__name", "reason", "external_id")
    ordering = ("-starts_at", "-pk")
    inlines = (OverridePersonInline,)


@admin.register(OverridePerson)
class OverridePersonAdmin(FactAdmin):
    """The people of overrides."""

    list_display = ("override", "user")
    list_select_related = ("override", "user")
    search_fields = ("user__name",)
    ordering = ("-pk",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hidden from the index: they are shown with their override."""
        return False


class SwapOfferInline(FactInline):
    """The offers of a swap."""

    model = SwapOffer
    fields = ("user", "return_starts_at", "return_ends_at", "status", "created_at", "ended_at")
    ordering = ("pk",)


@admin.register(SwapRequest)
class SwapRequestAdmin(FactAdmin):
    """Swaps: shifts that people ask others to take."""

    list_display = ("schedule", "requested_by", "starts_at", "ends_at", "status", "decided_by")
    list_filter = ("status", "schedule")
    list_select_related = ("schedule", "requested_by", "decided_by")
    search_fields = ("schedule__name", "requested_by__name", "note")
    ordering = ("-starts_at", "-pk")
    inlines = (SwapOfferInline,)


@admin.register(SwapOffer)
class SwapOfferAdmin(FactAdmin):
    """Offers to take a shift."""

    list_display = ("swap", "user", "return_starts_at", "return_ends_at", "status")
    list_filter = ("status",)
    list_select_related = ("swap", "user")
    search_fields = ("user__name",)
    ordering = ("-pk",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hidden from the index: offers are shown with their swap."""
        return False


@admin.register(Absence)
class AbsenceAdmin(FactAdmin):
    """Time off; people enter it in the portal, other systems through the API."""

    list_display = ("user", "starts_at", "ends_at", "note", "cancelled_at", "external_id")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email", "note", "external_id")
    ordering = ("-starts_at", "-pk")
