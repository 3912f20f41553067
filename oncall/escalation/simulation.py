"""Who would be paged, when and on what, if a policy fired at a moment and nobody answered; nothing is written.

It goes through the engine's own entry point with the real rota, notification rules and turns, from the trigger until
the policy is exhausted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from oncall import paging
from oncall.escalation import machine, stepping
from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import LogLine, Policy
from oncall.escalation.stepping import Prepared
from oncall.models import Escalation, EscalationPolicy, Page, Team, Urgency, User

LONGEST = timedelta(days=14)
"""How far ahead the rota is read; a policy that runs on is cut there."""
MAX_LINES = 500
"""How many lines of the log are made; a policy that makes more is cut there."""


@dataclass(frozen=True)
class Event:
    """One line of the log that the engine would write, with the pages it would make: unsaved, by their due times."""

    line: LogLine
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True)
class Simulation:
    """What would happen from `at` on. `policy` is the machine's; `people` are those of the events, by primary key."""

    at: datetime
    urgency: str
    policy: Policy
    events: tuple[Event, ...]
    people: Mapping[int, User] = field(default_factory=dict)
    cut_at: datetime | None = None
    """When the next step would fire, if it lies beyond what is looked at."""

    @property
    def pages(self) -> list[Page]:
        """All pages, by their due times."""
        return sorted((page for event in self.events for page in event.pages), key=lambda page: page.due_at)


def simulate(
    *, policy: EscalationPolicy | None, team: Team | None, at: datetime, urgency: str = Urgency.HIGH
) -> Simulation:
    """Let a policy run from `at` to its end as `trigger` and the engine would; the same queries for any length.

    Nobody answers, each page arrives, and the engine is in time. Without a policy the team's managers are paged.
    """
    frozen = freeze(policy, team=team)
    team_id = team.pk if team else None
    until = at + min(LONGEST, _length(thaw(frozen)))
    [prepared] = stepping.prepare({0: (frozen, team_id)}, since=at, until=until).values()
    state = replace(machine.begin(at=at), cursors=stepping.cursors(frozen))
    lines, cut_at = _run(prepared, state, until=until)
    events, people = _with_pages(lines, urgency)
    return Simulation(at, urgency, prepared.policy, events, people, cut_at)


def _length(policy: Policy) -> timedelta:
    """At most how long the policy runs."""
    a_round = sum((step.delay for step in policy.steps), policy.fallback_delay)
    return a_round * (policy.repeat + 1)


def _run(prepared: Prepared, state: machine.State, *, until: datetime) -> tuple[list[LogLine], datetime | None]:
    lines: list[LogLine] = []
    while state.next_at is not None:
        if state.next_at > until or len(lines) >= MAX_LINES:
            return lines, state.next_at
        state, log = stepping.advance(prepared, state, at=state.next_at)
        lines += log
    return lines, None


def _with_pages(lines: Iterable[LogLine], urgency: str) -> tuple[tuple[Event, ...], dict[int, User]]:
    lines = list(lines)
    keys = {int(str(person.user)) for line in lines for person in line.reached}
    people = User.objects.in_bulk(keys)
    ways = paging.ways_to_reach(sorted(keys), urgency)
    escalation = Escalation(urgency=urgency)
    events, firing = [], 0
    for line in lines:
        firing += bool(line.reached)
        reached = [people[int(str(person.user))] for person in line.reached]
        pages = paging.build_pages(escalation=escalation, firing=firing, people=reached, ways=ways, at=line.at)
        events.append(Event(line, tuple(pages)))
    return tuple(events), people
