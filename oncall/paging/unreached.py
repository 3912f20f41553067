"""What happens when a page fails: the person's next channel at once, then the next step of the policy (R-E8)."""

from datetime import datetime, timedelta

from django.db.models import Q

from config.base.data import outbox
from config.base.data.outbox import OutboxState
from oncall.models import (
    ContactKind,
    ContactMethod,
    Escalation,
    EscalationEntry,
    EscalationEvent,
    EscalationState,
    Page,
    Purpose,
    User,
)
from oncall.paging.creating import CHANNEL_ORDER, build_page, replace_failing
from oncall.wake import wake

PROVIDER_PATIENCE = timedelta(seconds=60)
"""How long after a firing the next step waits at most, while providers are the reason that nobody is reached."""


def try_next_channel(escalation: Escalation, page: Page, at: datetime, *, is_replaced: bool = False) -> bool:
    """Page the same person on a channel not yet tried in this firing; False if there is none.

    A page that can still arrive is enough, unless this one is to be replaced: then the same channel comes first.
    """
    siblings = list(
        Page.objects.filter(escalation=escalation, firing=page.firing, user=page.user, purpose=page.purpose)
    )
    if not is_replaced and any(sibling.pk != page.pk and _can_arrive(sibling, at) for sibling in siblings):
        return True
    if not page.user.is_active:
        return False
    tried = {(s.channel, s.address) for s in siblings if is_replaced or s.attempts or s.due_at <= at}
    methods = [m for m in _by_preference(page.user) if (m.kind, m.address) not in tried]
    if is_replaced:
        methods.sort(key=lambda m: m.kind != page.channel)
    method = methods[0] if methods else None
    if method is None and ("email", page.user.email) in tried:
        return False
    another = build_page(
        escalation=escalation,
        firing=page.firing,
        user=page.user,
        rule=page.rule,
        method=method,
        due_at=at,
        at=at,
        attempt_of_rule=1 + max(s.attempt_of_rule for s in siblings if s.rule == page.rule),
    )
    replace_failing(escalation, [another], at=at)
    another.save(force_insert=True)
    wake("pages")
    return True


def advance_if_unreachable(escalation: Escalation, at: datetime) -> None:
    """Bring the next step forward when nobody of this firing could be reached (R-E8).

    At once if every failure is the person's: no address, or one refused for good. If a provider's failure is
    among them, a minute after the firing, so that a short outage does not use up the whole policy.
    """
    if escalation.next_at is None:
        return
    pages = list(Page.objects.filter(escalation=escalation, firing=escalation.firing, purpose=Purpose.RING))
    if any(_can_arrive(page, at) for page in pages):
        return
    is_provider = any(_failed_by_provider(page) for page in pages)
    next_at = min(page.created_at for page in pages) + PROVIDER_PATIENCE if is_provider else at
    if next_at >= escalation.next_at:
        return
    Escalation.objects.filter(pk=escalation.pk).update(next_at=max(next_at, at))
    _log(escalation, EscalationEvent.PROVIDER_DOWN if is_provider else EscalationEvent.UNREACHABLE, at)


def restore_delay(*, page_id: int, at: datetime) -> None:
    """Give the next step its own delay back, once a page has arrived that a provider had failed to take."""
    page = Page.objects.select_related("escalation").get(pk=page_id)
    row = page.escalation
    if page.purpose != Purpose.RING or page.firing != row.firing or row.state != EscalationState.TRIGGERED:
        return
    steps = row.frozen_policy.get("steps") if isinstance(row.frozen_policy, dict) else None
    if not isinstance(steps, list) or not 0 < row.step <= len(steps):
        return
    fired_at = Page.objects.filter(escalation=row, firing=row.firing, purpose=Purpose.RING).earliest("created_at")
    own = fired_at.created_at + timedelta(minutes=steps[row.step - 1]["delay_minutes"])
    shortened = Escalation.objects.unanswered().filter(pk=row.pk, firing=row.firing, next_at__gt=at)
    shortened.filter(next_at=fired_at.created_at + PROVIDER_PATIENCE, next_at__lt=own).update(next_at=own)


def is_lost_to_providers(*, escalation: Escalation, at: datetime) -> bool:
    """Whether no page of the current round has arrived, and providers are among the reasons."""
    pages = Page.objects.filter(
        escalation=escalation, firing__gt=escalation.round_firing, purpose=Purpose.RING, due_at__lte=at
    ) | Page.objects.filter(
        Q(last_error__gt="") | Q(state=OutboxState.DEAD),
        escalation=escalation,
        firing__gt=escalation.round_firing,
        purpose=Purpose.RING,
    )
    rows = list(pages)
    return not any(_can_arrive(page, at) for page in rows) and any(_failed_by_provider(page) for page in rows)


def _can_arrive(page: Page, at: datetime) -> bool:
    """Whether this page has arrived, or is due by now and has not failed yet."""
    if page.state in outbox.ARRIVED:
        return True
    return page.state in outbox.UNSENT and not page.last_error and page.due_at <= at


def _failed_by_provider(page: Page) -> bool:
    """Whether it is still tried, or was given up; one that a provider refused for good is the person's."""
    return page.state == OutboxState.DEAD or (page.state in outbox.UNSENT and bool(page.last_error))


def _by_preference(user: User) -> list[ContactMethod]:
    return sorted(
        ContactMethod.objects.usable().filter(user=user, kind__in=CHANNEL_ORDER),
        key=lambda m: (CHANNEL_ORDER.index(ContactKind(m.kind)), m.pk),
    )


def _log(escalation: Escalation, event: EscalationEvent, at: datetime) -> None:
    EscalationEntry.objects.create(
        escalation=escalation,
        at=at,
        event=event,
        step=max(escalation.step - 1, 0),
        round=escalation.round,
        relay_at=at,
    )
    wake("pages")
