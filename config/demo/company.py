"""The company the demo shows: two teams, eight people in two time zones, six services, five weeks of work."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group

from config.base.permissions import Role
from config.demo import customers, history
from incidents import integrations
from incidents.models import PriorityRule, Service, ServiceDependency, ServiceOwnership, Severity
from oncall import access
from oncall.models import (
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Layer,
    LayerMember,
    Membership,
    NotificationRule,
    Schedule,
    ScheduleVersion,
    Team,
    User,
)

PASSWORD = "holdfast-demo"  # noqa: S105 - printed on the terminal; the demo listens on this machine only
HISTORY = timedelta(weeks=5)
BERLIN, CHICAGO = "Europe/Berlin", "America/Chicago"

# Name, role, time zone, country, team, role in the team; the first names sign in.
_PEOPLE = [
    ("Mira Hoffmann", Role.ADMINISTRATOR, BERLIN, "DE", "storefront", "observer"),
    ("Jonas Weber", Role.AGENT, BERLIN, "DE", "storefront", "observer"),
    ("Lena Krüger", Role.MANAGER, BERLIN, "DE", "storefront", "manager"),
    ("Aylin Demir", Role.RESPONDER, BERLIN, "DE", "storefront", "responder"),
    ("Tom Becker", Role.RESPONDER, BERLIN, "DE", "storefront", "responder"),
    ("Carla Ruiz", Role.COMMANDER, CHICAGO, "US", "platform", "manager"),
    ("Sam Whitfield", Role.RESPONDER, CHICAGO, "US", "platform", "responder"),
    ("Priya Nair", Role.RESPONDER, CHICAGO, "US", "platform", "responder"),
]
# Name, kind, tier, team, what customers would call it, what it needs.
_SERVICES = [
    ("Web shop", "business", 1, "storefront", "Where customers browse and order.", ["Checkout", "Search"]),
    ("Checkout", "technical", 1, "storefront", "Carts, payment, order confirmation.", ["Orders database"]),
    ("Search", "technical", 3, "storefront", "Product search and suggestions.", ["Kubernetes"]),
    ("Orders database", "technical", 1, "platform", "PostgreSQL that holds every order.", ["Kubernetes"]),
    ("Kubernetes", "technical", 2, "platform", "The clusters everything runs on.", []),
    ("Holdfast", "technical", 2, "platform", "This portal: paging that cannot be lost.", []),
]
# Rank, name, title, when to choose it, major, pages, urgency, needs prevention.
_SEVERITIES = [
    (1, "SEV1", "Critical", "Customers cannot order at all, data is lost, or security is breached.", 1, 1, "high", 1),
    (2, "SEV2", "Major", "A core function is down or badly degraded for many customers.", 1, 1, "high", 1),
    (3, "SEV3", "Minor", "An inconvenience with a workaround, or lost redundancy.", 0, 1, "high", 0),
    (4, "SEV4", "Low", "No customer notices yet; look at it in working hours.", 0, 0, "low", 0),
    (5, "SEV5", "Cosmetic", "A blemish.", 0, 0, "low", 0),
]
# Impact and urgency, high to low: priority and proposed severity.
_MATRIX = {
    (1, 1): (1, 1), (1, 2): (2, 2), (1, 3): (3, 3),
    (2, 1): (2, 2), (2, 2): (3, 3), (2, 3): (4, 4),
    (3, 1): (3, 3), (3, 2): (4, 4), (3, 3): (5, 5),
}  # fmt: skip


def load(*, at: datetime) -> dict[str, Any] | None:
    """Load the company as of `at` and return its sign-ins; None when it is loaded already."""
    if User.objects.exists():
        return None
    people = _make_people()
    teams = _make_teams(people)
    severities = _make_severities()
    services = _make_services(teams, at)
    _put_on_call(teams, people, services, at)
    customers.tell(services=services, author=people["Carla Ruiz"], at=at)
    history.write(services=services, severities=severities, people=people, since=at - HISTORY, at=at)
    return {
        "users": [_sign_in(person, role, at) for person, (_, role, *_) in zip(people.values(), _PEOPLE, strict=True)],
        "integrations": _open_doors(services, severities, at),
        "ical": [],
        "status_url": "/status/",
    }


def _make_people() -> dict[str, User]:
    people = {}
    for number, (name, role, zone, country, *_) in enumerate(_PEOPLE):
        first = name.split()[0].lower()
        person = User.objects.create_user(
            f"{first}@demo.example",
            PASSWORD,
            name=name,
            time_zone=zone,
            country=country,
            employee_number=f"E{1001 + number}",
            is_staff=role == Role.ADMINISTRATOR,
            is_superuser=role == Role.ADMINISTRATOR,
            origin="demo",
        )
        person.groups.set(Group.objects.filter(name=role))
        people[name] = person
        phone = f"+49 30 5550 {number:02}" if zone == BERLIN else f"+1 312 555 01{number:02}"
        for position, (kind, address, minutes) in enumerate(
            [("sms", phone, 0), ("voice", phone, 2), ("email", person.email, 4)]
        ):
            method = ContactMethod.objects.create(
                user=person, kind=kind, address=address, verified_at=person.joined_at
            )
            for urgency in ("high", "low"):
                if urgency == "high" or kind == "email":
                    NotificationRule.objects.create(
                        user=person,
                        urgency=urgency,
                        position=position,
                        after_minutes=minutes if urgency == "high" else 0,
                        contact_method=method,
                    )
    return people


def _make_teams(people: dict[str, User]) -> dict[str, Team]:
    teams = {
        "storefront": Team.objects.create(
            name="Storefront", slug="storefront", kind="product", time_zone=BERLIN,
            description="Builds and runs what customers see.",
        ),
        "platform": Team.objects.create(
            name="Platform", slug="platform", kind="central_it", time_zone=CHICAGO,
            description="Databases, clusters, and this portal.",
        ),
    }  # fmt: skip
    for name, _, _, _, team, role in _PEOPLE:
        Membership.objects.create(team=teams[team], user=people[name], role=role)
    return teams


def _make_severities() -> dict[int, Severity]:
    severities = {
        rank: Severity.objects.create(
            rank=rank,
            name=name,
            title=title,
            description=text,
            is_major=bool(major),
            pages=bool(pages),
            urgency=urgency,
            needs_prevention=bool(prevention),
        )
        for rank, name, title, text, major, pages, urgency, prevention in _SEVERITIES
    }
    for (impact, urgency_level), (priority, rank) in _MATRIX.items():
        PriorityRule.objects.create(impact=impact, urgency=urgency_level, priority=priority, severity=severities[rank])
    return severities


def _make_services(teams: dict[str, Team], at: datetime) -> dict[str, Service]:
    services = {}
    for name, kind, tier, team, text, _ in _SERVICES:
        slug = name.lower().replace(" ", "-")
        services[name] = Service.objects.create(
            name=name, slug=slug, kind=kind, tier=tier, team=teams[team], description=text, origin="demo"
        )
        ServiceOwnership.objects.create(
            service=services[name], team=teams[team], during=(at - timedelta(days=550), None)
        )
    for name, *_, needs in _SERVICES:
        for other in needs:
            ServiceDependency.objects.create(service=services[name], needs=services[other])
    return services


def _put_on_call(teams: dict[str, Team], people: dict[str, User], services: dict[str, Service], at: datetime) -> None:
    shifts = {
        "storefront": (BERLIN, ["Aylin Demir", "Tom Becker"], "Lena Krüger"),
        "platform": (CHICAGO, ["Sam Whitfield", "Priya Nair"], "Carla Ruiz"),
    }
    for slug, (zone, names, manager) in shifts.items():
        team = teams[slug]
        schedule = Schedule.objects.create(
            team=team, name=f"{team.name} on call", description="A week each, Monday to Monday at 09:00."
        )
        made_at = at - timedelta(days=550)
        version = ScheduleVersion.objects.create(
            schedule=schedule, created_at=made_at, effective_from=made_at, time_zone=zone, origin="demo"
        )
        layer = Layer.objects.create(version=version, anchor="2025-01-06T09:00", unit="week", length=1)
        for slot, name in enumerate(names):
            LayerMember.objects.create(layer=layer, slot=slot, user=people[name])
        policy = EscalationPolicy.objects.create(
            team=team, name=f"{team.name}, around the clock", repeat=2, ack_timeout_minutes=60
        )
        policy.fallback.set([people[manager]])
        targets: list[dict[str, Any]] = [{"schedule": schedule}, {"team": team}]
        for position, target in enumerate(targets):
            step = EscalationStep.objects.create(policy=policy, position=position, delay_minutes=5)
            EscalationTarget.objects.create(step=step, **target)
        team.escalation_policy = policy
        team.save(update_fields=["escalation_policy"])
        for service in services.values():
            if service.team_id == team.pk:
                service.escalation_policy = policy
                service.save(update_fields=["escalation_policy"])


def _open_doors(services: dict[str, Service], severities: dict[int, Severity], at: datetime) -> list[dict[str, str]]:
    doors = []
    for kind, name, service, path in (
        ("alertmanager", "Prometheus", "Checkout", "/integrations/alertmanager/{key}"),
        ("alertmanager", "Prometheus (platform)", "Orders database", "/integrations/alertmanager/{key}"),
        ("pagerduty", "Shop monitoring", "Search", "/v2/enqueue"),
    ):
        _, key = integrations.create_integration(
            name=name,
            kind=kind,
            service=services[service],
            default_severity=severities[3],
            severities={"critical": "SEV2", "error": "SEV2", "warning": "SEV3", "info": "SEV4"},
            actor=None,
            at=at,
        )
        doors.append({"kind": kind, "name": name, "key": key, "url": path.format(key=key)})
    return doors


def _sign_in(person: User, role: Role, at: datetime) -> dict[str, str]:
    _, key = access.create_token(user=person, name="Demo", at=at)
    return {"email": person.email, "password": PASSWORD, "role": role.value, "api_token": key}
