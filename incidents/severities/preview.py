"""What happens if an incident of a drafted severity is raised: instants in order, each with its calendar and reason.

The real clocks and the real resolver answer; nothing is stored and nobody is paged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.base.web import display
from incidents.models import Service, SlaKind, SlaMetric, SlaStart, SlaTargetVersion
from incidents.response.paging import policy_for
from incidents.severities.contradictions import Contradiction
from incidents.severities.outlook import Outlook, plain_fields
from incidents.severities.promises import PROMISED, goal_field
from incidents.sla.clocks import courses, due_at
from incidents.sla.definitions import TargetVersion
from incidents.sla.history import Event, History
from incidents.sla.stretches import TWO_YEARS
from incidents.sla.words import goal_text
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, minute_of, moment_of
from oncall.escalation.simulation import simulate
from oncall.escalation.simulation_text import ways_text
from oncall.models import Calendar, Page

_BEGINNING = ("opened", "alerted")
_FIRINGS = 2
"""How many firings of the policy are named; the simulator shows all."""
_LABELS = {
    SlaMetric.ACKNOWLEDGE: "acknowledge by",
    SlaMetric.FIRST_UPDATE: "first update by",
    SlaMetric.NEXT_UPDATE: "next update by",
    SlaMetric.RESTORE: "restore by",
    SlaMetric.PREVENT: "resolve by",
}
_SINCE = {
    SlaStart.OPENED: "from the start",
    SlaStart.ALERTED: "from the first page",
    SlaStart.IMPACT: "from the start of the impact",
    SlaStart.RESTORED: "after restoration",
}


@dataclass(frozen=True)
class Moment:
    """Something that happens at an instant, or cannot be computed; `field` is where its reader can change it."""

    at: datetime | None
    label: str
    detail: str = ""
    people: tuple[str, ...] = ()
    field: str = ""
    url: str = ""
    is_wrong: bool = False


@dataclass(frozen=True)
class RaisedPreview:
    """What happens if one is raised; `closed` are sentences about calendars that are closed then."""

    at: datetime
    moments: tuple[Moment, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True)
class _Due:
    """A promise about one incident, and when it is due; None if never within two years."""

    metric: SlaMetric
    version: TargetVersion
    calendar: Calendar | None
    name: str
    """Of the target, if it is not the severity's own."""
    url: str
    at: int | None


def preview_raised(
    outlook: Outlook, *, service: Service | None, raised_at: datetime, contradictions: Sequence[Contradiction]
) -> RaisedPreview:
    """What happens if an incident about a service, or about none, is raised at a whole minute."""
    minute = minute_of(raised_at)
    dues = _dues(outlook, service, minute)
    wrong = {each.field for each in contradictions}
    moments = [Moment(raised_at, "raised"), *_paging(outlook, service, raised_at, wrong)]
    moments += [_promise_moment(due, minute, wrong) for due in dues]
    moments += _postmortem(outlook, service, dues, raised_at, wrong)
    moments.sort(key=_order)
    return RaisedPreview(raised_at, tuple(moments), tuple(_closed(dues, minute)))


def _order(moment: Moment) -> float:
    """In time; what cannot be computed comes last."""
    return float("inf") if moment.at is None else moment.at.timestamp()


def _paging(outlook: Outlook, service: Service | None, at: datetime, wrong: set[str]) -> Iterator[Moment]:
    severity = outlook.draft.severity
    if "pages" in wrong:
        yield Moment(None, "paging", "Waits for the field that contradicts.", field="pages", is_wrong=True)
    elif not severity.pages:
        yield Moment(at, "pages nobody", "It waits in the queue of its team.", field="pages")
    elif service is None:
        yield Moment(at, "pages the people on call", "Choose a service to see who they are.", field="pages")
    else:
        yield from _pages(outlook, service, at)


def _pages(outlook: Outlook, service: Service, at: datetime) -> Iterator[Moment]:
    """Who is paged and on what if nobody answers: the first firings that reach somebody, by the engine's own step."""
    policy = policy_for(service=service, team=service.team)
    run = simulate(policy=policy, team=service.team, at=at, urgency=outlook.draft.severity.urgency)
    firings = [event for event in run.events if event.pages][:_FIRINGS]
    for number, event in enumerate(firings):
        people = list(dict.fromkeys(page.user_id for page in event.pages))
        names = tuple(run.people[key].name for key in people)
        ways = [
            f"{run.people[key].name if len(people) > 1 else ''} {_ways(event.pages, key, event.line.at)}".strip()
            for key in people
        ]
        text = "; ".join(ways)
        label = "else pages" if number else "pages"
        yield Moment(event.line.at, label, f"{text[:1].upper()}{text[1:]}.", people=names, field="urgency")
    if not firings:
        yield Moment(
            at, "reaches nobody", f"Nobody is on call for {service.name} then.", field="pages", is_wrong=True,
            url=service.get_absolute_url(),
        )  # fmt: skip


def _ways(pages: Sequence[Page], user: int, since: datetime) -> str:
    return ways_text([page for page in pages if page.user_id == user], since=since)


def _dues(outlook: Outlook, service: Service | None, minute: int) -> list[_Due]:
    fields = plain_fields(outlook.draft)
    if service is not None:
        fields |= {"service": service.pk, "tier": service.tier, "team": service.team_id}
    begun = [Event(minute, kind, minute, fields=fields if kind == "opened" else {}) for kind in _BEGINNING]
    updated = [*begun, Event(minute, "update", minute)]
    definitions = outlook.definitions
    versions: dict[SlaMetric, tuple[TargetVersion, int | None]] = {}
    for events, metrics in ((begun, set(PROMISED) - {SlaMetric.NEXT_UPDATE}), (updated, {SlaMetric.NEXT_UPDATE})):
        for course in courses(History(events), definitions, planned=definitions, until=minute):
            metric = SlaMetric(course.clock.metric)
            if course.clock.kind == SlaKind.SLA and metric in metrics:
                versions[metric] = (course.version, due_at(course))
    prevent = _prevention(outlook, fields, versions, minute)
    if prevent is not None:
        versions[SlaMetric.PREVENT] = prevent
    return _named(outlook, versions)


def _prevention(
    outlook: Outlook,
    fields: Mapping[str, object],
    versions: Mapping[SlaMetric, tuple[TargetVersion, int | None]],
    minute: int,
) -> tuple[TargetVersion, int | None] | None:
    """The promise to resolve, if the service is restored at the last minute that was promised."""
    key = (str(SlaKind.SLA), str(SlaMetric.PREVENT))
    if SlaMetric.PREVENT in versions or key not in outlook.definitions.by_promise:
        return None
    version = outlook.definitions.by_promise[key].match(fields, minute, opened=minute)
    if version is None or not outlook.draft.severity.needs_prevention:
        return None
    _, restored = versions.get(SlaMetric.RESTORE, (version, minute))
    start = minute if restored is None else restored
    return version, version.hours.advance(start, version.goal, limit=start + TWO_YEARS)


def _named(outlook: Outlook, versions: Mapping[SlaMetric, tuple[TargetVersion, int | None]]) -> list[_Due]:
    """With calendars and names; one query."""
    stored = SlaTargetVersion.objects.select_related("target", "calendar").in_bulk(
        [version.key for version, _ in versions.values()]
    )
    own = {row.target.pk for row in outlook.own.values()}
    rows = []
    for metric in PROMISED:
        if metric not in versions:
            continue
        version, due = versions[metric]
        row = stored.get(version.key)
        if row is None:
            rows.append(_Due(metric, version, outlook.planned[metric].draft.calendar, "", "", due))
        else:
            is_own = row.target_id in own
            name, url = ("", "") if is_own else (row.target.name, row.target.get_absolute_url())
            rows.append(_Due(metric, version, row.calendar, name, url, due))
    return rows


def _promise_moment(due: _Due, minute: int, wrong: set[str]) -> Moment:
    field, label = goal_field(due.metric), _LABELS[due.metric]
    if field in wrong:
        return Moment(None, label, "Waits for the field that contradicts.", field=field, is_wrong=True)
    goal = goal_text(due.version.goal, due.version.hours is AROUND_THE_CLOCK)
    counted = f" of {due.calendar.name}" if due.calendar else ""
    since = "after each update" if due.metric == SlaMetric.NEXT_UPDATE else _SINCE[SlaStart(due.version.start)]
    source = f" “{due.name}” says so." if due.name else ""
    if due.at is None:
        detail = f"{goal}{counted}: this calendar is hardly ever open.{source}"
        return Moment(None, label, detail, field=field, url=due.url, is_wrong=True)
    return Moment(moment_of(due.at), label, f"{goal}{counted}, {since}.{source}", field=field, url=due.url)


def _postmortem(
    outlook: Outlook, service: Service | None, dues: Sequence[_Due], raised_at: datetime, wrong: set[str]
) -> Iterator[Moment]:
    severity = outlook.draft.severity
    if not severity.needs_postmortem:
        return
    if "postmortem_days" in wrong:
        yield Moment(
            None, "postmortem due", "Waits for the field that contradicts.", field="postmortem_days", is_wrong=True
        )
        return
    restored = next((due.at for due in dues if due.metric == SlaMetric.RESTORE and due.at is not None), None)
    zone = ZoneInfo(service.team.time_zone if service else "UTC")
    start = raised_at if restored is None else moment_of(restored)
    due_on = start.astimezone(zone).date() + timedelta(days=severity.postmortem_days)
    end = datetime(due_on.year, due_on.month, due_on.day, 23, 59, tzinfo=zone)
    days = f"{severity.postmortem_days} day{'' if severity.postmortem_days == 1 else 's'}"
    yield Moment(end, "postmortem approved by", f"{days} after restoration.", field="postmortem_days")


def _closed(dues: Sequence[_Due], minute: int) -> Iterator[str]:
    """A sentence for each calendar that is closed at the minute: what waits, and until when."""
    waiting: dict[str, tuple[TargetVersion, list[str]]] = {}
    for due in dues:
        if due.calendar is not None and due.metric != SlaMetric.PREVENT and not due.version.hours.is_open(minute):
            label = _LABELS[due.metric].removesuffix(" by")
            waiting.setdefault(due.calendar.name, (due.version, []))[1].append(label)
    for name, (version, labels) in waiting.items():
        opens = version.hours.advance(minute, 1, limit=minute + TWO_YEARS)
        if opens is None:
            continue
        moment, left = moment_of(opens - 1), display.minutes_text(opens - 1 - minute)
        what = ", ".join(labels)
        yield f"{name} is closed then. The time for {what} starts {display.local_text(moment)}, in {left}."
