"""Pages of calendars: the list, dates by year, and forms that add, withdraw and import dates."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.data.users import signed_in
from config.base.web.guards import Edits, Once, Repeatable
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from oncall import calendars
from oncall.calendars import countries, hours_preview, ical_import
from oncall.filters.calendars import CalendarFilter
from oncall.forms.calendars import CalendarForm, CalendarNameForm, DayForm, ImportForm
from oncall.models import Calendar, CalendarDate
from oncall.permissions import can_edit_calendars
from oncall.tables.calendars import CalendarTable
from oncall.views import tabs

_NOT_ALLOWED = "Only practice owners and administrators may change calendars. Ask one of them."


class CalendarList(ListPage):
    """All calendars."""

    title = "Calendars"
    icon = "calendar-week"
    tabs = tabs.ROTA
    lead = (
        "Opening hours, public holidays and your own days off. A layer of a schedule can skip the days, or cover only"
        " them; opening hours close on them."
    )
    queryset = Calendar.objects.order_by("name")
    table_class = CalendarTable
    filterset_class = CalendarFilter
    filters = ("search", "country", "retired")
    empty = "No calendars yet. Start with the public holidays of the country where your first team works."
    create = ("oncall:calendar-add", "Add calendar")

    def may_create(self) -> bool:
        """Only those who may change calendars."""
        return can_edit_calendars(self.person)

    def get_queryset(self) -> QuerySet[Calendar]:
        """With the counts that the columns show."""
        return calendars.with_counts(today=self.at.date()).order_by("name")


class CalendarPage(DetailPage):
    """One calendar, a year at a time."""

    template_name = "oncall/calendars/calendar.html"
    queryset = Calendar.objects.all()
    context_object_name = "calendar"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Its opening hours, the dates of the year, other years, and what uses it."""
        year = self._year()
        dates = self.object.dates.filter(date__year=year).select_related("created_by", "withdrawn_by")
        days = list(dates.order_by("date", "pk"))
        return super().get_context_data(**kwargs) | {
            "year": year,
            "years": sorted({*calendars.years(self.object), self.at.year, year}),
            "days": days,
            "active_count": sum(day.withdrawn_at is None for day in days),
            "country": countries.names().get(self.object.country, self.object.country),
            "subdivision": countries.subdivisions(self.object.country).get(self.object.subdivision, ""),
            "hours": hours_preview.overview(self.object, at=self.at),
            "used_by": calendars.used_by(self.object, at=self.at),
            "may_keep": can_edit_calendars(self.person),
            "today": self.at.date(),
            "form": DayForm(),
        }

    def _year(self) -> int:
        year = self.request.GET.get("year", "") or str(self.at.year)
        if not (year.isascii() and year.isdigit() and 1900 <= int(year[:9]) <= 2200):
            raise Http404
        return int(year)


class _CalendarEditor:
    """Only for those who may change calendars."""

    refusal = _NOT_ALLOWED
    refusals: tuple[type[Exception], ...] = (Refusal,)
    request: HttpRequest
    kwargs: dict[str, object]

    def may(self) -> bool:
        """Managers, practice owners and administrators."""
        return can_edit_calendars(signed_in(self.request))


class _OneCalendarEditor(_CalendarEditor):
    """A form about one calendar."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of the address."""
        return get_object_or_404(Calendar, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        context: dict[str, object] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return context | {"back": self.calendar.get_absolute_url()}


class CalendarAdd(_CalendarEditor, FormPage):
    """A new calendar."""

    guard = Once("each form is one calendar")
    title = "Add calendar"
    form_class = CalendarForm
    button = "Add calendar"
    done = "Added."

    def perform(self, form: CalendarForm) -> Destination:
        """Create it, with its country's holidays."""
        return calendars.create_calendar(**form.cleaned_data, at=self.at, actor=self.person)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:calendars")}


class CalendarEdit(_OneCalendarEditor, FormPage):
    """Change the name or description."""

    guard = Edits("calendar")
    title = "Rename calendar"
    form_class = CalendarNameForm
    done = "Saved."

    def get_form_kwargs(self) -> dict[str, object]:
        """With the stored values."""
        calendar = self.calendar
        current = {"name": calendar.name, "description": calendar.description}
        return super().get_form_kwargs() | {"current": current}

    def perform(self, form: CalendarNameForm) -> Destination:
        """Save both."""
        return calendars.change_calendar(calendar=self.calendar, **form.cleaned_data)


class DayAdd(_OneCalendarEditor, FormPage):
    """Add a day off."""

    guard = Once("each form is one day")
    title = "Add day off"
    form_class = DayForm
    button = "Add day"
    done = "Added. The day counts from midnight in the time zone of each layer."

    def perform(self, form: DayForm) -> Destination:
        """Add it, and show its year."""
        day = calendars.add_date(
            calendar=self.calendar, **form.cleaned_data, at=self.at, actor=self.person
        )  # fmt: skip
        return f"{self.calendar.get_absolute_url()}?year={day.date.year}"


class DayWithdraw(_CalendarEditor, PostPage):
    """Withdraw a day off."""

    guard = Once("a withdrawn day stays withdrawn")
    confirm = "Withdraw this day? Schedules and clocks count it as an ordinary day again."
    done = "Withdrawn. The date stays in the list, crossed out."

    @property
    def day(self) -> CalendarDate:
        """The day of the address."""
        return get_object_or_404(CalendarDate.objects.select_related("calendar"), pk=self.kwargs["pk"])

    def back(self) -> str:
        """The calendar's page, at the day's year."""
        return f"{self.day.calendar.get_absolute_url()}?year={self.day.date.year}"

    def perform(self) -> Destination:
        """Withdraw it."""
        calendars.withdraw_date(day=self.day, at=self.at, actor=self.person)
        return self.back()


class CalendarImport(_OneCalendarEditor, FormPage):
    """Import days from another calendar."""

    guard = Repeatable("it adds only days that are missing, and reads another server, which no transaction waits for")
    title = "Import days"
    lead = (
        "Every date is copied as it is now. Later changes in the other calendar are not copied until you import again."
    )
    form_class = ImportForm
    button = "Import"

    def perform(self, form: ImportForm) -> Destination:
        """Read it, add the days that do not exist yet, and report the counts."""
        file = form.cleaned_data["file"]
        content = file.read(ical_import.MAX_BYTES + 1) if file else calendars.fetch_calendar(form.cleaned_data["url"])
        result = calendars.import_dates(
            calendar=self.calendar, dates=calendars.read_days(content, at=self.at), at=self.at, actor=self.person
        )  # fmt: skip
        self.done = str(result)
        return self.calendar
