"""Loads the company the demo shows, chapter by chapter."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection

from config.base.data.models import Origin
from config.base.data.roles import Role
from config.base.rest.scopes import Scope
from config.demo import calendars, customers, history, master_data, on_call, open_tickets, prevention, rota, targets
from config.demo.company import HISTORY, PASSWORD, Company
from incidents.integrations import lifecycle
from incidents.models import Contact, PriorityRule, Service, ServiceDependency, ServiceOwnership, Severity
from oncall.access import service_accounts, tokens
from oncall.models import ContactMethod, Membership, NotificationRule, Obligation, Team, User, WakeTest


def load(*, at: datetime) -> dict[str, object] | None:
    """Load the company as of `at` and return its logins; None if it is loaded already."""
    if User.objects.exists():
        return None
    company = Company(at=at, since=at - HISTORY)
    for write in CHAPTERS:
        write(company)
    with connection.cursor() as cursor:
        # After bulk inserts the query planner needs new statistics, or a query can take minutes.
        cursor.execute("ANALYZE")
    return company.outputs


def _write_people(company: Company) -> None:
    """One password for all, so it is hashed once."""
    hashed = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(
            email=facts.email,
            password=hashed,
            name=facts.name,
            time_zone=facts.zone,
            country=master_data.COUNTRIES[facts.zone],
            employee_number=f"E{1001 + number}",
            is_staff=facts.role == Role.ADMINISTRATOR,
            is_superuser=facts.role == Role.ADMINISTRATOR,
            origin="demo",
        )
        for number, facts in enumerate(master_data.PEOPLE)
    )
    company.people = {person.email: person for person in people}
    groups = {group.name: group for group in Group.objects.all()}
    through = User.groups.through
    through._default_manager.bulk_create(
        through(user=person, group=groups[facts.role])
        for person, facts in zip(people, master_data.PEOPLE, strict=True)
    )
    methods = ContactMethod.objects.bulk_create(
        ContactMethod(user=person, kind=kind, address=address, verified_at=company.since)
        for number, person in enumerate(people)
        for kind, address in (
            ("sms", master_data.PHONES[person.time_zone].format(number)),
            ("voice", master_data.PHONES[person.time_zone].format(number)),
            ("email", person.email),
        )
    )
    rules = {("sms", "high"): 0, ("voice", "high"): 2, ("email", "high"): 4, ("email", "low"): 0}
    NotificationRule.objects.bulk_create(
        NotificationRule(
            user=method.user,
            urgency=urgency,
            position=("sms", "voice", "email").index(kind),
            after_minutes=minutes,
            contact_method=method,
        )
        for method in methods
        for (kind, urgency), minutes in rules.items()
        if kind == method.kind
    )
    company.requesters = Contact.objects.bulk_create(
        Contact(
            name=name,
            email=f"{name.split()[0].lower()}@callers.demo.example",
            phone=f"+49 30 5550 2{number:02}",
            organisation=organisation,
            location=location,
            is_vip=is_vip,
            origin="demo",
        )
        for number, (name, organisation, location, is_vip) in enumerate(master_data.REQUESTERS)
    )


def _write_teams(company: Company) -> None:
    teams = Team.objects.bulk_create(
        Team(name=facts.name, slug=slug, kind=facts.kind, time_zone=facts.zone, description=facts.about)
        for slug, facts in master_data.TEAMS.items()
    )
    company.teams = {team.slug: team for team in teams}
    Membership.objects.bulk_create(
        Membership(
            team=company.teams[facts.team],
            user=company.people[facts.email],
            role=facts.place,
            # Some people work part time, and some are new.
            fte=Decimal("0.6") if number % 8 == 5 else 1,
            trained_on=None if number % 16 == 11 else company.since.date(),
        )
        for number, facts in enumerate(master_data.PEOPLE)
    )
    WakeTest.objects.bulk_create(
        WakeTest(user=person, channel="sms", sent_at=sent_at, passed_at=sent_at + timedelta(minutes=2))
        for number, person in enumerate(company.people.values())
        for sent_at in [company.at - timedelta(days=5 * number % 80 + 1)]
        if number % 9 != 4
    )
    for facts in master_data.PEOPLE:
        if facts.place == "responder":
            responders = company.responders.setdefault(company.teams[facts.team].pk, [])
            responders.append(company.people[facts.email])


def _write_severities(company: Company) -> None:
    severities = Severity.objects.bulk_create(
        Severity(
            position=rank,
            rank=rank,
            name=name,
            title=title,
            description=text,
            is_major=bool(major),
            pages=bool(pages),
            urgency=urgency,
            needs_prevention=bool(prevention),
            needs_postmortem=bool(major or prevention),
            review_seats=master_data.REVIEW_SEATS.get(rank, []),
            customer_impact=impact,
            component_status=status,
        )
        for rank, name, title, text, major, pages, urgency, prevention in master_data.SEVERITIES
        for _, _, impact, status in [master_data.TOLD[rank]]
    )
    company.severities = {severity.rank: severity for severity in severities}
    PriorityRule.objects.bulk_create(
        PriorityRule(impact=impact, urgency=urgency, priority=priority, severity=company.severities[rank])
        for (impact, urgency), (priority, rank) in master_data.MATRIX.items()
    )


def _write_services(company: Company) -> None:
    services = Service.objects.bulk_create(
        Service(
            name=facts.name,
            slug=facts.name.lower().replace(" ", "-"),
            kind=facts.kind,
            tier=facts.tier,
            team=company.teams[facts.team],
            description=facts.about,
            origin="demo",
        )
        for facts in master_data.SERVICES
    )
    company.services = {service.name: service for service in services}
    ServiceOwnership.objects.bulk_create(
        ServiceOwnership(service=service, team=service.team, during=(company.since - timedelta(days=2), None))
        for service in services
    )
    ServiceDependency.objects.bulk_create(
        ServiceDependency(service=company.services[facts.name], needs=company.services[other])
        for facts in master_data.SERVICES
        for other in facts.needs
    )


def _write_integrations(company: Company) -> None:
    integrations = []
    for kind, name, service, path in (
        ("alertmanager", "Prometheus", "Checkout", "/integrations/alertmanager/{key}"),
        ("alertmanager", "Prometheus (platform)", "Orders database", "/integrations/alertmanager/{key}"),
        ("pagerduty", "Shop monitoring", "Search", "/v2/enqueue"),
    ):
        _, key = lifecycle.create_integration(
            name=name,
            kind=kind,
            service=company.services[service],
            default_severity=company.severities[3],
            severities={"critical": "SEV2", "error": "SEV2", "warning": "SEV3", "info": "SEV4"},
            actor=None,
            at=company.at,
        )
        integrations.append({"kind": kind, "name": name, "key": key, "url": path.format(key=key)})
    company.outputs["integrations"] = integrations


def _write_programs(company: Company) -> None:
    """A program of a team, with a token of its own."""
    actor = company.person("mira")
    account = service_accounts.create_service_account(
        name="deploy-bot",
        team=company.teams["platform"],
        description="Notes each deployment on the incidents of its service. It runs in the build cluster.",
        groups=[Group.objects.get(name=Role.RESPONDER)],
        actor=actor,
        at=company.at,
    )
    _, key = service_accounts.create_service_token(
        account_id=account.pk,
        name="Build cluster",
        scopes=[Scope.READ, Scope.DECLARE, Scope.RESPOND],
        expires_at=company.at + timedelta(days=90),
        actor=actor,
        at=company.at,
    )
    company.outputs["service_accounts"] = [{"name": str(account), "api_token": key}]


def _write_sign_ins(company: Company) -> None:
    users = []
    for facts in master_data.PEOPLE:
        person = company.people[facts.email]
        _, key = tokens.create_token(user=person, name="Demo", at=company.at)
        users.append({"email": person.email, "password": PASSWORD, "role": facts.role.value, "api_token": key})
    company.outputs["users"] = users


def _write_status_page(company: Company) -> None:
    customers.write_status_page(services=company.services, author=company.person("carla"), at=company.at)
    company.outputs["status_url"] = "/status/"


def _stop_reminders(company: Company) -> None:
    """The tasks are there to look at, some of them overdue; nobody is reminded of them."""
    Obligation.objects.update(origin=Origin.DEMO, next_reminder_at=None)


CHAPTERS: list[Callable[[Company], None]] = [
    _write_people,
    _write_teams,
    _write_severities,
    _write_services,
    calendars.write,
    targets.write,
    on_call.write,
    history.write,
    rota.write,
    open_tickets.write,
    prevention.write,
    _write_programs,
    _stop_reminders,
    _write_status_page,
    targets.compute,
    _write_integrations,
    _write_sign_ins,
    calendars.write_feeds,
]
"""In this order. Later chapters (problems, postmortems, customer updates) use `Company.tickets`."""
