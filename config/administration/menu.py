"""The administration's side bar: the first page, the eight tasks, all records, and the way back."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse_lazy

from config.administration import records
from config.administration.tasks import TASK_PAGES, TaskPage, task_of
from config.base.web import admin_changes
from config.base.web.concerns import Task

Check = Callable[[HttpRequest], bool]


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The groups of links; only what the reader may see, with the present task marked on all of its pages."""
    tasks = [_task_item(page) for page in TASK_PAGES]
    more = [
        _item("All records", "database", reverse_lazy("admin-records"), is_active=_is_on_other_record),
        _item("What changed", "history", reverse_lazy("admin-changes")) | {"permission": admin_changes.may_read},
        _item("Back to the portal", "undo", reverse_lazy("home"), is_active=lambda request: False),
    ]
    start = _item("Start", "dashboard", reverse_lazy("admin:index"))
    return [_group([start, *tasks]), _group(more, separator=True)]


def _group(items: list[dict[str, object]], *, separator: bool = False) -> dict[str, object]:
    return {"title": None, "separator": separator, "collapsible": False, "items": items}


def _item(title: str, icon: str, link: object, *, is_active: Check | None = None) -> dict[str, object]:
    item: dict[str, object] = {"title": title, "icon": icon, "link": link}
    return item if is_active is None else item | {"active": is_active}


def _task_item(page: TaskPage) -> dict[str, object]:
    item = _item(
        page.title,
        page.icon,
        reverse_lazy("admin-task", args=[page.task.value]),
        is_active=lambda request: is_on_task(request, page),
    )
    return item | {"permission": lambda request: records.may_open(request, page)}


def is_on_task(request: HttpRequest, page: TaskPage) -> bool:
    """Whether the reader is on the task's page, or on a page of one of its kinds of records."""
    match = request.resolver_match
    if match is not None and match.url_name == "admin-task":
        return match.kwargs.get("slug") == page.task
    model = records.model_of(request)
    return task_of(model) == page or (page.task == Task.SYSTEM and records.is_machine_model(model))


def _is_on_other_record(request: HttpRequest) -> bool:
    """Whether the reader is on the list of all records, or on a record that belongs to no task."""
    match = request.resolver_match
    if match is not None and match.url_name == "admin-records":
        return True
    model = records.model_of(request)
    return bool(model) and task_of(model) is None and not records.is_machine_model(model)
