"""What every endpoint shares: cursor pages, one error shape, read-only and editable viewsets."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import exception_handler

from config.base.lifecycle import IllegalMove


class Pagination(CursorPagination):
    """Pages by cursor: `next` and `previous` are addresses to follow; nothing is counted."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"


class Refused(exceptions.APIException):
    """The record's state does not allow what was asked."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every error in one shape: `{"code", "message", "fields"}`; None lets a bug be a bug."""
    if isinstance(error, IllegalMove):
        error = Refused(str(error))
    elif isinstance(error, ModelError):
        error = exceptions.ValidationError(
            error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
        )
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response.data = _shape(error)
    return response


def _shape(error: Exception) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        return {
            "code": "invalid",
            "message": "Some fields are not right: see `fields`.",
            "fields": error.detail,
        }
    if isinstance(error, exceptions.ValidationError):
        return {"code": "invalid", "message": " ".join(map(str, error.detail)), "fields": {}}
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        return {"code": codes if isinstance(codes, str) else "error", "message": str(error.detail), "fields": {}}
    return {"code": "error", "message": str(error), "fields": {}}


class ReadViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """A model one may list and read. Declare `queryset`, `serializer_class`, `filterset_class`."""

    pagination_class = Pagination
    lookup_value_regex = "[0-9]{1,18}"


class EditViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadViewSet):
    """A model one may also create, change and delete."""


class VisibleMixin:
    """Only what the caller may know of: the queryset's own `visible_to`."""

    request: Any

    def get_queryset(self) -> QuerySet[Any]:
        """The declared queryset, narrowed to the caller."""
        return super().get_queryset().visible_to(self.request.user)  # type: ignore[misc]


def verb(
    *, serializer: type[BaseSerializer], scope: str = "respond", status_code: int = 200
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A POST on one record, as `/incidents/5/acknowledge/`; the method makes ONE domain call.

    The method takes (self, record, data) and returns the record to answer with.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        def handle(self: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
            record = self.get_object()
            asked = serializer(data=request.data, context=self.get_serializer_context())
            asked.is_valid(raise_exception=True)
            answer = method(self, record, asked.validated_data)
            shown = self.serializer_class(answer, context=self.get_serializer_context())
            return Response(shown.data, status=status_code)

        handle.__name__ = method.__name__
        handle.__doc__ = method.__doc__
        return action(detail=True, methods=["post"], scope=scope, serializer_class=serializer)(handle)

    return decorate
