"""What deserves a second look in a rota (R-O5): it warns and never blocks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from config.base.web import display
from oncall.models import (
    ContactMethod,
    EscalationStep,
    EscalationTarget,
    LayerMember,
    Membership,
    Override,
    WorkInterval,
)
from oncall.schedules.loading import Roster, load, load_absences
from oncall.schedules.plan import Interval, Layer, Version
from oncall.schedules.timeline import DoubleBooking, ScheduleTimeline, Shift, absences_on_call, double_bookings, gather
from oncall.schedules.wall_clock import MINUTE, resolve, wall

# A break this long ends a stretch: whoever has nights off is still on every day.
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
# In this order they are shown: first what lets a page fall into nothing.
CODES = (
    USED_BY_POLICY, GAP, NO_CONTACT, UNTRAINED, INACTIVE_MEMBER, EMPTY_SLOT, LAYER_NEVER_ACTIVE, ABSENT_ON_CALL,
    DOUBLE_BOOKED, SHORT_REST, LONG_STRETCH, ZERO_TURN, NOOP_ADJUSTMENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RotaWarning:
    """One thing to look at: a code for programs, a sentence for people, when it holds and whom it is about."""

    code: str
    sentence: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    users: tuple[int, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What the rules need to know besides the rota itself; fetched once for any number of schedules."""

    at: datetime
    rest: timedelta
    absent: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    reachable: frozenset[int] = frozenset()
    # By team, who is trained for standing by; a team that notes nobody's training is not there.
    trained: Mapping[int, Collection[int]] = field(default_factory=dict)
    # Names of the policies whose first step asks this schedule.
    first_steps: Mapping[int, Sequence[str]] = field(default_factory=dict)
    # When people ended work that may have cost them their sleep.
    call_outs: Mapping[int, Sequence[datetime]] = field(default_factory=dict)
    bookings: Sequence[DoubleBooking] = ()
    schedule_names: Mapping[int, str] = field(default_factory=dict)


def warnings_of(roster: Roster, *, since: datetime, until: datetime, at: datetime) -> list[RotaWarning]:
    """All that deserves a second look over `[since, until)`, the worst first, in a constant number of queries.

    `roster` is loaded for that range at least; `at` is now.
    """
    return warnings_by_schedule([roster], since=since, until=until, at=at)[roster.schedule.pk]


def warnings_by_schedule(
    rosters: Sequence[Roster], *, since: datetime, until: datetime, at: datetime
) -> dict[int, list[RotaWarning]]:
    """As `warnings_of`, by the schedule's key, in as many queries for a thousand schedules as for one."""
    facts = {one.schedule.pk: gather(one.plan, since=since, until=until) for one in rosters}
    known = surroundings(rosters, facts, since=since, until=until, at=at)
    return {one.schedule.pk: find(one, facts[one.schedule.pk], known, since=since, until=until) for one in rosters}


def find(
    roster: Roster, facts: ScheduleTimeline, known: Surroundings, *, since: datetime, until: datetime
) -> list[RotaWarning]:
    """The rules themselves, pure: the same rota and surroundings give the same warnings."""
    look = _Look(roster, facts, known, since, until)
    rules: tuple[Callable[[], Iterator[RotaWarning]], ...] = (
        look.gaps, look.first_steps, look.contacts, look.training, look.layers, look.absences, look.bookings,
        look.rests, look.stretches, look.idle,
    )  # fmt: skip
    found = dict.fromkeys(warning for rule in rules for warning in rule())
    return sorted(found, key=lambda one: (CODES.index(one.code), one.starts_at or since, one.users, one.sentence))


@dataclass(frozen=True)
class _Look:
    """One schedule over one range, looked at by each rule in turn."""

    roster: Roster
    facts: ScheduleTimeline
    known: Surroundings
    since: datetime
    until: datetime

    def gaps(self) -> Iterator[RotaWarning]:
        for starts_at, ends_at in self.facts.gaps:
            yield RotaWarning(GAP, f"Nobody is on call {self._span(starts_at, ends_at)}.", starts_at, ends_at)

    def first_steps(self) -> Iterator[RotaWarning]:
        if self.facts.gaps:
            starts_at, ends_at = self.facts.gaps[0]
            for policy in self.known.first_steps.get(self.roster.schedule.pk, ()):
                said = (
                    f"The policy {policy} asks this schedule first and finds nobody {self._span(starts_at, ends_at)}."
                )
                yield RotaWarning(USED_BY_POLICY, said, starts_at, ends_at)

    def contacts(self) -> Iterator[RotaWarning]:
        first = {shift.user: shift for shift in reversed(self.facts.shifts)}
        for user, shift in first.items():
            if user not in self.known.reachable:
                when = self._time(shift.starts_at)
                said = f"{self._name(user)} has no proven way to be reached, and is on call from {when}."
                yield RotaWarning(NO_CONTACT, said, shift.starts_at, shift.ends_at, (user,))

    def training(self) -> Iterator[RotaWarning]:
        """Who is put on the rota before they were trained for it (S18)."""
        trained = self.known.trained.get(self.roster.schedule.team_id)
        first = {shift.user: shift for shift in reversed(self.facts.shifts)}
        for user, shift in first.items():
            if trained and user not in trained:
                when = self._time(shift.starts_at)
                said = f"{self._name(user)} is on call from {when} and not trained for it yet."
                yield RotaWarning(UNTRAINED, said, shift.starts_at, shift.ends_at, (user,))

    def layers(self) -> Iterator[RotaWarning]:
        for starts_at, ends_at, version in self.roster.plan.reigns(since=self.since, until=self.until):
            for place, layer in enumerate(version.layers if version else (), start=1):
                label = "The layer" if version and len(version.layers) == 1 else f"Layer {place}"
                yield from self._layer(layer, label, version, starts_at, ends_at)

    def _layer(
        self, layer: Layer, label: str, version: Version | None, starts_at: datetime, ends_at: datetime
    ) -> Iterator[RotaWarning]:
        slots = layer.rotation.slots
        if not slots:
            yield RotaWarning(EMPTY_SLOT, f"{label} has nobody in it: add people.", starts_at, ends_at)
        for number in (number for number, slot in enumerate(slots, start=1) if not slot):
            said = f"{label} has nobody in place {number}: that turn is silent."
            yield RotaWarning(EMPTY_SLOT, said, starts_at, ends_at)
        if version and _is_never_active(layer, version):
            yield RotaWarning(
                LAYER_NEVER_ACTIVE, f"{label} is never active: it ends before it begins.", starts_at, ends_at
            )
        for user in dict.fromkeys(user for slot in slots for user in slot):
            yield from self._inactive(user, starts_at, ends_at)
        for turn, moment in _zero_turns(layer, starts_at, ends_at):
            users = layer.rotation.people(turn)
            who = " and ".join(map(self._name, users)) or "Nobody"
            said = (
                f"The clock skips the turn of {who} at {self._time(moment)}: it has no minute, and the next follows."
            )
            yield RotaWarning(ZERO_TURN, said, moment, moment, tuple(users))

    def _inactive(self, user: int, starts_at: datetime, ends_at: datetime) -> Iterator[RotaWarning]:
        for closed, opened in self.roster.plan.inactive.get(user, ()):
            begins, ends = max(closed, starts_at), min(opened, ends_at)
            if begins < ends:
                since = "is closed" if closed <= self.known.at else f"closes at {self._time(closed)}"
                said = (
                    f"The account of {self._name(user)} {since}, but has a place in the rotation: give it to somebody."
                )
                yield RotaWarning(INACTIVE_MEMBER, said, begins, ends, (user,))
                return

    def absences(self) -> Iterator[RotaWarning]:
        for shift in absences_on_call(self.facts.shifts, self.known.absent):
            span = self._span(shift.starts_at, shift.ends_at)
            said = f"{self._name(shift.user)} is on leave and on call {span}: find cover."
            yield RotaWarning(ABSENT_ON_CALL, said, shift.starts_at, shift.ends_at, (shift.user,))

    def bookings(self) -> Iterator[RotaWarning]:
        for one in self.known.bookings:
            if self.roster.schedule.pk in one.schedules:
                others = [
                    self.known.schedule_names.get(key, "another schedule")
                    for key in one.schedules
                    if key != self.roster.schedule.pk
                ]
                span = self._span(one.starts_at, one.ends_at)
                said = f"{self._name(one.user)} is also on call for {' and '.join(others)} {span}."
                yield RotaWarning(DOUBLE_BOOKED, said, one.starts_at, one.ends_at, (one.user,))

    def rests(self) -> Iterator[RotaWarning]:
        hours = int(self.known.rest / timedelta(hours=1))
        for shift in self.facts.shifts:
            # Where the range begins is no start of a shift: the person may have been on call for days.
            ended = [
                end
                for end in self.known.call_outs.get(shift.user, ())
                if self.since < shift.starts_at and timedelta(0) <= shift.starts_at - end < self.known.rest
            ]
            if ended:
                said = (
                    f"{self._name(shift.user)} worked on a call-out until {self._time(max(ended))} and is on call"
                    f" again from {self._time(shift.starts_at)}, after less than {hours} hours of rest."
                )
                yield RotaWarning(SHORT_REST, said, max(ended), shift.starts_at, (shift.user,))

    def stretches(self) -> Iterator[RotaWarning]:
        for one in _stretches(self.facts.shifts):
            zone = self._zone(one.starts_at)
            if wall(one.ends_at, zone) - wall(one.starts_at, zone) > LONGEST_STRETCH:
                span = self._span(one.starts_at, one.ends_at)
                said = f"{self._name(one.user)} is on call for more than seven days in a row, {span}."
                yield RotaWarning(LONG_STRETCH, said, one.starts_at, one.ends_at, (one.user,))

    def idle(self) -> Iterator[RotaWarning]:
        idle = set(self.facts.idle_adjustments)
        for one in self.roster.plan.adjustments:
            starts_at, ends_at = max(one.starts_at, self.since), min(one.ends_at, self.until)
            if one.id in idle and starts_at < ends_at:
                said = f"The override {self._span(starts_at, ends_at)} changes nothing: cancel it or correct it."
                yield RotaWarning(NOOP_ADJUSTMENT, said, starts_at, ends_at, one.users)

    def _name(self, user: int) -> str:
        person = self.roster.people.get(user)
        return person.name if person else "Somebody"

    def _zone(self, at: datetime) -> ZoneInfo:
        version = self.roster.plan.version_at(at) or self.roster.plan.version_at(self.until)
        return version.zone if version else ZoneInfo("UTC")

    def _time(self, at: datetime) -> str:
        return display.local_text(at, zone=self._zone(at).key)

    def _span(self, starts_at: datetime, ends_at: datetime) -> str:
        """In the schedule's zone; a range is no end, so what reaches its end goes on."""
        end = "on" if ends_at >= self.until else f"to {self._time(ends_at)}"
        return f"from {self._time(starts_at)} {end}"


def _is_never_active(layer: Layer, version: Version) -> bool:
    """Its end is not after its start, or before the version's (R-L1)."""
    if layer.ends_at is None:
        return False
    ends_at = resolve(layer.ends_at, layer.zone)
    starts_at = resolve(layer.starts_at, layer.zone) if layer.starts_at else version.effective_from
    return ends_at <= max(starts_at, version.effective_from)


def _zero_turns(layer: Layer, since: datetime, until: datetime) -> Iterator[tuple[int, datetime]]:
    """Turns that the clock skips (R-R6); only those as short as a skipped day can be."""
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


def _stretches(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Each person's shifts, joined over breaks that are shorter than a day."""
    open_now: dict[int, Shift] = {}
    for shift in shifts:
        last = open_now.get(shift.user)
        if last and shift.starts_at - last.ends_at < STRETCH_BREAK:
            open_now[shift.user] = Shift(shift.user, last.starts_at, max(last.ends_at, shift.ends_at))
            continue
        if last:
            yield last
        open_now[shift.user] = shift
    yield from open_now.values()


def surroundings(
    rosters: Sequence[Roster], facts: Mapping[int, ScheduleTimeline], *, since: datetime, until: datetime, at: datetime
) -> Surroundings:
    """Fetch what the rules need about these schedules: a constant number of queries."""
    rest = timedelta(hours=settings.ONCALL_REST_HOURS)
    users = {shift.user for found in facts.values() for shift in found.shifts}
    bookings, names = _bookings(rosters, facts, users, since=since, until=until)
    return Surroundings(
        at=at,
        rest=rest,
        absent=load_absences(users, since=since, until=until),
        reachable=frozenset(
            ContactMethod.objects.usable().filter(user__in=users).values_list("user_id", flat=True).distinct()
        ),
        trained=_trained({one.schedule.team_id for one in rosters}, at=at),
        first_steps=_first_steps([one.schedule.pk for one in rosters]),
        call_outs=_call_outs(users, since=since - rest, until=until, at=at),
        bookings=bookings,
        schedule_names=names,
    )


def _trained(teams: Collection[int], *, at: datetime) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = Membership.objects.filter(team__in=teams, trained_on__lte=at.date())
    for team, user in rows.values_list("team", "user"):
        found.setdefault(team, set()).add(user)
    return found


def _first_steps(schedules: list[int]) -> dict[int, list[str]]:
    earlier = EscalationStep.objects.filter(policy=OuterRef("step__policy"), position__lt=OuterRef("step__position"))
    rows = EscalationTarget.objects.filter(~Exists(earlier), schedule__in=schedules)
    found: dict[int, list[str]] = {}
    for schedule, policy in rows.order_by("step__policy__name").values_list("schedule_id", "step__policy__name"):
        found.setdefault(schedule or 0, []).append(policy)
    return found


def _call_outs(users: set[int], *, since: datetime, until: datetime, at: datetime) -> dict[int, list[datetime]]:
    """When work of these people ended; what still goes on ends now at the earliest."""
    rows = WorkInterval.objects.filter(
        Q(ended_at__isnull=True, started_at__lt=until) | Q(ended_at__gt=since, ended_at__lt=until), user__in=users
    )
    found: dict[int, list[datetime]] = {}
    for user, ended_at in rows.values_list("user_id", "ended_at"):
        found.setdefault(user, []).append(ended_at or at)
    return found


def _bookings(
    rosters: Sequence[Roster],
    facts: Mapping[int, ScheduleTimeline],
    users: set[int],
    *,
    since: datetime,
    until: datetime,
) -> tuple[list[DoubleBooking], dict[int, str]]:
    """Who stands by on several schedules, those included that were not asked about."""
    elsewhere = set(
        LayerMember.objects.filter(user__in=users, layer__version__withdrawn_at__isnull=True)
        .values_list("layer__version__schedule_id", flat=True)
        .distinct()
    )
    elsewhere |= set(
        Override.objects.filter(people__user__in=users, starts_at__lt=until, ends_at__gt=since)
        .values_list("schedule_id", flat=True)
        .distinct()
    )
    others = load(ids=elsewhere - set(facts), since=since, until=until)
    shifts = {key: found.shifts for key, found in facts.items()}
    for one in others:
        found = gather(one.plan, since=since, until=until).shifts
        shifts[one.schedule.pk] = [shift for shift in found if shift.user in users]
    return double_bookings(shifts), {one.schedule.pk: one.schedule.name for one in (*rosters, *others)}


@dataclass(frozen=True)
class Group:
    """Warnings of one code as a page shows them: a few in full, and how many more there are."""

    code: str
    shown: tuple[RotaWarning, ...]
    more: int


def grouped(found: Iterable[RotaWarning], *, most: int = 3) -> list[Group]:
    """By code, in their order; of fifty gaps a page shows the first few."""
    by_code: dict[str, list[RotaWarning]] = {}
    for warning in found:
        by_code.setdefault(warning.code, []).append(warning)
    return [Group(code, tuple(some[:most]), max(0, len(some) - most)) for code, some in by_code.items()]
