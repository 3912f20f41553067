"""Rules: which one matches a record, a rule as text, and the default rules of a new site."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oncall.models import (
    AssignedTo,
    DismissedBy,
    DismissedWhen,
    Obligation,
    ObligationRule,
    Reminded,
    ReminderSide,
    RuleReminder,
    Team,
)
from oncall.obligations import kinds

_ASSIGNEE_TEXTS = {
    AssignedTo.RECORD: "It is assigned to the record's owner, or else to its team.",
    AssignedTo.TEAM: "It is assigned to the record's team.",
    AssignedTo.MANAGER: "It is assigned to a manager of the record's team.",
    AssignedTo.PERSON: "It is assigned to one person.",
}
_SILENT_ORIGINS = ("demo", "case")


def matching_rule(*, kind: str, team: Team | None, rank: int | None, tier: int | None) -> ObligationRule | None:
    """The first active rule whose conditions hold; a missing rank, tier or team meets no condition on it."""
    rules = ObligationRule.objects.filter(kind=kind, is_active=True).filter(
        Q(max_rank__isnull=True) | Q(max_rank__gte=rank if rank is not None else 32_767),
        Q(max_tier__isnull=True) | Q(max_tier__gte=tier if tier is not None else 32_767),
        Q(teams__isnull=True) | Q(teams=team.pk if team else None),
    )
    return rules.order_by("position", "pk").first()


def next_reminder(obligation: Obligation, reminders: Iterable[RuleReminder]) -> datetime | None:
    """When the next reminder is due; None when none is."""
    if not obligation.is_open or obligation.origin in _SILENT_ORIGINS:
        return None
    moments = (obligation.due_at + reminder.offset for reminder in reminders)
    return min((moment for moment in moments if moment > obligation.reminded_until), default=None)


@transaction.atomic
def refresh(*, rule_id: int) -> int:
    """Plan the next reminders of a changed rule's open obligations, and return how many; due times stay."""
    reminders = list(RuleReminder.objects.filter(rule=rule_id))
    rows = list(Obligation.objects.open().filter(rule=rule_id).order_by("pk").select_for_update(no_key=True))
    for obligation in rows:
        obligation.next_reminder_at = next_reminder(obligation, reminders)
    return Obligation.objects.bulk_update(rows, ["next_reminder_at"], batch_size=500)


@transaction.atomic
def write_default_rules() -> int:
    """Create the default rules of those kinds that have no rule, and return how many; existing rules stay."""
    kinds_with_rules = set(ObligationRule.objects.values_list("kind", flat=True))
    count = 0
    for kind in kinds.all_kinds():
        for number, default in enumerate(kind.default_rules if kind.kind not in kinds_with_rules else ()):
            rule, is_new = ObligationRule.objects.get_or_create(
                name=default.name,
                defaults={
                    "kind": kind.kind,
                    "position": 100 + number,
                    "amount": default.amount,
                    "unit": default.unit,
                    "assigned_to": default.assigned_to,
                    "dismissed_by": default.dismissed_by,
                },
            )
            count += is_new
            if is_new:
                RuleReminder.objects.bulk_create(
                    RuleReminder(
                        rule=rule,
                        amount=reminder.amount,
                        unit=reminder.unit,
                        side=reminder.side,
                        whom=reminder.whom,
                    )
                    for reminder in default.reminders
                )
    return count


def describe(rule: ObligationRule, *, teams: Sequence[Team], reminders: Sequence[RuleReminder]) -> str:
    """The rule as a text for people."""
    kind = kinds.get(rule.kind)
    sentences = [
        f"{_scope_text(rule, teams)}the {kind.label[0].lower()}{kind.label[1:]} is due {_due_text(rule, kind)}.",
        f"{_assignee_text(rule)} It is done when {kind.done_when}.",
        *(_reminder_texts(reminders)),
        _dismissal_text(rule),
    ]
    return " ".join(sentences) if rule.is_active else f"Not in use. {' '.join(sentences)}"


def _scope_text(rule: ObligationRule, teams: Sequence[Team]) -> str:
    parts = []
    if rule.max_rank is not None:
        parts.append("severity rank 1" if rule.max_rank == 1 else f"severities of rank 1 to {rule.max_rank}")
    if rule.max_tier is not None:
        parts.append("services of tier 1" if rule.max_tier == 1 else f"services of tier 1 to {rule.max_tier}")
    if teams:
        parts.append(" or ".join(team.name for team in teams))
    return f"For {', '.join(parts)}: " if parts else "For every record: "


def _due_text(rule: ObligationRule, kind: kinds.ObligationKind) -> str:
    if rule.amount is None:
        return f"by {kind.own_date}" if kind.own_date else f"when {kind.moment}"
    return f"{duration_text(rule.amount, rule.unit)} after {kind.moment}"


def _assignee_text(rule: ObligationRule) -> str:
    if rule.assigned_to == AssignedTo.PERSON and rule.person is not None:
        return f"It is assigned to {rule.person.name}."
    return _ASSIGNEE_TEXTS[AssignedTo(rule.assigned_to)]


def _reminder_texts(reminders: Sequence[RuleReminder]) -> list[str]:
    if not reminders:
        return ["Nobody is reminded."]
    lines = [
        f"{Reminded(reminder.whom).label.lower()} {_moment_text(reminder)}"
        for reminder in sorted(reminders, key=lambda reminder: reminder.offset)
    ]
    return [f"Reminders: {', '.join(lines)}."]


def _moment_text(reminder: RuleReminder) -> str:
    if not reminder.amount:
        return "when it is due"
    return f"{duration_text(reminder.amount, reminder.unit)} {ReminderSide(reminder.side).label}"


def _dismissal_text(rule: ObligationRule) -> str:
    if rule.dismissed_by == DismissedBy.NOBODY:
        return "Nobody may dismiss it."
    who = DismissedBy(rule.dismissed_by).label
    when = " once it is overdue" if rule.dismissed_when == DismissedWhen.OVERDUE else ""
    return f"{who} may dismiss it{when}{', with a reason' if rule.needs_reason else ''}."


def duration_text(amount: int, unit: str) -> str:
    """A duration as text: "1 day", "5 days"."""
    return f"{amount} {unit[:-1] if amount == 1 else unit}"


def due_time(rule: ObligationRule, *, since: datetime, own: datetime | None) -> datetime:
    """When it is due: the rule's time after `since`, or the record's own date, else at once."""
    within: timedelta | None = rule.within
    return since + within if within is not None else own or since
