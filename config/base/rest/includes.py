"""`include=` and `fields=`: what else an answer holds beside the record, and what it leaves out.

Each included list is one query for all records of the page, over the rows that the caller may see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import F, Model, QuerySet, Window
from django.db.models.functions import RowNumber
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from config.base.data.users import Visitor
from config.base.rest.viewsets import ReadViewSet, RowT

PARAMETERS = ("include", "fields")
LIMIT = 100


@dataclass(frozen=True)
class Include:
    """A list that belongs to a record: its rows, and by which columns they lead to it."""

    serializer: type[BaseSerializer[Any]]
    rows: Callable[[], QuerySet[Model]]
    """The rows with what the serializer shows; their `visible_to` decides what the caller sees."""
    leads_by: tuple[str, ...]
    """Lookups from a row to the record's id, as `incident__ticket_id`; the row has all of them loaded."""

    def collect(self, *, ids: Iterable[int], user: Visitor, context: Mapping[str, object]) -> dict[int, list[object]]:
        """The newest rows of each record as they are answered, at most `LIMIT` of each, oldest first."""
        rows = self.rows()
        visible_to = getattr(rows, "visible_to", None)
        rows = visible_to(user) if visible_to else rows
        by_record: dict[int, dict[int, object]] = defaultdict(dict)
        for lookup in self.leads_by:
            place = Window(RowNumber(), partition_by=F(lookup), order_by=F("pk").desc())
            newest = rows.filter(**{f"{lookup}__in": list(ids)}).annotate(place=place).filter(place__lte=LIMIT)
            record_of = attrgetter(lookup.replace("__", "."))
            for row in newest:
                by_record[record_of(row)][row.pk] = row
        return {
            record: list(self.serializer([rows[pk] for pk in sorted(rows)][-LIMIT:], many=True, context=context).data)
            for record, rows in by_record.items()
        }


class IncludingViewSet(ReadViewSet[RowT]):
    """A model to list and read whose records take `include=` and `fields=`. Declare `includes`."""

    includes: Mapping[str, Include] = {}

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        """The page's records with what was asked for."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._answered(page or []))

    def record_response(self, record: Model, *, status: int = 200) -> Response:
        """The record with what was asked for."""
        response = super().record_response(record, status=status)
        if response.status_code != 304 and (self._asked("include") or self._asked("fields")):
            response.data = self._answered([record])[0]
        return response

    def _known_parameters(self, request: Request) -> Iterable[str]:
        yield from super()._known_parameters(request)
        if self.action in {"list", "retrieve"}:
            yield from PARAMETERS

    def _asked(self, parameter: str) -> tuple[str, ...]:
        values = self.request.query_params.getlist(parameter)
        return tuple(name for value in values for name in value.split(",") if name)

    def _answered(self, records: Iterable[Model]) -> Sequence[dict[str, object]]:
        records = list(records)
        serializer: Any = self.get_serializer(records, many=True)
        if fields := self._checked("fields", serializer.child.fields):
            for name in set(serializer.child.fields) - set(fields):
                serializer.child.fields.pop(name)
        answered = [dict(row) for row in serializer.data]
        ids, context = [record.pk for record in records], self.get_serializer_context()
        for name in self._checked("include", self.includes):
            lists = self.includes[name].collect(ids=ids, user=self.request.user, context=context)
            for pk, row in zip(ids, answered, strict=True):
                row[name] = lists.get(pk, [])
        return answered

    def _checked(self, parameter: str, choices: Iterable[str]) -> tuple[str, ...]:
        """The names in the parameter; ValidationError if one of them is unknown."""
        names, allowed = self._asked(parameter), tuple(choices)
        if unknown := sorted(set(names) - set(allowed)):
            sentence = f"There is no {', '.join(name[:40] for name in unknown)} here. Known are: {', '.join(allowed)}."
            raise exceptions.ValidationError({parameter: [sentence]})
        return tuple(dict.fromkeys(names))
