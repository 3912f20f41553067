"""Links to the rows that use a record, for a reader of the administration."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from config.base.data.uses import Tally


def lines_of(tally: Tally, record: Model, request: HttpRequest) -> dict[str, object]:
    """What a page shows of one use: its rows with their links, how many more there are, and where they are listed."""
    return {
        "text": tally.text,
        "rows": [(str(row), link_to(row, request)) for row in tally.rows],
        "more": tally.more,
        "hidden": tally.hidden,
        "list_url": list_of(tally, record, request) if tally.more else "",
    }


def link_to(row: Model, request: HttpRequest) -> str:
    """The page of a row that the reader may open: its own in the portal, else that of the administration, or none."""
    if hasattr(row, "get_absolute_url"):
        own: str = row.get_absolute_url()
        return own
    options = row._meta
    code = f"{options.app_label}.view_{options.model_name}"
    page = admin.site._registry.get(type(row))
    if page is None or not (request.user.has_perm(code, row) or page.has_view_permission(request, row)):
        return ""
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def list_of(tally: Tally, record: Model, request: HttpRequest) -> str:
    """The list of the rows of a use in the administration, if the reader may open it and a column selects them."""
    options = tally.use.model._meta
    page = admin.site._registry.get(tally.use.model)
    if not tally.use.path or "__" in tally.use.path or page is None or not page.has_view_permission(request):
        return ""
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{address}?{tally.use.path}__id__exact={record.pk}"
