"""The resolver compared with the naive resolver, in zones with unusual clock changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.schedules.coverage import stretches
from oncall.schedules.loading import restriction_hours
from oncall.schedules.plan import Adjustment, Layer, Plan, Version
from oncall.schedules.resolver import piece_at, pieces
from oncall.schedules.rotation import Rotation
from oncall.schedules.timeline import build_timeline, segments
from tests.oncall.schedules.naive_resolver import Naive

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# A place and a night on which its clock jumps: by an hour, half an hour, at midnight, over a whole day.
NIGHTS = [
    ("Europe/Berlin", datetime(2026, 3, 29, 0)), ("Europe/Berlin", datetime(2026, 10, 25, 0)),
    ("America/Chicago", datetime(2026, 3, 8, 7)), ("Australia/Lord_Howe", datetime(2026, 4, 4, 14)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15)), ("America/Havana", datetime(2026, 3, 8, 4)),
    ("America/Santiago", datetime(2026, 9, 6, 3)), ("Pacific/Apia", datetime(2011, 12, 30, 9)),
    ("America/St_Johns", datetime(2010, 11, 7, 1)), ("Asia/Kathmandu", datetime(2026, 1, 31, 18)),
    ("America/New_York", datetime(2026, 2, 28, 3)), ("Europe/London", datetime(2026, 4, 30, 12)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 1)), ("Asia/Beirut", datetime(2026, 3, 28, 21)),
]  # fmt: skip
SLOWLY = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
people = st.integers(1, 4)
# Sometimes an empty slot.
places = st.lists(people, min_size=1, max_size=2, unique=True).map(tuple)
slots = st.lists(places | places | places | st.just(()), min_size=1, max_size=4).map(tuple) | st.just(())
clocks = st.sampled_from(["00:00", "01:30", "02:00", "02:30", "03:00", "08:15", "17:00", "23:59"])
weekdays = st.integers(0, 6)
restrictions = st.lists(
    st.one_of(
        st.fixed_dictionaries({
            "type": st.just("daily"), "start": clocks, "end": clocks | st.just("24:00"),
            "days": st.none() | st.lists(weekdays, min_size=1, unique=True),
        }),
        st.fixed_dictionaries({
            "type": st.just("weekly"), "start": clocks, "end": clocks, "start_day": weekdays, "end_day": weekdays,
        }),
    ),
    max_size=3,
)  # fmt: skip


@st.composite
def rotations(draw, night, rules):
    unit = draw(st.sampled_from(["hour", "day", "week", "month", "custom"]))
    quarters = draw(st.integers(-200, 96) | st.integers(-70 * 96, 96))
    anchor = night + quarters * 15 * MINUTE
    if unit == "month":
        # Months differ in their last days.
        anchor = anchor.replace(
            month=draw(st.sampled_from([1, 3, 5, 8, 10, 12])), day=draw(st.sampled_from([28, 30, 31]))
        )
    return Rotation(
        anchor=anchor,
        unit=unit,
        length=draw(st.integers(1, 5)),
        lengths=tuple(draw(st.lists(st.integers(15, 400), min_size=1, max_size=4))) if unit == "custom" else (),
        slots=draw(slots),
        is_elapsed=unit == "hour" and draw(st.booleans()),
        counts_active=bool(rules) and draw(st.booleans()),
        concurrent=draw(st.integers(1, 3)),
        hours=restriction_hours(rules),
    )


@st.composite
def layers(draw, number, zones, night):
    rules = draw(st.just([]) | restrictions)
    edge = st.sampled_from([None] * 3) | st.integers(-2000, 2000).map(lambda minutes: night + minutes * MINUTE)
    mode = draw(st.sampled_from([None, None, True, False, False]))
    days = draw(st.lists(st.integers(-3, 3).map(lambda n: (night + n * 24 * HOUR).date()), unique=True))
    layer = Layer(
        id=number,
        priority=draw(st.integers(0, 2)),
        zone=ZoneInfo(draw(st.sampled_from(zones))),
        rotation=draw(rotations(night, rules)),
        is_shadow=draw(st.sampled_from([False, False, True])),
        starts_at=draw(edge),
        ends_at=draw(edge),
        hours=restriction_hours(rules),
        holidays=tuple(sorted(days)) if mode is not None else (),
        only_holidays=mode,
    )
    return layer, rules


@st.composite
def plans(draw):
    """A plan with a few of everything around an unusual night, the restrictions by layer, and the night."""
    zone, night = draw(st.sampled_from(NIGHTS))
    instant = st.integers(-900, 900).map(lambda minutes: night.replace(tzinfo=UTC) + minutes * MINUTE)
    versions, rules_by_layer = [], {}
    for number in range(draw(st.sampled_from([1, 1, 2]))):
        version_layers = []
        for place in range(draw(st.sampled_from([1, 1, 2, 3]))):
            layer, rules = draw(layers(10 * number + place, [zone, "UTC"], night))
            version_layers.append(layer)
            rules_by_layer[layer.id] = rules
        since = draw(instant) if number else night.replace(tzinfo=UTC) - 40 * 24 * HOUR
        versions.append(Version(number, since, since, ZoneInfo(zone), tuple(version_layers)))
    adjustments = []
    for number in range(draw(st.sampled_from([0, 0, 1, 3]))):
        since, until = sorted((draw(instant), draw(instant)))
        op = draw(st.sampled_from(["set", "replace", "add", "remove"]))
        users = draw(st.lists(people, min_size=1, max_size=1 if op == "replace" else 2, unique=True))
        out = draw(people) if op == "replace" else None
        adjustments.append(Adjustment(number, since, until, op, tuple(users), out))
    inactive = {}
    if draw(st.booleans()):
        since, until = sorted((draw(instant), draw(instant)))
        inactive[draw(people)] = ((since, until),)
    ordered = tuple(sorted(versions, key=lambda v: (v.effective_from, v.created_at, v.id)))
    return Plan(ordered, tuple(adjustments), inactive), rules_by_layer, night.replace(tzinfo=UTC)


@st.composite
def single_layers(draw):
    zone, night = draw(st.sampled_from(NIGHTS))
    layer, rules = draw(layers(1, [zone], night))
    return layer, rules, night.replace(tzinfo=UTC)


@pytest.mark.drill
class TestAgainstTheNaiveResolver:
    @SLOWLY
    @given(single_layers(), st.lists(st.integers(-3 * 1440, 3 * 1440), min_size=12, max_size=12))
    def test_agrees_on_one_layer(self, drawn, offsets):
        """R-R, R-L: who takes the turn, and whether the layer covers the minute."""
        layer, rules, night = drawn
        naive = Naive(Plan(()))
        for offset in offsets:
            at = night + offset * MINUTE
            [*covering] = stretches(layer, since=at, until=at + MINUTE)

            assert bool(covering) == naive.covers(layer, rules, at), at
            if covering:
                assert covering[0].turn == naive.turn(layer, at), at
                assert set(covering[0].users) == naive.users(layer, rules, at), at

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_counts_the_same_active_turns(self, data):
        """R-R5, turn by turn, however the turns and the week fall together."""
        night = datetime(2026, 1, 5)
        rules = data.draw(restrictions.filter(bool))
        rotation = replace(data.draw(rotations(night, rules)), counts_active=True)
        turn = data.draw(st.integers(0, 40))
        naive = Naive(Plan(()))

        assert rotation.count_before(turn) == sum(naive.is_active_turn(rotation, rules, j) for j in range(turn))

    @SLOWLY
    @given(plans(), st.integers(-700, 500))
    def test_agrees_on_every_minute(self, drawn, offset):
        """R-F1 to R-F3, with all that they depend on: 3 h by the minute, in unusual nights."""
        plan, rules_by_layer, night = drawn
        since = night + offset * MINUTE
        until = since + 3 * HOUR
        naive = Naive(plan)
        resolved = {}
        for piece in pieces(plan, since=since, until=until):
            at = piece.starts_at
            while at < piece.ends_at:
                resolved[at] = (piece.on_call, piece.shadow)
                at += MINUTE

        assert len(resolved) == 180
        for at in sorted(resolved)[::7]:
            assert resolved[at] == naive.at(at, rules_by_layer), at

    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )
    @given(plans(), st.integers(-2000, 2000), st.integers(1, 3000), st.integers(0, 2999))
    def test_does_not_depend_on_the_range_asked(self, drawn, offset, length, place):
        """R-F6: "now" is a part of the list."""
        plan, _, night = drawn
        since = night + offset * MINUTE
        at = since + min(place, length - 1) * MINUTE
        [in_range] = [
            p for p in pieces(plan, since=since, until=since + length * MINUTE) if p.starts_at <= at < p.ends_at
        ]

        single = piece_at(plan, at)

        assert (single.on_call, single.shadow, single.version, single.winner, single.effects) == (
            in_range.on_call, in_range.shadow, in_range.version, in_range.winner, in_range.effects
        )  # fmt: skip

    @settings(
        max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )
    @given(plans(), st.integers(-2000, 2000), st.integers(1, 6000))
    def test_fills_the_range_without_a_gap_or_an_overlap(self, drawn, offset, length):
        """R-F4: segments touch, differ from their neighbors, and contain every minute of every shift once."""
        plan, _, night = drawn
        since = night + offset * MINUTE
        until = since + length * MINUTE
        timeline = build_timeline(plan, since=since, until=until)

        assert timeline.segments == list(segments(plan, since=since, until=until))
        edges = [(segment.starts_at, segment.ends_at) for segment in timeline.segments]
        assert [edge for _, edge in edges] == [*(edge for edge, _ in edges[1:]), until]
        assert edges[0][0] == since
        assert all(
            (a.on_call, a.shadow) != (b.on_call, b.shadow)
            for a, b in zip(timeline.segments, timeline.segments[1:], strict=False)
        )
        minutes = sum(
            len(segment.on_call) * ((segment.ends_at - segment.starts_at) // MINUTE) for segment in timeline.segments
        )
        assert minutes == sum(timeline.minutes.values())

    @settings(
        max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )
    @given(plans(), st.integers(-600, 600), st.data())
    def test_keeps_the_past_when_something_is_added(self, drawn, offset, data):
        """R-V5: a later version, override or closed account changes no minute before its time."""
        plan, _, night = drawn
        at = night + offset * MINUTE
        layer, _ = data.draw(layers(99, ["UTC"], night.replace(tzinfo=None)))
        version = Version(99, at, at, ZoneInfo("UTC"), (layer,))
        changed_plan = Plan(
            tuple(sorted([*plan.versions, version], key=lambda v: (v.effective_from, v.created_at, v.id))),
            (*plan.adjustments, Adjustment(99, at, at + 5 * HOUR, "set", (4,))),
            {**plan.inactive, 3: (*plan.inactive.get(3, ()), (at, at + 9 * HOUR))},
        )
        since = at - 30 * HOUR

        assert list(segments(plan, since=since, until=at)) == list(segments(changed_plan, since=since, until=at))
