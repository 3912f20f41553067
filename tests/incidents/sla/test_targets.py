"""Setting targets: versions, refusals, a team's own targets and reverting (K-5, K-6, K-24, K-42)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.base.data.clock import ceil_minute, floor_minute
from config.base.data.lifecycle import Refusal
from incidents.models import SlaAction, SlaTarget, SlaTargetVersion
from incidents.sla import neighbours, targets
from incidents.sla.drafts import GOAL_RANGE, VersionDraft
from incidents.sla.words import goal_text
from oncall import calendars
from oncall.calendars import uses
from oncall.models import Calendar
from tests import factories as make

pytestmark = pytest.mark.django_db
DRAFT = VersionDraft(goal_minutes=480)
WORKDAYS = [0, 1, 2, 3, 4]


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def office(at: datetime, start: str = "09:00", end: str = "17:00") -> Calendar:
    calendar: Calendar = make.CalendarFactory()
    calendars.add_version(
        calendar=calendar, time_zone="UTC", windows=[{"days": WORKDAYS, "start": start, "end": end}], exceptions=[],
        holidays=None, effective_from=floor_minute(at), at=at, actor=None,
    )  # fmt: skip
    return calendar


def create(at: datetime, **changes: Any) -> SlaTarget:
    values: dict[str, Any] = {"name": "Gold", "kind": "sla", "metric": "restore", "draft": DRAFT, "actor": None}
    return targets.create_target(**values | changes, at=at)


def add(target: SlaTarget, at: datetime, **changes: Any) -> SlaTargetVersion:
    values: dict[str, Any] = {"target": target, "draft": DRAFT, "actor": None}
    return targets.add_version(**values | changes, at=at)


def faults(call: Any, *args: Any, **kwargs: Any) -> dict[str, list[str]]:
    before = SlaTargetVersion.objects.count(), SlaTarget.objects.count()
    with pytest.raises(ValidationError) as refusal:
        call(*args, **kwargs)
    assert (SlaTargetVersion.objects.count(), SlaTarget.objects.count()) == before
    return refusal.value.message_dict


class TestVersions:
    def test_take_effect_with_the_next_minute_and_leave_planned_ones(self, at: datetime) -> None:
        target = create(at)
        later = add(
            target, at, effective_from=ceil_minute(at) + timedelta(days=7), draft=replace(DRAFT, goal_minutes=9)
        )

        version = add(target, at, effective_from=ceil_minute(at) + timedelta(minutes=1), note="Agreed.")

        soon = version.effective_from
        assert targets.version_in_force(target, soon) == version
        assert targets.planned_versions(target, soon) == [later]
        assert targets.version_in_force(target, later.effective_from) == later

    def test_of_a_new_target_may_begin_in_this_minute(self, at: datetime) -> None:
        target = create(at, effective_from=floor_minute(at))

        assert targets.version_in_force(target, at) is not None

    @pytest.mark.parametrize("goal", [0, -1, 129_601, 2**40, "60", True])
    def test_refuse_a_goal_out_of_range(self, at: datetime, goal: Any) -> None:
        assert faults(create, at, draft=replace(DRAFT, goal_minutes=goal)) == {"goal_minutes": [GOAL_RANGE]}
        assert GOAL_RANGE == "A goal is 1 to 129,600 minutes (90 days)."

    @pytest.mark.parametrize("goal", [1, 129_600])
    def test_take_the_ends_of_the_range(self, at: datetime, goal: int) -> None:
        assert targets.active_versions(create(at, draft=replace(DRAFT, goal_minutes=goal))).get().goal_minutes == goal

    def test_without_a_moment_take_the_next_one_that_is_free(self, at: datetime) -> None:
        target = create(at)

        moments = [add(target, at).effective_from for _ in range(2)]

        assert moments == [ceil_minute(at) + timedelta(minutes=1), ceil_minute(at) + timedelta(minutes=2)]

    def test_refuse_the_past_seconds_and_far_years(self, at: datetime) -> None:
        target = create(at)
        now = floor_minute(at)

        for moment, words in (
            (now - timedelta(minutes=1), "cannot change for the past"),
            (now + timedelta(minutes=5, seconds=1), "without seconds"),
            (datetime(2200, 1, 1, tzinfo=UTC), "up to the year"),
        ):
            [sentence] = faults(add, target, at, effective_from=moment)["effective_from"]
            assert words in sentence

    def test_refuse_a_moment_that_another_version_has(self, at: datetime) -> None:
        target = create(at)
        version = add(target, at, effective_from=ceil_minute(at) + timedelta(days=1))

        [sentence] = faults(add, target, at, effective_from=version.effective_from)["effective_from"]

        assert "at the same moment" in sentence
        targets.withdraw_version(version=version, at=at, actor=None)
        add(target, at, effective_from=version.effective_from)

    @pytest.mark.parametrize(
        ("kind", "metric", "changes", "field"),
        [
            ("sla", "acknowledge", {"pause_reasons": ("supplier",)}, "pause_reasons"),
            ("sla", "restore", {"pause_reasons": ("weather",)}, "pause_reasons"),
            ("sla", "restore", {"start": "vendor"}, "start"),
            ("sla", "restore", {"start": "alerted"}, "start"),
            ("sla", "restore", {"start": "restored"}, "start"),
            ("sla", "next_update", {"start": "impact"}, "start"),
            ("ola", "restore", {"start": "impact"}, "start"),
            ("underpinning", "restore", {"start": "opened"}, "start"),
            ("sla", "restore", {"start": "whenever"}, "start"),
            ("sla", "restore", {"warn_percents": (50, 50)}, "warn_percents"),
            ("sla", "restore", {"warn_percents": (0,)}, "warn_percents"),
            ("sla", "restore", {"warn_percents": (501,)}, "warn_percents"),
            ("sla", "restore", {"warn_percents": tuple(range(1, 30))}, "warn_percents"),
            ("sla", "restore", {"position": 0}, "position"),
            ("sla", "restore", {"position": 40_000}, "position"),
            ("sla", "restore", {"conditions": {"colour": ["red"]}}, "conditions"),
        ],
    )
    def test_refuse_what_does_not_fit(
        self, at: datetime, kind: str, metric: str, changes: dict[str, Any], field: str
    ) -> None:
        errors = faults(create, at, kind=kind, metric=metric, draft=replace(DRAFT, **changes))

        assert list(errors) == [field]
        assert all(sentence.endswith(".") for sentence in errors[field])

    def test_name_every_wrong_field_at_once(self, at: datetime) -> None:
        create(at)

        errors = faults(
            create, at, scope="some", effective_from=at - timedelta(days=1),
            draft=VersionDraft(goal_minutes=0, position=0, start="x"),
        )  # fmt: skip

        assert set(errors) == {"name", "goal_minutes", "position", "start", "scope", "effective_from"}

    def test_refuse_a_promise_that_no_supplier_makes(self, at: datetime) -> None:
        assert list(faults(create, at, kind="underpinning", metric="first_update")) == ["metric"]
        assert list(faults(create, at, kind="x", metric="y")) == ["kind", "metric"]

    def test_have_the_usual_start_of_their_kind(self, at: datetime) -> None:
        supplier = create(at, kind="underpinning")

        assert targets.active_versions(supplier).get().start == "vendor"


class TestEnding:
    def test_is_a_version_too(self, at: datetime) -> None:
        target = create(at, effective_from=floor_minute(at))

        end = targets.retire_target(target=target, at=at, actor=None)

        assert end.is_retired
        assert end.goal_minutes == 480
        later = ceil_minute(at) + timedelta(hours=1)
        errors = faults(targets.retire_target, target=target, at=at, actor=None, effective_from=later)
        assert "promises nothing" in errors["effective_from"][0]
        with pytest.raises(Refusal, match="ended the target"):
            targets.revert(version=end, at=at, actor=None)

    def test_reverting_repeats_the_old_content_in_a_new_version(self, at: datetime) -> None:
        target = create(at, effective_from=floor_minute(at))
        first = targets.active_versions(target).get()
        add(target, at, draft=replace(DRAFT, goal_minutes=60, position=3, warn_percents=(90,)))

        again = targets.revert(version=first, effective_from=ceil_minute(at) + timedelta(hours=1), at=at, actor=None)

        assert again.pk != first.pk
        assert (again.goal_minutes, again.position, again.warn_percents) == (480, 1, [50, 75, 100])
        assert SlaTargetVersion.objects.filter(target=target).count() == 3

    def test_withdrawing_is_for_planned_versions(self, at: datetime) -> None:
        target = create(at, effective_from=floor_minute(at))
        version = targets.active_versions(target).get()

        with pytest.raises(targets.NotPlanned, match="already been in force"):
            targets.withdraw_version(version=version, at=at, actor=None)

        planned = add(target, at, effective_from=ceil_minute(at) + timedelta(days=1))
        targets.withdraw_version(version=planned, at=at, actor=None)
        with pytest.raises(targets.NotPlanned, match="already withdrawn"):
            targets.withdraw_version(version=planned, at=at, actor=None)


class TestTeamsOwnTarget:
    """K-6: it may stand first only if it is no looser."""

    @pytest.fixture
    def team(self) -> int:
        return make.TeamFactory().pk

    def test_with_a_larger_goal_is_refused_if_it_stands_first(self, at: datetime, team: int) -> None:
        create(at, name="Central", draft=replace(DRAFT, position=2))
        own = replace(DRAFT, goal_minutes=481, conditions={"team": [team]})

        [sentence] = faults(create, at, draft=own)["goal_minutes"]

        assert "“Central” promises 8 hours" in sentence
        create(at, draft=replace(own, goal_minutes=480))
        create(at, name="Behind", draft=replace(own, position=3))

    def test_is_compared_with_each_central_one_that_it_replaces(self, at: datetime, team: int) -> None:
        severe, mild = make.SeverityFactory(rank=1), make.SeverityFactory(rank=2)
        create(at, name="Severe", draft=VersionDraft(60, position=2, conditions={"severity": [severe.pk]}))
        create(at, name="Rest", draft=replace(DRAFT, position=3))

        own = replace(DRAFT, conditions={"team": [team]})
        assert "“Severe”" in faults(create, at, draft=own)["goal_minutes"][0]
        create(at, draft=replace(own, conditions={"team": [team], "severity": [mild.pk]}))

    def test_on_a_narrower_calendar_is_refused(self, at: datetime, team: int) -> None:
        create(at, name="Central", draft=replace(DRAFT, position=2, calendar=office(at)))
        own = replace(DRAFT, conditions={"team": [team]})

        narrower = faults(create, at, draft=replace(own, calendar=office(at, "09:00", "16:59")))
        assert "“Central”" in narrower["calendar"][0]
        create(at, name="Wider", draft=replace(own, calendar=office(at, "08:00", "18:00")))
        create(at, name="Always", draft=own)

    def test_is_compared_with_a_stricter_central_one_that_is_planned(self, at: datetime, team: int) -> None:
        central = create(at, name="Central", draft=replace(DRAFT, position=2))
        add(central, at, draft=VersionDraft(60, position=2), effective_from=ceil_minute(at) + timedelta(days=30))

        assert list(faults(create, at, draft=replace(DRAFT, conditions={"team": [team]}))) == ["goal_minutes"]

    def test_another_kind_or_metric_is_no_central_one(self, at: datetime, team: int) -> None:
        create(at, name="Other", metric="prevent", draft=VersionDraft(5, position=2))
        create(at, name="Kind", kind="ola", draft=VersionDraft(5, position=2))

        create(at, draft=replace(DRAFT, conditions={"team": [team]}))


class TestWarnings:
    def test_name_what_hides_it_and_what_it_hides(self, at: datetime) -> None:
        severity = make.SeverityFactory().pk
        create(at, name="Gold restore", draft=replace(DRAFT, conditions={"severity": [severity]}))
        create(at, name="All", draft=replace(DRAFT, position=5))
        new, since = SlaTarget(kind="sla", metric="restore"), ceil_minute(at)

        partly = neighbours.list_warnings(new, replace(DRAFT, position=2), since=since)
        wholly = neighbours.list_warnings(
            new, replace(DRAFT, position=2, conditions={"severity": [severity]}), since=since
        )

        assert partly == [
            "“Gold restore” at position 1 matches some of the same tickets and stands before this one.",
            "This stands before “All” (position 5) and matches all its tickets, so “All” no longer applies.",
        ]
        assert wholly == [
            "“Gold restore” at position 1 matches the same tickets and stands before this one, so this one never"
            " applies."
        ]

    def test_say_that_a_goal_is_never_reached(self, at: datetime) -> None:
        [sentence] = neighbours.list_warnings(
            SlaTarget(kind="sla", metric="restore"), replace(DRAFT, calendar=make.CalendarFactory()),
            since=ceil_minute(at),
        )  # fmt: skip

        assert "not reached within two years" in sentence

    def test_say_that_a_team_becomes_looser(self, at: datetime) -> None:
        team = make.TeamFactory().pk
        create(at, name="Own", draft=replace(DRAFT, conditions={"team": [team]}))

        sentences = neighbours.list_warnings(
            SlaTarget(kind="sla", metric="restore"), VersionDraft(60, position=2), since=ceil_minute(at)
        )

        assert any("“Own” (8 hours)" in sentence for sentence in sentences)


class TestCalendars:
    """K-14."""

    def test_know_the_targets_that_count_by_them(self, at: datetime) -> None:
        calendar = office(at)
        target = create(at, draft=replace(DRAFT, calendar=calendar))

        assert calendars.used_by(calendar, at=at) == [("target", target)]
        targets.retire_target(target=target, at=at, actor=None, effective_from=ceil_minute(at) + timedelta(hours=1))
        assert calendars.used_by(calendar, at=at + timedelta(hours=2)) == []
        with pytest.raises(uses.InUse, match="A target uses this calendar"):
            uses.check_unused(calendar)


class TestActions:
    def test_that_never_happen_are_refused(self, at: datetime) -> None:
        target = create(at)

        targets.check_action(SlaAction(target=target, percent=75))
        targets.check_action(SlaAction(target=target, percent=100))
        with pytest.raises(ValidationError, match="warns at 50, 75 and 100 %"):
            targets.check_action(SlaAction(target=target, percent=60))


class TestGoals:
    @pytest.mark.parametrize(
        ("minutes", "is_round_the_clock", "text"),
        [
            (480, False, "8 working hours"),
            (1440, True, "24 hours"),
            (60, True, "1 hour"),
            (60, False, "1 working hour"),
            (45, False, "45 working minutes"),
            (1, True, "1 minute"),
            (90, True, "1 hour 30 minutes"),
            (129_600, True, "2,160 hours"),
        ],
    )
    def test_are_hours_and_minutes_never_days(self, minutes: int, is_round_the_clock: bool, text: str) -> None:
        """K-4."""
        assert goal_text(minutes, is_round_the_clock) == text
