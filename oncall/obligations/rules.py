"""Rules: which one fits a record, what it says in words, and those a new site starts with."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from oncall.models import (
    DismissedBy,
    DismissedWhen,
    Obligation,
    ObligationRule,
    OwedBy,
    Reminded,
    ReminderSide,
    RuleReminder,
    Team,
)
from oncall.obligations import kinds

_OWES = {
    OwedBy.RECORD: "The person the record names owes it, or else its team.",
    OwedBy.TEAM: "The record's team owes it.",
    OwedBy.MANAGER: "A manager of the record's team owes it.",
    OwedBy.PERSON: "One person owes it.",
}
_SENDING_NOTHING = ("demo", "case")


def matching_rule(*, kind: str, team: Team | None, rank: int | None, tier: int | None) -> ObligationRule | None:
    """The first rule in use whose conditions hold; a fact that is not known meets no condition on it."""
    rules = ObligationRule.objects.filter(kind=kind, is_active=True).filter(
        Q(most_rank__isnull=True) | Q(most_rank__gte=rank if rank is not None else 32_767),
        Q(most_tier__isnull=True) | Q(most_tier__gte=tier if tier is not None else 32_767),
        Q(teams__isnull=True) | Q(teams=team.pk if team else None),
    )
    return rules.order_by("position", "pk").first()


def next_reminder(obligation: Obligation, reminders: Iterable[RuleReminder]) -> datetime | None:
    """The next instant at which somebody is to be reminded; None when nobody is."""
    if not obligation.is_open or obligation.origin in _SENDING_NOTHING:
        return None
    moments = (obligation.due_at + reminder.offset for reminder in reminders)
    return min((moment for moment in moments if moment > obligation.reminded_until), default=None)


@transaction.atomic
def refresh(*, rule_id: int) -> int:
    """Plan the next reminders of what is open under a changed rule anew, and say of how many; no due time moves."""
    reminders = list(RuleReminder.objects.filter(rule=rule_id))
    rows = list(Obligation.objects.open().filter(rule=rule_id).order_by("pk").select_for_update(no_key=True))
    for obligation in rows:
        obligation.next_reminder_at = next_reminder(obligation, reminders)
    return Obligation.objects.bulk_update(rows, ["next_reminder_at"], batch_size=500)


@transaction.atomic
def write_default_rules() -> int:
    """Make the standard rules of those kinds that have none, and say how many; nothing of one's own is touched."""
    known = set(ObligationRule.objects.values_list("kind", flat=True))
    made = 0
    for duty in kinds.all_kinds():
        for number, standard in enumerate(duty.standard if duty.kind not in known else ()):
            rule, is_new = ObligationRule.objects.get_or_create(
                name=standard.name,
                defaults={
                    "kind": duty.kind,
                    "position": 100 + number,
                    "amount": standard.amount,
                    "unit": standard.unit,
                    "owed_by": standard.owed_by,
                    "dismissed_by": standard.dismissed_by,
                },
            )
            made += is_new
            if is_new:
                RuleReminder.objects.bulk_create(
                    RuleReminder(rule=rule, amount=one.amount, unit=one.unit, side=one.side, whom=one.whom)
                    for one in standard.reminders
                )
    return made


def describe(rule: ObligationRule, *, teams: Sequence[Team], reminders: Sequence[RuleReminder]) -> str:
    """The rule as a person would tell it."""
    duty = kinds.get(rule.kind)
    told = [
        f"{_for_which(rule, teams)}the {duty.label[0].lower()}{duty.label[1:]} is due {_when(rule, duty)}.",
        f"{_who(rule)} It is done when {duty.done_when}.",
        *(_reminded(reminders)),
        _dismissed(rule),
    ]
    return " ".join(told) if rule.is_active else f"Not in use. {' '.join(told)}"


def _for_which(rule: ObligationRule, teams: Sequence[Team]) -> str:
    parts = []
    if rule.most_rank is not None:
        parts.append("severity rank 1" if rule.most_rank == 1 else f"severities of rank 1 to {rule.most_rank}")
    if rule.most_tier is not None:
        parts.append("services of tier 1" if rule.most_tier == 1 else f"services of tier 1 to {rule.most_tier}")
    if teams:
        parts.append(" or ".join(team.name for team in teams))
    return f"For {', '.join(parts)}: " if parts else "For every record: "


def _when(rule: ObligationRule, duty: kinds.ObligationKind) -> str:
    if rule.amount is None:
        return f"by {duty.own_date}" if duty.own_date else f"when {duty.moment}"
    return f"{length(rule.amount, rule.unit)} after {duty.moment}"


def _who(rule: ObligationRule) -> str:
    if rule.owed_by == OwedBy.PERSON and rule.person is not None:
        return f"{rule.person.name} owes it."
    return _OWES[OwedBy(rule.owed_by)]


def _reminded(reminders: Sequence[RuleReminder]) -> list[str]:
    if not reminders:
        return ["Nobody is reminded."]
    told = [
        f"{Reminded(one.whom).label.lower()} {_moment(one)}" for one in sorted(reminders, key=lambda one: one.offset)
    ]
    return [f"Reminded: {', '.join(told)}."]


def _moment(reminder: RuleReminder) -> str:
    if not reminder.amount:
        return "when it is due"
    return f"{length(reminder.amount, reminder.unit)} {ReminderSide(reminder.side).label}"


def _dismissed(rule: ObligationRule) -> str:
    if rule.dismissed_by == DismissedBy.NOBODY:
        return "Nobody may dismiss it."
    who = DismissedBy(rule.dismissed_by).label
    when = " once it is overdue" if rule.dismissed_when == DismissedWhen.OVERDUE else ""
    return f"{who} may dismiss it{when}{', with a reason' if rule.needs_reason else ''}."


def length(amount: int, unit: str) -> str:
    """A length of time in words: "1 day", "5 days"."""
    return f"{amount} {unit[:-1] if amount == 1 else unit}"


def due(rule: ObligationRule, *, since: datetime, own: datetime | None) -> datetime:
    """When it is due: so long after the moment, or by the date the record names, else at once."""
    within: timedelta | None = rule.within
    return since + within if within is not None else own or since
