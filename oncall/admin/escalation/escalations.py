"""Running and past escalations, and their log."""

from django.contrib import admin

from config.base.web.admin import FactInline
from oncall.admin.subjects import SubjectAdmin
from oncall.models import Escalation, EscalationEntry, Page


class EntryInline(FactInline):
    """What happened, in order."""

    model = EscalationEntry
    fields = ("at", "event", "step", "round", "actor", "detail")
    ordering = ("pk",)


class PageInline(FactInline):
    """Who was paged."""

    model = Page
    fields = ("user", "channel", "address", "state", "due_at", "accepted_at", "last_error")
    ordering = ("pk",)


@admin.register(Escalation)
class EscalationAdmin(SubjectAdmin):
    """Running and past escalations."""

    list_display = ("title", "team", "state", "urgency", "step", "round", "next_at", "triggered_at", "exhausted_at")
    list_filter = ("state", "urgency", "team")
    list_select_related = ("team",)
    search_fields = ("title", "team__name")
    ordering = ("-pk",)
    inlines = (EntryInline, PageInline)


@admin.register(EscalationEntry)
class EscalationEntryAdmin(SubjectAdmin):
    """The log across escalations."""

    subject_at = "escalation__"

    list_display = ("at", "escalation", "event", "step", "round", "actor")
    list_filter = ("event",)
    list_select_related = ("escalation", "actor")
    search_fields = ("escalation__title", "actor__name")
    ordering = ("-pk",)
