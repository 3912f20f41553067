"""The health checks of services and customers' mail: teams that a page would not reach, and poisoned mails."""

from incidents.models.tickets.ticket import OPEN_STATUSES
from oncall.engine import health_checks


def register() -> None:
    """Add them to the engine's checks (paging rule 11)."""
    statuses = ", ".join(f"'{status.value}'" for status in OPEN_STATUSES)
    health_checks.register_check(
        code="team_uncovered",
        text="{n} teams own services or open tickets and have neither an escalation policy nor a manager: {names}.",
        # Teams first: there are few of them, and each is looked up in an index.
        sql=f"""SELECT team.name FROM oncall_team team
                WHERE team.escalation_policy_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM oncall_membership member
                                JOIN oncall_user person ON person.id = member.user_id AND person.is_active
                                WHERE member.team_id = team.id AND member.role = 'manager')
                AND (EXISTS (SELECT 1 FROM incidents_service service WHERE service.team_id = team.id)
                     OR EXISTS (SELECT 1 FROM incidents_ticket ticket
                                WHERE ticket.team_id = team.id AND ticket.status IN ({statuses})))""",  # noqa: S608 - ours
        kind="notice",
        ends="It ends when the team has an escalation policy, or a manager whose account is open.",
        owner="the administrators, who give the team a policy or a manager",
        has_concern=True,
    )
    health_checks.register_check(
        code="delivery_failing",
        text="{n} mails to customers of the last day could not be prepared: {names}.",
        sql="""SELECT 'delivery ' || id FROM incidents_updatedelivery
               WHERE failures > 0 AND created_at > %(at)s - interval '1 day'""",
        kind="notice",
        ends="It ends a day after the last one.",
        owner="the incident commanders",
    )
