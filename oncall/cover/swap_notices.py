"""Notifications about a swap: to both people, to approving managers, and first to those who could take it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from config.base.web.display import local_text
from oncall.cover.candidates import propose_candidates
from oncall.messages import notices
from oncall.models import SwapOffer, SwapRequest, SwapStatus, User

MAX_NOTIFIED = 10


def notify_requested(swap: SwapRequest, *, at: datetime) -> None:
    """Notify those who could take it and have no time off, those furthest below their fair share first."""
    proposal = propose_candidates(
        schedule=swap.schedule, out=swap.requested_by, starts_at=swap.starts_at, ends_at=swap.ends_at, at=at
    )
    users = [candidate.user for candidate in proposal.candidates if not candidate.is_absent][:MAX_NOTIFIED]
    _notify(swap, "requested", users, f"{swap.requested_by.name} asks: who can take this shift?", at=at)


def notify_offered(offer: SwapOffer, *, at: datetime) -> None:
    """Notify the requester."""
    swap = offer.swap
    _notify(
        swap,
        f"offer.{offer.pk}",
        [swap.requested_by],
        f"{offer.user.name} offers to take your shift",
        at=at,
        offer=offer,
    )


def notify_chosen(offer: SwapOffer, *, at: datetime) -> None:
    """Notify the person whose offer was accepted, and the team's managers."""
    swap = offer.swap
    title = f"{swap.requested_by.name} accepted your offer; a manager decides now"
    _notify(swap, f"chosen.{offer.pk}", [offer.user], title, at=at, offer=offer)
    members = swap.schedule.team.memberships.active_managers()
    managers = members.exclude(user__in=[swap.requested_by_id, offer.user_id]).select_related("user").order_by("pk")
    title = f"{offer.user.name} would cover for {swap.requested_by.name}: do you approve?"
    _notify(swap, f"approve.{offer.pk}", [membership.user for membership in managers], title, at=at, offer=offer)


def notify_accepted(offer: SwapOffer, *, at: datetime) -> None:
    """Notify both people."""
    swap = offer.swap
    title = f"Agreed: {offer.user.name} covers for {swap.requested_by.name}"
    _notify(swap, "accepted", [swap.requested_by, offer.user], title, at=at, offer=offer)


def notify_offer_ended(offer: SwapOffer, *, at: datetime) -> None:
    """Notify the other person: an offer was declined or withdrawn."""
    swap = offer.swap
    if offer.status == "declined":
        _notify(swap, f"declined.{offer.pk}", [offer.user], f"{swap.requested_by.name} declined your offer", at=at)
    else:
        _notify(swap, f"withdrawn.{offer.pk}", [swap.requested_by], f"{offer.user.name} withdrew the offer", at=at)


def notify_swap_ended(swap: SwapRequest, *, offering: Sequence[User], at: datetime) -> None:
    """Notify the requester and everybody with an open offer: the swap was declined, cancelled or has expired."""
    title = {
        SwapStatus.DECLINED: f"A manager declined the swap of {swap.requested_by.name}",
        SwapStatus.CANCELLED: f"{swap.requested_by.name} no longer needs cover",
    }.get(SwapStatus(swap.status), f"Nobody took the shift: {swap.requested_by.name} stays on call")
    _notify(swap, swap.status, [swap.requested_by, *offering], title, at=at)


def _notify(
    swap: SwapRequest, event: str, users: Sequence[User], title: str, *, at: datetime, offer: SwapOffer | None = None
) -> None:
    notices.notify(
        users=users,
        key=f"swap:{swap.pk}:{event}",
        title=title,
        text=_text_by_reader(swap, title, offer),
        path=swap.get_absolute_url(),
        at=at,
    )


def _text_by_reader(swap: SwapRequest, title: str, offer: SwapOffer | None) -> Callable[[User], str]:
    return partial(_text, swap, title, offer)


def _text(swap: SwapRequest, title: str, offer: SwapOffer | None, reader: User) -> str:
    """The text of a notification, with times in the reader's time zone."""
    lines = [f"{title}.", "", f"{swap.schedule.name}: {time_span(swap.starts_at, swap.ends_at, reader.time_zone)}"]
    if offer is not None and offer.return_starts_at is not None and offer.return_ends_at is not None:
        return_span = time_span(offer.return_starts_at, offer.return_ends_at, reader.time_zone)
        lines.append(f"In return {swap.requested_by.name} is on call: {return_span}")
    notes = [swap.note, offer.note if offer else "", swap.answer]
    return "\n".join([*lines, *(f"“{word}”" for word in notes if word)])


def time_span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """A time span in a time zone."""
    return f"{local_text(starts_at, zone=zone)} to {local_text(ends_at, zone=zone)}"
