"""R-V4 for any rotation: changing the list of people moves no turn of the others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oncall.schedules.drafts import LayerDraft
from oncall.schedules.editing import keep_all_turns, keep_turns, next_handoff, planned_layer
from oncall.schedules.plan import Plan, Version
from oncall.schedules.restrictions import DAY_MINUTES
from oncall.schedules.timeline import segments
from oncall.schedules.wall_clock import MINUTE

ZONES = ("UTC", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BUSINESS = [{"type": "daily", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]


@st.composite
def rotations(draw: Any, *, unit: Any = None) -> LayerDraft:
    """Any rotation in which everybody has one slot."""
    unit = unit or draw(st.sampled_from(["hour", "day", "week", "month", "custom"]))
    people = draw(st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True))
    lengths = draw(st.lists(st.integers(15, 4 * DAY_MINUTES), min_size=1, max_size=4)) if unit == "custom" else []
    anchor = draw(st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2027, 12, 31)))
    hours = draw(st.booleans()) and unit in {"day", "week", "month"}
    return LayerDraft(
        anchor=anchor.isoformat(timespec="minutes"),
        slots=tuple((person,) for person in people),
        unit=unit,
        length=draw(st.integers(1, 40 if unit == "hour" else 3)),
        lengths=tuple(lengths),
        clock=draw(st.sampled_from(["wall", "elapsed"])) if unit == "hour" else "wall",
        count="active" if hours else "calendar",
        restrictions=BUSINESS if hours else [],
    )


def plan_of(draft: LayerDraft, zone: str, *, at: datetime = LONG_AGO, before: Plan | None = None) -> Plan:
    zone_info = ZoneInfo(zone)
    version = Version(
        len(before.versions) if before else 0, at, at, zone_info, (planned_layer(draft, number=1, zone=zone_info),)
    )
    return Plan((*(before.versions if before else ()), version))


def on_call_runs(plan: Plan, since: datetime, until: datetime) -> list[tuple[frozenset[int], datetime, datetime]]:
    return [
        (segment.on_call, segment.starts_at, segment.ends_at) for segment in segments(plan, since=since, until=until)
    ]


moments = st.integers(0, 3 * 365 * DAY_MINUTES).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + n * MINUTE)
zones = st.sampled_from(ZONES)


def order_from(draft: LayerDraft, first: int) -> list[int]:
    """The people of a list, beginning with one of them."""
    people = [slot[0] for slot in draft.slots]
    place = people.index(first)
    return [*people[place:], *people[:place]]


class TestKeepTurns:
    @settings(deadline=None)
    @given(old=rotations(), zone=zones, at=moments, new=st.permutations(range(1, 10)), size=st.integers(1, 9))
    def test_leaves_whoever_is_on_call_and_stays_in_the_list(
        self, old: LayerDraft, zone: str, at: datetime, new: list[int], size: int
    ) -> None:
        """Nothing changes before; the one on turn keeps the whole of it, and the next of the new order follows."""
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]
        turn = layer.rotation.turn_at(at, layer.zone)
        assume(not layer.rotation.counts_active or turn >= 0)
        [on_call_user] = layer.rotation.people(turn)
        listed = LayerDraft(**{**vars(old), "slots": tuple((person,) for person in new[:size])})

        draft = keep_turns(listed, old=layer, plan=before, effective_from=at)
        changed = plan_of(draft, zone, at=at, before=before)
        rotation = changed.versions[1].layers[0].rotation

        assert on_call_runs(changed, at - timedelta(days=3), at) == on_call_runs(before, at - timedelta(days=3), at)
        assert {slot[0] for slot in draft.slots} == set(new[:size])
        # The rhythm is the old one: every handoff from here on is where it was.
        now = rotation.turn_at(at, layer.zone)
        for ahead in range(14):
            assert rotation.handoff(now + ahead, layer.zone) == layer.rotation.handoff(turn + ahead, layer.zone)
        order = order_from(old, on_call_user)
        first = next((person for person in order if person in new[:size]), new[0])
        if rotation.counts_active:
            now, turns = rotation.turn_at(at, layer.zone), range(60)
            active = [n for n in turns if rotation.count_before(now + n + 1) > rotation.count_before(now + n)]
        else:
            active = list(range(12))
        people = [rotation.people(now + n)[0] for n in active[: 2 * size]]
        expected = order_from(listed, first)
        assert people == [expected[n % size] for n in range(len(people))]

    @pytest.mark.drill
    @settings(deadline=None)
    @given(old=rotations(), zone=zones, at=moments)
    def test_changes_nothing_where_nobody_comes_or_goes(self, old: LayerDraft, zone: str, at: datetime) -> None:
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]
        assume(not layer.rotation.counts_active or layer.rotation.turn_at(at, layer.zone) >= 0)

        changed = plan_of(keep_turns(old, old=layer, plan=before, effective_from=at), zone, at=at, before=before)

        until = at + timedelta(days=100)
        assert on_call_runs(changed, at, until) == on_call_runs(before, at, until)
        assert keep_all_turns([old], sources=[1], time_zone=zone, plan=before, effective_from=at) == [old]

    @settings(deadline=None)
    @given(old=rotations(unit="month"), zone=zones, at=moments, joins=st.integers(10, 12))
    def test_does_not_let_months_drift(self, old: LayerDraft, zone: str, at: datetime, joins: int) -> None:
        """From the 31st: February is shortened, March is not."""
        old = LayerDraft(**{**vars(old), "anchor": f"2024-01-31{old.anchor[10:]}", "count": "calendar"})
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]
        listed = LayerDraft(**{**vars(old), "slots": (*old.slots, (joins,))})

        draft = keep_turns(listed, old=layer, plan=before, effective_from=at)

        rotation = plan_of(draft, zone).versions[0].layers[0].rotation
        turn, now = layer.rotation.turn_at(at, layer.zone), rotation.turn_at(at, layer.zone)
        assert draft.anchor[8:10] == "31"
        for ahead in range(26):
            assert rotation.naive_handoff(now + ahead) == layer.rotation.naive_handoff(turn + ahead)

    @settings(deadline=None)
    @given(old=rotations(), zone=zones, at=moments)
    def test_is_asked_for_at_a_handoff(self, old: LayerDraft, zone: str, at: datetime) -> None:
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]

        handoff = next_handoff(before, at=at)

        assert handoff > at
        assert layer.rotation.turn_at(handoff, layer.zone) > layer.rotation.turn_at(handoff - MINUTE, layer.zone)


class TestKeepAll:
    def test_leaves_a_layer_alone_whose_rhythm_was_changed_on_purpose(self) -> None:
        old = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,)))
        before = plan_of(old, "UTC")
        at = datetime(2026, 6, 2, tzinfo=UTC)
        other_anchor = LayerDraft(anchor="2026-01-06T09:00", slots=((1,), (3,)))
        joined = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (3,)))

        def keep(draft: LayerDraft, source: int | None = 1, zone: str = "UTC") -> LayerDraft:
            [new_draft] = keep_all_turns([draft], sources=[source], time_zone=zone, plan=before, effective_from=at)
            return new_draft

        assert keep(other_anchor) == other_anchor
        assert keep(joined, source=None) == joined
        assert keep(joined, source=99) == joined
        assert keep(joined, zone="Asia/Tokyo") == joined
        assert keep(joined) != joined

    def test_of_somebody_with_two_places_goes_on_after_the_right_one(self) -> None:
        """Ana, Ben, Ana, Cy: in her second turn it is Cy who follows, also when Dee joins at the end."""
        old = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (1,), (3,)))
        before = plan_of(old, "UTC")
        at = datetime(2026, 1, 20, tzinfo=UTC)
        listed = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (1,), (3,), (4,)))

        [draft] = keep_all_turns([listed], sources=[1], time_zone="UTC", plan=before, effective_from=at)

        assert draft.slots == ((1,), (3,), (4,), (1,), (2,))
