"""The status pages as static files, for when the portal is down; an export replaces the last one in one step."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.contrib.staticfiles import finders
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import resolve

from config.base.data.lifecycle import Refusal
from incidents.customers import feeds, status_page, statuspage_documents
from incidents.models import PublicIncident, ScheduledMaintenance, StatusPage

ASSETS = ("status.css", "icon.svg")
MAX_EXPORTS = 2
"""Exports on disk: the current one, and the one before it for requests that still read it."""


class ExportFailed(Refusal):
    """The folder cannot be replaced; the message says what to do."""


def write_export(folder: Path, *, at: datetime) -> int:
    """Write every public page, document and feed below `folder`; returns the number of files.

    `folder` is a link to the newest export beside it, and is moved in one step. Raises ExportFailed.
    """
    if folder.exists() and not folder.is_symlink():
        raise ExportFailed(f"{folder} is a folder of its own. Name a path that does not exist yet, or move it away.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    target = folder.with_name(f"{folder.name}.{at:%Y%m%dT%H%M%S%f}")
    count = 0
    try:
        for path in _paths(at=at):
            _put(target, path, _read(path))
            count += 1
        count += _put_assets(target)
        link = folder.with_name(f"{target.name}.link")
        link.symlink_to(target.name)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    link.replace(folder)
    _delete_older(folder)
    return count


def _paths(*, at: datetime) -> Iterator[str]:
    """Every public address with content of its own."""
    default = status_page.first_page()
    if default is None:
        raise ExportFailed("There is no status page yet. An administrator adds one.")
    yield "/status/"
    yield from _page_paths("/status/")
    yield from (f"/api/v2/{name}.json" for name in statuspage_documents.NAMES)
    for slug in StatusPage.objects.order_by("pk").values_list("slug", flat=True):
        yield f"/status/{slug}/"
        yield from _page_paths(f"/status/{slug}/")
    since = at - status_page.HISTORY
    recent = PublicIncident.objects.filter(Q(created_at__gte=since) | Q(pk__in=PublicIncident.objects.unresolved()))
    yield from (incident.get_absolute_url() for incident in recent.order_by("pk"))
    maintenances = ScheduledMaintenance.objects.filter(Q(ends_at__gte=since) | Q(completed_at=None))
    yield from (maintenance.get_public_url() for maintenance in maintenances.order_by("pk"))


def _page_paths(prefix: str) -> Iterator[str]:
    yield from (f"{prefix}history.{kind}" for kind in feeds.KINDS)
    yield from (f"{prefix}api/v2/{name}.json" for name in statuspage_documents.NAMES)


def _read(path: str) -> bytes:
    """The portal's response at a public path; these views need no middleware."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    match = resolve(path)
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if answer.status_code != 200:
        raise ExportFailed(f"{path} answered {answer.status_code}, so nothing was replaced. Run it again.")
    return answer.content


def _put(target: Path, path: str, content: bytes) -> None:
    file = target / path.lstrip("/")
    if path.endswith("/"):
        file /= "index.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _put_assets(target: Path) -> int:
    for name in ASSETS:
        source = finders.find(name)
        if source is None:
            raise ExportFailed(f"{name} is not among the static files. Is this the whole of the installation?")
        _put(target, static(name), Path(source).read_bytes())
    return len(ASSETS)


def _delete_older(folder: Path) -> None:
    folders = (path for path in folder.parent.glob(f"{folder.name}.*T*") if path.is_dir() and not path.is_symlink())
    exports = sorted(folders)
    for export in exports[:-MAX_EXPORTS]:
        shutil.rmtree(export, ignore_errors=True)
