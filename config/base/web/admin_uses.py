"""Records in use: they are not deleted, but taken out of use or replaced, and their uses are listed as links."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from config.base.data import retirement, uses
from config.base.data.clock import database_now
from config.base.data.users import signed_in
from config.base.data.uses import Tally
from config.base.web.admin_retirement import RetiredRecords
from config.base.web.use_links import lines_of


class UsedRecords(RetiredRecords):
    """Guards records in use from being deleted, and takes them out of use; stands before `ModelAdmin`."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The question before deleting; for a record in use what uses it, and what to do instead."""
        record = self.get_object(request, unquote(object_id))
        if record is None or not self.has_delete_permission(request, record):
            return self._ask(request, object_id, extra_context)
        if tallies := uses.list_uses(record, reader=signed_in(request), at=database_now()):
            return self._show_uses(request, record, tallies)
        return self._ask(request, object_id, extra_context)

    def _ask(self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None) -> HttpResponse:
        response: HttpResponse = super().delete_view(request, object_id, extra_context)
        return response

    def get_deleted_objects(
        self, objs: Sequence[Any] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What would be deleted; records in use are protected, and locked while the answer deletes others."""
        if request.method == "POST":
            uses.lock(list(objs))
        texts, counts, lacking, protected = super().get_deleted_objects(objs, request)
        used = [
            (row, self.address_of("delete", row), uses.listed(tally.text for tally in tallies))
            for row, tallies in uses.count_uses_of(list(objs))
        ]
        vars(request)["records_in_use"] = used  # for the page of this answer
        return texts, counts, lacking, [*protected, *(f"{row}: {text}" for row, _, text in used)]

    def _show_uses(self, request: HttpRequest, record: Model, tallies: Sequence[Tally]) -> HttpResponse:
        may_change = self.has_change_permission(request, record)
        can_retire = retirement.can_retire(self.model) and not retirement.is_retired(record)
        moves = any(tally.moving for tally in tallies)
        context = self.question_context(request, record, f"{record} is in use") | {
            "sentence": uses.sentence(record, tallies),
            "tallies": [lines_of(tally, record, request) for tally in tallies],
            "retire_url": self.address_of("retire", record) if can_retire and may_change else "",
            "replace_url": self.address_of("replace", record) if moves else "",
            "way_out": retirement.way_out(self.model),
        }
        return TemplateResponse(request, "admin/in_use.html", context, status=409 if request.method == "POST" else 200)
