"""Requesters."""

from django.contrib import admin

from config.base.web.admin import ConfigAdmin
from incidents.models import Contact


@admin.register(Contact)
class ContactAdmin(ConfigAdmin):
    """Requesters, with or without an account."""

    list_display = ("name", "email", "phone", "organisation", "user")
    list_select_related = ("user",)
    search_fields = ("name", "email", "phone", "organisation")
    autocomplete_fields = ("user",)
    readonly_fields = ("origin",)
    ordering = ("name", "pk")
