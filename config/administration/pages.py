"""The pages of the administration that belong to no model."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from config.administration import front_page, installation, records
from config.administration.tasks import find_task
from config.base.data import rights
from config.base.data.clock import database_now
from config.base.web.concerns import Task


def task_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One task: its concerns, and its kinds of records with what they are for. Its word may be unknown: not found."""
    page = find_task(slug)
    if page is None:
        raise Http404
    if not records.may_open(request, page):
        raise PermissionDenied
    concerns = [item for item in front_page.concerns_for(request, at=database_now()) if item.task == page.task]
    kinds = records.kinds_of(request, page)
    is_system = page.task == Task.SYSTEM
    return _render(
        request,
        "admin/task.html",
        title=page.title,
        page=page,
        blocking=[concern for concern in concerns if concern.is_blocking],
        missing=[concern for concern in concerns if not concern.is_blocking],
        links=[link for link in page.links if not link.right or rights.holds_somewhere(request.user, link.right)],
        kinds=[kind for kind in kinds if not kind.is_fact],
        facts=[kind for kind in kinds if kind.is_fact],
        settings=installation.list_settings() if is_system else [],
        support=records.support_kinds(request) if is_system else [],
    )


def records_page(request: HttpRequest) -> HttpResponse:
    """Every kind of record that the reader may see, by app, or those that fit the words in `q`."""
    search = request.GET.get("q", "")[:100]
    groups = records.all_kinds(request, search=search)
    return _render(request, "admin/records.html", title="All records", groups=groups, search=search)


def _render(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
