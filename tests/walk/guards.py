"""The places that ask who may see a record, found while they run, and how to take one of them away."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from incidents import permissions
from oncall import subjects

ROOT = Path(__file__).resolve().parents[2]
_OURS = tuple(f"{ROOT}/{name}/" for name in ("config", "oncall", "incidents", "problems", "postmortems"))
Site = tuple[str, int, str]
"""File, line, and what is asked there."""


@dataclass
class Guards:
    """What asks, and at which addresses; `removed` lets everybody see everything at one place."""

    reached: dict[Site, list[str]] = field(default_factory=dict)
    path: str = ""
    removed: Site | None = None

    def answers_all(self, what: str) -> bool:
        """Note the place that asks; whether it is the one that was taken away."""
        site = _site(what)
        paths = self.reached.setdefault(site, [])
        if self.path and self.path not in paths[-1:]:
            paths.append(self.path)
        return site == self.removed


def _site(what: str) -> Site:
    """The line of our code that asks: not this file, not Django's managers."""
    frame: Any = sys._getframe(3)
    while frame is not None and not frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return (str(Path(frame.f_code.co_filename).relative_to(ROOT)), frame.f_lineno, what) if frame else ("", 0, what)


@contextmanager
def watched() -> Iterator[Guards]:
    """Watch every `visible_to` of a queryset, `subjects.visible`, and `permissions.can_see`."""
    guards = Guards()
    patched: list[tuple[Any, str, Any]] = []

    def patch(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
        original = vars(owner)[name]
        patched.append((owner, name, original))
        setattr(owner, name, wrap(original))

    for kind in _querysets():
        patch(kind, "visible_to", partial(_queryset_guard, what=kind.__name__, guards=guards))
    patch(subjects, "visible", lambda original: _function_guard(original, Q(), "subjects", guards))
    patch(permissions, "can_see", lambda original: _function_guard(original, True, "can_see", guards))
    try:
        yield guards
    finally:
        for owner, name, original in patched:
            setattr(owner, name, original)


def _querysets() -> set[type[QuerySet[Any]]]:
    kinds = {type(model._default_manager.all()) for model in apps.get_models()}
    return {kind for kind in kinds if "visible_to" in vars(kind)}


def _queryset_guard(original: Any, *, what: str, guards: Guards) -> Any:
    def visible_to(self: Any, user: Any) -> Any:
        return self.all() if guards.answers_all(what) else original(self, user)

    return visible_to


def _function_guard(original: Any, everything: Any, what: str, guards: Guards) -> Any:
    def guard(*args: Any, **kwargs: Any) -> Any:
        return everything if guards.answers_all(what) else original(*args, **kwargs)

    return guard
