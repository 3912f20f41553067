"""Giving a shift away: ask, offer, accept, approve, decline, cancel, expire (R-O4).

A swap that is accepted is an override, or two in one transaction, made at the moment of acceptance: so it
holds from then on, chains with other swaps, and moves page, pager, API and feeds alike. Every verb locks
the swap first; what carries it out locks the schedule before it looks who stands by.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from config.base.data.lifecycle import Refusal
from oncall import schedules
from oncall.cover import swap_notices
from oncall.cover.overrides import check_times, override
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
from oncall.schedules.timeline import gather

A_SWEEP = 100


class NotPossible(Refusal):
    """The rota, or the time, no longer allows what was agreed; the message says why."""


class NotYours(Refusal):
    """Somebody else has to do this; the message says who."""


@transaction.atomic
def request(
    *, schedule: Schedule, starts_at: datetime, ends_at: datetime, actor: User, at: datetime, note: str = ""
) -> SwapRequest:
    """Ask others to take `[starts_at, ends_at)` of the actor's, a shift or a part of it.

    Raises ValidationError by field; the ones who could take it are told.
    """
    _lock_schedule(schedule.pk)
    check_times(starts_at, ends_at, at=at)
    if starts_at <= at:
        raise ValidationError({"starts_at": "Choose a time to come. To be relieved now, have it covered."})
    if not _stands_by(schedule, actor, starts_at, ends_at):
        raise ValidationError({"starts_at": f"You are not on call on {schedule.name} at that time."})
    asked = SwapRequest.objects.filter(schedule=schedule, requested_by=actor, status__in=UNDECIDED)
    if asked.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise ValidationError({"starts_at": "You have asked for this time already. Cancel that first to change it."})
    swap = SwapRequest.objects.create(
        schedule=schedule, requested_by=actor, starts_at=starts_at, ends_at=ends_at, note=note, created_at=at
    )
    swap_notices.requested(swap, at=at)
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
    """Offer to take it, as it is or for `[return_starts_at, return_ends_at)` of the actor's own in return."""
    swap = _lock(swap_id)
    _must_be(swap, SwapStatus.OPEN, SwapStatus.OFFERED)
    if swap.requested_by_id == actor.pk:
        raise NotYours("This is your own request. Somebody else has to offer.")
    if swap.offers.filter(user=actor, status=OfferStatus.PENDING).exists():
        raise NotPossible("You have offered already. Withdraw that offer to make another one.")
    if (return_starts_at is None) != (return_ends_at is None):
        raise ValidationError({"return_starts_at": "Give both the start and the end of what you want in return."})
    if return_starts_at is not None and return_ends_at is not None:
        _check_return(swap, return_starts_at, return_ends_at, at=at)
    made = SwapOffer(
        swap=swap, user=actor, created_at=at, note=note,
        return_starts_at=return_starts_at, return_ends_at=return_ends_at,
    )  # fmt: skip
    _check_rota(made, at=at)
    made.save()
    if swap.status == SwapStatus.OPEN:
        _move(swap, SwapStatus.OFFERED)
    swap_notices.offered(made, at=at)
    return made


@transaction.atomic
def accept(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Take an offer: it holds at once, or, where the team wants it so, when a manager has agreed."""
    swap, taken = _lock_offer(offer_id)
    if swap.requested_by_id != actor.pk:
        raise NotYours(f"Only {swap.requested_by.name} can accept offers for this swap.")
    _must_be(swap, SwapStatus.OFFERED)
    OFFERS.check(taken.status, OfferStatus.ACCEPTED)
    _lock_schedule(swap.schedule_id)
    _check_rota(taken, at=at)
    swap.chosen = taken
    if not swap.schedule.team.swaps_need_approval:
        return _carry_out(swap, taken, actor=actor, at=at)
    _move(swap, SwapStatus.AWAITING_APPROVAL, "chosen")
    swap_notices.chosen(taken, at=at)
    return swap


@transaction.atomic
def approve(*, swap_id: int, actor: User, at: datetime) -> SwapRequest:
    """Agree as a manager; from then on it holds."""
    swap = _lock(swap_id)
    taken = _chosen(swap, actor)
    _lock_schedule(swap.schedule_id)
    _check_rota(taken, at=at)
    swap.decided_by = actor
    return _carry_out(swap, taken, actor=actor, at=at)


@transaction.atomic
def decline(*, swap_id: int, actor: User, at: datetime, answer: str = "") -> SwapRequest:
    """Say no as a manager, and why; the one who asked stays on call."""
    swap = _lock(swap_id)
    _chosen(swap, actor)
    swap.decided_by, swap.answer = actor, answer
    _end(swap, SwapStatus.DECLINED, "decided_by", "answer", at=at)
    return swap


@transaction.atomic
def decline_offer(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Say no to an offer; the swap stays open for others."""
    swap, refused = _lock_offer(offer_id)
    if swap.requested_by_id != actor.pk:
        raise NotYours(f"Only {swap.requested_by.name} can answer offers for this swap.")
    return _drop(swap, refused, OfferStatus.DECLINED, at=at)


@transaction.atomic
def withdraw_offer(*, offer_id: int, actor: User, at: datetime) -> SwapRequest:
    """Take an offer back, as long as it does not hold."""
    swap, withdrawn = _lock_offer(offer_id)
    if withdrawn.user_id != actor.pk:
        raise NotYours(f"This is the offer of {withdrawn.user.name}.")
    return _drop(swap, withdrawn, OfferStatus.WITHDRAWN, at=at)


@transaction.atomic
def cancel(*, swap_id: int, actor: User, at: datetime) -> SwapRequest:
    """Ask no longer. One that holds is undone by its override, on the override's page."""
    swap = _lock(swap_id)
    _must_be(swap, *UNDECIDED)
    swap.decided_by = actor
    _end(swap, SwapStatus.CANCELLED, "decided_by", at=at)
    return swap


def expire_due(*, at: datetime) -> int:
    """End what nobody decided before its time came (the engine's sweep, lane `clocks`)."""
    with transaction.atomic():
        due = SwapRequest.objects.filter(status__in=UNDECIDED, starts_at__lte=at).order_by("starts_at", "pk")
        rows = list(
            due.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related(
                "schedule__team", "requested_by"
            )[:A_SWEEP]
        )
        for swap in rows:
            _end(swap, SwapStatus.EXPIRED, at=at)
    return len(rows)


def _carry_out(swap: SwapRequest, taken: SwapOffer, *, actor: User, at: datetime) -> SwapRequest:
    """Write the override of a one-way swap, or both of a two-way one, in the caller's transaction."""
    made = [
        override(
            schedule=swap.schedule, op=OverrideOp.REPLACE, users=[taken.user], out=swap.requested_by,
            starts_at=swap.starts_at, ends_at=swap.ends_at, actor=actor, at=at, reason=f"Swap {swap.pk}",
        )
    ]  # fmt: skip
    if taken.return_starts_at is not None and taken.return_ends_at is not None:
        made.append(
            override(
                schedule=swap.schedule, op=OverrideOp.REPLACE, users=[swap.requested_by], out=taken.user,
                starts_at=taken.return_starts_at, ends_at=taken.return_ends_at, actor=actor, at=at,
                reason=f"Swap {swap.pk}, in return",
            )
        )  # fmt: skip
    taken.status, taken.ended_at = OfferStatus.ACCEPTED, at
    taken.save(update_fields=["status", "ended_at"])
    taken.overrides.set(made)
    _end_offers(swap, at=at)
    swap.accepted_at = at
    _move(swap, SwapStatus.ACCEPTED, "accepted_at", "chosen", "decided_by")
    swap_notices.accepted(taken, at=at)
    return swap


def _check_return(swap: SwapRequest, starts_at: datetime, ends_at: datetime, *, at: datetime) -> None:
    """What is wanted in return: times to come, apart from what is given."""
    try:
        check_times(starts_at, ends_at, at=at)
    except ValidationError as refusal:
        raise ValidationError({f"return_{name}": said for name, said in refusal.message_dict.items()}) from None
    if starts_at < swap.ends_at and ends_at > swap.starts_at:
        raise ValidationError({"return_starts_at": "What you want in return must not overlap what you take."})


def _check_rota(one: SwapOffer, *, at: datetime) -> None:
    """Refuse what would change nothing or leave a place empty: the rota may have moved since it was asked."""
    swap, schedule = one.swap, one.swap.schedule
    asking, taking = swap.requested_by, one.user
    if swap.starts_at <= at:
        raise NotPossible("The time has begun, so it cannot be swapped any more. Cover it instead.")
    for person in (asking, taking):
        if not person.is_active:
            raise NotPossible(f"The account of {person.name} is closed.")
    _check_giver(schedule, asking, taking, swap.starts_at, swap.ends_at)
    if one.return_starts_at is not None and one.return_ends_at is not None:
        if one.return_starts_at <= at:
            raise NotPossible("What was wanted in return has begun. Ask for a new offer.")
        _check_giver(schedule, taking, asking, one.return_starts_at, one.return_ends_at)


def _check_giver(schedule: Schedule, giver: User, taker: User, starts_at: datetime, ends_at: datetime) -> None:
    if not _stands_by(schedule, giver, starts_at, ends_at):
        raise NotPossible(f"{giver.name} is not on call on {schedule.name} at that time, so there is nothing to take.")
    if _stands_by(schedule, taker, starts_at, ends_at):
        raise NotPossible(f"{taker.name} is on call on {schedule.name} at that time already.")


def _stands_by(schedule: Schedule, person: User, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether somebody is on call at any minute of a range."""
    [roster] = schedules.load(ids=[schedule.pk], since=starts_at, until=ends_at)
    return person.pk in gather(roster.plan, since=starts_at, until=ends_at).minutes


def _lock(swap_id: int) -> SwapRequest:
    rows = SwapRequest.objects.select_related("schedule__team", "requested_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=swap_id)


def _lock_offer(offer_id: int) -> tuple[SwapRequest, SwapOffer]:
    """The swap first, then the offer as it is behind that lock."""
    swap = _lock(SwapOffer.objects.values_list("swap", flat=True).get(pk=offer_id))
    found = SwapOffer.objects.select_related("user").select_for_update(no_key=True, of=("self",)).get(pk=offer_id)
    found.swap = swap
    return swap, found


def _lock_schedule(schedule_id: int) -> None:
    """Two swaps of one shift must not both find their giver on call."""
    Schedule.objects.select_for_update(no_key=True).get(pk=schedule_id)


def _chosen(swap: SwapRequest, actor: User) -> SwapOffer:
    """The offer a manager decides on; neither of the two people decides it."""
    _must_be(swap, SwapStatus.AWAITING_APPROVAL)
    found = SwapOffer.objects.select_related("user").get(chosen_by=swap)
    found.swap = swap
    if actor.pk in {swap.requested_by_id, found.user_id}:
        raise NotYours("Somebody who is not part of the swap has to decide on it.")
    return found


def _drop(swap: SwapRequest, one: SwapOffer, status: OfferStatus, *, at: datetime) -> SwapRequest:
    _must_be(swap, SwapStatus.OFFERED, SwapStatus.AWAITING_APPROVAL)
    OFFERS.check(one.status, status)
    one.status, one.ended_at = status, at
    one.save(update_fields=["status", "ended_at"])
    is_chosen = swap.chosen_id == one.pk
    if is_chosen:
        swap.chosen = None
    others = swap.offers.filter(status=OfferStatus.PENDING).exists()
    wanted = SwapStatus.OFFERED if others else SwapStatus.OPEN
    if (is_chosen or swap.status == SwapStatus.OFFERED) and swap.status != wanted:
        _move(swap, wanted, "chosen")
    swap_notices.dropped(one, at=at)
    return swap


def _end(swap: SwapRequest, status: SwapStatus, *columns: str, at: datetime) -> None:
    pending = [one.user for one in swap.offers.filter(status=OfferStatus.PENDING).select_related("user")]
    swap.ended_at = at
    _move(swap, status, "ended_at", *columns)
    _end_offers(swap, at=at)
    swap_notices.ended(swap, offering=pending, at=at)


def _end_offers(swap: SwapRequest, *, at: datetime) -> None:
    swap.offers.filter(status=OfferStatus.PENDING).update(status=OfferStatus.DECLINED, ended_at=at)


def _must_be(swap: SwapRequest, *wanted: SwapStatus) -> None:
    if swap.status not in wanted:
        raise NotPossible(f"This swap is {SwapStatus(swap.status).label.lower()}, so this is not possible any more.")


def _move(swap: SwapRequest, status: SwapStatus, *columns: str) -> None:
    SWAPS.check(swap.status, status)
    swap.status = status
    swap.save(update_fields=["status", *columns])
