"""Pages to edit a rotation: preview, then save; every step works without JavaScript."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.lifecycle import Refusal
from config.base.web import display
from config.base.web.guards import ActsOn, LastChange, Once
from config.base.web.views import DomainCallMixin, TemplatePage
from oncall import rota, schedules
from oncall.forms import schedules as forms
from oncall.forms.schedules import LayerForm, LayerState
from oncall.models import Calendar, MembershipRole, Schedule, ScheduleVersion, Team, User
from oncall.models.people import ZONES
from oncall.permissions import managed_teams
from oncall.schedules import drafts, editing, lifecycle, previewing, warnings
from oncall.schedules.drafts import LayerDraft
from oncall.schedules.plan import Plan
from oncall.schedules.wall_clock import MINUTE, resolve
from oncall.views.schedules.about import ScheduleManagerPage

AHEAD = timedelta(weeks=8)


class _Editor(DomainCallMixin, TemplatePage):  # type: ignore[misc]  # the mixin's view is called like Django's
    """The editor's page; subclasses define what differs between a first and a later version."""

    template_name = "oncall/schedules/schedule_edit.html"
    stale_advice = "What you typed is still here. Preview it, and save it again if it is still right."

    # To be defined by subclasses.
    def effective(self) -> list[tuple[str, str]]:
        """The choices of when it takes over, the default first."""
        raise NotImplementedError

    def stored(self) -> tuple[dict[str, object], list[LayerState]]:
        """The stored values and layers to start with."""
        raise NotImplementedError

    def editor(self, *args: object, **kwargs: object) -> forms.EditorForm:
        """The form of the whole version."""
        return forms.EditorForm(*args, effective=self.effective(), **kwargs)

    def team(self) -> Team | None:
        """The team whose people are listed first."""
        raise NotImplementedError

    def roster(self, until: datetime) -> schedules.Roster:
        """The current rota, up to `until`."""
        raise NotImplementedError

    def save(self, form: forms.EditorForm, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """Save the draft."""
        raise NotImplementedError

    def is_unchanged(self, form: forms.EditorForm, layers: Sequence[LayerDraft], effective_from: datetime) -> bool:
        """Whether saving would change nothing; a first version always changes something."""
        return False

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The editor with the stored values."""
        values, layers = self.stored()
        return self._answer(self.editor(initial=values), self._layer_forms(layers))

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Change the rows, preview or save, by the button; without a button, preview."""
        action, _, target = request.POST.get("do", "preview").partition(":")
        layers = forms.typed_layers(request.POST)
        if action not in {"preview", "save"}:
            layers = forms.after_button(
                layers, action, target, team=[person.pk for person in self._team_people], first=self._first_values()
            )
            return self._answer(
                self.editor(initial={"keep_turns": ""} | request.POST.dict()), self._layer_forms(layers)
            )
        if action == "save":
            return self.answer_once(lambda: self._check_and_go(layers, is_final=True))
        return self._check_and_go(layers, is_final=False)

    def _check_and_go(self, layers: list[LayerState], *, is_final: bool) -> HttpResponse:
        form, layer_forms = self.editor(self.request.POST), self._layer_forms(layers, self.request.POST)
        if not all([form.is_valid(), *(layer_form.is_valid() for layer_form in layer_forms)]):
            return self._answer(form, layer_forms, status=422)
        try:
            return self._preview_or_save(form, layer_forms, is_final=is_final)
        except ValidationError as refusal:
            self._show_errors(refusal, form, layer_forms)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        return self._answer(form, layer_forms, status=422)

    def _preview_or_save(
        self, form: forms.EditorForm, layer_forms: Sequence[LayerForm], *, is_final: bool
    ) -> HttpResponse:
        zone_name = form.cleaned_data["time_zone"]
        layers = [layer_form.draft() for layer_form in layer_forms]
        drafts.check_layers(layers, time_zone=zone_name)
        effective_from = self._effective_from(form, layers, ZoneInfo(zone_name))
        before = self.roster(max(self.at, effective_from) + AHEAD)
        if form.cleaned_data.get("keep_turns"):
            layers = editing.keep_all_turns(
                layers,
                sources=[layer_form.cleaned_data["source"] for layer_form in layer_forms],
                time_zone=zone_name,
                plan=before.plan,
                effective_from=effective_from,
            )
        if is_final:
            return self.go_on(self.save(form, layers, effective_from))
        changed = previewing.preview(
            before, layers=layers, time_zone=zone_name, effective_from=effective_from, at=self.at
        )
        preview = self._preview(before, changed, effective_from)
        if self.is_unchanged(form, layers, effective_from):
            preview["sentences"] = [editing.NOTHING_CHANGES]
        return self._answer(form, layer_forms, preview=preview)

    def answer_unsent(self, text: str) -> HttpResponse:
        """The editor again, with what was typed and what changed."""
        layers = forms.typed_layers(self.request.POST)
        form, layer_forms = self.editor(self.request.POST), self._layer_forms(layers, self.request.POST)
        form.full_clean()
        form.add_error(None, text)
        return self._answer(form, layer_forms, status=422)

    def _effective_from(self, form: forms.EditorForm, layers: Sequence[LayerDraft], zone: ZoneInfo) -> datetime:
        chosen = form.cleaned_data["effective"]
        if chosen == "date":
            return resolve(form.cleaned_data["effective_at"], zone)
        if chosen == "start" and layers:
            own = ZoneInfo(layers[0].time_zone) if layers[0].time_zone else zone
            return max(resolve(datetime.fromisoformat(layers[0].anchor), own), ceil_minute(self.at))
        return self.next_handoff if chosen == "handoff" else ceil_minute(self.at)

    @cached_property
    def next_handoff(self) -> datetime:
        """The next handoff of the version in force."""
        return editing.next_handoff(self.roster(self.at + MINUTE).plan, at=self.at)

    def _preview(self, before: schedules.Roster, changed: schedules.Roster, start: datetime) -> dict[str, object]:
        since = floor_minute(self.at)
        until = since + AHEAD
        version = changed.plan.version_at(start)
        rota_warnings = warnings.schedule_warnings(changed, since=since, until=until, at=self.at)
        return {
            "sentences": previewing.change_sentences(before, changed, effective_from=start),
            "warnings": warnings.group_by_code(rota_warnings),
            "shifts": rota.upcoming_shifts(changed, at=self.at),
            "zone": version.zone.key if version else "UTC",
            "effective_from": start,
        }

    def _show_errors(self, refusal: ValidationError, form: forms.EditorForm, layer_forms: Sequence[LayerForm]) -> None:
        """Show each error at its field."""
        if not hasattr(refusal, "error_dict"):
            form.add_error(None, refusal)
            return
        for name, messages in refusal.message_dict.items():
            parts = name.split(".")
            if len(parts) > 2:
                layer_forms[int(parts[1])].take(parts[2], messages)
            else:
                form_fields = {
                    "effective_from": "effective_at" if form.cleaned_data["effective"] == "date" else "effective"
                }
                field_name = form_fields.get(name, name)
                form.add_error(field_name if field_name in form.fields else None, messages)

    def _first_values(self) -> dict[str, object]:
        """The values of a new layer: it begins on the Monday of this week."""
        today = self.at.date()
        return {"starts_on": today - timedelta(days=today.weekday())}

    @cached_property
    def _team_people(self) -> list[User]:
        team = self.team()
        if team is None:
            return []
        members = team.memberships.exclude(role=MembershipRole.OBSERVER).filter(user__is_active=True)
        return [membership.user for membership in members.select_related("user").order_by("user__name")]

    def _layer_forms(self, layers: Sequence[LayerState], data: QueryDict | None = None) -> list[LayerForm]:
        calendars = list(Calendar.objects.order_by("name").values_list("pk", "name"))
        return [LayerForm(data, state=layer, calendars=calendars) for layer in layers]

    def _answer(
        self,
        form: forms.EditorForm,
        layer_forms: Sequence[LayerForm],
        *,
        preview: dict[str, object] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        team_ids = {person.pk for person in self._team_people}
        active_people = dict(
            User.objects.people().filter(is_active=True).order_by("name", "pk").values_list("pk", "name")
        )
        chosen = {row.user for layer_form in layer_forms for row in layer_form.state.rows if row.user is not None}
        names = active_people | dict(User.objects.filter(pk__in=chosen - set(active_people)).values_list("pk", "name"))
        layers = [
            {
                "form": layer_form,
                "prefix": layer_form.state.prefix,
                "rows": [
                    {"place": row.place, "user": row.user, "name": names.get(row.user or 0, "somebody unknown")}
                    for row in layer_form.state.rows
                ],
            }
            for layer_form in layer_forms
        ]
        context = self.get_context_data(
            form=form,
            layers=layers,
            preview=preview,
            team_people=self._team_people,
            other_people=[(key, name) for key, name in active_people.items() if key not in team_ids],
            zones=sorted(ZONES),
            has_errors=status == 422,
            form_seen=self.seen_token(),
        )
        return self.render_to_response(context, status=status)


class ScheduleNew(_Editor):
    """Create a schedule with its first version."""

    guard = Once("each form is one schedule")
    title = "New schedule"
    done = "Schedule created. Add it to a step of an escalation policy, so that it is paged."

    def may(self) -> bool:
        """Managers of any team."""
        return managed_teams(self.person).exists()

    def editor(self, *args: object, **kwargs: object) -> forms.EditorForm:
        """With name, team and description."""
        teams = managed_teams(self.person)
        return forms.NewEditorForm(*args, effective=self.effective(), teams=teams, **kwargs)

    def effective(self) -> list[tuple[str, str]]:
        """No handoff yet, so the choices differ."""
        return [
            ("start", "When the first turn starts, or now if that has passed"),
            ("now", "At the next minute"),
            ("date", "At a date"),
        ]

    def team(self) -> Team | None:
        """The chosen team, or the first that the reader may plan."""
        teams = managed_teams(self.person)
        slug = self.request.POST.get("team") or self.request.GET.get("team")
        if not slug:
            return teams.first()
        team = teams.filter(slug=slug).first()
        if team is None and not self.request.POST:  # of a sent form the field says so
            raise Http404("There is no such team whose schedules you may plan.")
        return team

    def stored(self) -> tuple[dict[str, object], list[LayerState]]:
        """The team's zone, and one empty rotation."""
        team = self.team()
        values: dict[str, object] = {"team": team.slug, "time_zone": team.time_zone} if team else {}
        return values, [LayerState("l1", self._first_values())]

    def roster(self, until: datetime) -> schedules.Roster:
        """An empty rota."""
        name = self.request.POST.get("name", "")
        return schedules.Roster(Schedule(pk=0, name=name), Plan(()), {}, floor_minute(self.at), until)

    def save(self, form: forms.EditorForm, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """Create the schedule with its layers."""
        values = form.cleaned_data
        return lifecycle.open_schedule(
            team=values["team"],
            name=values["name"],
            description=values["description"],
            layers=layers,
            time_zone=values["time_zone"],
            effective_from=effective_from,
            note=values["note"],
            actor=self.person,
            at=self.at,
        )


class ScheduleEdit(ScheduleManagerPage, _Editor):  # type: ignore[misc]  # as above
    """Create a new version of a schedule."""

    guard = ActsOn("newest_version", "id", "withdrawn_at")
    done = "Saved. Versions planned for a later date stay planned."

    def get_title(self) -> str:
        """With the schedule's name."""
        return f"Change {self.schedule.name}"

    def effective(self) -> list[tuple[str, str]]:
        """With the time of the next handoff (R-V4)."""
        zone = self.version.time_zone if self.version else "UTC"
        return [
            ("handoff", f"At the next handoff, {display.local_text(self.next_handoff, zone=zone)}"),
            ("now", "At the next minute"),
            ("date", "At a date"),
        ]

    def team(self) -> Team | None:
        """The schedule's team."""
        return self.schedule.team

    @cached_property
    def version(self) -> ScheduleVersion | None:
        """The version in force, or else the first that is planned."""
        [roster] = schedules.load_at(self.at, ids=[self.schedule.pk])
        versions = self.schedule.versions.filter(withdrawn_at__isnull=True).prefetch_related("layers__members")
        if roster.now_version:
            return versions.get(pk=roster.now_version.id)
        return versions.order_by("effective_from", "-created_at", "-pk").first()

    @property
    def newest_version(self) -> ScheduleVersion | None:
        """The version that was saved last."""
        return self.schedule.versions.order_by("-pk").first()

    def lock_record(self) -> ScheduleVersion | None:
        """The version that was saved last, under the schedule's lock."""
        get_object_or_404(Schedule.objects.select_for_update(no_key=True), pk=self.schedule.pk)
        return self.newest_version

    def last_change(self, record: Any) -> LastChange:
        """Who saved the version."""
        return LastChange(record.created_by, record.created_at)

    def stored(self) -> tuple[dict[str, object], list[LayerState]]:
        """The layers of the version in force."""
        if self.version is None:
            return {"time_zone": self.schedule.team.time_zone}, [LayerState("l1", self._first_values())]
        layers = sorted(self.version.layers.all(), key=lambda layer: layer.pk)
        return {"time_zone": self.version.time_zone}, [
            forms.stored_layer(drafts.draft_of(layer), source=layer.pk, prefix=f"l{number}")
            for number, layer in enumerate(layers, start=1)
        ]

    def roster(self, until: datetime) -> schedules.Roster:
        """From yesterday on, to include the minute before a change."""
        [roster] = schedules.load(
            ids=[self.schedule.pk], since=floor_minute(self.at) - timedelta(days=1), until=max(until, self.at + AHEAD)
        )
        return roster

    def is_unchanged(self, form: forms.EditorForm, layers: Sequence[LayerDraft], effective_from: datetime) -> bool:
        """Whether the version in force then is the same."""
        zone = form.cleaned_data["time_zone"]
        return editing.would_change_nothing(
            schedule=self.schedule, layers=layers, time_zone=zone, effective_from=effective_from
        )

    def save(self, form: forms.EditorForm, layers: Sequence[LayerDraft], effective_from: datetime) -> Schedule:
        """Save the version, unless nothing would change."""
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

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": self.schedule.get_absolute_url()}
