"""Checklists, watchers and readings: seen on their ticket's page, inspected here."""

from django.contrib import admin

from incidents.admin.tickets import HiddenWithTicket
from incidents.models import ChecklistItem, PrivateReading, Watcher


@admin.register(ChecklistItem)
class ChecklistItemAdmin(HiddenWithTicket):
    """What is to be done on which ticket."""

    list_display = ("ticket", "position", "text", "done_by", "done_at")
    list_select_related = ("ticket", "done_by")
    search_fields = ("text", "ticket__title", "done_by__name")
    ordering = ("-pk",)


@admin.register(Watcher)
class WatcherAdmin(HiddenWithTicket):
    """Who watches which ticket."""

    list_display = ("ticket", "user", "added_by", "added_at")
    list_select_related = ("ticket", "user", "added_by")
    search_fields = ("ticket__title", "user__name")
    ordering = ("-pk",)


@admin.register(PrivateReading)
class PrivateReadingAdmin(HiddenWithTicket):
    """Who has read which private ticket."""

    list_display = ("at", "ticket", "user", "token")
    list_select_related = ("ticket", "user", "token")
    search_fields = ("ticket__title", "user__name")
    ordering = ("-pk",)
