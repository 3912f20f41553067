"""What a warning or a breach does: it tells people, starts an escalation policy, or hands the ticket to a team.

Each happens once for a clock, cycle, percentage and goal. One that fails stops no other: the timeline says so.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from config.base.data.isolation import is_database_away, short_text
from config.base.data.models import Origin
from config.base.web import display
from incidents import response
from incidents.models import EntryKind, SlaAction, SlaActionKind, SlaCycle, Ticket, TimelineEntry
from incidents.sla.targets import BREACH_PERCENT
from incidents.sla.words import goal_text, kind_text, metric_text
from incidents.tickets import timeline
from incidents.tickets.locking import lock_ticket
from incidents.tickets.subject import outside_name
from oncall import escalation
from oncall.escalation import policy_reach
from oncall.messages import notices
from oncall.models import EscalationPolicy, Membership, User

logger = logging.getLogger(__name__)
FROM_PERCENT = 75
"""Without actions of its own a target tells the assignee from this percentage on, and nobody before it."""


@dataclass(frozen=True)
class _Occasion:
    """A clock of a locked ticket that reached a percentage of its goal, or broke."""

    ticket: Ticket
    cycle: SlaCycle
    percent: int
    is_breach: bool
    at: datetime

    @property
    def key(self) -> str:
        """What happens once has this key: clock, cycle, percentage and goal (K-36)."""
        cycle = self.cycle
        clock = f"{cycle.kind}:{cycle.metric}:{cycle.team_id or ''}:{cycle.cycle}"
        return f"sla:{clock}:{self.percent}:{cycle.goal_minutes}"

    @property
    def goal(self) -> str:
        """The goal in words."""
        version = self.cycle.version
        return goal_text(self.cycle.goal_minutes, version is None or version.calendar_id is None)

    @property
    def title(self) -> str:
        """A title without the ticket's own, which may be private."""
        what = f"{kind_text(self.cycle.kind)} {metric_text(self.cycle.metric)}"
        if self.is_breach:
            return f"Broken: {what} of {self.ticket.reference}"
        return f"{self.percent} % of the time is over: {what} of {self.ticket.reference}"


def carry_out(*, ticket: Ticket, cycle_row: SlaCycle, percent: int, is_breach: bool, at: datetime) -> None:
    """Do what the target says for a warning at a percentage of the goal, or for a breach, which counts as 100 (K-36).

    A target without actions tells the assignee from 75 % on, or the team's managers if nobody is assigned, and both
    at 100 % and with a breach. A breach has its line on the timeline. Never raises for an action that fails: that is
    logged and stands on the timeline. Locks the ticket, in the caller's transaction.

    Nothing happens for a ticket that nobody entered: rows of the demo, of a worked case or of another system have
    their facts, and tell nobody.
    """
    if ticket.origin != Origin.EDIT:
        return
    with transaction.atomic():
        percent = BREACH_PERCENT if is_breach else percent
        occasion = _Occasion(lock_ticket(ticket.pk), cycle_row, percent, is_breach, at)
        if is_breach:
            _do(occasion, "breach", _record_breach)
        actions = _actions(cycle_row)
        if not actions:
            _do(occasion, "default", _tell_by_default)
        for action in actions:
            if action.percent == percent:
                _do(occasion, f"action {action.pk}", _DOING[SlaActionKind(action.act)], action)


def who_is_called(policy: EscalationPolicy, *, at: datetime) -> list[str]:
    """The names of the people whom an action would call at once if it started this policy now, for a screen."""
    reach = policy_reach.list_reached(policy, at=at)
    groups = [*(step.people for step in reach.steps), reach.fallback]
    return [person.name for person in next((people for people in groups if people), ())]


def _actions(cycle: SlaCycle) -> list[SlaAction]:
    version = cycle.version
    rows = SlaAction.objects.filter(target=version.target_id) if version else SlaAction.objects.none()
    return list(rows.select_related("policy", "team").order_by("percent", "pk"))


def _do(occasion: _Occasion, name: str, do: Callable[..., None], *rows: SlaAction) -> None:
    """Do one thing in a savepoint of its own; a failure is told on the timeline, and the rest goes on."""
    try:
        with transaction.atomic():
            do(occasion, *rows)
    except Exception as error:
        if is_database_away(error):
            raise
        logger.exception("sla.action_failed", extra={"ticket": occasion.ticket.pk, "action": name})
        reason = str(error) if isinstance(error, response.TicketRefused) else short_text(error)
        _record(occasion, f"{occasion.title}. What should follow failed: {reason}", f"{name} failed")


def _record_breach(occasion: _Occasion) -> None:
    _record(occasion, f"{occasion.title}: {occasion.goal} are over.", "breach")


def _tell_by_default(occasion: _Occasion) -> None:
    if occasion.percent >= BREACH_PERCENT:
        _notify(occasion, [*_assignee(occasion.ticket), *_managers(occasion.ticket)])
    elif occasion.percent >= FROM_PERCENT:
        _notify(occasion, _assignee(occasion.ticket) or _managers(occasion.ticket))


def _tell_assignee(occasion: _Occasion, action: SlaAction) -> None:
    # A warning that nobody reads is none: without an assignee the managers have it.
    _notify(occasion, _assignee(occasion.ticket) or _managers(occasion.ticket))


def _tell_managers(occasion: _Occasion, action: SlaAction) -> None:
    _notify(occasion, _managers(occasion.ticket))


def _start_policy(occasion: _Occasion, action: SlaAction) -> None:
    """Start the policy beside the escalations of the teams; it ends with them, at restoration."""
    policy, ticket = action.policy, occasion.ticket
    if policy is None or _is_done(occasion, f"policy {policy.pk}"):
        return
    # The teams' own escalations have a team; one without a team stands beside them, and one at a time can run.
    if response.running(ticket).filter(team=None).exists():
        text = f"{occasion.title}. The policy “{policy.name}” was not started: another one still runs for this ticket."
    else:
        escalation.trigger(
            subject_type=response.SUBJECT,
            subject_id=ticket.pk,
            title=occasion.title,
            url=ticket.get_absolute_url(),
            policy=policy,
            team=None,
            urgency=ticket.severity.urgency,
            priority=ticket.severity.rank,
            at=occasion.at,
        )
        text = f"{occasion.title}. The policy “{policy.name}” was started."
    _record(occasion, text, f"policy {policy.pk}")


def _hand_over(occasion: _Occasion, action: SlaAction) -> None:
    team = action.team
    if team is None or team.pk == occasion.ticket.team_id or _is_done(occasion, f"team {team.pk}"):
        return
    response.reassign(ticket_id=occasion.ticket.pk, team=team, reason=f"{occasion.title}.", actor=None, at=occasion.at)
    _record(occasion, f"{occasion.title}. The target hands the ticket to {team.name}.", f"team {team.pk}")


_DOING: dict[SlaActionKind, Callable[[_Occasion, SlaAction], None]] = {
    SlaActionKind.TELL_ASSIGNEE: _tell_assignee,
    SlaActionKind.TELL_MANAGER: _tell_managers,
    SlaActionKind.ESCALATE: _start_policy,
    SlaActionKind.HAND_OVER: _hand_over,
}


def _assignee(ticket: Ticket) -> list[User]:
    person = ticket.assignee
    return [person] if person is not None and person.is_active else []


def _managers(ticket: Ticket) -> list[User]:
    rows = Membership.objects.active_managers().filter(team=ticket.team_id)
    return [membership.user for membership in rows.select_related("user").order_by("user__name", "pk")]


def _notify(occasion: _Occasion, people: Iterable[User]) -> None:
    ticket, due_at = occasion.ticket, occasion.cycle.due_at

    def text(person: User) -> str:
        due = f", by {display.local_text(due_at, zone=person.time_zone)}" if due_at and not occasion.is_breach else ""
        state = "The promise is broken" if occasion.is_breach else f"{occasion.percent} % of the time is over"
        return f"{state} for {outside_name(ticket)}: {metric_text(occasion.cycle.metric)} within {occasion.goal}{due}."

    notices.notify(
        users=list(people),
        key=f"{ticket.pk}:{occasion.key}",
        title=occasion.title,
        text=text,
        path=ticket.get_absolute_url(),
        at=occasion.at,
    )


def _is_done(occasion: _Occasion, what: str) -> bool:
    rows = TimelineEntry.objects.filter(ticket=occasion.ticket.pk)
    return rows.filter(source=_source(occasion, what)).exists()


def _source(occasion: _Occasion, what: str) -> str:
    # Short enough for the column, however long the numbers are.
    return f"sla:{what}:{hashlib.sha256(occasion.key.encode()).hexdigest()[:20]}"


def _record(occasion: _Occasion, text: str, what: str) -> None:
    timeline.record(
        ticket_id=occasion.ticket.pk,
        kind=EntryKind.ESCALATION,
        text=text,
        at=occasion.at,
        data={"kind": occasion.cycle.kind, "metric": occasion.cycle.metric, "percent": occasion.percent},
        source=_source(occasion, what),
    )
