"""Pages that change a calendar's opening hours: preview, then save, and withdraw what is planned."""

from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from config.base.data.clock import ceil_minute
from config.base.data.lifecycle import Refusal
from config.base.web.forms import add_refusal
from config.base.web.guards import ActsOn, LastChange, Once
from config.base.web.views import Destination, FormPage, PostPage, SignedIn
from oncall import calendars
from oncall.calendars import hours_lines, hours_preview, versions
from oncall.forms.calendars import OpeningHoursForm
from oncall.models import Calendar, CalendarVersion
from oncall.models.people import ZONES
from oncall.permissions import can_edit_calendars


class _HoursEditor(SignedIn):
    """Only for those who may change calendars."""

    refusal = "Only practice owners and administrators may change calendars. Ask one of them."
    kwargs: dict[str, object]

    def may(self) -> bool:
        """Managers, practice owners and administrators."""
        return can_edit_calendars(self.person)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the address."""
        calendar: Calendar = get_object_or_404(Calendar, pk=self.kwargs["pk"])
        return calendar


class HoursChange(_HoursEditor, FormPage):
    """New opening hours from a moment on; those of before stay in the history (K-14)."""

    guard = ActsOn(
        "newest_version", "id", "withdrawn_at", "time_zone", "windows", "exceptions", "holidays", "effective_from",
        "note",
    )  # fmt: skip
    refusals = (Refusal, ValidationError)
    template_name = "oncall/calendars/hours_change.html"
    form_class = OpeningHoursForm
    button = "Save opening hours"
    done = "Saved. Opening hours that are planned for later stay planned."

    def get_title(self) -> str:
        """With the calendar's name."""
        return f"Opening hours of {self.calendar.name}"

    @property
    def newest_version(self) -> CalendarVersion | None:
        """The version that was saved last."""
        return self.calendar.versions.select_related("created_by").order_by("-pk").first()

    def lock_record(self) -> CalendarVersion | None:
        """The version that was saved last, under the calendar's lock."""
        get_object_or_404(Calendar.objects.select_for_update(no_key=True), pk=self.calendar.pk)
        return self.newest_version

    def last_change(self, record: CalendarVersion) -> LastChange:  # type: ignore[override]  # the guard's record
        """Who saved the version."""
        return LastChange(record.created_by, record.created_at)

    def describe_change(self, record: CalendarVersion, columns: Sequence[str]) -> str:
        """The hours that were saved last, in lines."""
        lines = hours_preview.version_lines(record)
        return "; ".join((*lines.windows, *lines.exceptions, f"in {record.time_zone}"))

    def get_initial(self) -> dict[str, object]:
        """The hours in force, or else those that are planned first."""
        planned = calendars.planned_versions(self.calendar, self.at)
        version = calendars.version_in_force(self.calendar, self.at) or next(iter(planned), None)
        if version is None:
            return {"time_zone": self.person.time_zone}
        return {
            "time_zone": version.time_zone,
            "windows": hours_lines.write_windows(version.windows),
            "exceptions": hours_lines.write_exceptions(version.exceptions),
            "holidays": version.holidays_id,
        }

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Preview, or save, by the button."""
        if request.POST.get("do") != "preview":
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        return self._preview(form) if form.is_valid() else self.form_invalid(form)

    def perform(self, form: OpeningHoursForm) -> Destination:
        """Save them."""
        self._call(calendars.add_version, form)
        return self.calendar

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the zones, what is planned already, and the link back."""
        return super().get_context_data(**kwargs) | {
            "zones": sorted(ZONES),
            "planned": calendars.planned_versions(self.calendar, self.at),
            "back": self.calendar.get_absolute_url(),
        }

    def _call(self, function: Callable[..., CalendarVersion], form: OpeningHoursForm) -> CalendarVersion:
        typed = form.cleaned_data
        values = typed | {"effective_from": typed["effective_from"] or ceil_minute(self.at)}
        return function(calendar=self.calendar, **values, at=self.at, actor=self.person)

    def _preview(self, form: OpeningHoursForm) -> HttpResponse:
        try:
            draft = self._call(versions.draft_version, form)
        except ValidationError as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        preview = hours_preview.preview(list(self.calendar.versions.active()), draft=draft, at=self.at)
        return self.render_to_response(self.get_context_data(form=form, preview=preview, draft=draft))


class HoursWithdraw(_HoursEditor, PostPage):
    """Withdraw opening hours that are not in force yet."""

    guard = Once("hours in force cannot be withdrawn")
    confirm = "Withdraw these opening hours? They never come into force."
    refusals = (Refusal,)
    done = "Withdrawn. The opening hours of before stay in force."

    @cached_property
    def version(self) -> CalendarVersion:
        """The version of the address."""
        version: CalendarVersion = get_object_or_404(
            CalendarVersion.objects.select_related("calendar"), pk=self.kwargs["version"]
        )
        if version.calendar_id != self.kwargs["pk"]:
            raise Http404
        return version

    def perform(self) -> Destination:
        """Withdraw them."""
        calendars.withdraw_version(version=self.version, at=self.at, actor=self.person)
        return self.version.calendar

    def back(self) -> str:
        """The calendar's page."""
        return self.version.calendar.get_absolute_url()
