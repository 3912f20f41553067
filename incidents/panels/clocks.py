"""The panel of a ticket's SLA clocks: each promise in words, as the reader's own clock tells them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.data.users import signed_in
from config.base.web import display, panels
from incidents import permissions
from incidents.models import SlaCredit, SlaKind, SlaMetric, SlaState, Ticket, WaiverStatus
from incidents.sla import reading, words
from incidents.sla.reading import ClockView, CycleView
from incidents.sla.requester_text import requester_text

_EARLIER_SHOWN = 20


@dataclass(frozen=True)
class Bar:
    """How much of a goal has passed, for a progress bar."""

    value: int
    goal: int
    label: str


@dataclass(frozen=True)
class CycleLine:
    """One cycle in words: its face with the looks of it, and sentences below."""

    css: str
    face: str | SafeString
    bar: Bar | None
    sentences: Sequence[str | SafeString]
    waiver_url: str = ""
    """Where a waiver of its breach is requested."""


@dataclass(frozen=True)
class ClockLine:
    """One promise: what it is, its present cycle, and the earlier ones."""

    title: str
    more: str
    current: CycleLine
    earlier: Sequence[CycleLine]
    count_earlier: int


def clock_line(clock: ClockView, *, at: datetime, may_waive: bool) -> ClockLine:
    """A promise as the page shows it."""
    earlier = clock.cycles[:-1]
    return ClockLine(
        title=_title(clock),
        more=_more(clock),
        current=_cycle_line(clock.current, at=at, may_waive=may_waive),
        earlier=[_cycle_line(cycle, at=at, may_waive=may_waive) for cycle in reversed(earlier[-_EARLIER_SHOWN:])],
        count_earlier=len(earlier),
    )


def _title(clock: ClockView) -> str:
    metric = str(SlaMetric(clock.metric).label)
    return f"{metric}, {clock.team.name}" if clock.team is not None else metric


def _more(clock: ClockView) -> str:
    """Whose promise it is; one to customers needs no word."""
    kinds = {SlaKind.OLA: "between teams", SlaKind.UNDERPINNING: "supplier target"}
    parts = [kinds.get(SlaKind(clock.kind), ""), f"from {clock.source}" if clock.source else ""]
    return ", ".join(part for part in parts if part)


def _cycle_line(cycle: CycleView, *, at: datetime, may_waive: bool) -> CycleLine:
    css, face = _face(cycle, at=at)
    return CycleLine(
        css=css,
        face=face,
        bar=_bar(cycle),
        sentences=list(_sentences(cycle, at=at)),
        waiver_url=_waiver_url(cycle) if may_waive else "",
    )


def _face(cycle: CycleView, *, at: datetime) -> tuple[str, str | SafeString]:
    """The looks and the first words of a cycle."""
    left = cycle.remaining_minutes
    amount = "" if left is None else words.left_text(left, is_round_the_clock=cycle.is_round_the_clock)
    if cycle.state == SlaState.CANCELLED:
        return "ended", "Cancelled"
    if cycle.state == SlaState.MET:
        return "met", "Met"
    if cycle.breached:
        return "broken", f"{amount} late" if left is not None and left < 0 else "Broken"
    if cycle.paused:
        return "paused", f"Paused, {amount} left" if amount else "Paused"
    if cycle.within_calendar_hours is False and cycle.opens_at is not None:
        return "closed", format_html("Opens {}", display.clock_element(cycle.opens_at, at=at))
    warnings = cycle.version.warn_percents if cycle.version is not None else ()
    return words.urgency(cycle.percent or 0, warnings), f"{amount} left" if amount else "Running"


def _bar(cycle: CycleView) -> Bar | None:
    if not cycle.is_open or cycle.elapsed_minutes is None or not cycle.goal_minutes:
        return None
    used = words.goal_text(cycle.elapsed_minutes, cycle.is_round_the_clock)
    goal = words.goal_text(cycle.goal_minutes, cycle.is_round_the_clock)
    return Bar(min(cycle.elapsed_minutes, cycle.goal_minutes), cycle.goal_minutes, f"{used} of {goal} used")


def _sentences(cycle: CycleView, *, at: datetime) -> Iterator[str | SafeString]:
    yield from _goal(cycle, at=at)
    yield from _standing_still(cycle, at=at)
    yield from _hours(cycle, at=at)
    yield from _breach(cycle, at=at)
    if cycle.warnings:
        last = cycle.warnings[-1]
        yield format_html("Warned at {} %, {}.", last.percent, display.clock_element(last.warned_at, at=at))


def _goal(cycle: CycleView, *, at: datetime) -> Iterator[str | SafeString]:
    if cycle.goal_minutes is None:
        return
    goal = words.goal_text(cycle.goal_minutes, cycle.is_round_the_clock)
    if cycle.elapsed_minutes is not None:
        goal = f"{words.goal_text(cycle.elapsed_minutes, cycle.is_round_the_clock)} of {goal}"
    if cycle.is_open and cycle.due_at is not None:
        word = "was due" if cycle.due_at < at else "due"
        yield format_html("{}, {} {}.", goal, word, display.clock_element(cycle.due_at, at=at))
    elif cycle.stopped_at is not None:
        yield format_html("{}, ended {}.", goal, display.clock_element(cycle.stopped_at, at=at))
    else:
        yield f"{goal}."


def _standing_still(cycle: CycleView, *, at: datetime) -> Iterator[str | SafeString]:
    """Why the clock stands still, or why an active hold does not pause it (K-24, K-25)."""
    if cycle.paused:
        since = display.clock_element(cycle.paused_since, at=at)
        yield format_html("Paused since {}: {}.", since, words.reasons_text(cycle.paused_reasons))
    if cycle.is_open and cycle.ignored_reasons:
        reasons = words.reasons_text(cycle.ignored_reasons)
        why = "a major incident never pauses" if cycle.is_major else "this promise does not accept the reason"
        yield f"The ticket {reasons}. Not paused: {why}."


def _hours(cycle: CycleView, *, at: datetime) -> Iterator[str | SafeString]:
    if not cycle.is_open or cycle.version is None or cycle.version.calendar is None:
        return
    name = cycle.version.calendar.name
    if cycle.within_calendar_hours:
        yield f"{name}: open now."
    elif cycle.opens_at is not None:
        yield format_html("{}: closed now, opens {}.", name, display.clock_element(cycle.opens_at, at=at))
    else:
        yield f"{name}: closed now, and for the next sixty days."


def _breach(cycle: CycleView, *, at: datetime) -> Iterator[str | SafeString]:
    """The breach with when it was recorded, whether the history still shows it, and its waiver (K-39, K-40, K-44)."""
    if cycle.breached_at is None:
        return
    broken = display.clock_element(cycle.breached_at, at=at)
    if cycle.breach_recorded_at is not None:
        recorded = display.clock_element(cycle.breach_recorded_at, at=at)
        yield format_html("Broken {}, recorded {}.", broken, recorded)
    else:
        yield format_html("Broken {}.", broken)
    if cycle.breach_holds is False:
        yield "The history no longer shows this breach. It stays recorded."
    if (waiver := cycle.waiver) is not None:
        if waiver.status == WaiverStatus.APPROVED and waiver.decided_by is not None:
            yield f"Waived by {waiver.decided_by.name}: {waiver.reason}"
        elif waiver.status == WaiverStatus.ASKED:
            yield f"{waiver.requested_by.name} requested a waiver, which waits for a decision: {waiver.reason}"
        else:
            yield "A waiver was declined."


def _excluded(row: SlaCredit) -> str:
    """An excluded time as the page tells it (K-43)."""
    period = display.period_text(row.starts_at, row.ends_at)
    if row.status == WaiverStatus.APPROVED and row.decided_by is not None:
        return f"{period}, approved by {row.decided_by.name}: {row.reason}"
    return f"{period}, waits for a decision: {row.reason}"


def _waiver_url(cycle: CycleView) -> str:
    is_possible = cycle.waiver is None or cycle.waiver.status == WaiverStatus.DECLINED
    return reverse("incidents:sla-waiver-request", args=[cycle.breach_id]) if cycle.breach_id and is_possible else ""


def _clocks(request: HttpRequest, ticket: Ticket) -> dict[str, object] | None:
    """Every promise of the ticket; for its requester a sentence. Nothing for a ticket without a promise."""
    at = timezone.now()
    views = reading.read_clocks(ticket=ticket, as_of=at, now=at)
    if permissions.reads_as_requester(signed_in(request), ticket):
        text = requester_text(views, at=at)
        return {"requester_text": text} if text else None
    excluded = [_excluded(row) for row in reading.list_excluded_times(ticket)]
    if not views and not excluded:
        return None
    may_waive = permissions.can_request_sla_waiver(request.user, ticket)
    may_exclude = permissions.can_exclude_time(request.user, ticket)
    return {
        "head": _head(views, at=at),
        "clocks": [clock_line(view, at=at, may_waive=may_waive) for view in views],
        "excluded": excluded,
        "times_incomplete": any(view.times_incomplete for view in views),
        "requester_text": _text_for_requester(ticket, views, at=at),
        "exclude_url": reverse("incidents:excluded-time-request", args=[ticket.reference]) if may_exclude else "",
    }


@dataclass(frozen=True)
class HeadClock:
    """The clock in a ticket's head: its looks, its face, and the whole sentence."""

    css: str
    face: str | SafeString
    text: str | SafeString


def _head(views: Sequence[ClockView], *, at: datetime) -> HeadClock | None:
    """The clock that is due first; else one that stands still; None without an open one."""
    cycles = [(view, view.current) for view in views if view.current.is_open]
    running = [(view, cycle) for view, cycle in cycles if cycle.due_at is not None and not cycle.paused]
    view, cycle = min(running, key=lambda pair: pair[1].due_at or at, default=(None, None))
    if view is None or cycle is None:
        view, cycle = next(iter(cycles), (None, None))
    if view is None or cycle is None:
        return None
    css, face = _face(cycle, at=at)
    due = format_html(" by {}", display.clock_element(cycle.due_at, at=at)) if cycle.due_at else ""
    return HeadClock(css, face, format_html("{}, {}{}", face, words.metric_text(view.metric), due))


def _text_for_requester(ticket: Ticket, views: Sequence[ClockView], *, at: datetime) -> str:
    """What a requester with an account reads, on their own clock."""
    reader = ticket.requester.user if ticket.requester is not None else None
    return requester_text(views, at=at, zone=reader.time_zone) if reader is not None else ""


def register() -> None:
    """Add the panels; called from `ready()`."""
    for place in ("incident", "problem"):
        panels.register(panels.Panel(place, 0, "incidents/tickets/panel_clocks.html", _clocks))
