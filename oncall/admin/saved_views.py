"""Saved views: kept by their owners on the lists, inspected here."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(FactAdmin):
    """Names for the states of lists."""

    list_display = ("name", "path", "owner", "team", "updated_at")
    list_select_related = ("owner", "team")
    search_fields = ("name", "path", "owner__name")
    ordering = ("-pk",)
