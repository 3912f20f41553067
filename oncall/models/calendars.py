"""Calendars of public holidays and own days off; rows that later edits do not change."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from config.base.data.constraints import one_of
from config.base.data.models import Dated, OneLineField, Origin, Recorded
from oncall.models.people import User


class Calendar(Dated):
    """A named set of dates: the public holidays of a country or subdivision, or own days off."""

    name = OneLineField(max_length=80, unique=True)
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166 code, such as DE; empty for your own days."
    )
    subdivision = models.CharField(
        max_length=12, blank=True, help_text="Such as BE for Berlin; empty for the country."
    )
    description = models.TextField(blank=True)
    external_id = OneLineField(
        max_length=120, blank=True, help_text="How another system knows it, such as a Terraform resource."
    )
    # The last year whose public holidays were written; a country's calendar is due when this falls behind.
    filled_through = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="oncall_calendar_external_id"
            ),
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
