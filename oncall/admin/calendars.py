"""Admin of calendars; their dates and opening hours are append-only."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from config.base.data.clock import ceil_minute, database_now
from config.base.data.users import signed_in
from config.base.web.admin import ConfigAdmin, FactAdmin, FactInline, HistoryAdmin
from oncall.calendars import countries, hours_lines, versions
from oncall.calendars.dates import UnknownPlace, check_place
from oncall.calendars.hours_checks import hours_warnings
from oncall.calendars.hours_types import ExceptionDay, WeeklyWindow
from oncall.models import Calendar, CalendarDate, CalendarVersion


class CalendarDateInline(FactInline):
    """Days off; add and withdraw them on the calendar's page."""

    model = CalendarDate
    fields = ("date", "name", "origin", "created_at", "withdrawn_at")
    ordering = ("-date", "-pk")


class CalendarVersionInline(FactInline):
    """Opening hours; a change is a new version, added under “Opening hours”."""

    model = CalendarVersion
    fk_name = "calendar"
    fields = ("effective_from", "time_zone", "weekly_hours", "holidays", "note", "withdrawn_at")
    ordering = ("-effective_from", "-pk")

    @admin.display(description="Weekly hours")
    def weekly_hours(self, version: CalendarVersion) -> str:
        """The windows as lines."""
        return hours_lines.write_windows(version.windows) or "never open"


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
class CalendarAdmin(HistoryAdmin):
    """Public holidays and own days off; the engine fills a country's calendar within the hour."""

    form = CalendarForm
    names_are_open = True
    list_display = ("name", "country", "subdivision", "filled_through")
    list_filter = ("country",)
    search_fields = ("name", "description")
    readonly_fields = ("filled_through",)
    ordering = ("name",)
    inlines = (CalendarVersionInline, CalendarDateInline)

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


class CalendarVersionForm(forms.ModelForm):
    """New opening hours of a calendar, as lines."""

    windows = forms.CharField(
        label="Weekly hours", required=False, max_length=5000, widget=UnfoldAdminTextareaWidget,
        help_text="A line for the same days, as Mon-Fri 09:00-12:00, 13:00-17:00, or every day 00:00-24:00.",
    )  # fmt: skip
    exceptions = forms.CharField(
        required=False, max_length=40_000, widget=UnfoldAdminTextareaWidget,
        help_text="A line for each day, as 2026-12-24 09:00-12:00 Christmas Eve, or 2026-12-31 closed.",
    )  # fmt: skip

    class Meta:
        model = CalendarVersion
        fields = ("calendar", "time_zone", "windows", "exceptions", "holidays", "effective_from", "note")
        labels: ClassVar[dict[str, str]] = {"holidays": "Closed on the days of"}

    def clean_windows(self) -> list[WeeklyWindow]:
        """The windows in the lines."""
        return hours_lines.read_windows(self.cleaned_data["windows"])

    def clean_exceptions(self) -> list[ExceptionDay]:
        """The exceptions in the lines."""
        return hours_lines.read_exceptions(self.cleaned_data["exceptions"])

    def clean(self) -> dict[str, object]:
        """Refuse what the calendar cannot have, each at its field; without a moment it is the next minute."""
        cleaned, at = self.cleaned_data, database_now()
        if not self.errors:
            cleaned["effective_from"] = cleaned["effective_from"] or ceil_minute(at)
            versions.draft_version(**cleaned, at=at, actor=None)
        return cleaned


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ConfigAdmin):
    """Opening hours: a change is a new version; those of before are read only, planned ones can be withdrawn."""

    form = CalendarVersionForm
    list_display = ("calendar", "effective_from", "time_zone", "holidays", "created_by", "withdrawn_at", "origin")
    list_filter = ("calendar", "origin")
    list_select_related = ("calendar", "holidays", "created_by")
    search_fields = ("calendar__name", "note")
    autocomplete_fields = ("calendar", "holidays")
    ordering = ("-effective_from", "-pk")
    actions = ("withdraw",)
    action_columns = ("withdrawn_at",)

    def get_fields(self, request: HttpRequest, obj: CalendarVersion | None = None) -> Sequence[str]:
        """What is typed; of a stored version its lines, and who wrote it."""
        if obj is None:
            return ("calendar", "time_zone", "windows", "exceptions", "holidays", "effective_from", "note")
        return (
            "calendar", "effective_from", "time_zone", "weekly_hours", "exception_days", "holidays", "note",
            "created_at", "created_by", "withdrawn_at", "withdrawn_by", "origin",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: CalendarVersion | None = None) -> Sequence[str]:
        """All of a stored version."""
        return () if obj is None else self.get_fields(request, obj)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> forms.Field | None:
        """The moment may stay empty."""
        if db_field.name == "effective_from":
            kwargs |= {"required": False, "help_text": "Empty: from the next minute on."}
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        """With the hours in force of the calendar in the address."""
        initial: dict[str, object] = dict(super().get_changeform_initial_data(request))
        key = str(initial.pop("calendar", ""))
        calendar = Calendar.objects.filter(pk=key[:18]).first() if key.isascii() and key.isdigit() else None
        if calendar is None:
            return initial
        initial["calendar"] = calendar.pk
        version = versions.version_in_force(calendar, database_now())
        if version is None:
            return initial
        return {
            "time_zone": version.time_zone,
            "windows": hours_lines.write_windows(version.windows),
            "exceptions": hours_lines.write_exceptions(version.exceptions),
            "holidays": version.holidays_id,
        } | initial

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: a change is a new version."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: versions stay."""
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Those who may add versions."""
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: CalendarVersion, form: forms.ModelForm, change: bool) -> None:
        """Add the version; what is allowed but rarely meant is said."""
        version = versions.add_version(**form.cleaned_data, at=database_now(), actor=signed_in(request))
        obj.pk = version.pk
        obj.refresh_from_db()
        for sentence in hours_warnings(windows=version.windows, exceptions=version.exceptions):
            self.message_user(request, sentence, messages.WARNING)

    @admin.display(description="Weekly hours")
    def weekly_hours(self, version: CalendarVersion) -> str:
        """The windows as lines."""
        return hours_lines.write_windows(version.windows) or "never open"

    @admin.display(description="Exceptions")
    def exception_days(self, version: CalendarVersion) -> str:
        """The exceptions as lines."""
        return hours_lines.write_exceptions(version.exceptions) or "none"

    @admin.action(description="Withdraw, before they take effect", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[CalendarVersion]) -> None:
        """Withdraw planned opening hours; those that are in force stay, with the reason."""
        for version in queryset.select_related("calendar"):
            try:
                versions.withdraw_version(version=version, at=database_now(), actor=signed_in(request))
            except versions.NotPlanned as refusal:
                self.message_user(request, f"{version.calendar.name}: {refusal}", messages.ERROR)
