"""Editing a rotation: typed, looked at, then saved; every step works without a script."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.lifecycle import Refusal
from config.base.web import display
from config.base.web.views import DomainCallMixin, FormPage, PostPage, SignedIn, TemplatePage
from oncall import rota, schedules
from oncall.forms import schedules as forms
from oncall.forms.schedules import LayerForm, LayerState
from oncall.models import Calendar, MembershipRole, Schedule, ScheduleVersion, Team, User
from oncall.models.people import ZONES
from oncall.permissions import can_manage_team, planned_teams
from oncall.schedules import drafts, editing, lifecycle, previewing, warnings
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.plan import Plan
from oncall.schedules.wall_clock import MINUTE, resolve

AHEAD = timedelta(weeks=8)


class _Editor(DomainCallMixin, TemplatePage):
    """The editor's page; what differs between a first version and a later one is declared below."""

    template_name = "oncall/schedules/schedule_edit.html"

    # What a subclass says.
    def effective(self) -> list[tuple[str, str]]:
        """When it may take over, the usual first."""
        raise NotImplementedError

    def stored(self) -> tuple[dict[str, Any], list[LayerState]]:
        """What to begin with."""
        raise NotImplementedError

    def editor(self, *args: Any, **kwargs: Any) -> Any:
        """The form above the layers."""
        return forms.EditorForm(*args, effective=self.effective(), **kwargs)

    def team(self) -> Team | None:
        """Whose people come first."""
        raise NotImplementedError

    def roster(self, until: datetime) -> schedules.Roster:
        """The rota as it is, from yesterday on."""
        raise NotImplementedError

    def save(self, form: Any, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """Make the domain call."""
        raise NotImplementedError

    def is_unchanged(self, form: Any, layers: Sequence[LayerDraft], effective_from: datetime) -> bool:
        """Whether saving would change nothing; a first version always says something."""
        return False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is stored, to be changed."""
        values, layers = self.stored()
        return self._answer(self.editor(initial=values), self._layer_forms(layers))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One more row, a look, or the version itself; without a button's name it is a look."""
        deed, _, target = request.POST.get("do", "preview").partition(":")
        layers = forms.typed_layers(request.POST)
        if deed not in {"preview", "save"}:
            layers = forms.pressed(
                layers, deed, target, team=[one.pk for one in self._team_people], first=self._first_values()
            )
            return self._answer(
                self.editor(initial={"keep_turns": ""} | request.POST.dict()), self._layer_forms(layers)
            )
        form, shown = self.editor(request.POST), self._layer_forms(layers, request.POST)
        if not all([form.is_valid(), *(one.is_valid() for one in shown)]):
            return self._answer(form, shown, status=422)
        try:
            return self._settle(form, shown, is_final=deed == "save")
        except ValidationError as refusal:
            self._show(refusal, form, shown)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        return self._answer(form, shown, status=422)

    def _settle(self, form: Any, shown: Sequence[LayerForm], *, is_final: bool) -> HttpResponse:
        zone_name = form.cleaned_data["time_zone"]
        layers = [one.draft() for one in shown]
        drafts.check(layers, time_zone=zone_name)
        effective_from = self._effective_from(form, layers, ZoneInfo(zone_name))
        before = self.roster(max(self.at, effective_from) + AHEAD)
        if form.cleaned_data.get("keep_turns"):
            layers = editing.keep_all(
                layers,
                sources=[one.cleaned_data["source"] for one in shown],
                time_zone=zone_name,
                plan=before.plan,
                effective_from=effective_from,
            )
        if is_final:
            schedule = self.save(form, layers, effective_from)
            self.show_success(self.done)
            return redirect(schedule)
        after = previewing.preview(
            before, layers=layers, time_zone=zone_name, effective_from=effective_from, at=self.at
        )
        preview = self._preview(before, after, effective_from)
        if self.is_unchanged(form, layers, effective_from):
            preview["words"] = [editing.NOTHING_CHANGES]
        return self._answer(form, shown, preview=preview)

    def _effective_from(self, form: Any, layers: Sequence[LayerDraft], zone: ZoneInfo) -> datetime:
        chosen = form.cleaned_data["effective"]
        if chosen == "date":
            return resolve(form.cleaned_data["effective_at"], zone)
        if chosen == "start" and layers:
            own = ZoneInfo(layers[0].time_zone) if layers[0].time_zone else zone
            return max(resolve(datetime.fromisoformat(layers[0].anchor), own), ceil_minute(self.at))
        return self.next_handoff if chosen == "handoff" else ceil_minute(self.at)

    @cached_property
    def next_handoff(self) -> datetime:
        """When the version in force next changes hands."""
        return editing.next_handoff(self.roster(self.at + MINUTE).plan, at=self.at)

    def _preview(self, before: schedules.Roster, after: schedules.Roster, start: datetime) -> dict[str, Any]:
        since = floor_minute(self.at)
        until = since + AHEAD
        version = after.plan.version_at(start)
        found = warnings.warnings_of(after, since=since, until=until, at=self.at)
        return {
            "words": previewing.in_words(before, after, effective_from=start),
            "warnings": warnings.grouped(found),
            "shifts": rota.upcoming(after, at=self.at),
            "zone": version.zone.key if version else "UTC",
            "effective_from": start,
        }

    def _show(self, refusal: ValidationError, form: Any, shown: Sequence[LayerForm]) -> None:
        """Each refusal beside the field it is about."""
        if not hasattr(refusal, "error_dict"):
            form.add_error(None, refusal)
            return
        for name, said in refusal.message_dict.items():
            parts = name.split(".")
            if len(parts) > 2:
                shown[int(parts[1])].take(parts[2], said)
            else:
                known = {"effective_from": "effective_at" if form.cleaned_data["effective"] == "date" else "effective"}
                where = known.get(name, name)
                form.add_error(where if where in form.fields else None, said)

    def _first_values(self) -> dict[str, Any]:
        """A new layer begins with the Monday of this week."""
        today = self.at.date()
        return {"starts_on": today - timedelta(days=today.weekday())}

    @cached_property
    def _team_people(self) -> list[User]:
        team = self.team()
        if team is None:
            return []
        members = team.memberships.exclude(role=MembershipRole.OBSERVER).filter(user__is_active=True)
        return [one.user for one in members.select_related("user").order_by("user__name")]

    def _layer_forms(self, layers: Sequence[LayerState], data: Any = None) -> list[LayerForm]:
        calendars = list(Calendar.objects.order_by("name").values_list("pk", "name"))
        return [LayerForm(data, state=one, calendars=calendars) for one in layers]

    def _answer(
        self, form: Any, shown: Sequence[LayerForm], *, preview: dict[str, Any] | None = None, status: int = 200
    ) -> HttpResponse:
        mine = {person.pk for person in self._team_people}
        everybody = dict(User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name"))
        named = {row.user for one in shown for row in one.state.rows if row.user is not None}
        names = everybody | dict(User.objects.filter(pk__in=named - set(everybody)).values_list("pk", "name"))
        layers = [
            {
                "form": one,
                "prefix": one.state.prefix,
                "rows": [
                    {"place": row.place, "user": row.user, "name": names.get(row.user or 0, "somebody unknown")}
                    for row in one.state.rows
                ],
            }
            for one in shown
        ]
        context = self.get_context_data(
            form=form,
            layers=layers,
            preview=preview,
            team_people=self._team_people,
            other_people=[(key, name) for key, name in everybody.items() if key not in mine],
            zones=sorted(ZONES),
            has_errors=status == 422,
        )
        return self.render_to_response(context, status=status)


class ScheduleNew(_Editor):
    """A schedule and its first version."""

    title = "New schedule"
    done = "The schedule is there. Point a step of an escalation policy at it, so that it is paged."

    def may(self) -> bool:
        """Managers of any team."""
        return planned_teams(self.person).exists()

    def editor(self, *args: Any, **kwargs: Any) -> Any:
        """With name and team."""
        teams = planned_teams(self.person)
        return forms.NewEditorForm(*args, effective=self.effective(), teams=teams, **kwargs)

    def effective(self) -> list[tuple[str, str]]:
        """There is no handoff to wait for."""
        return [
            ("start", "When the first turn starts; at once, if that has passed"),
            ("now", "At the next minute"),
            ("date", "At a date"),
        ]

    def team(self) -> Team | None:
        """The one that was chosen, or the first that may be."""
        teams = planned_teams(self.person)
        asked = self.request.POST.get("team") or self.request.GET.get("team")
        return teams.filter(slug=asked).first() if asked else teams.first()

    def stored(self) -> tuple[dict[str, Any], list[LayerState]]:
        """The team's zone, and one empty rotation."""
        team = self.team()
        values = {"team": team.slug, "time_zone": team.time_zone} if team else {}
        return values, [LayerState("l1", self._first_values())]

    def roster(self, until: datetime) -> schedules.Roster:
        """Nobody yet."""
        name = self.request.POST.get("name", "")
        return schedules.Roster(Schedule(pk=0, name=name), Plan(()), {}, floor_minute(self.at), until)

    def save(self, form: Any, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """The schedule with its layers."""
        given = form.cleaned_data
        return lifecycle.open_schedule(
            team=given["team"],
            name=given["name"],
            description=given["description"],
            layers=layers,
            time_zone=given["time_zone"],
            effective_from=effective_from,
            note=given["note"],
            actor=self.person,
            at=self.at,
        )


class _OfSchedule(SignedIn):
    """A page about a schedule for those who may change it."""

    kwargs: dict[str, Any]

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule of the address."""
        found: Schedule = get_object_or_404(Schedule.objects.select_related("team"), pk=self.kwargs["pk"])
        return found

    def may(self) -> bool:
        """Managers of its team, and the role."""
        return can_manage_team(self.person, self.schedule.team)


class ScheduleEdit(_OfSchedule, _Editor):
    """A new version of a schedule."""

    done = "Saved. What was planned for a later date stays planned."

    def get_title(self) -> str:
        """Which one."""
        return f"Change {self.schedule.name}"

    def effective(self) -> list[tuple[str, str]]:
        """The next handoff, in words (R-V4)."""
        zone = self.version.time_zone if self.version else "UTC"
        return [
            ("handoff", f"At the next handoff, {display.local_text(self.next_handoff, zone=zone)}"),
            ("now", "At the next minute"),
            ("date", "At a date"),
        ]

    def team(self) -> Team | None:
        """The schedule's."""
        return self.schedule.team

    @cached_property
    def version(self) -> ScheduleVersion | None:
        """What is in force, or planned first."""
        [roster] = schedules.load_at(self.at, ids=[self.schedule.pk])
        versions = self.schedule.versions.filter(withdrawn_at__isnull=True).prefetch_related("layers__members")
        if roster.now_version:
            return versions.get(pk=roster.now_version.id)
        return versions.order_by("effective_from", "-created_at").first()

    def stored(self) -> tuple[dict[str, Any], list[LayerState]]:
        """The layers of the version in force."""
        if self.version is None:
            return {"time_zone": self.schedule.team.time_zone}, [LayerState("l1", self._first_values())]
        layers = sorted(self.version.layers.all(), key=lambda one: one.pk)
        return {"time_zone": self.version.time_zone}, [
            forms.stored_layer(drafts.draft_of(one), source=one.pk, prefix=f"l{number}")
            for number, one in enumerate(layers, start=1)
        ]

    def roster(self, until: datetime) -> schedules.Roster:
        """With yesterday, for the minute before a change."""
        [found] = schedules.load(
            ids=[self.schedule.pk], since=floor_minute(self.at) - timedelta(days=1), until=max(until, self.at + AHEAD)
        )
        return found

    def is_unchanged(self, form: Any, layers: Sequence[LayerDraft], effective_from: datetime) -> bool:
        """Whether the version in force then says the same."""
        zone = form.cleaned_data["time_zone"]
        return editing.would_change_nothing(
            schedule=self.schedule, layers=layers, time_zone=zone, effective_from=effective_from
        )

    def save(self, form: Any, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """The version, unless nothing would change."""
        editing.change_layers(
            schedule=self.schedule,
            layers=layers,
            time_zone=form.cleaned_data["time_zone"],
            effective_from=effective_from,
            note=form.cleaned_data["note"],
            actor=self.person,
            at=self.at,
        )
        return self.schedule

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With where to go back to."""
        return super().get_context_data(**kwargs) | {"back": self.schedule.get_absolute_url()}


class ScheduleAbout(_OfSchedule, FormPage):
    """Name, team and description of a schedule."""

    title = "About this schedule"
    form_class = forms.AboutScheduleForm
    refusals = (Refusal,)
    done = "Saved."

    def get_form_kwargs(self) -> dict[str, Any]:
        """What is stored, and the teams it may go to."""
        names = ("name", "team", "description", "external_id")
        stored = {name: getattr(self.schedule, name) for name in names}
        return super().get_form_kwargs() | {"initial": stored, "teams": planned_teams(self.person)}

    def perform(self, form: Any) -> Any:
        """Change it."""
        return lifecycle.change_schedule(schedule=self.schedule, **form.cleaned_data)


class VersionWithdraw(PostPage):
    """Take back a version that is not in force yet (R-V3)."""

    refusals = (Refusal,)
    done = "Withdrawn. The schedule goes on as it was."

    @cached_property
    def version(self) -> ScheduleVersion:
        """The version of the address."""
        found: ScheduleVersion = get_object_or_404(
            ScheduleVersion.objects.select_related("schedule__team"), pk=self.kwargs["version"]
        )
        if found.schedule_id != self.kwargs["pk"]:
            raise Http404
        return found

    def may(self) -> bool:
        """Managers of its team, and the role."""
        return can_manage_team(self.person, self.version.schedule.team)

    def perform(self) -> Any:
        """Withdraw it."""
        editing.withdraw_version(version_id=self.version.pk, actor=self.person, at=self.at)
        return self.version.schedule

    def back(self) -> str:
        """The schedule."""
        return self.version.schedule.get_absolute_url()
