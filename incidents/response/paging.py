"""The escalation policy of a ticket: starting, ending and previewing it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from incidents.models import Response, Service, Severity, Ticket
from incidents.tickets.subject import TICKET
from oncall import escalation
from oncall.escalation.freezing import freeze, thaw
from oncall.escalation.machine import Target
from oncall.escalation.reaching import Reach
from oncall.models import Escalation, EscalationPolicy, Team, User
from oncall.models.escalation import EscalationQuerySet
from oncall.work import intervals

SUBJECT = TICKET


def policy_for(*, service: Service | None, team: Team) -> EscalationPolicy | None:
    """The service's policy if the team owns the service, else the team's own."""
    if service is not None and service.team_id == team.pk and service.escalation_policy_id:
        return service.escalation_policy
    return team.escalation_policy


def page_team(*, ticket: Ticket, team: Team, at: datetime) -> Escalation | None:
    """Start the team's policy for a locked ticket, unless one of its own is running already."""
    if running(ticket).filter(team=team).exists():
        return None
    row = escalation.trigger(
        subject_type=SUBJECT,
        subject_id=ticket.pk,
        title=str(ticket),
        url=ticket.get_absolute_url(),
        policy=policy_for(service=ticket.service, team=team),
        team=team,
        urgency=ticket.severity.urgency,
        priority=ticket.severity.rank,
        at=at,
    )
    Response.objects.create(ticket=ticket, team=team, escalation=row)
    return row


def running(ticket: Ticket) -> EscalationQuerySet:
    """The ticket's escalations that have not ended, in the order in which they are locked."""
    return Escalation.objects.about(SUBJECT, ticket.pk).running().order_by("pk")


def end_paging(*, ticket: Ticket, at: datetime, actor: User | None, team: Team | None = None) -> None:
    """End the ticket's escalations, or one team's; without a team, work intervals end too."""
    rows = running(ticket).filter(Q() if team is None else Q(team=team))
    for pk in list(rows.values_list("pk", flat=True)):
        escalation.end(escalation_id=pk, at=at, actor=actor)
    if team is None:
        intervals.stop(subject_type=SUBJECT, subject_id=ticket.pk, at=at)


def begin_work(*, ticket: Ticket, user: User, at: datetime) -> None:
    """Count the person's minutes on this ticket from now on."""
    intervals.start(
        user=user,
        subject_type=SUBJECT,
        subject_id=ticket.pk,
        title=str(ticket),
        url=ticket.get_absolute_url(),
        at=at,
    )


def preview_page(*, severity: Severity, service: Service | None, team: Team | None = None, at: datetime) -> list[str]:
    """The names of the people who would be paged at once, for a screen to show before declaring.

    Empty when the severity pages nobody, or when nobody can be reached.
    """
    team = team or (service.team if service else None)
    if not severity.pages or team is None:
        return []
    people = first_reached(freeze(policy_for(service=service, team=team), team=team), at=at)
    names = User.objects.in_bulk(people)
    return [names[pk].name for pk in people]


def first_reached(frozen_policy: Mapping[str, object], *, at: datetime) -> list[int]:
    """The people of the first step of a frozen policy that reaches somebody, else of its fallback."""
    people = (person for reached in first_targets(frozen_policy, at=at).values() for person in reached)
    return list(dict.fromkeys(people))


def first_targets(frozen_policy: Mapping[str, object], *, at: datetime) -> dict[Target, list[int]]:
    """The targets of that step, or the fallback, each with its people; nothing if none reaches anybody."""
    policy = thaw(frozen_policy)
    reach = Reach([policy], since=at)
    for targets in (*(step.targets for step in policy.steps), policy.fallback):
        people = {target: [person.user for person in reach(target, at)] for target in targets}
        if any(people.values()):
            return people
    return {}
