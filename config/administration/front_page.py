"""The first page of the administration: what cannot work, what is not set up, the eight tasks, and what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from config.administration import records
from config.administration.tasks import TASK_PAGES, TaskPage
from config.base.data import rights
from config.base.data.clock import database_now
from config.base.web import admin_changes, concerns
from config.base.web.concerns import Concern

_CHANGES = 8


@dataclass(frozen=True)
class TaskCard:
    """A task on the first page: how many records it has, and how many concerns."""

    page: TaskPage
    url: str
    state: str
    blocking: int
    open: int


def add_context(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """The context of the first page; the administration calls it."""
    at = database_now()
    visible = concerns_for(request, at=at)
    return context | {
        "title": "Start",
        "checked_at": at,
        "blocking": [concern for concern in visible if concern.is_blocking],
        "missing": [concern for concern in visible if not concern.is_blocking],
        "cards": _cards(request, visible),
        "shows_changes": admin_changes.may_read(request),
        "changes": admin_changes.newest_changes(request, limit=_CHANGES),
    }


def concerns_for(request: HttpRequest, *, at: datetime) -> list[Concern]:
    """The concerns that the reader may see: those about what they may view, in the order of setting up."""
    return [concern for concern in concerns.list_concerns(at) if rights.holds_somewhere(request.user, concern.right)]


def _cards(request: HttpRequest, visible: Sequence[Concern]) -> list[TaskCard]:
    return [
        TaskCard(
            page,
            reverse("admin-task", args=[page.task.value]),
            records.sum_text(records.kinds_of(request, page, only_headlines=True)),
            blocking=_number(visible, page, is_blocking=True),
            open=_number(visible, page, is_blocking=False),
        )
        for page in TASK_PAGES
        if records.may_open(request, page)
    ]


def _number(visible: Iterable[Concern], page: TaskPage, *, is_blocking: bool) -> int:
    return sum(concern.task == page.task and concern.is_blocking == is_blocking for concern in visible)
