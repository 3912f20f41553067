"""Admin of calendar feeds and the events they showed."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import FeedEvent, FeedToken


@admin.register(FeedToken)
class FeedTokenAdmin(FactAdmin):
    """Calendar feeds; only the owner knows the address."""

    list_display = ("name", "owner", "kind", "schedule", "created_at", "last_used_at", "revoked_at")
    list_filter = ("kind",)
    list_select_related = ("owner", "schedule")
    search_fields = ("name", "owner__name", "schedule__name")
    exclude = ("digest",)
    ordering = ("-pk",)


@admin.register(FeedEvent)
class FeedEventAdmin(FactAdmin):
    """A shift as a feed showed it."""

    is_machine = True
    list_display = ("summary", "feed", "user", "starts_at", "ends_at", "sequence", "cancelled_at")
    list_select_related = ("feed", "user")
    search_fields = ("summary", "uid")
    ordering = ("-pk",)
