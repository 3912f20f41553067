"""Admin of handoff notes."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import HandoffNote


@admin.register(HandoffNote)
class HandoffNoteAdmin(FactAdmin):
    """Notes for the next person on call."""

    list_display = ("schedule", "author", "at")
    list_filter = ("schedule",)
    list_select_related = ("schedule", "author")
    search_fields = ("schedule__name", "author__name", "text")
    ordering = ("-at", "-pk")
