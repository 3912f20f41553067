"""Requesters."""

from django.contrib import admin

from config.base.web.admin import HistoryAdmin
from incidents.models import Contact


@admin.register(Contact)
class ContactAdmin(HistoryAdmin):
    """Requesters, with or without an account, and the history of their details."""

    list_display = ("name", "is_vip", "email", "phone", "organisation", "location", "user")
    list_filter = ("is_vip",)
    list_select_related = ("user",)
    search_fields = ("name", "email", "phone", "organisation", "location")
    autocomplete_fields = ("user",)
    readonly_fields = ("origin",)
    ordering = ("name", "pk")
