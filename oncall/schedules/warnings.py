"""Warnings about a rota (R-O5); they never block a change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.base.web import display
from oncall.schedules.loading import Roster
from oncall.schedules.plan import Layer, Version
from oncall.schedules.timeline import ScheduleTimeline, Shift, absences_on_call, build_timeline
from oncall.schedules.wall_clock import MINUTE, resolve, wall_time
from oncall.schedules.warning_context import WarningContext, load_context

# A break this long ends a stretch: a person with nights off is still on call every day.
STRETCH_BREAK = timedelta(hours=24)
LONGEST_STRETCH = timedelta(days=7)
_SHORTEST_DAY = timedelta(days=1)

GAP = "GAP"
EMPTY_SLOT = "EMPTY_SLOT"
INACTIVE_MEMBER = "INACTIVE_MEMBER"
ABSENT_ON_CALL = "ABSENT_ON_CALL"
DOUBLE_BOOKED = "DOUBLE_BOOKED"
NOOP_ADJUSTMENT = "NOOP_ADJUSTMENT"
ZERO_TURN = "ZERO_TURN"
LAYER_NEVER_ACTIVE = "LAYER_NEVER_ACTIVE"
SHORT_REST = "SHORT_REST"
LONG_STRETCH = "LONG_STRETCH"
NO_CONTACT = "NO_CONTACT"
USED_BY_POLICY = "USED_BY_POLICY"
UNTRAINED = "UNTRAINED"
# The order in which they are shown: first those that let a page reach nobody.
CODES = (
    USED_BY_POLICY, GAP, NO_CONTACT, UNTRAINED, INACTIVE_MEMBER, EMPTY_SLOT, LAYER_NEVER_ACTIVE, ABSENT_ON_CALL,
    DOUBLE_BOOKED, SHORT_REST, LONG_STRETCH, ZERO_TURN, NOOP_ADJUSTMENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RotaWarning:
    """One warning: a code for programs, a sentence for people, when it applies and to whom."""

    code: str
    sentence: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    users: tuple[int, ...] = ()


def schedule_warnings(roster: Roster, *, since: datetime, until: datetime, at: datetime) -> list[RotaWarning]:
    """All warnings over `[since, until)`, the worst first, in a constant number of queries.

    `roster` must cover that range; `at` is now.
    """
    return warnings_by_schedule([roster], since=since, until=until, at=at)[roster.schedule.pk]


def warnings_by_schedule(
    rosters: Sequence[Roster], *, since: datetime, until: datetime, at: datetime
) -> dict[int, list[RotaWarning]]:
    """As `warnings_of`, by schedule id, in a constant number of queries."""
    timelines = {roster.schedule.pk: build_timeline(roster.plan, since=since, until=until) for roster in rosters}
    context = load_context(rosters, timelines, since=since, until=until, at=at)
    return {
        roster.schedule.pk: find_warnings(roster, timelines[roster.schedule.pk], context, since=since, until=until)
        for roster in rosters
    }


def find_warnings(
    roster: Roster, timeline: ScheduleTimeline, context: WarningContext, *, since: datetime, until: datetime
) -> list[RotaWarning]:
    """Apply the rules, without queries: the same rota and context give the same warnings."""
    check = _ScheduleCheck(roster, timeline, context, since, until)
    rules: tuple[Callable[[], Iterator[RotaWarning]], ...] = (
        check.gaps, check.first_steps, check.contacts, check.training, check.layers, check.absences, check.bookings,
        check.rests, check.stretches, check.idle,
    )  # fmt: skip
    found_warnings = dict.fromkeys(warning for rule in rules for warning in rule())
    return sorted(
        found_warnings,
        key=lambda warning: (CODES.index(warning.code), warning.starts_at or since, warning.users, warning.sentence),
    )


@dataclass(frozen=True)
class _ScheduleCheck:
    """The rules, as methods, for one schedule over one range."""

    roster: Roster
    timeline: ScheduleTimeline
    context: WarningContext
    since: datetime
    until: datetime

    def gaps(self) -> Iterator[RotaWarning]:
        for starts_at, ends_at in self.timeline.gaps:
            yield RotaWarning(GAP, f"Nobody is on call {self._span(starts_at, ends_at)}.", starts_at, ends_at)

    def first_steps(self) -> Iterator[RotaWarning]:
        if self.timeline.gaps:
            starts_at, ends_at = self.timeline.gaps[0]
            for policy in self.context.first_steps.get(self.roster.schedule.pk, ()):
                span = self._span(starts_at, ends_at)
                sentence = f"The policy {policy} pages this schedule first, and nobody is on call {span}."
                yield RotaWarning(USED_BY_POLICY, sentence, starts_at, ends_at)

    def contacts(self) -> Iterator[RotaWarning]:
        first = {shift.user: shift for shift in reversed(self.timeline.shifts)}
        for user, shift in first.items():
            if user not in self.context.reachable:
                start_text = self._time(shift.starts_at)
                sentence = f"{self._name(user)} has no verified contact method, and is on call from {start_text}."
                yield RotaWarning(NO_CONTACT, sentence, shift.starts_at, shift.ends_at, (user,))

    def training(self) -> Iterator[RotaWarning]:
        """People on the rota who are not trained for it yet (S18)."""
        trained = self.context.trained.get(self.roster.schedule.team_id)
        first = {shift.user: shift for shift in reversed(self.timeline.shifts)}
        for user, shift in first.items():
            if trained and user not in trained:
                start_text = self._time(shift.starts_at)
                sentence = f"{self._name(user)} is on call from {start_text} and is not trained yet."
                yield RotaWarning(UNTRAINED, sentence, shift.starts_at, shift.ends_at, (user,))

    def layers(self) -> Iterator[RotaWarning]:
        for starts_at, ends_at, version in self.roster.plan.versions_in_force(since=self.since, until=self.until):
            for place, layer in enumerate(version.layers if version else (), start=1):
                label = "The layer" if version and len(version.layers) == 1 else f"Layer {place}"
                yield from self._layer(layer, label, version, starts_at, ends_at)

    def _layer(
        self, layer: Layer, label: str, version: Version | None, starts_at: datetime, ends_at: datetime
    ) -> Iterator[RotaWarning]:
        slots = layer.rotation.slots
        if not slots:
            yield RotaWarning(EMPTY_SLOT, f"{label} has no people: add some.", starts_at, ends_at)
        for number in (number for number, slot in enumerate(slots, start=1) if not slot):
            sentence = f"{label} has nobody in place {number}: nobody is on call in that turn."
            yield RotaWarning(EMPTY_SLOT, sentence, starts_at, ends_at)
        if version and _is_never_active(layer, version):
            yield RotaWarning(
                LAYER_NEVER_ACTIVE, f"{label} is never active: it ends before it begins.", starts_at, ends_at
            )
        for user in dict.fromkeys(user for slot in slots for user in slot):
            yield from self._inactive(user, starts_at, ends_at)
        for turn, moment in _zero_turns(layer, starts_at, ends_at):
            users = layer.rotation.people(turn)
            names = " and ".join(map(self._name, users)) or "Nobody"
            sentence = (
                f"The clock change skips the turn of {names} at {self._time(moment)}: the next turn follows at once."
            )
            yield RotaWarning(ZERO_TURN, sentence, moment, moment, tuple(users))

    def _inactive(self, user: int, starts_at: datetime, ends_at: datetime) -> Iterator[RotaWarning]:
        for closed_at, opened_at in self.roster.plan.inactive.get(user, ()):
            starts, ends_by = max(closed_at, starts_at), min(opened_at, ends_at)
            if starts < ends_by:
                state = "is closed" if closed_at <= self.context.at else f"closes at {self._time(closed_at)}"
                sentence = (
                    f"The account of {self._name(user)} {state}, but has a place in the rotation:"
                    " give it to another person."
                )
                yield RotaWarning(INACTIVE_MEMBER, sentence, starts, ends_by, (user,))
                return

    def absences(self) -> Iterator[RotaWarning]:
        for shift in absences_on_call(self.timeline.shifts, self.context.absent):
            span = self._span(shift.starts_at, shift.ends_at)
            sentence = f"{self._name(shift.user)} has time off and is on call {span}: find cover."
            yield RotaWarning(ABSENT_ON_CALL, sentence, shift.starts_at, shift.ends_at, (shift.user,))

    def bookings(self) -> Iterator[RotaWarning]:
        for booking in self.context.bookings:
            if self.roster.schedule.pk in booking.schedules:
                others = [
                    self.context.schedule_names.get(key, "another schedule")
                    for key in booking.schedules
                    if key != self.roster.schedule.pk
                ]
                span = self._span(booking.starts_at, booking.ends_at)
                sentence = f"{self._name(booking.user)} is also on call for {' and '.join(others)} {span}."
                yield RotaWarning(DOUBLE_BOOKED, sentence, booking.starts_at, booking.ends_at, (booking.user,))

    def rests(self) -> Iterator[RotaWarning]:
        hours = int(self.context.rest / timedelta(hours=1))
        for shift in self.timeline.shifts:
            # Where the range begins is no start of a shift: the person may have been on call for days.
            work_ends = [
                end
                for end in self.context.call_outs.get(shift.user, ())
                if self.since < shift.starts_at and timedelta(0) <= shift.starts_at - end < self.context.rest
            ]
            if work_ends:
                sentence = (
                    f"{self._name(shift.user)} worked on a call-out until {self._time(max(work_ends))} and is on call"
                    f" again from {self._time(shift.starts_at)}, after less than {hours} hours of rest."
                )
                yield RotaWarning(SHORT_REST, sentence, max(work_ends), shift.starts_at, (shift.user,))

    def stretches(self) -> Iterator[RotaWarning]:
        for stretch in _long_stretches(self.timeline.shifts):
            zone = self._zone(stretch.starts_at)
            if wall_time(stretch.ends_at, zone) - wall_time(stretch.starts_at, zone) > LONGEST_STRETCH:
                span = self._span(stretch.starts_at, stretch.ends_at)
                sentence = f"{self._name(stretch.user)} is on call for more than seven days in a row, {span}."
                yield RotaWarning(LONG_STRETCH, sentence, stretch.starts_at, stretch.ends_at, (stretch.user,))

    def idle(self) -> Iterator[RotaWarning]:
        idle = set(self.timeline.idle_adjustments)
        for adjustment in self.roster.plan.adjustments:
            starts_at, ends_at = max(adjustment.starts_at, self.since), min(adjustment.ends_at, self.until)
            if adjustment.id in idle and starts_at < ends_at:
                sentence = f"The override {self._span(starts_at, ends_at)} changes nothing: cancel or correct it."
                yield RotaWarning(NOOP_ADJUSTMENT, sentence, starts_at, ends_at, adjustment.users)

    def _name(self, user: int) -> str:
        person = self.roster.people.get(user)
        return person.name if person else "Somebody"

    def _zone(self, at: datetime) -> ZoneInfo:
        version = self.roster.plan.version_at(at) or self.roster.plan.version_at(self.until)
        return version.zone if version else ZoneInfo("UTC")

    def _time(self, at: datetime) -> str:
        return display.local_text(at, zone=self._zone(at).key)

    def _span(self, starts_at: datetime, ends_at: datetime) -> str:
        """The span in the schedule's time zone; without an end if it reaches the end of the range."""
        end = "on" if ends_at >= self.until else f"to {self._time(ends_at)}"
        return f"from {self._time(starts_at)} {end}"


def _is_never_active(layer: Layer, version: Version) -> bool:
    """Whether the layer's end is not after its start or the version's start (R-L1)."""
    if layer.ends_at is None:
        return False
    ends_at = resolve(layer.ends_at, layer.zone)
    starts_at = resolve(layer.starts_at, layer.zone) if layer.starts_at else version.effective_from
    return ends_at <= max(starts_at, version.effective_from)


def _zero_turns(layer: Layer, since: datetime, until: datetime) -> Iterator[tuple[int, datetime]]:
    """Turns that a clock change skips (R-R6); only turns of at most a day can be skipped."""
    rotation = layer.rotation
    shortest = min(rotation.lengths, default=0) * MINUTE or {
        "hour": timedelta(hours=rotation.length), "day": timedelta(days=rotation.length),
    }.get(rotation.unit)  # fmt: skip
    if not rotation.slots or rotation.is_elapsed or shortest is None or shortest > _SHORTEST_DAY:
        return
    turn = rotation.turn_at(since, layer.zone)
    moment = rotation.handoff(turn, layer.zone)
    while moment < until:
        following = rotation.handoff(turn + 1, layer.zone)
        if following == moment and moment >= since:
            yield turn, moment
        turn, moment = turn + 1, following


def _long_stretches(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Each person's shifts, joined over breaks shorter than a day."""
    current: dict[int, Shift] = {}
    for shift in shifts:
        previous = current.get(shift.user)
        if previous and shift.starts_at - previous.ends_at < STRETCH_BREAK:
            current[shift.user] = Shift(shift.user, previous.starts_at, max(previous.ends_at, shift.ends_at))
            continue
        if previous:
            yield previous
        current[shift.user] = shift
    yield from current.values()


@dataclass(frozen=True)
class WarningGroup:
    """Warnings of one code as a page shows them: the first few, and the number of the others."""

    code: str
    warnings: tuple[RotaWarning, ...]
    more: int


def group_by_code(all_warnings: Iterable[RotaWarning], *, max_shown: int = 3) -> list[WarningGroup]:
    """Group warnings by code, in order; each group shows the first `max_shown`."""
    by_code: dict[str, list[RotaWarning]] = {}
    for warning in all_warnings:
        by_code.setdefault(warning.code, []).append(warning)
    return [
        WarningGroup(code, tuple(group[:max_shown]), max(0, len(group) - max_shown)) for code, group in by_code.items()
    ]
