"""What every page of the administration shares: configuration is edited and has a history, facts are read only."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline

__all__ = ["ConfigAdmin", "FactAdmin", "FactInline", "HistoryAdmin", "StackedInline", "TabularInline"]


class ConfigAdmin(ModelAdmin):
    """Configuration that people edit."""

    list_per_page = 50
    show_full_result_count = False  # counting all rows of a large table costs more than it is worth
    compressed_fields = True
    warn_unsaved_form = True


class HistoryAdmin(SimpleHistoryAdmin, ConfigAdmin):
    """Configuration with a history of every change and who made it."""

    history_list_display = ["changed_fields"]

    def changed_fields(self, record: Any) -> str:
        """Which columns a change touched."""
        before = record.prev_record
        return ", ".join(record.diff_against(before).changed_fields) if before else "created"


class FactAdmin(ConfigAdmin):
    """Facts: written by the product as they happen, read only here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Facts are not added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Facts are not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Facts are not deleted here; retention does that."""
        return False


class FactInline(TabularInline):
    """Facts under what they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True
    hide_title = True
    tab = True

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """All columns that are shown, also those that no form can hold."""
        return tuple(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Facts are not added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Facts are not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Facts are not deleted here."""
        return False
