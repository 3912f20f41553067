"""R-V4 for any rotation: whoever changes a list of people changes nobody's turn but theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from oncall.schedules.drafts import LayerDraft
from oncall.schedules.editing import keep_all, keep_turns, next_handoff, planned
from oncall.schedules.plan import Plan, Version
from oncall.schedules.restrictions import DAY_MINUTES
from oncall.schedules.timeline import segments
from oncall.schedules.wall_clock import MINUTE

ZONES = ("UTC", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BUSINESS = [{"type": "daily", "days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}]


@some.composite
def rotations(draw: Any, *, unit: Any = None) -> LayerDraft:
    """Any rotation in which everybody has one place."""
    unit = unit or draw(some.sampled_from(["hour", "day", "week", "month", "custom"]))
    people = draw(some.lists(some.integers(1, 9), min_size=1, max_size=6, unique=True))
    lengths = draw(some.lists(some.integers(15, 4 * DAY_MINUTES), min_size=1, max_size=4)) if unit == "custom" else []
    anchor = draw(some.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2027, 12, 31)))
    hours = draw(some.booleans()) and unit in {"day", "week", "month"}
    return LayerDraft(
        anchor=anchor.isoformat(timespec="minutes"),
        slots=tuple((person,) for person in people),
        unit=unit,
        length=draw(some.integers(1, 40 if unit == "hour" else 3)),
        lengths=tuple(lengths),
        clock=draw(some.sampled_from(["wall", "elapsed"])) if unit == "hour" else "wall",
        count="active" if hours else "calendar",
        restrictions=BUSINESS if hours else [],
    )


def plan_of(draft: LayerDraft, zone: str, *, at: datetime = LONG_AGO, before: Plan | None = None) -> Plan:
    known = ZoneInfo(zone)
    version = Version(len(before.versions) if before else 0, at, at, known, (planned(draft, number=1, zone=known),))
    return Plan((*(before.versions if before else ()), version))


def stands(plan: Plan, since: datetime, until: datetime) -> list[tuple[frozenset[int], datetime, datetime]]:
    return [(one.on_call, one.starts_at, one.ends_at) for one in segments(plan, since=since, until=until)]


moments = some.integers(0, 3 * 365 * DAY_MINUTES).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + n * MINUTE)
zones = some.sampled_from(ZONES)


def order_from(draft: LayerDraft, first: int) -> list[int]:
    """The people of a list, beginning with one of them."""
    people = [slot[0] for slot in draft.slots]
    place = people.index(first)
    return [*people[place:], *people[:place]]


class TestKeepTurns:
    @settings(deadline=None)
    @given(old=rotations(), zone=zones, at=moments, new=some.permutations(range(1, 10)), size=some.integers(1, 9))
    def test_leaves_whoever_is_on_call_and_stays_in_the_list(
        self, old: LayerDraft, zone: str, at: datetime, new: list[int], size: int
    ) -> None:
        """Nothing changes before; the one on turn keeps the whole of it, and the next of the new order follows."""
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]
        turn = layer.rotation.turn_at(at, layer.zone)
        assume(not layer.rotation.counts_active or turn >= 0)
        [standing] = layer.rotation.people(turn)
        listed = LayerDraft(**{**vars(old), "slots": tuple((person,) for person in new[:size])})

        kept = keep_turns(listed, old=layer, plan=before, effective_from=at)
        after = plan_of(kept, zone, at=at, before=before)
        rotation = after.versions[1].layers[0].rotation

        assert stands(after, at - timedelta(days=3), at) == stands(before, at - timedelta(days=3), at)
        assert {slot[0] for slot in kept.slots} == set(new[:size])
        # The rhythm is the old one: every handoff from here on is where it was.
        now = rotation.turn_at(at, layer.zone)
        for ahead in range(14):
            assert rotation.handoff(now + ahead, layer.zone) == layer.rotation.handoff(turn + ahead, layer.zone)
        order = order_from(old, standing)
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

        after = plan_of(keep_turns(old, old=layer, plan=before, effective_from=at), zone, at=at, before=before)

        until = at + timedelta(days=100)
        assert stands(after, at, until) == stands(before, at, until)
        assert keep_all([old], sources=[1], time_zone=zone, plan=before, effective_from=at) == [old]

    @settings(deadline=None)
    @given(old=rotations(unit="month"), zone=zones, at=moments, joins=some.integers(10, 12))
    def test_does_not_let_months_drift(self, old: LayerDraft, zone: str, at: datetime, joins: int) -> None:
        """From the 31st: February is cut short, March is not."""
        old = LayerDraft(**{**vars(old), "anchor": f"2024-01-31{old.anchor[10:]}", "count": "calendar"})
        before = plan_of(old, zone)
        layer = before.versions[0].layers[0]
        listed = LayerDraft(**{**vars(old), "slots": (*old.slots, (joins,))})

        kept = keep_turns(listed, old=layer, plan=before, effective_from=at)

        rotation = plan_of(kept, zone).versions[0].layers[0].rotation
        turn, now = layer.rotation.turn_at(at, layer.zone), rotation.turn_at(at, layer.zone)
        assert kept.anchor[8:10] == "31"
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
        moved = LayerDraft(anchor="2026-01-06T09:00", slots=((1,), (3,)))
        joined = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (3,)))

        def kept(draft: LayerDraft, source: int | None = 1, zone: str = "UTC") -> LayerDraft:
            [found] = keep_all([draft], sources=[source], time_zone=zone, plan=before, effective_from=at)
            return found

        assert kept(moved) == moved
        assert kept(joined, source=None) == joined
        assert kept(joined, source=99) == joined
        assert kept(joined, zone="Asia/Tokyo") == joined
        assert kept(joined) != joined

    def test_of_somebody_with_two_places_goes_on_after_the_right_one(self) -> None:
        """Ana, Ben, Ana, Cy: in her second turn it is Cy who follows, also when Dee joins at the end."""
        old = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (1,), (3,)))
        before = plan_of(old, "UTC")
        at = datetime(2026, 1, 20, tzinfo=UTC)
        listed = LayerDraft(anchor="2026-01-05T09:00", slots=((1,), (2,), (1,), (3,), (4,)))

        [kept] = keep_all([listed], sources=[1], time_zone="UTC", plan=before, effective_from=at)

        assert kept.slots == ((1,), (3,), (4,), (1,), (2,))
