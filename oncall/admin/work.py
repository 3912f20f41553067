"""Minutes that people worked."""

from django.contrib import admin

from config.base.admin import FactAdmin
from oncall.models import WorkInterval


@admin.register(WorkInterval)
class WorkIntervalAdmin(FactAdmin):
    """Who worked on what, from when to when."""

    list_display = ("user", "title", "started_at", "ended_at", "source")
    list_filter = ("source", "subject_type")
    list_select_related = ("user",)
    search_fields = ("user__name", "title")
    ordering = ("-started_at", "-pk")
