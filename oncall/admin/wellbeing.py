"""Wake tests, and requests for rest after hard nights."""

from django.contrib import admin

from config.base.admin import FactAdmin
from oncall.models import ReliefRequest, WakeTest


@admin.register(WakeTest)
class WakeTestAdmin(FactAdmin):
    """Test pages that people sent themselves."""

    list_display = ("user", "channel", "sent_at", "passed_at")
    list_filter = ("channel", ("passed_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    ordering = ("-sent_at", "-pk")


@admin.register(ReliefRequest)
class ReliefRequestAdmin(FactAdmin):
    """Who asked for rest after which night."""

    list_display = ("user", "night_on", "pages", "worked_minutes", "schedule", "starts_at", "ends_at", "asked_at")
    list_select_related = ("user", "schedule")
    search_fields = ("user__name", "schedule__name")
    ordering = ("-asked_at", "-pk")
