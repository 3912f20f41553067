"""Calendars: opening hours, public holidays and own days off; rows that later edits do not change."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import created_now, external_id_once, one_of, whole_minute
from config.base.data.models import Dated, OneLineField, Origin, Recorded, external_id_field, retired_at_field
from oncall.models.people import User, validate_zone


class Calendar(Dated):
    """A named set of dates, the public holidays of a place or own days off, and opening hours if it has any.

    The hours are its versions (K-14); a calendar without one has dates only.
    """

    name = OneLineField(max_length=80, unique=True)
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166 code, such as DE; empty for your own days."
    )
    subdivision = models.CharField(
        max_length=12, blank=True, help_text="Such as BE for Berlin; empty for the country."
    )
    description = models.TextField(blank=True)
    external_id = external_id_field()
    retired_at = retired_at_field()
    # The last year whose public holidays were written; a country's calendar is due when this falls behind.
    filled_through = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    history = HistoricalRecords(excluded_fields=["filled_through", "created_at", "updated_at"])

    class Meta:
        constraints = [
            external_id_once(name="oncall_calendar_external_id"),
            models.CheckConstraint(
                condition=Q(subdivision="") | ~Q(country=""), name="oncall_calendar_subdivision_of_country"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The calendar's page."""
        return reverse("oncall:calendar", args=[self.pk])


class CalendarDateQuerySet(models.QuerySet["CalendarDate"]):
    """Days off."""

    def active(self) -> "CalendarDateQuerySet":
        """Days that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class CalendarDate(Recorded):
    """One day off (R-V5a): it counts for local days that begin after it was recorded.

    Rows are written once. A withdrawn date stays as a row with `withdrawn_at`, and still counts for
    local days that had begun by then.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="dates")
    date = models.DateField()
    name = OneLineField(max_length=120, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    objects = CalendarDateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "date"],
                condition=Q(withdrawn_at__isnull=True),
                name="oncall_calendardate_once",
                violation_error_message="This date is already in the calendar.",
            ),
            one_of("origin", Origin.values, name="oncall_calendardate_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"


class CalendarVersionQuerySet(models.QuerySet["CalendarVersion"]):
    """Opening hours."""

    def active(self) -> "CalendarVersionQuerySet":
        """Versions that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class CalendarVersion(Recorded):
    """Opening hours of a calendar from an instant on (K-10, K-14); append-only but for its withdrawal before then.

    `windows` is a list of `{days, start, end}`: days of the week from 0 (Monday), local times HH:MM, an end up to
    24:00; an end not after the start is on the next day (R-L2). No window means never open; around the clock is
    00:00 to 24:00 on all days. `exceptions` is a list of `{date, windows, name}`, each window inside its day; no
    window means closed all day (K-12).
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    effective_from = models.DateTimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    windows = models.JSONField(default=list, blank=True)
    exceptions = models.JSONField(default=list, blank=True)
    # K-11: whose dates close the local day; this calendar itself, or one that several share.
    holidays = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="versions_by_holidays"
    )
    note = OneLineField(max_length=200, blank=True, help_text="Why it was changed.")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.EDIT, editable=False)

    objects = CalendarVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            # R-V1: minutes that were judged are not judged again.
            models.CheckConstraint(
                condition=Q(effective_from__gte=models.functions.TruncMinute("created_at")),
                name="oncall_calendarversion_not_backdated",
            ),
            created_now(name="oncall_calendarversion_created_now"),
            whole_minute("effective_from", name="oncall_calendarversion_minute"),
            # R-V3: once in force, it cannot be withdrawn.
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("effective_from")),
                name="oncall_calendarversion_withdrawn_early",
            ),
            models.UniqueConstraint(
                fields=["calendar", "effective_from"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(origin=Origin.CASE),
                name="oncall_calendarversion_once",
                violation_error_message="The calendar has a version from this moment on already.",
            ),
            one_of("origin", Origin.values, name="oncall_calendarversion_origin"),
        ]
        indexes = [
            models.Index(fields=["calendar", "-effective_from", "-created_at"], name="oncall_calendarversion_force")
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} from {self.effective_from:%Y-%m-%d %H:%M}Z ({self.pk})"
