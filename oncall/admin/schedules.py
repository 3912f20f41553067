"""Admin of schedules; their versions are append-only and only read here."""

from django.contrib import admin
from django.http import HttpRequest

from config.base.data.clock import database_now
from config.base.web.admin import ConfigAdmin, FactAdmin, FactInline
from oncall import schedules
from oncall.models import Layer, LayerMember, Schedule, ScheduleVersion
from oncall.schedules.wall_clock import rules_version


class VersionInline(FactInline):
    """The versions of a schedule."""

    model = ScheduleVersion
    fields = ("effective_from", "time_zone", "created_by", "withdrawn_at", "origin")
    ordering = ("-effective_from", "-created_at")


class LayerInline(FactInline):
    """The layers of a version."""

    model = Layer


class LayerMemberInline(FactInline):
    """The people of a layer."""

    model = LayerMember
    ordering = ("slot", "pk")


@admin.register(Schedule)
class ScheduleAdmin(ConfigAdmin):
    """Schedules: who is on call. Make a new version on the schedule's page."""

    names_are_open = True
    list_display = ("name", "team")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "team__name")
    autocomplete_fields = ("team",)
    readonly_fields = ("on_call_now", "time_zone_rules")
    ordering = ("name",)
    inlines = (VersionInline,)

    @admin.display(description="Time zone rules")
    def time_zone_rules(self, schedule: Schedule) -> str:
        """The release of the tz database; a newer one may move coming shifts if clock rules changed (R-T6)."""
        return f"tz database {rules_version()}"

    @admin.display(description="On call now")
    def on_call_now(self, schedule: Schedule) -> str:
        """The names of the people on call now."""
        if schedule.pk is None:
            return "Save the schedule first."
        at = database_now()
        [roster] = schedules.load_at(at, ids=[schedule.pk])
        turn = schedules.on_call(roster, at=at)
        return ", ".join(person.name for person in turn.users) or "Nobody"


@admin.register(ScheduleVersion)
class ScheduleVersionAdmin(FactAdmin):
    """Versions: the layers in force from an instant on."""

    list_display = ("schedule", "effective_from", "time_zone", "created_by", "withdrawn_at")
    list_filter = ("schedule",)
    list_select_related = ("schedule", "created_by")
    search_fields = ("schedule__name",)
    ordering = ("-effective_from", "-pk")
    inlines = (LayerInline,)


@admin.register(Layer)
class LayerAdmin(FactAdmin):
    """Layers: one rotation of a version each."""

    list_display = ("version", "priority", "anchor", "unit", "length")
    list_select_related = ("version__schedule",)
    search_fields = ("version__schedule__name",)
    ordering = ("-version", "pk")
    inlines = (LayerMemberInline,)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hidden from the index: layers are shown with their version."""
        return False


@admin.register(LayerMember)
class LayerMemberAdmin(FactAdmin):
    """Members: each person's place in a rotation."""

    list_display = ("layer", "slot", "user")
    list_select_related = ("layer", "user")
    search_fields = ("user__name", "layer__version__schedule__name")
    ordering = ("-layer", "slot", "pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hidden from the index: members are shown with their layer."""
        return False
