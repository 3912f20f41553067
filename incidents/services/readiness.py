"""How ready services are: checked every night and after each change; what fails is owed by the team's manager.

`oncall.readiness` checks the policy; whether a service has one, and an owner who answers, is checked here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from incidents.models import Service, ServiceReadiness
from incidents.services.obligations import READINESS
from incidents.services.subject import SERVICE
from oncall import obligations
from oncall.models import (
    EscalationPolicy,
    LayerMember,
    Membership,
    MembershipRole,
    Obligation,
    ObligationStatus,
    Schedule,
)
from oncall.readiness import policy_checks as checks
from oncall.readiness.policy_checks import Item

OWNER, POLICY = "owner", "policy"
TITLES = {
    OWNER: "Owned by a team with a manager",
    POLICY: "Pages by an escalation policy",
    **checks.TITLES,
}
A_SWEEP = 25
# Every night at this hour, UTC.
_NIGHTLY = time(2, tzinfo=UTC)
_WRITTEN = ["passed", "total", "score", "items", "checked_at", "due_at"]


def check_due(*, at: datetime) -> int:
    """Check the services whose time has come, new ones included; says how many (lane `clocks`)."""
    _add_new(at=at)
    return len(_check(ServiceReadiness.objects.filter(due_at__lte=at).order_by("due_at", "pk"), at=at))


def check_now(*, service: Service, at: datetime) -> ServiceReadiness:
    """Check one service at a person's wish."""
    _add_new(at=at)
    _check(ServiceReadiness.objects.filter(service=service), at=at)
    return ServiceReadiness.objects.get(service=service)


def _add_new(*, at: datetime) -> None:
    """Give each service that was never checked its row."""
    new = Service.objects.filter(readiness__isnull=True).values_list("pk", flat=True)
    ServiceReadiness.objects.bulk_create(
        [ServiceReadiness(service_id=pk, due_at=at) for pk in new[:1000]], ignore_conflicts=True
    )


@transaction.atomic
def _check(due: QuerySet[ServiceReadiness], *, at: datetime) -> list[ServiceReadiness]:
    """Look, then write what was found; a change in the meantime waits for the row and is checked after it."""
    rows: list[ServiceReadiness] = list(
        due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("service__team")[:A_SWEEP]
    )
    if not rows:
        return []
    found = items_of([row.service for row in rows], at=at)
    for row in rows:
        items = found[row.service_id]
        row.items = [asdict(item) for item in items]
        row.passed, row.total = sum(item.is_passed for item in items), len(items)
        row.score = 100 * row.passed // row.total
        row.checked_at, row.due_at = at, _next_night(at)
    ServiceReadiness.objects.bulk_update(rows, _WRITTEN)
    _settle([row.service for row in rows], found, at=at)
    return rows


def _next_night(at: datetime) -> datetime:
    tonight = datetime.combine(at.astimezone(UTC).date(), _NIGHTLY)
    return tonight if tonight > at else tonight + timedelta(days=1)


def items_of(services: Sequence[Service], *, at: datetime) -> dict[int, list[Item]]:
    """Each service's checks, by its key, for services with `team` at hand; a constant number of queries."""
    policies = {one.pk: one.escalation_policy_id or one.team.escalation_policy_id for one in services}
    by_policy = checks.check({pk for pk in policies.values() if pk}, at=at)
    managed = set(
        Membership.objects.filter(
            team__in={one.team_id for one in services}, role=MembershipRole.MANAGER, user__is_active=True
        ).values_list("team", flat=True)
    )
    return {
        one.pk: [_owner(one, one.team_id in managed), *_by_policy(one, by_policy.get(policies[one.pk] or 0))]
        for one in services
    }


def _owner(service: Service, has_manager: bool) -> Item:
    if has_manager:
        return Item(OWNER, TITLES[OWNER], is_passed=True)
    wrong = f"{service.team.name} has no manager with an open account: name one."
    return Item(OWNER, TITLES[OWNER], False, wrong, reverse("admin:oncall_team_change", args=[service.team_id]))


def _by_policy(service: Service, found: list[Item] | None) -> list[Item]:
    if found is not None:
        return [Item(POLICY, TITLES[POLICY], is_passed=True), *found]
    wrong = f"Neither {service.name} nor {service.team.name} has an escalation policy: choose one."
    url = reverse("admin:incidents_service_change", args=[service.pk])
    missing = [Item(code, title, False, "It needs an escalation policy first.", url)
               for code, title in checks.TITLES.items()]  # fmt: skip
    return [Item(POLICY, TITLES[POLICY], False, wrong, url), *missing]


def _settle(services: Iterable[Service], found: dict[int, list[Item]], *, at: datetime) -> None:
    """Owe what fails, and end what is owed and passes; what was dismissed stays dismissed."""
    rows = Obligation.objects.filter(
        kind=READINESS,
        subject_type=SERVICE,
        subject_id__in=list(found),
        status__in=[ObligationStatus.OPEN, ObligationStatus.DISMISSED],
    )
    standing = {(pk, code): status for pk, code, status in rows.values_list("subject_id", "occurrence", "status")}
    for service in services:
        items = found[service.pk]
        has_policy = all(item.is_passed for item in items if item.code == POLICY)
        for item in items:
            # Without a policy only that is owed; the rest follows from it.
            is_owed = not item.is_passed and (has_policy or item.code in {OWNER, POLICY})
            status = standing.get((service.pk, item.code))
            if is_owed and status is None:
                _owe(service, item, at=at)
            elif not is_owed and status == ObligationStatus.OPEN:
                _end(service, item, at=at)


def _owe(service: Service, item: Item, *, at: datetime) -> None:
    obligations.create(
        kind=READINESS, subject_type=SERVICE, subject_id=service.pk, occurrence=item.code,
        title=f"{service.name}: {item.wrong}"[:300], url=service.get_absolute_url(), team=service.team,
        tier=service.tier, origin=service.origin, at=at,
    )  # fmt: skip


def _end(service: Service, item: Item, *, at: datetime) -> None:
    end = obligations.complete if item.is_passed else obligations.withdraw
    end(kind=READINESS, subject_type=SERVICE, subject_id=service.pk, occurrence=item.code, at=at)


@transaction.atomic
def mark_due(
    *,
    at: datetime,
    schedules: Collection[int] = (),
    policies: Collection[int] = (),
    teams: Collection[int] = (),
    users: Collection[int] = (),
    services: Collection[int] = (),
) -> int:
    """Let the services that these may reach be checked by the next sweep; says how many."""
    rotas = LayerMember.objects.filter(user__in=users).values("layer__version__schedule")
    asked = Schedule.objects.filter(Q(pk__in=schedules) | Q(team__in=teams) | Q(pk__in=rotas)).values("pk")
    joined = Membership.objects.filter(user__in=users).values("team")
    changed = EscalationPolicy.objects.filter(
        Q(pk__in=policies)
        | Q(team__in=teams)
        | Q(fallback__in=users)
        | Q(steps__targets__schedule__in=asked)
        | Q(steps__targets__user__in=users)
        | Q(steps__targets__team__in=teams)
        | Q(steps__targets__team__in=joined)
    ).values("pk")
    affected = Service.objects.filter(
        Q(pk__in=services)
        | Q(team__in=teams)
        | Q(escalation_policy__in=changed)
        | Q(escalation_policy__isnull=True, team__escalation_policy__in=changed)
    ).values("pk")
    rows = ServiceReadiness.objects.filter(service__in=affected).order_by("pk")
    # In the order of their keys, so that two changes at once do not wait for each other.
    keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    return ServiceReadiness.objects.filter(pk__in=keys).update(due_at=at) if keys else 0
