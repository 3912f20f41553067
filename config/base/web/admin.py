"""What every page of the administration shares: configuration is edited and has a history, facts are read only."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.admin import StackedInline as UnfoldStackedInline
from unfold.admin import TabularInline as UnfoldTabularInline

from config.base.web.admin_actions import GuardedActions
from config.base.web.admin_choices import ChoosesInUseInline
from config.base.web.admin_drafts import HidesSecrets, KeptForms
from config.base.web.admin_guards import GuardedForms
from config.base.web.admin_history import HistoryPages
from config.base.web.admin_reasons import AsksWhy
from config.base.web.admin_rights import ByRights, RowsByRights
from config.base.web.admin_uses import UsedRecords

__all__ = ["ConfigAdmin", "FactAdmin", "FactInline", "HistoryAdmin", "StackedInline", "TabularInline"]


class StackedInline(ChoosesInUseInline, HidesSecrets, RowsByRights, UnfoldStackedInline):
    """Rows below a record, each with its fields one below another."""


class TabularInline(ChoosesInUseInline, HidesSecrets, RowsByRights, UnfoldTabularInline):
    """Rows below a record, as a table."""


class ConfigAdmin(ByRights, UsedRecords, GuardedForms, GuardedActions, KeptForms, HidesSecrets, ModelAdmin):
    """Configuration that people edit; the table of rights says who, also for one record."""

    list_per_page = 50
    show_full_result_count = False  # counting all rows of a large table costs more than it is worth
    compressed_fields = True
    warn_unsaved_form = True
    is_machine = False
    """Whether only programs write the table: people do not see it, superusers find it under System, For support."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether lists and the search name this table."""
        return not self.is_machine and bool(super().has_module_permission(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields; of a record that is being added, without those that the database fills."""
        names = super().get_fields(request, obj)
        return names if obj is not None else [name for name in names if not self._is_filled_later(name)]

    def _is_filled_later(self, name: Any) -> bool:
        columns = {column.name: column for column in self.opts.concrete_fields}
        return name in columns and columns[name].has_db_default() and not columns[name].editable

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: object) -> Any:
        """The field of a form; an address without a scheme is taken as https, like everywhere else."""
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class HistoryAdmin(AsksWhy, HistoryPages, ConfigAdmin):
    """Configuration with a history of every change, who made it and why."""


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
