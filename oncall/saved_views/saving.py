"""Keeping the state of a list under a name: for oneself, or as its manager for a team."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.urls import Resolver404, resolve

from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line
from config.base.web.views import ListPage
from oncall.models import MembershipRole, SavedView, Team, User

MOST = 30
LONGEST = SavedView._meta.get_field("query").max_length or 0
# Where one is in a list, and what one takes away from it, is no part of its state.
_PASSING = ("page", "export")


class SavedViewRefused(Refusal):
    """A view cannot be kept like this; the message says what to do instead."""


def canonical(query: str, *, keep_empty: Collection[str] = ()) -> str:
    """A query string without what passes or asks nothing, in one order: the same state is the same text.

    `keep_empty` are the filters of the list that say something also when they are empty.
    """
    try:
        asked = QueryDict(query.lstrip("?"))
    except ValueError:  # more fields than any form of ours has
        raise SavedViewRefused("This address holds too much to be kept. Use fewer filters.") from None
    pairs = ((name, value.replace("\x00", "")) for name, values in asked.lists() for value in values)
    kept = QueryDict(mutable=True)
    for name, value in sorted(pairs):
        if name not in _PASSING and (value or name in keep_empty):
            kept.appendlist(name, value)
    return kept.urlencode()


def list_at(path: str) -> type[ListPage] | None:
    """The list page at an address of ours, or None."""
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None
    return view if isinstance(view, type) and issubclass(view, ListPage) else None


def may_change(user: User, view: SavedView) -> bool:
    """Its owner; of a team's, who manages the team."""
    return view.owner_id == user.pk or (view.team_id is not None and view.team in managed_by(user))


def managed_by(user: User) -> Any:
    """The teams for which this person keeps views."""
    return Team.objects.filter(memberships__user=user, memberships__role=MembershipRole.MANAGER).order_by("name")


@transaction.atomic
def save(*, path: str, query: str, name: str, actor: User, at: datetime, team: Team | None = None) -> SavedView:
    """Keep the state of a list under a name, last in the order. Raises SavedViewRefused."""
    found = list_at(path)
    if found is None:
        raise SavedViewRefused("There is no list at this address. Open a list, filter it, and save it from there.")
    if team is not None and not managed_by(actor).filter(pk=team.pk).exists():
        raise SavedViewRefused(f"Only who manages {team.name} saves views for it. Save it for yourself, or ask them.")
    others = _others(path, owner=None if team else actor, team=team)
    if len(others) >= MOST:
        raise SavedViewRefused(f"There are {MOST} views of this list already. Delete one that nobody uses.")
    view = SavedView(
        path=path, query=_checked(query, found), name=_named(name, others), owner=None if team else actor, team=team,
        position=max((one.position for one in others), default=-1) + 1, created_at=at, updated_at=at,
    )  # fmt: skip
    view.save()
    return view


@transaction.atomic
def change(*, view_id: int, actor: User, at: datetime, name: str | None = None, query: str | None = None) -> SavedView:
    """Give it another name or another state. Raises SavedViewRefused."""
    view = _mine(view_id, actor)
    if name is not None:
        others = _others(view.path, owner=view.owner, team=view.team)
        view.name = _named(name, [one for one in others if one.pk != view.pk])
    if query is not None:
        view.query = _checked(query, list_at(view.path))
    view.updated_at = at
    view.save(update_fields=["name", "query", "updated_at"])
    return view


@transaction.atomic
def move(*, view_id: int, to: Literal["earlier", "later"], actor: User, at: datetime) -> SavedView:
    """Show it one place earlier or later; at an end it stays. Raises SavedViewRefused."""
    view = _mine(view_id, actor)
    row = _others(view.path, owner=view.owner, team=view.team)
    place = row.index(view)
    other = max(0, place - 1) if to == "earlier" else min(len(row) - 1, place + 1)
    row[place], row[other] = row[other], row[place]
    for position, one in enumerate(row):
        one.position = position
    SavedView.objects.bulk_update(row, ["position"])
    SavedView.objects.filter(pk=view.pk).update(updated_at=at)
    return view


@transaction.atomic
def remove(*, view_id: int, actor: User) -> None:
    """Forget the name; the list stays what it is. Raises SavedViewRefused."""
    _mine(view_id, actor).delete()


def _mine(view_id: int, actor: User) -> SavedView:
    view = SavedView.objects.select_related("owner", "team").select_for_update(of=("self",)).get(pk=view_id)
    if not may_change(actor, view):
        raise SavedViewRefused("This view belongs to a team. Whoever manages the team can change it.")
    return view


def _others(path: str, *, owner: User | None, team: Team | None) -> list[SavedView]:
    """All views of one owner over one list, in order; locked behind their owner, so that orders do not cross."""
    if owner is not None:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if team is not None:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    return list(SavedView.objects.filter(path=path, owner=owner, team=team).order_by("position", "pk"))


def _checked(query: str, page: type[ListPage] | None) -> str:
    query = canonical(query, keep_empty=page.keep_empty if page else ())
    if not query:
        raise SavedViewRefused("Nothing is filtered or sorted, so there is nothing to keep. Filter the list first.")
    if len(query) > LONGEST:
        raise SavedViewRefused("This address holds too much to be kept. Use fewer filters.")
    return query


def _named(name: str, others: list[SavedView]) -> str:
    name = clean_line(name)
    if not name:
        raise SavedViewRefused("Give it a name.")
    if any(one.name == name for one in others):
        raise SavedViewRefused(f"There is a view of this list called {name} already. Choose another name.")
    field: Any = SavedView._meta.get_field("name")
    try:
        field.run_validators(name)
    except ValidationError:
        raise SavedViewRefused("This name is too long. A word or three are enough.") from None
    return name
