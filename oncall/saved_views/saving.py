"""Saves the filters and order of a list under a name: for oneself, or as a manager for a team."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import Resolver404, resolve

from config.base.data.lifecycle import Refusal
from config.base.data.text import clean_line
from config.base.web.views import ListPage
from oncall import permissions
from oncall.models import SavedView, Team, User

MAX_VIEWS = 30
MAX_QUERY_LENGTH = SavedView._meta.get_field("query").max_length or 0
# The page number and the export format are not part of a view.
_IGNORED_PARAMETERS = ("page", "export")


class SavedViewRefused(Refusal):
    """The view cannot be saved like this; the message says what to do instead."""


def canonical(query: str, *, keep_empty: Collection[str] = ()) -> str:
    """A query string without ignored and empty parameters, sorted, so that the same view is the same text.

    `keep_empty` are the filters of the list that have a meaning also when they are empty.
    """
    try:
        parameters = QueryDict(query.lstrip("?"))
    except ValueError:  # more fields than any form of ours has
        raise SavedViewRefused("This address is too long to be saved. Use fewer filters.") from None
    pairs = ((name, value.replace("\x00", "")) for name, values in parameters.lists() for value in values)
    result = QueryDict(mutable=True)
    for name, value in sorted(pairs):
        if name not in _IGNORED_PARAMETERS and (value or name in keep_empty):
            result.appendlist(name, value)
    return result.urlencode()


def list_at(path: str) -> type[ListPage] | None:
    """The list page at a path of the portal, or None."""
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return None
    return view if isinstance(view, type) and issubclass(view, ListPage) else None


def may_change(user: User, view: SavedView) -> bool:
    """Whether this person owns the view, or manages the team that does."""
    return user.has_perm("oncall.change_savedview", view)


def managed_by(user: User) -> QuerySet[Team]:
    """The teams that this person manages, by name."""
    return Team.objects.filter(pk__in=permissions.managed_by(user)).order_by("name")


@transaction.atomic
def save(*, path: str, query: str, name: str, actor: User, at: datetime, team: Team | None = None) -> SavedView:
    """Save the state of a list under a name, as the last view. Raises SavedViewRefused."""
    page = list_at(path)
    if page is None:
        raise SavedViewRefused("There is no list at this address. Open a list, filter it, and save it from there.")
    if team is not None and not managed_by(actor).filter(pk=team.pk).exists():
        raise SavedViewRefused(
            f"Only a manager of {team.name} can save views for it. Save it for yourself, or ask a manager."
        )
    others = _lock_all(path, owner=None if team else actor, team=team)
    if len(others) >= MAX_VIEWS:
        raise SavedViewRefused(f"This list already has {MAX_VIEWS} views. Delete a view that nobody uses.")
    view = SavedView(
        path=path, query=_valid_query(query, page), name=_valid_name(name, others), owner=None if team else actor,
        team=team, position=max((view.position for view in others), default=-1) + 1, created_at=at, updated_at=at,
    )  # fmt: skip
    view.save()
    return view


@transaction.atomic
def change(*, view_id: int, actor: User, at: datetime, name: str | None = None, query: str | None = None) -> SavedView:
    """Change its name or its query string. Raises SavedViewRefused."""
    view = _lock_own(view_id, actor)
    if name is not None:
        others = _lock_all(view.path, owner=view.owner, team=view.team)
        view.name = _valid_name(name, [other for other in others if other.pk != view.pk])
    if query is not None:
        view.query = _valid_query(query, list_at(view.path))
    view.updated_at = at
    view.save(update_fields=["name", "query", "updated_at"])
    return view


@transaction.atomic
def move(*, view_id: int, to: Literal["earlier", "later"], actor: User, at: datetime) -> SavedView:
    """Move it one place earlier or later; the first and last stay where they are. Raises SavedViewRefused."""
    view = _lock_own(view_id, actor)
    views = _lock_all(view.path, owner=view.owner, team=view.team)
    place = views.index(view)
    target = max(0, place - 1) if to == "earlier" else min(len(views) - 1, place + 1)
    views[place], views[target] = views[target], views[place]
    for position, sibling in enumerate(views):
        sibling.position = position
    SavedView.objects.bulk_update(views, ["position"])
    SavedView.objects.filter(pk=view.pk).update(updated_at=at)
    return view


@transaction.atomic
def remove(*, view_id: int, actor: User) -> None:
    """Delete the view; the list itself stays. Raises SavedViewRefused."""
    _lock_own(view_id, actor).delete()


def _lock_own(view_id: int, actor: User) -> SavedView:
    view = SavedView.objects.select_related("owner", "team").select_for_update(of=("self",)).get(pk=view_id)
    if not may_change(actor, view):
        raise SavedViewRefused("This view belongs to a team. Only a manager of the team can change it.")
    return view


def _lock_all(path: str, *, owner: User | None, team: Team | None) -> list[SavedView]:
    """All views of one owner for one list, in order; the owner's row is locked so that changes cannot overlap."""
    if owner is not None:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if team is not None:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    return list(SavedView.objects.filter(path=path, owner=owner, team=team).order_by("position", "pk"))


def _valid_query(query: str, page: type[ListPage] | None) -> str:
    query = canonical(query, keep_empty=page.keep_empty if page else ())
    if not query:
        raise SavedViewRefused("Nothing is filtered or sorted, so there is nothing to save. Filter the list first.")
    if len(query) > MAX_QUERY_LENGTH:
        raise SavedViewRefused("This address is too long to be saved. Use fewer filters.")
    return query


def _valid_name(name: str, others: list[SavedView]) -> str:
    name = clean_line(name)
    if not name:
        raise SavedViewRefused("Enter a name.", field="name")
    if any(other.name == name for other in others):
        raise SavedViewRefused(f"This list already has a view called {name}. Choose another name.")
    field: Any = SavedView._meta.get_field("name")
    try:
        field.run_validators(name)
    except ValidationError:
        raise SavedViewRefused("This name is too long. Two or three words are enough.") from None
    return name
