"""The engine's lanes and schema."""

from django.contrib import admin

from config.base.web.admin import FactAdmin
from oncall.models import EngineLane, EngineSchema


@admin.register(EngineLane)
class EngineLaneAdmin(FactAdmin):
    """Which workers run the engine, and when each lane last swept."""

    is_machine = True
    list_display = ("worker", "lane", "swept_at", "started_at", "skew_seconds", "last_error_at", "last_error")
    list_filter = ("lane",)
    search_fields = ("worker",)
    ordering = ("lane", "worker")


@admin.register(EngineSchema)
class EngineSchemaAdmin(FactAdmin):
    """Which version of the engine may work on this database."""

    is_machine = True
    list_display = ("version",)
    search_fields = ("version",)
    ordering = ("pk",)
