"""Create, complete, withdraw and reassign obligations: apps above call these from their domain functions."""

from datetime import datetime

from django.db import IntegrityError, transaction

from config.base.data.models import Origin
from oncall.models import AssignedTo, Obligation, ObligationRule, ObligationStatus, Team, User
from oncall.obligations import rules
from oncall.obligations.status import OBLIGATION, cancel_unsent, end, save


@transaction.atomic
def create(
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    title: str,
    url: str,
    at: datetime,
    team: Team | None = None,
    owner: User | None = None,
    occurrence: str = "",
    since: datetime | None = None,
    due_at: datetime | None = None,
    rank: int | None = None,
    tier: int | None = None,
    origin: str = Origin.EDIT,
) -> Obligation | None:
    """Create an obligation by the first rule that matches; None when no rule matches, or nobody could do it.

    `since` is the moment from which the rule's time runs (default `at`), `due_at` the date that the record sets.
    A second call for the same kind, subject and occurrence changes nothing while that one is open or dismissed; a
    done or withdrawn one is opened again.
    """
    existing = _lock_existing(kind, subject_type, subject_id, occurrence)
    if existing is not None and not OBLIGATION.allows(existing.status, ObligationStatus.OPEN):
        return existing
    rule = rules.matching_rule(kind=kind, team=team, rank=rank, tier=tier)
    if rule is None:
        return None
    owner, team = _assignees(rule, owner=owner, team=team)
    if owner is None and team is None:
        return None
    obligation = existing or Obligation(
        kind=kind, subject_type=subject_type, subject_id=subject_id, occurrence=occurrence, created_at=at, round=0
    )
    obligation.rule, obligation.title, obligation.url = rule, title, url
    obligation.owner, obligation.team, obligation.origin = owner, team, origin
    obligation.status, obligation.reason = ObligationStatus.OPEN, ""
    obligation.ended_at = obligation.ended_by = None
    _plan(obligation, due_at=rules.due_time(rule, since=since or at, own=due_at), at=at)
    if existing is not None:
        obligation.round += 1
        obligation.save()
        return obligation
    try:
        with transaction.atomic():
            obligation.save(force_insert=True)
    except IntegrityError:
        # Another transaction was faster. After any other violation this query finds no row and raises.
        return Obligation.objects.get(
            kind=kind, subject_type=subject_type, subject_id=subject_id, occurrence=occurrence
        )
    return obligation


def complete(
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    at: datetime,
    actor: User | None = None,
    occurrence: str | None = None,
) -> int:
    """Mark one occurrence done, or all that are open. Returns how many ended; zero is no error."""
    return _end_all(ObligationStatus.DONE, kind, subject_type, subject_id, occurrence, at=at, actor=actor)


def withdraw(
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    at: datetime,
    actor: User | None = None,
    occurrence: str | None = None,
    reason: str = "",
) -> int:
    """End it because the record has changed and it is no longer needed. Returns how many ended."""
    return _end_all(
        ObligationStatus.WITHDRAWN, kind, subject_type, subject_id, occurrence, at=at, actor=actor, reason=reason
    )


@transaction.atomic
def reassign(
    *,
    kind: str,
    subject_type: str,
    subject_id: int,
    at: datetime,
    team: Team | None,
    owner: User | None,
    occurrence: str | None = None,
) -> int:
    """Give it to another person or team, where the rule leaves that to the record. Returns how many changed."""
    count = 0
    for obligation in _lock_open(kind, subject_type, subject_id, occurrence):
        before = (obligation.owner_id, obligation.team_id)
        obligation.owner, obligation.team = _assignees(obligation.rule, owner=owner, team=team or obligation.team)
        if before != (obligation.owner_id, obligation.team_id):
            save(obligation, "owner", "team", at=at)
            cancel_unsent(obligation, at=at)
            count += 1
    return count


@transaction.atomic
def reschedule(
    *, kind: str, subject_type: str, subject_id: int, at: datetime, due_at: datetime, occurrence: str | None = None
) -> int:
    """Give it another due time, with reminders of its own, because the record's date has moved.

    A rule with a time of its own keeps that time. Returns how many changed.
    """
    rows = _lock_open(kind, subject_type, subject_id, occurrence)
    changed = [row for row in rows if row.rule.within is None and row.due_at != due_at]
    for obligation in changed:
        replan(obligation, due_at=due_at, at=at)
    return len(changed)


def _plan(obligation: Obligation, *, due_at: datetime, at: datetime) -> None:
    """Set the due time and the first reminder in the future."""
    obligation.due_at, obligation.reminded_until, obligation.updated_at = due_at, at, at
    obligation.next_reminder_at = rules.next_reminder(obligation, obligation.rule.reminders.all())


def replan(obligation: Obligation, *, due_at: datetime, at: datetime) -> None:
    """Give a locked, open obligation a new due time with reminders of its own."""
    obligation.round += 1
    _plan(obligation, due_at=due_at, at=at)
    save(obligation, "due_at", "round", "reminded_until", "next_reminder_at", "reason", at=at)
    cancel_unsent(obligation, at=at)


def _lock_existing(kind: str, subject_type: str, subject_id: int, occurrence: str) -> Obligation | None:
    return (
        Obligation.objects.about(subject_type, subject_id)
        .filter(kind=kind, occurrence=occurrence)
        .select_for_update(no_key=True)
        .first()
    )


def _lock_open(kind: str, subject_type: str, subject_id: int, occurrence: str | None) -> list[Obligation]:
    rows = Obligation.objects.open().about(subject_type, subject_id).filter(kind=kind)
    if occurrence is not None:
        rows = rows.filter(occurrence=occurrence)
    return list(
        rows.select_related("rule__person", "team").select_for_update(no_key=True, of=("self",)).order_by("pk")
    )


@transaction.atomic
def _end_all(
    status: ObligationStatus,
    kind: str,
    subject_type: str,
    subject_id: int,
    occurrence: str | None,
    *,
    at: datetime,
    actor: User | None,
    reason: str = "",
) -> int:
    rows = _lock_open(kind, subject_type, subject_id, occurrence)
    for obligation in rows:
        end(obligation, status, at=at, actor=actor, reason=reason)
    return len(rows)


def _assignees(rule: ObligationRule, *, owner: User | None, team: Team | None) -> tuple[User | None, Team | None]:
    """Who must do it by the rule: a person, and the team responsible for them."""
    if rule.assigned_to == AssignedTo.PERSON:
        return rule.person, team
    if rule.assigned_to == AssignedTo.TEAM and team is not None:
        return None, team
    if rule.assigned_to == AssignedTo.MANAGER and team is not None:
        return _manager(team), team
    may_own = owner is not None and owner.is_active and not owner.is_service
    return (owner if may_own else None), team


def _manager(team: Team) -> User | None:
    managers = team.memberships.active_managers().select_related("user")
    membership = managers.order_by("user__name", "pk").first()
    return membership.user if membership else None
