"""What a person leaves behind when the account is closed: gaps in rotas and running duties, and who takes over.

The duties are the declared uses of an account whose rows a replacement changes, or which stop without the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from config.base.data import retirement, uses
from config.base.data.clock import floor_minute
from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line
from config.base.data.uses import Tally, Use
from config.base.web import display
from oncall.messages import notices
from oncall.models import MembershipRole, Schedule, User
from oncall.people import accounts
from oncall.schedules.loading import ENDLESS, Roster, load, schedules_naming
from oncall.schedules.plan import Interval
from oncall.schedules.timeline import build_timeline, subtract_intervals

AHEAD = timedelta(days=60)
"""How far ahead gaps are looked for."""


@dataclass(frozen=True)
class ScheduleGaps:
    """When nobody is on call on a schedule because a person is gone, in order."""

    schedule: Schedule
    gaps: tuple[Interval, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.gaps)

    @property
    def first_text(self) -> str:
        """The first one, in the team's zone."""
        zone = self.schedule.team.time_zone
        starts_at, ends_at = self.gaps[0]
        return f"{display.local_text(starts_at, zone=zone)} to {display.local_text(ends_at, zone=zone)}"


def list_gaps(*, user: User, at: datetime) -> list[ScheduleGaps]:
    """The gaps that open in the next days if the account is closed now, by schedule; those of today are no news."""
    since = floor_minute(at)
    ids = schedules_naming([user.pk], since=since)
    rosters = load(ids=ids, since=since, until=since + AHEAD) if ids else []
    rows = [ScheduleGaps(roster.schedule, _new_gaps(roster, user, since)) for roster in rosters]
    return [row for row in rows if row.gaps]


def _new_gaps(roster: Roster, user: User, since: datetime) -> tuple[Interval, ...]:
    until = since + AHEAD
    plan = roster.plan
    inactive = {**plan.inactive, user.pk: (*plan.inactive.get(user.pk, ()), (since, ENDLESS))}
    before = build_timeline(plan, since=since, until=until).gaps
    after = build_timeline(replace(plan, inactive=inactive), since=since, until=until).gaps
    return tuple(subtract_intervals(after, before))


def list_duties(*, user: User, reader: User, at: datetime) -> list[Tally]:
    """What another person takes over, with the first rows of each that the reader may see."""
    return uses.list_moving(user, reader=reader, at=at)


def list_losses(*, user: User, reader: User, at: datetime) -> list[Tally]:
    """What stops without the person and nobody takes over by itself, such as the only manager of a team."""
    return uses.list_stopping(user, reader=reader, at=at)


def leaves_something(*, user: User, at: datetime) -> bool:
    """Whether closing the account opens gaps, or leaves duties or losses behind."""
    return bool(announced_duties(user=user, at=at) or uses.count_stopping(user, at=at) or list_gaps(user=user, at=at))


def announced_duties(*, user: User, at: datetime) -> dict[str, int]:
    """How many rows of each use go over to another person, by the use's key."""
    return {use.key: count for use in _moving(user) if (count := _rows(use, user, at).count())}


def usual_successor(*, user: User) -> User | None:
    """Who takes over if nobody else is named: a manager of one of the person's teams."""
    people = User.objects.people().filter(is_active=True).exclude(pk=user.pk)
    managers = people.filter(
        memberships__role=MembershipRole.MANAGER, memberships__team__in=user.memberships.values("team")
    )
    return managers.order_by("name", "pk").first()


def candidates(*, user: User) -> QuerySet[User]:
    """Who can take over: people with an open account, by name."""
    return User.objects.people().filter(is_active=True).exclude(pk=user.pk).order_by("name", "pk")


@transaction.atomic
def close_and_hand_over(
    *,
    user: User,
    successor: User | None,
    reason: str,
    announced: Mapping[str, int] | None,
    at: datetime,
    actor: User | None,
) -> User:
    """Close an account, give its duties to another person, and tell the managers whose rotas have gaps now.

    `announced` is what `announced_duties` said to the reader; UsesChanged is raised if it is not so any more. Raises
    Refusal without a reason, or without somebody who takes over duties that there are; nothing is changed then.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    reason = clean_line(reason)
    if not reason:
        raise Refusal("Write why. Those who take over read it.", field="reason")
    duties = announced_duties(user=person, at=at)
    if announced is not None and duties != dict(announced):
        raise retirement.UsesChanged("What this person does has changed since you opened the page. Look again.")
    gaps = list_gaps(user=person, at=at)
    if duties:
        _hand_over(person, _checked(successor, person), reason=reason, at=at, actor=actor)
    accounts.close_account(user=person, at=at, actor=actor)
    _tell_managers(person, gaps, at=at)
    user.is_active = False
    return person


def _hand_over(person: User, successor: User, *, reason: str, at: datetime, actor: User | None) -> None:
    names = []
    for use in _moving(person):
        count = retirement.move_rows(use, record=person, by=successor, reason=reason, at=at, actor=actor)
        names += [use.counted(count)] if count else []
    notices.notify(
        users=[successor],
        key=f"takeover:{person.pk}:{at.timestamp():.6f}",
        title=f"You take over from {person.name}",
        text=partial(_same, f"{person.name} is gone: {reason}. You take over {uses.listed(names)}."),
        path="/",
        at=at,
    )


def _checked(successor: User | None, person: User) -> User:
    if successor is None:
        raise Refusal(f"Choose who takes over from {person.name}.", field="successor")
    if successor.pk == person.pk or successor.is_service or not successor.is_active:
        raise Refusal(f"{successor.name} cannot take over. Choose somebody with an open account.", field="successor")
    return successor


def _tell_managers(person: User, gaps: Sequence[ScheduleGaps], *, at: datetime) -> None:
    for row in gaps:
        text = (
            f"The account of {person.name} is closed. Nobody is on call on {row.schedule.name} from {row.first_text},"
            f" and {row.count} times in all in the next {AHEAD.days} days. Plan somebody else."
        )
        managers = row.schedule.team.memberships.active_managers().exclude(user=person).select_related("user")
        notices.notify(
            users=[membership.user for membership in managers],
            key=f"gaps:{person.pk}:{row.schedule.pk}:{at.timestamp():.6f}",
            title=f"{row.schedule.name} has gaps now",
            text=partial(_same, text),
            path=row.schedule.get_absolute_url(),
            at=at,
        )


def _same(text: str, _: User) -> str:
    return text


def _moving(user: User) -> Iterable[Use]:
    return [use for use in uses.uses_of(type(user)) if use.moving]


def _rows(use: Use, user: User, at: datetime) -> uses.Rows:
    rows = use.rows(user)
    return use.moving(rows, user, at) if use.moving else rows.none()
