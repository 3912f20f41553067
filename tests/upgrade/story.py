"""The small site that a dump holds: one incident from the alert to its postmortem, and one that rings."""

from datetime import timedelta

from django.db import connection, transaction

from config.base.data.roles import Role
from incidents import response
from oncall import escalation, paging
from oncall.channels.base import accepted
from oncall.cover.overrides import create_override
from postmortems import review, writing
from problems.investigation import lifecycle
from tests import factories as make
from tests.factories import NOON

INCIDENT = "Checkout answers with errors"
RINGING = "Search is slow"
NOTE = "Rolled back the release of this morning."
PUBLIC = "A release broke the checkout for 40 minutes. We are sorry."


@transaction.atomic
def write() -> None:
    """Make the rows, by the verbs the product has for them."""
    ana, bob, eva = (
        make.UserFactory(name=name, email=f"{name.split()[0].lower()}@example.com", roles=[role])
        for name, role in (
            ("Ana Silva", Role.RESPONDER),
            ("Bob Martin", Role.MANAGER),
            ("Eva Lind", Role.ADMINISTRATOR),
        )
    )
    team = make.TeamFactory(name="Shop", slug="shop")
    for person in (ana, bob):
        make.MembershipFactory(team=team, user=person)
        make.NotificationRuleFactory(contact_method=make.ContactMethodFactory(user=person))
    # Ana has the week of NOON; Bob takes the evening.
    schedule = make.weekly_schedule(ana, bob, name="Shop", team=team, zone="Europe/Berlin", anchor="2026-05-18T09:00")
    create_override(
        schedule=schedule, op="set", users=[bob], starts_at=NOON + timedelta(hours=6),
        ends_at=NOON + timedelta(hours=12), actor=bob, at=NOON, reason="Concert", origin="case",
    )  # fmt: skip
    policy = make.policy(schedule, bob, fallback=[bob], name="Shop", team=team)
    severity = make.SeverityFactory()
    make.cadence_of(severity)
    make.PriorityRuleFactory(severity=severity)
    shop, search = (
        make.ServiceFactory(name=name, slug=name.lower(), team=team, escalation_policy=policy)
        for name in ("Checkout", "Search")
    )
    make.ServiceDependencyFactory(service=shop, needs=search)

    incident = response.declare(
        title=INCIDENT, service=shop, severity=severity, requester=make.ContactFactory(name="Petra Lang"), at=NOON
    )
    alert = make.AlertFactory(title=INCIDENT, ticket=incident, integration__service=shop)
    make.EventFactory(integration=alert.integration, alert=alert)
    _page(minutes=0)
    response.acknowledge(ticket_id=incident.pk, actor=ana, at=NOON + timedelta(minutes=2))
    response.start_work(ticket_id=incident.pk, actor=ana, at=NOON + timedelta(minutes=3))
    response.add_note(ticket_id=incident.pk, text=NOTE, actor=ana, at=NOON + timedelta(minutes=30))
    response.restore(ticket_id=incident.pk, actor=ana, at=NOON + timedelta(minutes=40))
    later = NOON + timedelta(days=1)
    lifecycle.open_from_incident(incident_id=incident.pk, actor=ana, at=later)
    postmortem = writing.draft(
        ticket_id=incident.pk, template=make.PostmortemTemplateFactory(name="Standard"), owner=ana, actor=ana, at=later
    )
    for section in postmortem.sections.all():
        writing.write(postmortem_id=postmortem.pk, key=section.key, body=f"{section.title}.", actor=ana, at=later)
    writing.write_public(postmortem_id=postmortem.pk, text=PUBLIC, actor=ana, at=later)
    review.submit(postmortem_id=postmortem.pk, actor=ana, at=later)
    review.approve(postmortem_id=postmortem.pk, actor=bob, at=later)
    review.publish(postmortem_id=postmortem.pk, actor=eva, at=later)

    response.declare(title=RINGING, service=search, severity=severity, actor=eva, at=later)
    _page(minutes=24 * 60)
    # Nothing outside the database is told: no task is sent for rows that live in a file.
    connection.run_on_commit.clear()


def _page(*, minutes: int) -> None:
    """Fire what is due, and have the provider take every page."""
    at = NOON + timedelta(minutes=minutes)
    escalation.fire_due(at=at)
    for job in paging.claim_jobs(at=at, limit=10):
        paging.record(job, accepted("1"), at=at)
