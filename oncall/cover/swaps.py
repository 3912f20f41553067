"""Giving a shift away: ask, offer, accept, approve, decline, cancel, expire (R-O4).

An accepted swap is an override, or two in one transaction, created at the moment of acceptance. So it
holds from then on, combines with other swaps, and applies to pages, the API and feeds alike. Every function
locks the swap first; carrying it out locks the schedule before it checks who is on call.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.lifecycle import Refusal
from config.base.data.rests import Rests, run_batch
from oncall import schedules
from oncall.cover import swap_notices
from oncall.cover.overrides import check_times, create_override
from oncall.models import (
    OFFERS,
    SWAPS,
    UNDECIDED,
    OfferStatus,
    OverrideOp,
    Schedule,
    SwapOffer,
    SwapRequest,
    SwapStatus,
    User,
)
from oncall.schedules.timeline import build_timeline

SWEEP_SIZE = 100
_rests: Rests[int] = Rests()


class NotPossible(Refusal):
    """The rota or the time does not allow it (any more); the message says why."""


class NotYours(Refusal):
    """Another person has to do this; the message says who."""


@transaction.atomic
def request(
    *, schedule: Schedule, starts_at: datetime, ends_at: datetime, actor: User, at: datetime, note: str = ""
) -> SwapRequest:
    """Ask others to take `[starts_at, ends_at)` of the actor's time on call, a shift or a part of it.

    Notifies those who could take it. Raises ValidationError by field.
    """
    _lock_schedule(schedule.pk)
    check_times(starts_at, ends_at, at=at)
    if starts_at <= at:
        raise ValidationError({"starts_at": "Choose a later time. To be relieved now, ask somebody to cover."})
    if not _is_on_call(schedule, actor, starts_at, ends_at):
        raise ValidationError({"starts_at": f"You are not on call on {schedule.name} at that time."})
    own_requests = SwapRequest.objects.filter(schedule=schedule, requested_by=actor, status__in=UNDECIDED)
    if own_requests.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise ValidationError({"starts_at": "You have already asked for this time. Cancel that swap first."})
    swap = SwapRequest.objects.create(
        schedule=schedule, requested_by=actor, starts_at=starts_at, ends_at=ends_at, note=note, created_at=at
    )
    swap_notices.notify_requested(swap, at=at)
    return swap


@transaction.atomic
def offer(
    *,
    swap_id: int,
    actor: User,
    at: datetime,
    return_starts_at: datetime | None = None,
    return_ends_at: datetime | None = None,
    note: str = "",
) -> SwapOffer:
    """Offer to take it, with or without `[return_starts_at, return_ends_at)` of the actor's own time in return."""
    swap = _lock(swap_id)
    _check_status(swap, SwapStatus.OPEN, SwapStatus.OFFERED)
    if actor.is_service:
        raise NotPossible("Only people can be on call, so a program cannot offer to be.")
    if swap.requested_by_id == actor.pk:
        raise NotYours("This is your own request. Another person has to offer.")
    if swap.offers.filter(user=actor, status=OfferStatus.PENDING).exists():
        raise NotPossible("You have already offered. Withdraw that offer to make another one.")
    if (return_starts_at is None) != (return_ends_at is None):
        raise ValidationError({"return_starts_at": "Give both the start and the end of what you want in return."})
    if return_starts_at is not None and return_ends_at is not None:
        _check_return(swap, return_starts_at, return_ends_at, at=at)
    new_offer = SwapOffer(
        swap=swap, user=actor, created_at=at, note=note,
        return_starts_at=return_starts_at, return_ends_at=return_ends_at,
    )  # fmt: skip
    _check_rota(new_offer, at=at)
    new_offer.save()
    if swap.status == SwapStatus.OPEN:
        _set_status(swap, SwapStatus.OFFERED)
    swap_notices.notify_offered(new_offer, at=at)
    return new_offer


@transaction.atomic
def accept(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Accept an offer: it holds at once or, if the team requires approval, once a manager approves."""
    swap, accepted_offer = _lock_offer(offer_id)
    if swap.requested_by_id != actor.pk:
        raise NotYours(f"Only {swap.requested_by.name} can accept offers for this swap.")
    _check_status(swap, SwapStatus.OFFERED)
    OFFERS.check(accepted_offer.status, OfferStatus.ACCEPTED)
    _lock_schedule(swap.schedule_id)
    _check_rota(accepted_offer, at=at)
    swap.chosen = accepted_offer
    if not swap.schedule.team.swaps_need_approval:
        return _carry_out(swap, accepted_offer, actor=actor, at=at)
    _set_status(swap, SwapStatus.AWAITING_APPROVAL, "chosen")
    swap_notices.notify_chosen(accepted_offer, at=at)
    return swap


@transaction.atomic
def approve(*, swap_id: int, actor: User, at: datetime) -> SwapRequest:
    """Approve as a manager; it holds from then on."""
    swap = _lock(swap_id)
    accepted_offer = _chosen_offer(swap, actor)
    _lock_schedule(swap.schedule_id)
    _check_rota(accepted_offer, at=at)
    swap.decided_by = actor
    return _carry_out(swap, accepted_offer, actor=actor, at=at)


@transaction.atomic
def decline(*, swap_id: int, actor: User, at: datetime, answer: str = "") -> SwapRequest:
    """Decline as a manager, with a reason; the requester stays on call."""
    swap = _lock(swap_id)
    _chosen_offer(swap, actor)
    swap.decided_by, swap.answer = actor, answer
    _end(swap, SwapStatus.DECLINED, "decided_by", "answer", at=at)
    return swap


@transaction.atomic
def decline_offer(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Decline an offer; the swap stays open for others."""
    swap, declined_offer = _lock_offer(offer_id)
    if swap.requested_by_id != actor.pk:
        raise NotYours(f"Only {swap.requested_by.name} can answer offers for this swap.")
    return _end_offer(swap, declined_offer, OfferStatus.DECLINED, at=at)


@transaction.atomic
def withdraw_offer(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Withdraw an offer that is not accepted yet."""
    swap, withdrawn_offer = _lock_offer(offer_id)
    if withdrawn_offer.user_id != actor.pk:
        raise NotYours(f"This is the offer of {withdrawn_offer.user.name}.")
    return _end_offer(swap, withdrawn_offer, OfferStatus.WITHDRAWN, at=at)


@transaction.atomic
def cancel(*, swap_id: int, actor: User, at: datetime) -> SwapRequest:
    """Cancel a swap. To undo an accepted swap, cancel its override on the override's page."""
    swap = _lock(swap_id)
    _check_status(swap, *UNDECIDED)
    swap.decided_by = actor
    _end(swap, SwapStatus.CANCELLED, "decided_by", at=at)
    return swap


def expire_due(*, at: datetime) -> int:
    """Expire swaps that were not decided in time (a sweep of the lane `clocks`); one that fails stops no other."""
    due = SwapRequest.objects.filter(status__in=UNDECIDED, starts_at__lte=at).exclude(pk__in=_rests.resting(at))
    ids = list(due.order_by("starts_at", "pk").values_list("pk", flat=True)[:SWEEP_SIZE])
    return len(run_batch("swaps", ids, partial(_expire, at=at), rests=_rests, at=at))


@transaction.atomic
def _expire(ids: Sequence[int], *, at: datetime) -> dict[int, None]:
    due = SwapRequest.objects.filter(pk__in=ids, status__in=UNDECIDED, starts_at__lte=at).order_by("starts_at", "pk")
    rows = list(
        due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related(
            "schedule__team", "requested_by"
        )
    )
    for swap in rows:
        _end(swap, SwapStatus.EXPIRED, at=at)
    return dict.fromkeys(swap.pk for swap in rows)


def _carry_out(swap: SwapRequest, accepted_offer: SwapOffer, *, actor: User, at: datetime) -> SwapRequest:
    """Create the override of a one-way swap, or both of a two-way swap, in the caller's transaction."""
    overrides = [
        create_override(
            schedule=swap.schedule, op=OverrideOp.REPLACE, users=[accepted_offer.user], out=swap.requested_by,
            starts_at=swap.starts_at, ends_at=swap.ends_at, actor=actor, at=at, reason=f"Swap {swap.pk}",
        )
    ]  # fmt: skip
    if accepted_offer.return_starts_at is not None and accepted_offer.return_ends_at is not None:
        overrides.append(
            create_override(
                schedule=swap.schedule, op=OverrideOp.REPLACE, users=[swap.requested_by], out=accepted_offer.user,
                starts_at=accepted_offer.return_starts_at, ends_at=accepted_offer.return_ends_at, actor=actor, at=at,
                reason=f"Swap {swap.pk}, in return",
            )
        )  # fmt: skip
    accepted_offer.status, accepted_offer.ended_at = OfferStatus.ACCEPTED, at
    accepted_offer.save(update_fields=["status", "ended_at"])
    accepted_offer.overrides.set(overrides)
    _end_offers(swap, at=at)
    swap.accepted_at = at
    _set_status(swap, SwapStatus.ACCEPTED, "accepted_at", "chosen", "decided_by")
    swap_notices.notify_accepted(accepted_offer, at=at)
    return swap


def _check_return(swap: SwapRequest, starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """Raise ValidationError unless the return time is later than now and does not overlap the swap."""
    try:
        check_times(starts_at, ends_at, at=at)
    except ValidationError as refusal:
        raise ValidationError(
            {f"return_{name}": messages for name, messages in refusal.message_dict.items()}
        ) from None
    if starts_at < swap.ends_at and ends_at > swap.starts_at:
        raise ValidationError({"return_starts_at": "The time in return must not overlap the time you take."})


def _check_rota(offer: SwapOffer, *, at: datetime) -> None:
    """Refuse a swap that would change nothing or leave a gap: the rota may have changed since the request."""
    swap, schedule = offer.swap, offer.swap.schedule
    requester, taker = swap.requested_by, offer.user
    if swap.starts_at <= at:
        raise NotPossible("The shift has begun, so it cannot be swapped any more. Cover it instead.")
    for person in (requester, taker):
        if not person.is_active:
            raise NotPossible(f"The account of {person.name} is closed.")
    _check_giver(schedule, requester, taker, swap.starts_at, swap.ends_at)
    if offer.return_starts_at is not None and offer.return_ends_at is not None:
        if offer.return_starts_at <= at:
            raise NotPossible("The time wanted in return has begun. Ask for a new offer.")
        _check_giver(schedule, taker, requester, offer.return_starts_at, offer.return_ends_at)


def _check_giver(schedule: Schedule, giver: User, taker: User, starts_at: datetime, ends_at: datetime) -> None:
    if not _is_on_call(schedule, giver, starts_at, ends_at):
        raise NotPossible(f"{giver.name} is not on call on {schedule.name} at that time, so there is nothing to take.")
    if _is_on_call(schedule, taker, starts_at, ends_at):
        raise NotPossible(f"{taker.name} is on call on {schedule.name} at that time already.")


def _is_on_call(schedule: Schedule, person: User, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a person is on call at any minute of a range."""
    [roster] = schedules.load(ids=[schedule.pk], since=starts_at, until=ends_at)
    return person.pk in build_timeline(roster.plan, since=starts_at, until=ends_at).minutes


def _lock(swap_id: int) -> SwapRequest:
    rows = SwapRequest.objects.select_related("schedule__team", "requested_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=swap_id)


def _lock_offer(offer_id: int) -> tuple[SwapRequest, SwapOffer]:
    """Lock the swap first, then the offer."""
    swap = _lock(SwapOffer.objects.values_list("swap", flat=True).get(pk=offer_id))
    offer = SwapOffer.objects.select_related("user").select_for_update(no_key=True, of=("self",)).get(pk=offer_id)
    offer.swap = swap
    return swap, offer


def _lock_schedule(schedule_id: int) -> None:
    """Two swaps of one shift must not both see their giver on call."""
    Schedule.objects.select_for_update(no_key=True).get(pk=schedule_id)


def _chosen_offer(swap: SwapRequest, actor: User) -> SwapOffer:
    """The offer that a manager decides on; neither of its two people may decide."""
    _check_status(swap, SwapStatus.AWAITING_APPROVAL)
    offer = SwapOffer.objects.select_related("user").get(chosen_by=swap)
    offer.swap = swap
    if actor.pk in {swap.requested_by_id, offer.user_id}:
        raise NotYours("A manager who is not part of the swap has to decide.")
    return offer


def _end_offer(swap: SwapRequest, offer: SwapOffer, status: OfferStatus, *, at: datetime) -> SwapRequest:
    _check_status(swap, SwapStatus.OFFERED, SwapStatus.AWAITING_APPROVAL)
    OFFERS.check(offer.status, status)
    offer.status, offer.ended_at = status, at
    offer.save(update_fields=["status", "ended_at"])
    is_chosen = swap.chosen_id == offer.pk
    if is_chosen:
        swap.chosen = None
    has_others = swap.offers.filter(status=OfferStatus.PENDING).exists()
    new_status = SwapStatus.OFFERED if has_others else SwapStatus.OPEN
    if (is_chosen or swap.status == SwapStatus.OFFERED) and swap.status != new_status:
        _set_status(swap, new_status, "chosen")
    swap_notices.notify_offer_ended(offer, at=at)
    return swap


def _end(swap: SwapRequest, status: SwapStatus, *columns: str, at: datetime) -> None:
    offering = [offer.user for offer in swap.offers.filter(status=OfferStatus.PENDING).select_related("user")]
    swap.ended_at = at
    _set_status(swap, status, "ended_at", *columns)
    _end_offers(swap, at=at)
    swap_notices.notify_swap_ended(swap, offering=offering, at=at)


def _end_offers(swap: SwapRequest, *, at: datetime) -> None:
    swap.offers.filter(status=OfferStatus.PENDING).update(status=OfferStatus.DECLINED, ended_at=at)


def _check_status(swap: SwapRequest, *allowed: SwapStatus) -> None:
    if swap.status not in allowed:
        raise NotPossible(f"This swap is {SwapStatus(swap.status).label.lower()}, so this is no longer possible.")


def _set_status(swap: SwapRequest, status: SwapStatus, *columns: str) -> None:
    SWAPS.check(swap.status, status)
    swap.status = status
    swap.save(update_fields=["status", *columns])
