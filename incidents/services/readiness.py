"""Readiness of services, checked every night and after each change; a failing check is an obligation of the manager.

`oncall.readiness` checks the policy; this module checks whether a service has a policy and a team with a manager.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from config.base.data.rests import Rests, run_batch
from incidents.models import Service, ServiceReadiness
from incidents.services.obligations import READINESS
from incidents.services.subject import SERVICE
from oncall import obligations
from oncall.models import (
    EscalationPolicy,
    LayerMember,
    Membership,
    Obligation,
    ObligationStatus,
    Schedule,
)
from oncall.readiness import policy_checks as checks
from oncall.readiness.policy_checks import Item

OWNER, POLICY, READABLE = "owner", "policy", "readable"
TITLES = {
    OWNER: "Owned by a team with a manager",
    POLICY: "Pages by an escalation policy",
    **checks.TITLES,
}
MAX_PER_SWEEP = 25
# Every night at this hour, UTC.
_NIGHTLY = time(2, tzinfo=UTC)
_rests: Rests[int] = Rests(first=60.0, longest=3600.0)
_CHECKED_FIELDS = ["passed", "total", "score", "items", "checked_at", "due_at"]


def check_due(*, at: datetime) -> int:
    """Check the services that are due, new ones included; returns how many (lane `clocks`).

    One that cannot be checked stops no other: it says so and is checked again later.
    """
    _add_new(at=at)
    due = ServiceReadiness.objects.filter(due_at__lte=at).exclude(pk__in=_rests.resting(at))
    ids = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:MAX_PER_SWEEP])
    checked = run_batch("readiness", ids, partial(_check, at=at), rests=_rests, at=at)
    _mark_unreadable([pk for pk in ids if _rests.is_resting(pk, at)], at=at)
    return len(checked)


def check_now(*, service: Service, at: datetime) -> ServiceReadiness:
    """Check one service at once, on request."""
    _add_new(at=at)
    _check(ServiceReadiness.objects.filter(service=service).values_list("pk", flat=True), at=at)
    return ServiceReadiness.objects.get(service=service)


def _add_new(*, at: datetime) -> None:
    """Create the row of each service that was never checked."""
    service_ids = Service.objects.filter(readiness__isnull=True).values_list("pk", flat=True)
    ServiceReadiness.objects.bulk_create(
        [ServiceReadiness(service_id=pk, due_at=at) for pk in service_ids[:1000]], ignore_conflicts=True
    )


@transaction.atomic
def _check(ids: Collection[int], *, at: datetime) -> dict[int, ServiceReadiness]:
    """Check, then save the results; a concurrent change waits for the row lock and is checked later."""
    due = ServiceReadiness.objects.filter(pk__in=ids).order_by("due_at", "pk").select_related("service__team")
    rows = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    if not rows:
        return {}
    items_by_service = run_checks([row.service for row in rows], at=at)
    for row in rows:
        items = items_by_service[row.service_id]
        row.items = [asdict(item) for item in items]
        row.passed, row.total = sum(item.is_passed for item in items), len(items)
        row.score = 100 * row.passed // row.total
        row.checked_at, row.due_at = at, _next_night(at)
    ServiceReadiness.objects.bulk_update(rows, _CHECKED_FIELDS)
    _sync_obligations([row.service for row in rows], items_by_service, at=at)
    return {row.pk: row for row in rows}


def _mark_unreadable(ids: Sequence[int], *, at: datetime) -> None:
    """Show that these services could not be checked: an old result would look like a promise."""
    item = Item(READABLE, "Can be checked", False, "Its policy or a schedule cannot be read. The log says why.")
    ServiceReadiness.objects.filter(pk__in=ids).update(items=[asdict(item)], passed=0, total=1, score=0, checked_at=at)


def _next_night(at: datetime) -> datetime:
    tonight = datetime.combine(at.astimezone(UTC).date(), _NIGHTLY)
    return tonight if tonight > at else tonight + timedelta(days=1)


def run_checks(services: Sequence[Service], *, at: datetime) -> dict[int, list[Item]]:
    """The checks of each service by its id, in a constant number of queries; needs `team` loaded."""
    policies = {service.pk: service.escalation_policy_id or service.team.escalation_policy_id for service in services}
    by_policy = checks.check({pk for pk in policies.values() if pk}, at=at)
    managed = set(
        Membership.objects.active_managers()
        .filter(team__in={service.team_id for service in services})
        .values_list("team", flat=True)
    )
    return {
        service.pk: [
            _owner_item(service, service.team_id in managed),
            *_policy_items(service, by_policy.get(policies[service.pk] or 0)),
        ]
        for service in services
    }


def _owner_item(service: Service, has_manager: bool) -> Item:
    if has_manager:
        return Item(OWNER, TITLES[OWNER], is_passed=True)
    wrong = f"{service.team.name} has no manager with an active account. Add one."
    return Item(OWNER, TITLES[OWNER], False, wrong, reverse("admin:oncall_team_change", args=[service.team_id]))


def _policy_items(service: Service, items: list[Item] | None) -> list[Item]:
    if items is not None:
        return [Item(POLICY, TITLES[POLICY], is_passed=True), *items]
    wrong = f"Neither {service.name} nor {service.team.name} has an escalation policy. Choose one."
    url = reverse("admin:incidents_service_change", args=[service.pk])
    missing = [Item(code, title, False, "It needs an escalation policy first.", url)
               for code, title in checks.TITLES.items()]  # fmt: skip
    return [Item(POLICY, TITLES[POLICY], False, wrong, url), *missing]


def _sync_obligations(services: Iterable[Service], items_by_service: dict[int, list[Item]], *, at: datetime) -> None:
    """Create obligations of failing checks, and end those of passing ones; dismissed ones stay dismissed."""
    rows = Obligation.objects.filter(
        kind=READINESS,
        subject_type=SERVICE,
        subject_id__in=list(items_by_service),
        status__in=[ObligationStatus.OPEN, ObligationStatus.DISMISSED],
    )
    status_by_item = {
        (pk, code): status for pk, code, status in rows.values_list("subject_id", "occurrence", "status")
    }
    for service in services:
        items = items_by_service[service.pk]
        has_policy = all(item.is_passed for item in items if item.code == POLICY)
        for item in items:
            # Without a policy only the policy is required; the other checks need it.
            is_required = not item.is_passed and (has_policy or item.code in {OWNER, POLICY})
            status = status_by_item.get((service.pk, item.code))
            if is_required and status is None:
                _create_obligation(service, item, at=at)
            elif not is_required and status == ObligationStatus.OPEN:
                _end_obligation(service, item, at=at)


def _create_obligation(service: Service, item: Item, *, at: datetime) -> None:
    obligations.create(
        kind=READINESS, subject_type=SERVICE, subject_id=service.pk, occurrence=item.code,
        title=f"{service.name}: {item.wrong}"[:300], url=service.get_absolute_url(), team=service.team,
        tier=service.tier, origin=service.origin, at=at,
    )  # fmt: skip


def _end_obligation(service: Service, item: Item, *, at: datetime) -> None:
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
    """Have the services that these rows affect checked by the next sweep; returns how many."""
    rotas = LayerMember.objects.filter(user__in=users).values("layer__version__schedule")
    schedule_ids = Schedule.objects.filter(Q(pk__in=schedules) | Q(team__in=teams) | Q(pk__in=rotas)).values("pk")
    joined = Membership.objects.filter(user__in=users).values("team")
    changed = EscalationPolicy.objects.filter(
        Q(pk__in=policies)
        | Q(team__in=teams)
        | Q(fallback__in=users)
        | Q(steps__targets__schedule__in=schedule_ids)
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
    # Locked in the order of their keys, so that concurrent changes cannot deadlock.
    keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    return ServiceReadiness.objects.filter(pk__in=keys).update(due_at=at) if keys else 0
