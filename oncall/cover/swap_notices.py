"""Who is told what about a swap: both people, whoever must approve, and at first those who could take it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from config.base.web.display import local_text
from oncall.cover.candidates import propose
from oncall.messages import notices
from oncall.models import MembershipRole, SwapOffer, SwapRequest, SwapStatus, User

MOST_ASKED = 10


def requested(swap: SwapRequest, *, at: datetime) -> None:
    """Those who could take it and are not on leave, the fairest first."""
    found = propose(
        schedule=swap.schedule, out=swap.requested_by, starts_at=swap.starts_at, ends_at=swap.ends_at, at=at
    )
    asked = [one.user for one in found.candidates if not one.is_absent][:MOST_ASKED]
    _tell(swap, "requested", asked, f"{swap.requested_by.name} asks: who takes this shift?", at=at)


def offered(one: SwapOffer, *, at: datetime) -> None:
    """The one who asked."""
    swap = one.swap
    _tell(swap, f"offer.{one.pk}", [swap.requested_by], f"{one.user.name} offers to take your shift", at=at, taken=one)


def chosen(one: SwapOffer, *, at: datetime) -> None:
    """The one whose offer was taken, and the team's managers."""
    swap = one.swap
    title = f"{swap.requested_by.name} took your offer; a manager decides on it now"
    _tell(swap, f"chosen.{one.pk}", [one.user], title, at=at, taken=one)
    members = swap.schedule.team.memberships.filter(role=MembershipRole.MANAGER, user__is_active=True)
    managers = members.exclude(user__in=[swap.requested_by_id, one.user_id]).select_related("user").order_by("pk")
    title = f"{one.user.name} would stand in for {swap.requested_by.name}: do you agree?"
    _tell(swap, f"approve.{one.pk}", [each.user for each in managers], title, at=at, taken=one)


def accepted(one: SwapOffer, *, at: datetime) -> None:
    """Both people."""
    swap = one.swap
    title = f"Agreed: {one.user.name} stands in for {swap.requested_by.name}"
    _tell(swap, "accepted", [swap.requested_by, one.user], title, at=at, taken=one)


def dropped(one: SwapOffer, *, at: datetime) -> None:
    """The other of the two: an offer was declined, or taken back."""
    swap = one.swap
    if one.status == "declined":
        _tell(swap, f"declined.{one.pk}", [one.user], f"{swap.requested_by.name} declined your offer", at=at)
    else:
        _tell(swap, f"withdrawn.{one.pk}", [swap.requested_by], f"{one.user.name} withdrew the offer", at=at)


def ended(swap: SwapRequest, *, offering: Sequence[User], at: datetime) -> None:
    """Both people, or whoever had offered: it was declined, cancelled or has expired."""
    title = {
        SwapStatus.DECLINED: f"A manager declined the swap of {swap.requested_by.name}",
        SwapStatus.CANCELLED: f"{swap.requested_by.name} needs nobody to stand in any more",
    }.get(SwapStatus(swap.status), f"Nobody took the shift: {swap.requested_by.name} stays on call")
    _tell(swap, swap.status, [swap.requested_by, *offering], title, at=at)


def _tell(
    swap: SwapRequest, event: str, users: Sequence[User], title: str, *, at: datetime, taken: SwapOffer | None = None
) -> None:
    notices.notify(
        users=users,
        key=f"swap:{swap.pk}:{event}",
        title=title,
        text=_text(swap, title, taken),
        path=swap.get_absolute_url(),
        at=at,
    )


def _text(swap: SwapRequest, title: str, taken: SwapOffer | None) -> Callable[[User], str]:
    return partial(_text_for, swap, title, taken)


def _text_for(swap: SwapRequest, title: str, taken: SwapOffer | None, reader: User) -> str:
    """The words of a notice, with the times on the reader's own clock."""
    lines = [f"{title}.", "", f"{swap.schedule.name}: {span(swap.starts_at, swap.ends_at, reader.time_zone)}"]
    if taken is not None and taken.return_starts_at is not None and taken.return_ends_at is not None:
        back = span(taken.return_starts_at, taken.return_ends_at, reader.time_zone)
        lines.append(f"In return {swap.requested_by.name} stands by: {back}")
    words = [swap.note, taken.note if taken else "", swap.answer]
    return "\n".join([*lines, *(f"“{said}”" for said in words if said)])


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """A stretch of time on a clock."""
    return f"{local_text(starts_at, zone=zone)} to {local_text(ends_at, zone=zone)}"
