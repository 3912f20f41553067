"""Who is on call in the demo: a schedule and an escalation policy for each team."""

from datetime import timedelta

from config.base.data.clock import floor_minute
from config.demo import calendars, master_data
from config.demo.company import Company
from oncall.models import (
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Layer,
    LayerMember,
    Schedule,
    ScheduleVersion,
    Team,
)

ANCHOR = "2025-01-06T09:00"
_LENGTHS = {"week": "One week each, Monday to Monday at 09:00.", "day": "One day each, London and Sydney take turns."}


def write(company: Company) -> None:
    """First the person on call, then the whole team, finally its manager."""
    for slug, facts in master_data.TEAMS.items():
        team = company.teams[slug]
        schedule = _write_schedule(company, team, facts)
        managers = [member for member in master_data.PEOPLE if member.team == slug and member.place == "manager"]
        last = [company.people[member.email] for member in managers] or [company.person("carla")]
        policy = EscalationPolicy.objects.create(
            team=team, name=f"{team.name}, around the clock", repeat=2, ack_timeout_minutes=60
        )
        policy.fallback.set(last)
        targets: list[dict[str, object]] = [{"schedule": schedule}, {"team": team}]
        for position, target in enumerate(targets):
            step = EscalationStep.objects.create(policy=policy, position=position, delay_minutes=5)
            EscalationTarget.objects.create(step=step, **target)
        team.escalation_policy = policy
        team.save(update_fields=["escalation_policy"])
        team.services.update(escalation_policy=policy)
    for service in company.services.values():
        service.escalation_policy = service.team.escalation_policy


def _write_schedule(company: Company, team: Team, facts: master_data.TeamFacts) -> Schedule:
    schedule = Schedule.objects.create(team=team, name=f"{team.name} on call", description=_LENGTHS[facts.turn])
    made_at = floor_minute(company.since) - timedelta(days=2)
    version = ScheduleVersion.objects.create(
        schedule=schedule, created_at=made_at, effective_from=made_at, time_zone=facts.zone, origin="demo"
    )
    people = company.responders[team.pk]
    layer = Layer.objects.create(version=version, anchor=ANCHOR, unit=facts.turn, length=1, slots=len(people))
    LayerMember.objects.bulk_create(
        LayerMember(layer=layer, slot=slot, user=person) for slot, person in enumerate(people)
    )
    calendars.rotate_holidays(version, people, company.calendars[facts.zone])
    return schedule
