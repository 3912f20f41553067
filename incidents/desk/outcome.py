"""What logging a call would do, said before it is done: priority, team, the first promise, and who could be paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.base.data.clock import floor_minute
from incidents.categories.catalogue import find_category
from incidents.desk.opening import Call, choose_team
from incidents.models import Incident, Severity, SlaKind, SlaMetric, TicketKind
from incidents.response.paging import first_targets, policy_for
from incidents.response.privacy import default_reason
from incidents.sla.asking import preview_promises
from incidents.tickets import clock_facts, priority
from oncall import schedules
from oncall.escalation.freezing import freeze
from oncall.escalation.machine import Target
from oncall.models import Team, User

DUTY_LIMIT = timedelta(days=8)
"""How far the end of somebody's time on call is looked for; a later end is not told."""


@dataclass(frozen=True)
class Duty:
    """The people who would be paged at once, and until when they are on call; None if it is not soon or not known."""

    names: tuple[str, ...] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What would come of a call."""

    priority: int
    severity: Severity
    team: Team | None
    acknowledge_by: datetime | None
    duty: Duty
    is_paged: bool
    """Whether the agent has chosen to page."""
    private_because: str
    """Why the ticket is private without anybody choosing it; empty if it is not."""


def preview_outcome(*, call: Call, actor: User, at: datetime, page: bool) -> Outcome:
    """What opening the ticket of this call would do now; a constant number of queries, and nothing is stored."""
    proposal = priority.propose(impact=call.impact, urgency=call.urgency)
    team = choose_team(call, actor)
    return Outcome(
        priority=proposal.priority,
        severity=proposal.severity,
        team=team,
        acknowledge_by=_acknowledge_by(call, proposal, team, at=at, page=page) if team else None,
        duty=_duty(call, team, at=at) if team else Duty(),
        is_paged=page,
        private_because=default_reason(team=team, category=find_category(call.category)),
    )


def _acknowledge_by(
    call: Call, proposal: priority.Proposal, team: Team, *, at: datetime, page: bool
) -> datetime | None:
    """When the first promise to acknowledge would be due, by the same clocks that will count."""
    draft = Incident(
        kind=TicketKind.INCIDENT, title=call.title, severity=proposal.severity, priority=proposal.priority,
        service=call.service, team=team, category=call.category, requester=call.requester,
        affected_customers=call.affected_customers, created_at=at, impact_started_at=at,
    )  # fmt: skip
    fields = clock_facts.opened_fields(draft)
    promises = preview_promises(fields=fields, start=at, at=at, is_alerted=page)
    return min(
        (
            promise.due_at
            for promise in promises
            if promise.due_at and (promise.kind, promise.metric) == (SlaKind.SLA, SlaMetric.ACKNOWLEDGE)
        ),
        default=None,
    )


def _duty(call: Call, team: Team, *, at: datetime) -> Duty:
    policy = policy_for(service=call.service, team=team)
    reached = first_targets(freeze(policy, team=team), at=at)
    keys = list(dict.fromkeys(person for people in reached.values() for person in people))
    users = User.objects.in_bulk(keys)
    return Duty(names=tuple(users[key].name for key in keys), ends_at=_end_of_duty(list(reached), at=at))


def _end_of_duty(targets: Sequence[Target], *, at: datetime) -> datetime | None:
    """When the people of the only target are relieved, if that is a schedule."""
    if len(targets) != 1 or targets[0].kind != "schedule":
        return None
    since = floor_minute(at)
    [roster] = schedules.load(ids=[targets[0].key], since=since, until=since + DUTY_LIMIT)
    return schedules.end_of_stint(roster, at=at)
