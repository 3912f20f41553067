"""Creates the pages of a firing: one per person and notification rule (R-E8), each with a key used once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from config.base.data.outbox import OutboxState
from oncall.channels import host_of
from oncall.models import ContactKind, ContactMethod, Escalation, NotificationRule, Page, Purpose, Urgency, User

# For people without rules of their own: push or text at once, then call, and call again (R-E8).
_DEFAULT_HIGH = ((0, ContactKind.PUSH), (0, ContactKind.SMS), (3, ContactKind.VOICE), (8, ContactKind.VOICE))
_DEFAULT_LOW = ((0, ContactKind.EMAIL),)
# Which channel to try when another fails, or when no default matches: the most intrusive first.
CHANNEL_ORDER = (ContactKind.PUSH, ContactKind.SMS, ContactKind.VOICE, ContactKind.WEBHOOK, ContactKind.EMAIL)

WayToReach = tuple[int, int, ContactMethod | None]
"""The rule's position, the minutes to wait, and the contact method; None means the account's own address."""


def create_pages(*, escalation: Escalation, firing: int, users: Sequence[int], at: datetime) -> list[Page]:
    """Create the pages of one firing; those that are due later wait in the table.

    A person without a usable contact method is paged at the address of the account, so that everyone can be
    reached. Two queries and one insert, for any number of people.
    """
    people = User.objects.only("email").in_bulk(users)
    ways = ways_to_reach(users, escalation.urgency)
    pages = build_pages(escalation=escalation, firing=firing, people=[people[key] for key in users], ways=ways, at=at)
    replace_failing(escalation, pages, at=at)
    return Page.objects.bulk_create(pages)


def build_pages(
    *,
    escalation: Escalation,
    firing: int,
    people: Sequence[User],
    ways: Mapping[int, Sequence[WayToReach]],
    at: datetime,
) -> list[Page]:
    """The unsaved pages of one firing; `ways` are those of `ways_to_reach`."""
    return [
        build_page(
            escalation=escalation,
            firing=firing,
            user=person,
            rule=position,
            method=method,
            due_at=at + timedelta(minutes=after_minutes),
            at=at,
        )
        for person in people
        for position, after_minutes, method in ways[person.pk]
    ]


def replace_failing(escalation: Escalation, pages: Sequence[Page], *, at: datetime) -> None:
    """Cancel pages of earlier firings that a provider has failed to take, where a new one goes to the same address.

    The new one is tried instead: after an outage each person gets one message, not one for every round.
    """
    if escalation.firing <= 1:
        return
    replaced = Q(pk__in=[])
    for page in pages:
        if page.due_at <= at:
            replaced |= Q(user=page.user_id, channel=page.channel, address=page.address)
    failing = Page.objects.filter(replaced, escalation=escalation, state=OutboxState.PENDING, purpose=Purpose.RING)
    failing.exclude(last_error="").update(
        state=OutboxState.CANCELLED, ended_at=at, last_error="Replaced by the page of a later step."
    )


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
    purpose: str = Purpose.RING,
    text: str = "",
) -> Page:
    """An unsaved page; its key is `escalation:firing:user:rule`, with `:try` for another channel (paging rule 3).

    News is counted apart from firings: `firing` is then the number of the news, and the key says `news:` before it.
    """
    number = f"news:{firing}" if purpose == Purpose.NEWS else str(firing)
    key = f"{escalation.pk}:{number}:{user.pk}:{rule}"
    channel: str = method.kind if method else ContactKind.EMAIL
    address = method.address if method else user.email
    return Page(
        key=f"{key}:{attempt_of_rule}" if attempt_of_rule else key,
        escalation=escalation,
        firing=firing,
        rule=rule,
        attempt_of_rule=attempt_of_rule,
        purpose=purpose,
        text=text,
        user=user,
        contact_method=method,
        channel=channel,
        address=address,
        host=host_of(channel, address),
        priority=escalation.priority,
        state=OutboxState.PENDING,
        due_at=due_at,
        created_at=at,
    )


def ways_to_reach(users: Sequence[int], urgency: str) -> dict[int, list[WayToReach]]:
    """By user id: the person's own rules, else default rules for their contact methods.

    Two queries for any number of people; everyone has at least one way.
    """
    rules = _rules_by_user(users, urgency)
    methods = _methods_by_user([user_id for user_id in users if user_id not in rules])
    return {
        user_id: rules[user_id] or _default_rules(methods[user_id], urgency) or [(0, 0, None)]
        for user_id in list(users)
    }


def _rules_by_user(users: Iterable[int], urgency: str) -> dict[int, list[WayToReach]]:
    rules_by_user: defaultdict[int, list[WayToReach]] = defaultdict(list)
    rules = NotificationRule.objects.filter(
        user__in=users, urgency=urgency, contact_method__verified_at__isnull=False
    ).select_related("contact_method")
    for rule in rules.order_by("user", "position"):
        rules_by_user[rule.user_id].append((rule.position, rule.after_minutes, rule.contact_method))
    return rules_by_user


def _methods_by_user(users: Sequence[int]) -> dict[int, list[ContactMethod]]:
    methods_by_user: defaultdict[int, list[ContactMethod]] = defaultdict(list)
    if not users:
        return methods_by_user
    for method in ContactMethod.objects.usable().filter(user__in=users).order_by("pk"):
        methods_by_user[method.user_id].append(method)
    return methods_by_user


def _default_rules(methods: list[ContactMethod], urgency: str) -> list[WayToReach]:
    by_kind = {method.kind: method for method in reversed(methods)}
    defaults = _DEFAULT_HIGH if urgency == Urgency.HIGH else _DEFAULT_LOW
    rules: list[WayToReach] = [
        (position, minutes, by_kind[kind]) for position, (minutes, kind) in enumerate(defaults) if kind in by_kind
    ]
    if rules and any(minutes == 0 for _, minutes, _ in rules):
        return rules
    fallback = next((by_kind[kind] for kind in CHANNEL_ORDER if kind in by_kind), None)
    return [(len(defaults), 0, fallback), *rules] if fallback else rules
