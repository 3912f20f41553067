"""Work intervals of people."""

from django.contrib import admin

from oncall.admin.subjects import SubjectAdmin
from oncall.models import WorkInterval


@admin.register(WorkInterval)
class WorkIntervalAdmin(SubjectAdmin):
    """Who worked on what, from when to when."""

    list_display = ("user", "title", "started_at", "ended_at", "source")
    list_filter = ("source", "subject_type")
    list_select_related = ("user",)
    search_fields = ("user__name", "title")
    ordering = ("-started_at", "-pk")
