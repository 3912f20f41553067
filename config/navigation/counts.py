"""The numbers of the side bar, a person's saved views and their duty, counted in the background and cached.

A page never counts: it draws what the cache holds, and its side bar loads itself again when there is nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q

from config.base.data.users import User
from config.base.web import my_work
from incidents.models import ActionItem, ActionStatus, Alert, AlertStatus, Ticket, TicketKind
from oncall.models import OfferStatus, SavedView, SwapOffer
from oncall.rota.my_shifts import person_shifts
from postmortems.models import Postmortem, PostmortemStatus

FRESH_FOR = timedelta(seconds=20)
_KEPT_SECONDS = 600
_MAX_VIEWS = 12


@dataclass(frozen=True)
class Duty:
    """Whether a person is on call now; `until` or `since` when that changes, if that is in range."""

    is_on_call: bool
    schedules: tuple[str, ...] = ()
    changes_at: datetime | None = None


@dataclass(frozen=True)
class ViewLink:
    """A saved view: the list it belongs to, its name, and its address."""

    path: str
    name: str
    url: str


@dataclass(frozen=True)
class Numbers:
    """What a person's side bar shows, as of `counted_at`."""

    counted_at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    views: tuple[ViewLink, ...] = ()
    duty: Duty | None = None

    def is_fresh(self, at: datetime) -> bool:
        """Whether it is at most 20 seconds old."""
        return abs(at - self.counted_at) < FRESH_FOR


def read(user: User) -> Numbers | None:
    """The numbers that were counted last, if the cache still holds them."""
    numbers = cache.get(_key(user))
    return numbers if isinstance(numbers, Numbers) else None


def count(user: User, *, at: datetime) -> Numbers:
    """The numbers of this person, counted now unless they are fresh; a constant number of queries."""
    numbers = read(user)
    if numbers is not None and numbers.is_fresh(at):
        return numbers
    numbers = Numbers(at, _counts(user, at=at), _views(user), _duty(user, at=at))
    cache.set(_key(user), numbers, _KEPT_SECONDS)
    return numbers


def _key(user: User) -> str:
    return f"navigation.{user.pk}"


def _counts(user: User, *, at: datetime) -> dict[str, int]:
    own_teams = user.memberships.values("team")
    is_incident, is_problem = Q(kind=TicketKind.INCIDENT), Q(kind=TicketKind.PROBLEM)
    tickets = (
        Ticket.objects.visible_to(user)
        .open()
        .aggregate(
            queue=Count("pk", filter=is_incident),
            majors=Count("pk", filter=is_incident & Q(severity__is_major=True)),
            problems=Count("pk", filter=is_problem & Q(team__in=own_teams)),
        )
    )
    return {
        "my_work": len(my_work.collect(user, at=at)),
        **tickets,
        "alerts": Alert.objects.visible_to(user).filter(status=AlertStatus.OPEN).count(),
        "swaps": SwapOffer.objects.filter(swap__requested_by=user, status=OfferStatus.PENDING).count(),
        "postmortems": Postmortem.objects.filter(owner=user, status=PostmortemStatus.DRAFT).count(),
        "actions": ActionItem.objects.filter(owner=user, status=ActionStatus.OPEN).count(),
    }


def _views(user: User) -> tuple[ViewLink, ...]:
    rows = SavedView.objects.visible_to(user).order_by("team__name", "position", "pk")[:_MAX_VIEWS]
    return tuple(ViewLink(view.path, view.name, view.get_absolute_url()) for view in rows)


def _duty(user: User, *, at: datetime) -> Duty | None:
    """None for a person who is on no schedule: the box would only say that they never are."""
    shifts = person_shifts(user=user, at=at)
    if shifts.running:
        names = tuple(sorted({shift.schedule.name for shift in shifts.running}))
        ends = [shift.ends_at for shift in shifts.running if shift.ends_at is not None]
        return Duty(True, names, min(ends, default=None))
    if shifts.next is None:
        return None
    return Duty(False, (shifts.next.schedule.name,), shifts.next.starts_at)
