"""Pages of a list by cursor."""

from contextlib import nullcontext
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction
from django.db.models import Model, QuerySet
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class Pagination(CursorPagination):
    """Pages by cursor: `next` and `previous` are addresses to follow; nothing is counted."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    parameters: tuple[str, ...] = ("cursor", "page_size")

    def get_ordering(self, request: Request, queryset: QuerySet[Model], view: Any) -> tuple[str, ...]:
        """The view's own, unique order."""
        order: str | tuple[str, ...] = view.order
        return (order,) if isinstance(order, str) else order

    def get_page_size(self, request: Request) -> int:
        """As many rows as requested, at most 100. Raises ValidationError for what is no whole number above 0."""
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdecimal() and text.strip("0")):
            raise exceptions.ValidationError(
                {self.page_size_query_param: [f"Write a whole number from 1 to {self.max_page_size}."]}
            )
        return min(int(text[:18]), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the document says of a page: its size is at least 1; more than a hundred gives a hundred."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "default": self.page_size}
        return parameters

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        """One page. Raises ValidationError for a made-up cursor, whatever it holds."""
        # In a transaction an error of the database would end it; a savepoint limits that to the page.
        is_at_risk = connection.in_atomic_block and self.cursor_query_param in request.query_params
        guard = transaction.atomic() if is_at_risk else nullcontext()
        try:
            with guard:
                return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError, DataError, exceptions.NotFound):
            raise exceptions.ValidationError(
                {self.cursor_query_param: ["This is not a cursor of this list. Follow `next` from the first page."]}
            ) from None


class OrderedPagination(Pagination):
    """Pages of a list that has other orders than its own: the view's `orders`, by the name in the parameter `order`.

    An order by a column that may be empty lists only the records that have it.
    """

    order_query_param = "order"
    parameters = (*Pagination.parameters, order_query_param)

    def get_ordering(self, request: Request, queryset: QuerySet[Model], view: Any) -> tuple[str, ...]:
        """The requested order, or the view's own. Raises ValidationError for a name that is no order."""
        name = self._requested(request, view)
        return tuple(view.orders[name]) if name else super().get_ordering(request, queryset, view)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """One page in the requested order.

        Its rows are chosen first and loaded then, so that only they are joined with what they show, and not all rows
        that are sorted.
        """
        name = self._requested(request, view)
        if not name:
            return super().paginate_queryset(queryset, request, view)
        columns = [column.removeprefix("-") for column in view.orders[name]]
        sorted_rows = queryset.select_related(None).only("pk", *columns).filter(**{f"{columns[0]}__isnull": False})
        chosen = [row.pk for row in super().paginate_queryset(sorted_rows, request, view)]
        loaded = queryset.in_bulk(chosen)
        return [loaded[pk] for pk in chosen if pk in loaded]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """With the orders of a list; an action of a record has none."""
        parameters = super().get_schema_operation_parameters(view)
        if view.action != "list":
            return parameters
        words = "The order: only records that have this, the earliest first. Default: the newest record first."
        schema = {"type": "string", "enum": list(view.orders)}
        return [
            *parameters,
            {"name": self.order_query_param, "in": "query", "required": False, "description": words, "schema": schema},
        ]

    def _requested(self, request: Request, view: Any) -> str:
        name: str = request.query_params.get(self.order_query_param, "")
        if name and name not in view.orders:
            raise exceptions.ValidationError(
                {self.order_query_param: [f"There is no such order. Choose one of: {', '.join(view.orders)}."]}
            )
        return name
