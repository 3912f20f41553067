"""From a firing to pages: one per person and notification rule (R-E8), each with a key used once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from config.base.data.outbox import OutboxState
from oncall.models import ContactKind, ContactMethod, Escalation, NotificationRule, Page, Urgency, User

# For people without rules of their own: push or text at once, then call, and call again (R-E8).
_DEFAULT_HIGH = ((0, ContactKind.PUSH), (0, ContactKind.SMS), (3, ContactKind.VOICE), (8, ContactKind.VOICE))
_DEFAULT_LOW = ((0, ContactKind.EMAIL),)
# Which channel to try when another fails, or when nothing fits: the most intrusive first for high urgency.
FALLING = (ContactKind.PUSH, ContactKind.SMS, ContactKind.VOICE, ContactKind.WEBHOOK, ContactKind.EMAIL)


def create_pages(*, escalation: Escalation, firing: int, users: Sequence[int], at: datetime) -> list[Page]:
    """Write the pages of one firing; those with a later minute wait in the table.

    Somebody without a usable contact method is paged at the address of the account, so that everyone can
    be reached somehow. Two queries and one insert, however many people.
    """
    people = User.objects.only("email").in_bulk(users)
    ways = ways_to_reach(users, escalation.urgency)
    pages = []
    for user_id in users:
        for position, after_minutes, method in ways[user_id]:
            pages.append(
                build_page(
                    escalation=escalation,
                    firing=firing,
                    user=people[user_id],
                    rule=position,
                    method=method,
                    due_at=at + timedelta(minutes=after_minutes),
                    at=at,
                )
            )
    return Page.objects.bulk_create(pages)


def build_page(
    *,
    escalation: Escalation,
    firing: int,
    user: User,
    rule: int,
    method: ContactMethod | None,
    due_at: datetime,
    at: datetime,
    attempt_of_rule: int = 0,
) -> Page:
    """An unsaved page; its key is `escalation:firing:user:rule`, with `:try` for another channel (paging rule 3)."""
    key = f"{escalation.pk}:{firing}:{user.pk}:{rule}"
    return Page(
        key=f"{key}:{attempt_of_rule}" if attempt_of_rule else key,
        escalation=escalation,
        firing=firing,
        rule=rule,
        attempt_of_rule=attempt_of_rule,
        user=user,
        contact_method=method,
        channel=method.kind if method else ContactKind.EMAIL,
        address=method.address if method else user.email,
        priority=escalation.priority,
        state=OutboxState.PENDING,
        due_at=due_at,
        created_at=at,
    )


Rule = tuple[int, int, ContactMethod | None]
"""Its position, the minutes to wait, and the method; no method stands for the account's own address."""


def ways_to_reach(users: Sequence[int], urgency: str) -> dict[int, list[Rule]]:
    """By person: position, minutes to wait, and the contact method, None for the account's own address.

    A person's own rules, else the usual ones for what they have; in two queries, and nobody is left without.
    """
    rules = _rules_by_user(users, urgency)
    methods = _methods_by_user([user_id for user_id in users if user_id not in rules])
    return {
        user_id: rules[user_id] or _default_rules(methods[user_id], urgency) or [(0, 0, None)]
        for user_id in list(users)
    }


def _rules_by_user(users: Iterable[int], urgency: str) -> dict[int, list[Rule]]:
    found: defaultdict[int, list[Rule]] = defaultdict(list)
    rules = NotificationRule.objects.filter(
        user__in=users, urgency=urgency, contact_method__verified_at__isnull=False
    ).select_related("contact_method")
    for rule in rules.order_by("user", "position"):
        found[rule.user_id].append((rule.position, rule.after_minutes, rule.contact_method))
    return found


def _methods_by_user(users: Sequence[int]) -> dict[int, list[ContactMethod]]:
    found: defaultdict[int, list[ContactMethod]] = defaultdict(list)
    if not users:
        return found
    for method in ContactMethod.objects.usable().filter(user__in=users).order_by("pk"):
        found[method.user_id].append(method)
    return found


def _default_rules(methods: list[ContactMethod], urgency: str) -> list[Rule]:
    by_kind = {method.kind: method for method in reversed(methods)}
    wanted = _DEFAULT_HIGH if urgency == Urgency.HIGH else _DEFAULT_LOW
    rules: list[Rule] = [
        (position, minutes, by_kind[kind]) for position, (minutes, kind) in enumerate(wanted) if kind in by_kind
    ]
    if rules and any(minutes == 0 for _, minutes, _ in rules):
        return rules
    first = next((by_kind[kind] for kind in FALLING if kind in by_kind), None)
    return [(len(wanted), 0, first), *rules] if first else rules
