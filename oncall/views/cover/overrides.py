"""Pages of overrides: list, page, and forms to cover, take the pager, or add any override."""

from datetime import timedelta
from functools import cached_property

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from config.base.data.clock import ceil_minute
from config.base.data.lifecycle import Refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from oncall import permissions, schedules
from oncall.cover import overrides
from oncall.filters import cover
from oncall.forms import cover as cover_forms
from oncall.models import Override, OverrideOp, Schedule, User
from oncall.tables import cover as cover_tables
from oncall.views import tabs

REFUSALS = (Refusal, ValidationError)
LENGTHS = (1, 2, 4, 8, 12, 24)
"""Hours that can be chosen to take the pager with one tap."""
_LIST = Override.objects.select_related("schedule__team", "out", "created_by").prefetch_related(
    Prefetch("users", User.objects.order_by("name", "pk"))
)


class OverrideList(ListPage):
    """All overrides, the latest first."""

    title = "Overrides"
    icon = "arrows-exchange"
    tabs = tabs.COVER
    queryset = _LIST.order_by("-starts_at")
    table_class = cover_tables.OverrideTable
    filterset_class = cover.OverrideFilter
    filters = ("search", "when", "schedule", "team")
    empty = "No overrides yet. On the page of a schedule you can cover a shift or take the pager."


class OverridePage(DetailPage):
    """One override, with times in the reader's and the schedule's time zone."""

    template_name = "oncall/cover/override.html"
    queryset = _LIST.select_related("schedule__team", "out", "created_by", "cancelled_by")
    context_object_name = "override"

    def get_title(self) -> str:
        """Who covers for whom."""
        return cover_tables.override_text(self.object)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the schedule's time zone, and whether it may be cancelled."""
        state, label = cover_tables.state_of(self.object, at=self.at)
        may = state in {"coming", "running"} and permissions.can_cancel(self.person, self.object)
        return super().get_context_data(**kwargs) | {
            "zone": schedules.zone_of(self.object.schedule, at=self.at),
            "state": state,
            "state_label": label,
            "may_cancel": may,
        }


class ScheduleFormPage(FormPage):
    """A form about one schedule, with times in the reader's and the schedule's time zone."""

    refusals = REFUSALS

    @cached_property
    def roster(self) -> schedules.Roster:
        """The schedule loaded for now."""
        rosters = schedules.load_at(self.at, ids=[get_object_or_404(Schedule, pk=self.kwargs["pk"]).pk])
        return rosters[0]

    @property
    def schedule(self) -> Schedule:
        """The schedule of the address."""
        return self.roster.schedule

    def may(self) -> bool:
        """The team's people, and managers."""
        return permissions.can_cover(self.person, self.schedule)

    def get_initial(self) -> dict[str, object]:
        """The values that a link to this form has filled in."""
        query = self.request.GET
        values: dict[str, object] = {name: query[name] for name in ("out", "op", "reason") if name in query}
        if "users" in query:
            values["users"] = query.getlist("users")
        times = {name: cover_forms.parse_instant(query.get(name)) for name in ("starts_at", "ends_at")}
        return super().get_initial() | values | times

    def get_form_kwargs(self) -> dict[str, object]:
        """With the schedule and its time zone."""
        zone = schedules.zone_of(self.schedule, at=self.at)
        return super().get_form_kwargs() | {"schedule": self.schedule, "zone": zone, "at": self.at}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": self.schedule.get_absolute_url()}


class _WithPeople(ScheduleFormPage):
    def get_form_kwargs(self) -> dict[str, object]:
        """With the people to choose from."""
        people = cover_forms.eligible_people(self.schedule, set(self.roster.people))
        return super().get_form_kwargs() | {"people": people, "user": self.person}


class Cover(_WithPeople):
    """Cover for a colleague, for a shift or a part of it."""

    guard = Once("each form is one override")
    title = "Cover for somebody"
    lead = "You cover for one person; others who are on call then stay on call."
    form_class = cover_forms.CoverForm
    button = "Cover"
    done = "Done. Pages reach you in that time."

    def perform(self, form: cover_forms.CoverForm) -> Destination:
        """Write the override."""
        user = self.person
        return overrides.create_override(
            schedule=self.schedule, op=OverrideOp.REPLACE, users=[user], actor=user, at=self.at, **form.cleaned_data
        ).get_absolute_url()


class OverrideAdd(_WithPeople):
    """Any override, for managers."""

    guard = Once("each form is one override")
    title = "Add override"
    lead = "The rotation itself does not change. If two overrides cover the same time, the later one wins."
    form_class = cover_forms.OverrideForm
    button = "Add override"
    done = "Done. It applies to pages, calendar feeds and this portal."

    def may(self) -> bool:
        """Managers."""
        return permissions.can_manage_rota(self.person, self.schedule)

    def perform(self, form: cover_forms.OverrideForm) -> Destination:
        """Write the override."""
        user = self.person
        return overrides.create_override(
            schedule=self.schedule, actor=user, at=self.at, **form.cleaned_data
        ).get_absolute_url()


class TakePager(PostPage):
    """One tap: the reader alone is on call from the next minute on, for some hours."""

    guard = Once("each press is one override")
    confirm = ""
    refusals = REFUSALS

    def may(self) -> bool:
        """The team's people, and managers."""
        return permissions.can_cover(self.person, self._schedule())

    def perform(self) -> Destination:
        """Take it, for one of the offered lengths."""
        hours = next((length for length in LENGTHS if str(length) == self.request.POST.get("hours")), None)
        if hours is None:
            raise ValidationError("Choose for how many hours you take the pager.")
        user = self.person
        ends_at = ceil_minute(self.at) + timedelta(hours=hours)
        row = overrides.take_pager(schedule=self._schedule(), user=user, ends_at=ends_at, actor=user, at=self.at)
        self.done = f"You have the pager of {row.schedule.name} from the next minute on, for {hours} h."
        return row.get_absolute_url()

    def back(self) -> str:
        """The schedule's page."""
        return self._schedule().get_absolute_url()

    def _schedule(self) -> Schedule:
        return get_object_or_404(Schedule.objects.select_related("team"), pk=self.kwargs["pk"])


class OverrideCancel(PostPage):
    """Cancel an override; the past does not change."""

    guard = Once("a cancelled override stays cancelled")
    confirm = "Cancel this override? The rota is in force again at once."
    refusals = REFUSALS
    done = "Cancelled. The rotation is on call again from the next minute on."

    def perform(self) -> Destination:
        """Cancel it."""
        rows: QuerySet[Override] = Override.objects.select_related("schedule__team")
        row = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not permissions.can_cancel(self.person, row):
            raise PermissionDenied(self.refusal)
        user = self.person
        return overrides.cancel_override(override_id=row.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The override's page."""
        return get_object_or_404(Override, pk=self.kwargs["pk"]).get_absolute_url()
