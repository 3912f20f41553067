"""One request for many records: each is done or refused by itself, and the answer says which."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.errors import ErrorSerializer, Stale, answer_error
from config.base.rest.serializers import Instant
from config.base.rest.viewsets import change, check_role

MAX_RECORDS = 300
Method = Callable[..., Any]


class RecordName(serializers.CharField):
    """A record by its reference or its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40} | kwargs)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of one record."""

    record = serializers.CharField(help_text="The record as it was named in the request.")
    status = serializers.IntegerField(help_text="The status that the record's own address would answer: 200 if done.")
    error = ErrorSerializer(allow_null=True, help_text="What went wrong; null if it was done.")


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """A result for each record, in the order of the request."""

    results = BulkResultSerializer(many=True)


def bulk_action(verb: Any, words: str) -> Method:
    """The verb of one record for at most 300: a POST on the list, `bulk_<verb>/`; `words` say what it does.

    What it takes, its scope, who may, and when nothing is left to do are those of the verb. Each record has a
    savepoint of its own, so one that is refused undoes nothing of the others. With `unchanged_since` a record that
    somebody has changed later is left out.
    """
    takes: Any = verb.takes
    records = serializers.ListField(
        child=RecordName(),
        min_length=1,
        max_length=MAX_RECORDS,
        help_text=f"At most {MAX_RECORDS} records, by reference or id. One that stands twice is done once.",
    )
    fields = {"records": records, "unchanged_since": Instant(required=False)}
    input_of_many: Any = type(
        f"Bulk{takes.__name__}", (takes,), {**fields, "__doc__": f"{takes.__doc__} For many records."}
    )

    def handle(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = input_of_many(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        names = list(dict.fromkeys(data.pop("records")))
        since = data.pop("unchanged_since", None)
        results = [{"record": name} | _do(self, verb, name, data=data, since=since) for name in names]
        return Response(BulkAnswerSerializer({"results": results}).data)

    handle.__name__, handle.__doc__, handle.__module__ = f"bulk_{verb.__name__}", words, verb.__module__
    handle.may = verb.may  # type: ignore[attr-defined]  # asked again before a repeat is answered
    handle.scope = verb.scope  # type: ignore[attr-defined]  # read by the permissions
    posted = action(detail=False, methods=["post"], filter_backends=(), pagination_class=None)(handle)
    handler: Method = extend_schema(request=input_of_many, responses={200: BulkAnswerSerializer})(posted)
    return handler


def _do(view: Any, verb: Any, name: str, *, data: dict[str, Any], since: datetime | None) -> dict[str, Any]:
    try:
        with transaction.atomic():
            record = _allowed(view, name, may=verb.may)
            _refuse_changed(record, since)
            change(view, verb, record, data=data)
    except Exception as error:
        answer = answer_error(error, {})
        if answer is None:  # a bug: the request fails as a whole, and is logged
            raise
        return {"status": answer.status_code, "error": answer.data}
    return {"status": 200, "error": None}


def _refuse_changed(record: Model, since: datetime | None) -> None:
    """Raise Stale for a record that was changed after this moment; it stays locked until the commit."""
    if since is None:
        return
    rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
    if rows.values_list("updated_at", flat=True).get(pk=record.pk) > since:
        raise Stale


def _allowed(view: Any, name: str, *, may: Callable[..., bool]) -> Any:
    record = view.named(name)
    check_role(may, view.request.user, record)
    return record
