"""Saved views: their owners change them in the portal, here they are read-only."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(FactAdmin):
    """Saved views of lists."""

    list_display = ("name", "path", "owner", "team", "updated_at")
    list_select_related = ("owner", "team")
    search_fields = ("name", "path", "owner__name")
    ordering = ("-pk",)
