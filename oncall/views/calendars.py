"""Calendars: their list, their dates by year, and the buttons that add and take them back."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import DetailPage, FormPage, ListPage, PostPage
from oncall import calendars
from oncall.calendars import countries, ical_import
from oncall.filters.calendars import CalendarFilter
from oncall.forms.calendars import CalendarForm, CalendarNameForm, DayForm, ImportForm
from oncall.models import Calendar, CalendarDate
from oncall.permissions import can_edit_calendars
from oncall.tables.calendars import CalendarTable

_REFUSAL = "Managers, practice owners and administrators keep calendars. Ask one of them."


class CalendarList(ListPage):
    """All calendars."""

    title = "Calendars"
    lead = "Public holidays and your own days off. Layers of a schedule leave them out, or cover nothing else."
    queryset = Calendar.objects.order_by("name")
    table_class = CalendarTable
    filterset_class = CalendarFilter
    filters = ("search", "country")
    empty = "No calendars yet. Add the public holidays of the country your first team works in."
    create = ("oncall:calendar-add", "Add a calendar")

    def may_create(self) -> bool:
        """Those who keep calendars."""
        return can_edit_calendars(self.person)

    def get_queryset(self) -> QuerySet[Any]:
        """With what stands in the columns."""
        return calendars.counted(today=self.at.date()).order_by("name")


class CalendarPage(DetailPage):
    """One calendar, a year at a time."""

    template_name = "oncall/calendars/calendar.html"
    queryset = Calendar.objects.all()
    context_object_name = "calendar"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The year's dates, other years, and who uses it."""
        year = self._year()
        dates = self.object.dates.filter(date__year=year).select_related("created_by", "withdrawn_by")
        days = list(dates.order_by("date", "pk"))
        return super().get_context_data(**kwargs) | {
            "year": year,
            "years": sorted({*calendars.years(self.object), self.at.year, year}),
            "days": days,
            "standing": sum(day.withdrawn_at is None for day in days),
            "country": countries.names().get(self.object.country, self.object.country),
            "subdivision": countries.subdivisions(self.object.country).get(self.object.subdivision, ""),
            "in_use_by": calendars.in_use_by(self.object, at=self.at),
            "may_keep": can_edit_calendars(self.person),
            "today": self.at.date(),
            "form": DayForm(),
        }

    def _year(self) -> int:
        asked = self.request.GET.get("year", "") or str(self.at.year)
        if not (asked.isascii() and asked.isdigit() and 1900 <= int(asked[:9]) <= 2200):
            raise Http404
        return int(asked)


class _Keeping:
    """For those who keep calendars."""

    refusal = _REFUSAL
    refusals: tuple[type[Exception], ...] = (Refusal,)
    request: Any
    kwargs: dict[str, Any]

    def may(self) -> bool:
        """Managers, practice owners and administrators."""
        return can_edit_calendars(self.request.user)


class _OfCalendar(_Keeping):
    """Something done to one calendar."""

    @property
    def calendar(self) -> Calendar:
        """The one in the address."""
        return get_object_or_404(Calendar, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return context | {"back": self.calendar.get_absolute_url()}


class CalendarAdd(_Keeping, FormPage):
    """A new calendar."""

    title = "Add a calendar"
    form_class = CalendarForm
    button = "Add it"
    done = "Added."

    def perform(self, form: Any) -> Any:
        """Make it, with its country's holidays."""
        return calendars.create_calendar(**form.cleaned_data, at=self.at, actor=self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:calendars")}


class CalendarEdit(_OfCalendar, FormPage):
    """Another name or description."""

    title = "Rename the calendar"
    form_class = CalendarNameForm
    done = "Saved."

    def get_initial(self) -> dict[str, Any]:
        """As it is."""
        return {"name": self.calendar.name, "description": self.calendar.description}

    def perform(self, form: Any) -> Any:
        """Save both."""
        return calendars.change_calendar(calendar=self.calendar, **form.cleaned_data)


class DayAdd(_OfCalendar, FormPage):
    """A day off more."""

    title = "Add a day off"
    form_class = DayForm
    button = "Add the day"
    done = "Added. It counts from its midnight on, in the zone of each layer."

    def perform(self, form: Any) -> Any:
        """Add it, and show its year."""
        day = calendars.add_date(
            calendar=self.calendar, **form.cleaned_data, at=self.at, actor=self.person
        )  # fmt: skip
        return f"{self.calendar.get_absolute_url()}?year={day.date.year}"


class DayWithdraw(_Keeping, PostPage):
    """Take a day back."""

    done = "Taken back. The row stays, so that everybody can see what was."

    @property
    def day(self) -> CalendarDate:
        """The one in the address."""
        return get_object_or_404(CalendarDate.objects.select_related("calendar"), pk=self.kwargs["pk"])

    def back(self) -> str:
        """Its year."""
        return f"{self.day.calendar.get_absolute_url()}?year={self.day.date.year}"

    def perform(self) -> Any:
        """Take it back."""
        calendars.withdraw_date(day=self.day, at=self.at, actor=self.person)
        return self.back()


class CalendarImport(_OfCalendar, FormPage):
    """Days out of another calendar."""

    title = "Import days"
    lead = "Every date is copied as it is now. Changes over there do not reach this calendar, until you import again."
    form_class = ImportForm
    button = "Import"

    def perform(self, form: Any) -> Any:
        """Read it, add what is not there yet, and say what became of it."""
        given = form.cleaned_data["file"]
        content = given.read(ical_import.LARGEST + 1) if given else calendars.fetch(form.cleaned_data["url"])
        found = calendars.import_dates(
            calendar=self.calendar, dates=calendars.read(content, at=self.at), at=self.at, actor=self.person
        )  # fmt: skip
        self.done = str(found)
        return self.calendar
