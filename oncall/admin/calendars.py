"""Admin of calendars; their dates are append-only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from config.base.web.admin import ConfigAdmin, FactAdmin, FactInline
from oncall.calendars import countries
from oncall.calendars.dates import UnknownPlace, check_place
from oncall.models import Calendar, CalendarDate


class CalendarDateInline(FactInline):
    """Days off; add and withdraw them on the calendar's page."""

    model = CalendarDate
    fields = ("date", "name", "origin", "created_at", "withdrawn_at")
    ordering = ("-date", "-pk")


class CalendarForm(forms.ModelForm):
    """A calendar; its place must have known holidays."""

    class Meta:
        model = Calendar
        fields = ("name", "country", "subdivision", "description", "external_id")

    def clean(self) -> dict[str, object]:
        """Refuse a subdivision that the country does not have."""
        cleaned = super().clean() or {}
        try:
            check_place(cleaned.get("country", ""), cleaned.get("subdivision", ""))
        except UnknownPlace as refusal:
            self.add_error("subdivision" if "subdivision" in self.fields else None, str(refusal))
        return cleaned


@admin.register(Calendar)
class CalendarAdmin(ConfigAdmin):
    """Public holidays and own days off; the engine fills a country's calendar within the hour."""

    form = CalendarForm
    list_display = ("name", "country", "subdivision", "filled_through")
    list_filter = ("country",)
    search_fields = ("name", "description")
    readonly_fields = ("filled_through",)
    ordering = ("name",)
    inlines = (CalendarDateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Calendar | None = None) -> tuple[str, ...]:
        """The country cannot change: the dates came from it."""
        return ("country", "subdivision", "filled_through") if obj else ("filled_through",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Countries by name."""
        if db_field.name == "country":
            return forms.ChoiceField(
                choices=countries.choices("None: own days"), required=False, widget=UnfoldAdminSelectWidget
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(CalendarDate)
class CalendarDateAdmin(FactAdmin):
    """One day off."""

    list_display = ("date", "name", "calendar", "created_by", "withdrawn_at", "origin")
    list_filter = ("calendar", "origin")
    list_select_related = ("calendar", "created_by")
    search_fields = ("name", "calendar__name")
    ordering = ("-date", "-pk")
