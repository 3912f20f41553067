"""A simulation in words: one headline, and what happens line by line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from config.base.data.clock import find_zone
from config.base.data.wall_clock import wall_time
from config.base.web.display import duration_text, local_text
from oncall.escalation.machine import FALLBACK
from oncall.escalation.simulation import Event, Simulation
from oncall.escalation.simulation_reasons import Reasons
from oncall.models import ContactKind, EscalationEvent, Page, Urgency, User

MAIL_ONLY = "only mail: it hardly wakes anybody"
NO_METHOD = "no verified contact method: only the mail address of the account"
_WORDS = {
    ContactKind.SMS: "text message", ContactKind.VOICE: "call", ContactKind.PUSH: "push message",
    ContactKind.EMAIL: "mail", ContactKind.WEBHOOK: "webhook",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the answer. `kind` is page, skip, again, end or other; `names` and `ways` are of one person."""

    kind: str
    at: datetime
    clock: str
    after: str
    step: str
    name: str = ""
    ways: str = ""
    their_clock: str = ""
    why: str = ""
    warning: str = ""

    @property
    def is_step(self) -> bool:
        """Whether `step` is the number of a step."""
        return self.step.isdigit()


def headline(run: Simulation, *, zone: ZoneInfo) -> str:
    """The answer in one sentence."""
    firings = [event for event in run.events if event.pages]
    if not firings:
        return "Nobody is paged: no step, no fallback and no last resort reaches anybody."
    first = firings[0]
    people = _people_of(first, run)
    ways = ways_text(_pages_of(people[0], first), since=first.line.at)
    text = f"{_names(people)} {_are(people)} paged at {_clock(first.line.at, zone, run)}"
    text += f": {ways}" if len(people) == 1 else ""
    others = {page.user_id for event in firings[1:] for page in event.pages} - {person.pk for person in people}
    if others:
        last_at = min(_last_first_page(firings, others), default=first.line.at)
        count = "one more person" if len(others) == 1 else f"{len(others)} more people"
        text += f"; then {count} by {_clock(last_at, zone, run)}"
    return f"{text}."


def warning(run: Simulation) -> str:
    """What is wrong with the answer, in one sentence; empty if nothing is."""
    if not run.policy.steps:
        return "This policy has no step, so only its fallback is paged."
    if run.events and run.events[0].line.event == EscalationEvent.NOBODY_ON_CALL:
        return "The first step reaches nobody at this moment."
    quiet = [person.name for key, person in run.people.items() if _warning_of(_pages_by_user(run)[key], run.urgency)]
    if not quiet:
        return ""
    return f"{', '.join(sorted(quiet))} {'get' if len(quiet) > 1 else 'gets'} only mail."


def describe(run: Simulation, reasons: Reasons, *, zone: ZoneInfo) -> list[Line]:
    """What happens, line by line; a round like the one before it is one line."""
    lines: list[Line] = []
    earlier: object = None
    rounds = [(number, list(group)) for number, group in groupby(_rounded(run), key=lambda pair: pair[0])]
    for number, group in rounds:
        events = [event for _, event in group]
        shape = _shape(events)
        if number and shape == earlier and len(shape) > 0:
            lines.append(_again(events[0], number, run, zone))
            events = [event for event in events if event.line.step == FALLBACK or event.line.round is None]
        for event in events:
            lines += _describe_event(event, run, reasons, zone)
        earlier = shape
    if run.cut_at is not None:
        text = f"It goes on at {local_text(run.cut_at, zone=zone.key)}; this page looks no further."
        lines.append(_line("other", run.cut_at, "", run, zone, why=text))
    return lines


def ways_text(pages: Sequence[Page], *, since: datetime) -> str:
    """The ways to one person as text: "push message and text message at once, call after 3 and 8 min"."""
    waits: dict[str, list[int]] = {}
    for page in sorted(pages, key=lambda page: page.due_at):
        waits.setdefault(_WORDS[ContactKind(page.channel)], []).append((page.due_at - since) // timedelta(minutes=1))
    words: dict[str, list[str]] = {}
    for word, minutes in waits.items():
        words.setdefault(_waits_text(minutes), []).append(word)
    return ", ".join(f"{' and '.join(same)} {wait}" for wait, same in words.items())


def _waits_text(minutes: Sequence[int]) -> str:
    later = [str(minute) for minute in minutes if minute]
    after = f"after {' and '.join(later)} min" if later else ""
    return " and ".join(part for part in ("at once" if 0 in minutes else "", after) if part)


def _rounded(run: Simulation) -> Iterator[tuple[int, Event]]:
    """Each event with its round; those of no round belong to the one before."""
    number = 0
    for event in run.events:
        number = number if event.line.round is None else event.line.round
        yield number, event


def _shape(events: Iterable[Event]) -> list[object]:
    """What two equal rounds have in common: the steps, and the people in them."""
    return [
        (event.line.event, event.line.step, [person.user for person in event.line.reached])
        for event in events
        if event.line.step not in {FALLBACK, None}
    ]


def _again(first: Event, number: int, run: Simulation, zone: ZoneInfo) -> Line:
    why = f"The policy repeats its steps {run.policy.repeat} times" if run.policy.repeat > 1 else "The policy repeats"
    text = f"Round {number + 1} of {run.policy.repeat + 1}: the same people in the same order"
    return _line("again", first.line.at, "again", run, zone, ways=text, why=why)


def _describe_event(event: Event, run: Simulation, reasons: Reasons, zone: ZoneInfo) -> Iterator[Line]:
    line = event.line
    step = "fallback" if line.step == FALLBACK else "" if line.step is None else str(line.step + 1)
    if line.event == EscalationEvent.NOBODY_ON_CALL and line.step is not None:
        targets = run.policy.steps[line.step].targets
        name = ", ".join(reasons.name(target) for target in targets)
        why = reasons.why_nobody(line, targets)
        yield _line("skip", line.at, step, run, zone, name=name, ways="skipped in the same minute", why=why)
    elif line.event == EscalationEvent.EXHAUSTED:
        text = "Nobody else is paged. The incident stays open in red, and the operators see it."
        yield _line("end", line.at, "end", run, zone, ways=text)
    elif not line.reached:
        name = dict(EscalationEvent.choices).get(line.event, line.event)
        yield _line("other", line.at, step, run, zone, ways=str(name))
    for person in line.reached:
        user = run.people[int(str(person.user))]
        pages = _pages_of(user, event)
        yield _line(
            "page",
            line.at,
            step,
            run,
            zone,
            name=user.name,
            ways=ways_text(pages, since=line.at),
            their_clock=_their_clock(line.at, user, zone),
            why=reasons.why(person, at=line.at, step=step),
            warning=_warning_of(pages, run.urgency),
        )


def _line(kind: str, at: datetime, step: str, run: Simulation, zone: ZoneInfo, **texts: str) -> Line:
    return Line(kind, at, _clock(at, zone, run), duration_or_now(at - run.at), step, **texts)


def duration_or_now(after: timedelta) -> str:
    """How long after the moment that was asked about."""
    return duration_text(after.total_seconds()) if after else "0 min"


def _clock(at: datetime, zone: ZoneInfo, run: Simulation) -> str:
    """The local time; with the zone's name where clocks change during the run, with the day on another one."""
    wall, begin = at.astimezone(zone), run.at.astimezone(zone)
    day = f"{wall:%a} {wall.day} {wall:%b} " if wall.date() != begin.date() else ""
    return f"{day}{wall:%H:%M:%S} {wall.tzname()}"


def _their_clock(at: datetime, user: User, zone: ZoneInfo) -> str:
    theirs = find_zone(user.time_zone)
    if wall_time(at, theirs) == wall_time(at, zone):
        return "same"
    wall = at.astimezone(theirs)
    return f"{wall:%a %H:%M} {wall.tzname()}"


def _warning_of(pages: Sequence[Page], urgency: str) -> str:
    if all(page.contact_method_id is None for page in pages):
        return NO_METHOD
    is_mail = all(page.channel == ContactKind.EMAIL for page in pages)
    return MAIL_ONLY if is_mail and urgency == Urgency.HIGH else ""


def _pages_by_user(run: Simulation) -> Mapping[int, list[Page]]:
    pages: dict[int, list[Page]] = {key: [] for key in run.people}
    for page in run.pages:
        pages[page.user_id].append(page)
    return pages


def _pages_of(user: User, event: Event) -> list[Page]:
    return [page for page in event.pages if page.user_id == user.pk]


def _people_of(event: Event, run: Simulation) -> list[User]:
    return [run.people[key] for key in dict.fromkeys(page.user_id for page in event.pages)]


def _last_first_page(firings: Iterable[Event], users: set[int]) -> list[datetime]:
    """The moment by which each of these people has had a page, or nothing without them."""
    firsts: dict[int, datetime] = {}
    for event in firings:
        for page in event.pages:
            if page.user_id in users:
                firsts.setdefault(page.user_id, event.line.at)
    return [max(firsts.values())] if firsts else []


def _names(people: Sequence[User]) -> str:
    names = [person.name for person in people]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _are(people: Sequence[User]) -> str:
    return "is" if len(people) == 1 else "are"
