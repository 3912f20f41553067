"""Covering, taking the pager, and every other exception to the rota: list, page, forms and buttons."""

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from config.base.data.clock import ceil_minute
from config.base.data.lifecycle import Refusal
from config.base.web.views import DetailPage, FormPage, ListPage, PostPage
from oncall import permissions, schedules
from oncall.cover import overrides
from oncall.filters import cover
from oncall.forms import cover as asked
from oncall.models import Override, OverrideOp, Schedule, User
from oncall.tables import cover as cover_tables

REFUSALS = (Refusal, ValidationError)
LENGTHS = (1, 2, 4, 8, 12, 24)
"""Hours for which the pager is taken with one tap."""
_LIST = Override.objects.select_related("schedule__team", "out", "created_by").prefetch_related(
    Prefetch("users", User.objects.order_by("name", "pk"))
)


class OverrideList(ListPage):
    """Exceptions to the rota, the latest first."""

    title = "Overrides"
    queryset = _LIST.order_by("-starts_at")
    table_class = cover_tables.OverrideTable
    filterset_class = cover.OverrideFilter
    filters = ("search", "when", "schedule", "team")
    empty = "No overrides yet. On a schedule's page you can cover a shift or take the pager."


class OverridePage(DetailPage):
    """One override, with its times on both clocks."""

    template_name = "oncall/cover/override.html"
    queryset = _LIST.select_related("schedule__team", "out", "created_by", "cancelled_by")
    context_object_name = "override"

    def get_title(self) -> str:
        """Who stands in for whom."""
        return cover_tables.in_words(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the schedule's clock, and whether it may be cancelled."""
        state, words = cover_tables.standing(self.object, at=self.at)
        may = state in {"coming", "running"} and permissions.can_cancel(self.person, self.object)
        return super().get_context_data(**kwargs) | {
            "zone": schedules.zone_of(self.object.schedule, at=self.at),
            "state": state,
            "state_words": words,
            "may_cancel": may,
        }


class OnSchedule(FormPage):
    """A question about one schedule, with times on the reader's clock and the schedule's."""

    refusals = REFUSALS

    @cached_property
    def roster(self) -> schedules.Roster:
        """The schedule as the resolver knows it now."""
        found = schedules.load_at(self.at, ids=[get_object_or_404(Schedule, pk=self.kwargs["pk"]).pk])
        return found[0]

    @property
    def schedule(self) -> Schedule:
        """The schedule it is about."""
        return self.roster.schedule

    def may(self) -> bool:
        """The team's own people, and managers."""
        return permissions.can_cover(self.person, self.schedule)

    def get_initial(self) -> dict[str, Any]:
        """What a link to this form has filled in."""
        given = self.request.GET
        named: dict[str, Any] = {name: given[name] for name in ("out", "op", "reason") if name in given}
        if "users" in given:
            named["users"] = given.getlist("users")
        times = {name: asked.instant_of(given.get(name)) for name in ("starts_at", "ends_at")}
        return super().get_initial() | named | times

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the schedule and its clock."""
        zone = schedules.zone_of(self.schedule, at=self.at)
        return super().get_form_kwargs() | {"schedule": self.schedule, "zone": zone, "at": self.at}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": self.schedule.get_absolute_url()}


class _Change(OnSchedule):
    def get_form_kwargs(self) -> dict[str, Any]:
        """With the people one may choose."""
        people = asked.people_of(self.schedule, set(self.roster.people))
        return super().get_form_kwargs() | {"people": people, "user": self.person}


class Cover(_Change):
    """Stand in for a colleague, for a shift or a part of it."""

    title = "Cover for somebody"
    lead = "You stand in for one person; whoever else is on call then stays on call."
    form_class = asked.CoverForm
    button = "I cover this"
    done = "Done. Pages reach you in that time."

    def perform(self, form: Any) -> Any:
        """Put the reader in."""
        user: Any = self.person
        return overrides.override(
            schedule=self.schedule, op=OverrideOp.REPLACE, users=[user], actor=user, at=self.at, **form.cleaned_data
        ).get_absolute_url()


class Change(_Change):
    """Any exception to the rota, for managers."""

    title = "Change who stands by"
    lead = "The rotation goes on underneath; of two changes for the same time the later one wins."
    form_class = asked.ChangeForm
    button = "Change it"
    done = "Done. It holds for pages, calendars and this portal alike."

    def may(self) -> bool:
        """Managers."""
        return permissions.can_manage_rota(self.person, self.schedule)

    def perform(self, form: Any) -> Any:
        """Write the override."""
        user: Any = self.person
        return overrides.override(
            schedule=self.schedule, actor=user, at=self.at, **form.cleaned_data
        ).get_absolute_url()


class TakePager(PostPage):
    """One tap: the reader is the one on call from the next minute on, for some hours."""

    refusals = REFUSALS

    def may(self) -> bool:
        """The team's own people, and managers."""
        return permissions.can_cover(self.person, self._schedule())

    def perform(self) -> Any:
        """Take it, for one of the offered lengths."""
        hours = next((one for one in LENGTHS if str(one) == self.request.POST.get("hours")), None)
        if hours is None:
            raise ValidationError("Choose for how many hours you take the pager.")
        user: Any = self.person
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
    """Take an override back; what was served stays."""

    refusals = REFUSALS
    done = "Cancelled. The rotation stands by again from the next minute on."

    def perform(self) -> Any:
        """Cancel it."""
        rows: QuerySet[Override] = Override.objects.select_related("schedule__team")
        row = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not permissions.can_cancel(self.person, row):
            raise PermissionDenied(self.refusal)
        user: Any = self.person
        return overrides.cancel_override(override_id=row.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The override's page."""
        return get_object_or_404(Override, pk=self.kwargs["pk"]).get_absolute_url()
