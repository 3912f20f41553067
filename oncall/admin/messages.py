"""Notices that were sent to people."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import Notice


@admin.register(Notice)
class NoticeAdmin(FactAdmin):
    """Notices that were sent to people; addresses are private and not shown."""

    list_display = ("user", "title", "channel", "state", "due_at", "accepted_at", "attempts", "last_error")
    list_filter = ("state", "channel")
    list_select_related = ("user",)
    search_fields = ("user__name", "title", "key")
    exclude = ("address",)
    ordering = ("-created_at", "-pk")
