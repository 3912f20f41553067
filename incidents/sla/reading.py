"""How the clocks of one ticket stand, now or at an earlier moment as it was known then (K-32 to K-44).

Clocks are computed when somebody looks; breaches, warnings and waivers are the recorded ones. A constant number of
queries, whatever the ticket's history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from incidents.models import (
    SlaBreach,
    SlaCredit,
    SlaCycle,
    SlaKind,
    SlaState,
    SlaTarget,
    SlaTargetVersion,
    SlaWaiver,
    SlaWarning,
    Ticket,
    WaiverStatus,
)
from incidents.sla import loading
from incidents.sla.clocks import ClockKey, key_of
from incidents.sla.definitions import KINDS, METRICS
from incidents.sla.replay import Breach, Facts, Reading, follow, read
from incidents.sla.storage import GRACE, row_key
from incidents.sla.stretches import Course, Status
from oncall.calendars.opening_hours import OpeningHours, minute_of, moment_of, moment_or_none
from oncall.models import Team, User

SEARCH_OPENING = 60 * 24 * 60
"""Minutes ahead in which the next opening of a calendar is looked for: sixty days."""


@dataclass(frozen=True)
class WaiverView:
    """A waiver of a breach as it stood at the moment of the question (K-44)."""

    id: int
    status: str
    reason: str
    requested_by: User
    requested_at: datetime
    decided_by: User | None
    decided_at: datetime | None


@dataclass(frozen=True)
class CycleView:
    """One run of a clock; instants are in UTC, amounts are whole minutes.

    A clock of another system, and a breach whose clock the history no longer has, lack what nobody knows.
    """

    number: int
    state: str
    goal_minutes: int | None
    version: SlaTargetVersion | None
    """The promise in force, or when the clock ended; it says calendar, pauses and warnings."""
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    due_at: datetime | None = None
    elapsed_minutes: int | None = None
    paused_reasons: Sequence[str] = ()
    paused_since: datetime | None = None
    ignored_reasons: Sequence[str] = ()
    """Holds that are active and do not pause this promise (K-24)."""
    is_major: bool = False
    """Whether holds have no effect because the incident is major (K-25)."""
    breached_at: datetime | None = None
    breach_recorded_at: datetime | None = None
    """When the breach became known; None also in the moments before it is written."""
    breach_holds: bool | None = None
    """Whether the history still shows the breach (K-40); None without one."""
    breach_id: int | None = None
    waiver: WaiverView | None = None
    within_calendar_hours: bool | None = None
    """Whether the calendar is open; None once the clock has ended."""
    opens_at: datetime | None = None
    """While the calendar is closed, when it opens next."""
    warnings: Sequence[SlaWarning] = ()
    source: str = ""
    """The other system that this comes from."""

    @property
    def is_open(self) -> bool:
        """Whether the clock has not ended."""
        return self.state in {SlaState.RUNNING, SlaState.PAUSED}

    @property
    def paused(self) -> bool:
        """Whether the clock stands still (K-24)."""
        return self.state == SlaState.PAUSED

    @property
    def breached(self) -> bool:
        """Whether the promise was broken, also if the clock goes on (K-34)."""
        return self.breached_at is not None

    @property
    def remaining_minutes(self) -> int | None:
        """Minutes left of the goal; negative is overrun in minutes that count (K-32)."""
        if self.goal_minutes is None or self.elapsed_minutes is None:
            return None
        return self.goal_minutes - self.elapsed_minutes

    @property
    def percent(self) -> int | None:
        """How much of the goal has passed, rounded down (K-32)."""
        if not self.goal_minutes or self.elapsed_minutes is None:
            return None
        return self.elapsed_minutes * 100 // self.goal_minutes

    @property
    def is_round_the_clock(self) -> bool:
        """Whether every minute counts."""
        return self.version is None or self.version.calendar_id is None


@dataclass(frozen=True)
class ClockView:
    """One promise of a ticket with its cycles, the oldest first; an OLA has a clock for each team (K-23)."""

    kind: str
    metric: str
    team: Team | None
    cycles: Sequence[CycleView]
    times_incomplete: bool
    """Whether the history was made before the timeline said everything that clocks read."""

    @property
    def current(self) -> CycleView:
        """The cycle that runs, or the last one."""
        return self.cycles[-1]

    @property
    def target(self) -> SlaTarget | None:
        """The target in force, or when the clock ended; None for a clock of another system."""
        version = self.current.version
        return None if version is None else version.target

    @property
    def source(self) -> str:
        """The other system that this comes from; empty for a clock of this one."""
        return self.current.source


def read_clocks(*, ticket: Ticket, as_of: datetime, now: datetime) -> list[ClockView]:
    """Every promise of a ticket as it stood at `as_of`, by what was known then; empty before it was opened.

    The minute of `now` is not over: an event in it still wins (K-3), so it breaks nothing yet.
    """
    minute = minute_of(as_of)
    events = loading.load_events([ticket.pk])[ticket.pk]
    courses, facts = follow(events.events, loading.load_definitions(), as_of=minute)
    recorded = _Recorded.load(ticket, as_of=as_of)
    judged = min(minute, minute_of(now - GRACE) - 1)
    cycles: dict[ClockKey, CycleView] = {}
    names = _Names.load(courses, recorded)
    for course in courses:
        key = key_of(course.clock)
        breach = recorded.breaches.get(key)
        merged = _merge(course, breach, facts.breaches.get(key), judged=judged)
        cycles[key] = _view(read(course, merged), breach, recorded, names)
    cycles |= {row_key(row): _view_imported(row, recorded) for row in recorded.imported}
    cycles |= {key: _view_lone(row, recorded, names) for key, row in recorded.breaches.items() if key not in cycles}
    return _group(cycles, names, times_incomplete=not events.is_complete)


def list_excluded_times(ticket: Ticket) -> QuerySet[SlaCredit]:
    """The excluded times of a ticket that are approved or wait for a decision, the earliest first (K-43)."""
    rows = SlaCredit.objects.filter(ticket=ticket).exclude(status=WaiverStatus.DECLINED)
    return rows.select_related("requested_by", "decided_by").order_by("starts_at")


@dataclass
class _Recorded:
    """What the database holds about the clocks of one ticket, as it was known at one moment."""

    as_of: datetime
    breaches: dict[ClockKey, SlaBreach] = field(default_factory=dict)
    warnings: dict[ClockKey, list[SlaWarning]] = field(default_factory=dict)
    imported: list[SlaCycle] = field(default_factory=list)

    @classmethod
    def load(cls, ticket: Ticket, *, as_of: datetime) -> "_Recorded":
        recorded = cls(as_of)
        waivers = SlaWaiver.objects.filter(requested_at__lte=as_of).select_related("requested_by", "decided_by")
        rows = SlaBreach.objects.filter(ticket=ticket, recorded_at__lte=as_of)
        for breach in rows.prefetch_related(Prefetch("waivers", waivers.order_by("-pk"))):
            recorded.breaches[row_key(breach)] = breach
        sent = SlaWarning.objects.filter(ticket=ticket, recorded_at__lte=as_of, is_sent=True)
        for warning in sent.order_by("warned_at", "pk"):
            recorded.warnings.setdefault(row_key(warning), []).append(warning)
        recorded.imported = list(SlaCycle.objects.filter(ticket=ticket, started_at__lte=as_of, version=None))
        return recorded

    def waiver_of(self, breach: SlaBreach | None) -> WaiverView | None:
        """The waiver that holds or waits, else the last one that was declined."""
        views = [self._waiver(row) for row in breach.waivers.all()] if breach is not None else []
        return min(views, key=lambda view: view.status == WaiverStatus.DECLINED, default=None)

    def _waiver(self, row: SlaWaiver) -> WaiverView:
        is_decided = row.decided_at is not None and row.decided_at <= self.as_of
        return WaiverView(
            id=row.pk,
            status=row.status if is_decided else str(WaiverStatus.ASKED),
            reason=row.reason,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            decided_by=row.decided_by if is_decided else None,
            decided_at=row.decided_at if is_decided else None,
        )


@dataclass(frozen=True)
class _Names:
    """The rows behind the keys of pure clocks."""

    versions: Mapping[int, SlaTargetVersion]
    teams: Mapping[int, Team]

    @classmethod
    def load(cls, courses: Iterable[Course], recorded: _Recorded) -> "_Names":
        courses = list(courses)
        versions = {course.version.key for course in courses}
        versions |= {row.version_id for row in recorded.breaches.values() if row.version_id is not None}
        teams = {course.clock.team for course in courses} | {row.team_id for row in recorded.breaches.values()}
        teams |= {row.team_id for row in recorded.imported}
        rows = SlaTargetVersion.objects.filter(pk__in=versions).select_related("target", "calendar")
        return cls(
            versions={row.pk: row for row in rows},
            teams=Team.objects.in_bulk([team for team in teams if isinstance(team, int)]),
        )


def _merge(course: Course, recorded: SlaBreach | None, computed: Breach | None, *, judged: int) -> Facts:
    """The breach of a clock: the recorded one never moves (K-40); a computed one counts once its minute is over."""
    if recorded is not None:
        breach = Breach(minute_of(recorded.breached_at), minute_of(recorded.recorded_at), course.version)
    elif computed is not None and computed.at <= judged:
        breach = computed
    else:
        return Facts()
    return Facts(breaches={key_of(course.clock): breach})


def _view(reading: Reading, breach: SlaBreach | None, recorded: _Recorded, names: _Names) -> CycleView:
    course, key = reading.course, key_of(reading.course.clock)
    is_open, is_within = course.status == Status.OPEN, reading.is_within_hours
    state = course.history.state_at(course.until)
    is_major = bool(state.fields.get("major"))
    # A hold that pauses the clock is told as the pause.
    ignored = state.holds if is_major else state.holds - course.version.pause_reasons
    return CycleView(
        number=course.clock.number,
        state=reading.state,
        goal_minutes=course.version.goal,
        version=names.versions.get(course.version.key),
        started_at=moment_of(course.clock.start),
        stopped_at=moment_or_none(course.stopped_at),
        due_at=moment_or_none(reading.due_at),
        elapsed_minutes=course.elapsed,
        paused_reasons=sorted(course.pauses),
        paused_since=moment_or_none(course.paused_since),
        ignored_reasons=sorted(ignored) if is_open else (),
        is_major=is_major,
        breached_at=moment_or_none(reading.breach.at if reading.breach else None),
        breach_recorded_at=breach.recorded_at if breach else None,
        breach_holds=None if reading.breach is None else reading.still_breached is not None,
        breach_id=breach.pk if breach else None,
        waiver=recorded.waiver_of(breach),
        within_calendar_hours=is_within,
        opens_at=moment_or_none(next_opening(course.version.hours, course.until)) if is_within is False else None,
        warnings=recorded.warnings.get(key, ()),
        source=breach.source if breach else "",
    )


def _view_imported(row: SlaCycle, recorded: _Recorded) -> CycleView:
    """A clock of another system as that system left it."""
    breach = recorded.breaches.get(row_key(row))
    return CycleView(
        number=row.cycle,
        state=row.state,
        goal_minutes=row.goal_minutes,
        version=None,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        due_at=row.due_at,
        elapsed_minutes=row.elapsed_minutes,
        paused_reasons=row.paused_by,
        paused_since=row.paused_since,
        breached_at=breach.breached_at if breach else row.breached_at,
        breach_recorded_at=breach.recorded_at if breach else None,
        breach_holds=None if breach is None and row.breached_at is None else True,
        breach_id=breach.pk if breach else None,
        waiver=recorded.waiver_of(breach),
        source=row.source,
    )


def _view_lone(row: SlaBreach, recorded: _Recorded, names: _Names) -> CycleView:
    """A recorded breach whose clock the history no longer has; it stays (K-40)."""
    return CycleView(
        number=row.cycle,
        state=SlaState.BREACHED,
        goal_minutes=row.goal_minutes,
        version=names.versions.get(row.version_id) if row.version_id is not None else None,
        breached_at=row.breached_at,
        breach_recorded_at=row.recorded_at,
        # What another system recorded cannot be checked against this history.
        breach_holds=bool(row.source),
        breach_id=row.pk,
        waiver=recorded.waiver_of(row),
        warnings=recorded.warnings.get(row_key(row), ()),
        source=row.source,
    )


def _group(cycles: Mapping[ClockKey, CycleView], names: _Names, *, times_incomplete: bool) -> list[ClockView]:
    """The promises in the order of kinds, metrics and teams, each with its cycles in theirs."""
    promises: dict[tuple[str, str, Team | None], list[CycleView]] = {}

    def place(key: ClockKey) -> tuple[int, int, str, int]:
        team = _team(key, names)
        return KINDS.index(key[0]), METRICS.index(key[1]), team.name if team else "", key[3]

    for key in sorted(cycles, key=place):
        promises.setdefault((key[0], key[1], _team(key, names)), []).append(cycles[key])
    return [
        ClockView(kind, metric, team, tuple(views), times_incomplete and not views[-1].source)
        for (kind, metric, team), views in promises.items()
    ]


def next_opening(hours: OpeningHours, minute: int) -> int | None:
    """The minute in which a calendar that is closed opens next; None if it does not within sixty days."""
    span = next(hours.windows(minute, minute + SEARCH_OPENING), None)
    return None if span is None else span[0]


def shown_to_requester(clocks: Iterable[ClockView]) -> list[ClockView]:
    """The promises that are made to customers: those between teams and of suppliers are the company's own affair."""
    return [clock for clock in clocks if clock.kind == SlaKind.SLA]


def _team(key: ClockKey, names: _Names) -> Team | None:
    return names.teams.get(key[2]) if isinstance(key[2], int) else None
