"""What every endpoint shares, so that a new one is a declaration of a few lines."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import exceptions, mixins, permissions, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from config.base.data import acting
from config.base.data.clock import UTC_ZONE, database_now
from config.base.data.conflicts import is_conflict
from config.base.data.lifecycle import Refusal
from config.base.data.moments import Unreadable, read_moment
from config.base.data.users import User, Visitor, signed_in
from config.base.rest import etags, headers, idempotency, scopes
from config.base.rest.errors import Busy, Stale, error_document
from config.base.rest.filters import StrictFilters
from config.base.rest.pagination import Pagination
from config.base.rest.scopes import Scope
from config.base.rest.serializers import EmptySerializer
from config.base.rest.shown_columns import only_shown
from config.base.web.retries import retried

RowT = TypeVar("RowT", bound=Model)

SLUG = "[A-Za-z0-9_-]{1,80}"
"""What an address takes where a record has a slug: the slug, or the id."""


@dataclass(frozen=True)
class Alias:
    """A former name of a verb: it does the same, is marked as deprecated, and ends with a release."""

    name: str
    deprecated_on: date
    removed_in: str
    """The first version without it, as 0.2.0."""

    @property
    def header(self) -> str:
        """The value of the Deprecation header (RFC 9745): an @ and the second from which it was deprecated."""
        return f"@{int(datetime.combine(self.deprecated_on, time(), tzinfo=UTC).timestamp())}"


def _repeatable(request: HttpRequest) -> HttpRequest:
    """The request, with its body kept for another try; one that is too large is left to the parser to refuse."""
    with suppress(RequestDataTooBig):
        _ = request.body
    return request


def _busy(request: HttpRequest) -> JsonResponse:
    """503: others held the same records at each try."""
    return JsonResponse(error_document(Busy.default_code, str(Busy.default_detail)), status=503)


class BaseViewSet(viewsets.GenericViewSet[RowT]):
    """Strict about query parameters; addresses end with a slash and are never redirected."""

    pagination_class = Pagination
    lookup_value_regex = "[0-9]{1,18}"
    filter_backends = (StrictFilters,)
    natural_key = ""
    """The column whose text names a record at its address, beside the id; `lookup_value_regex` allows it."""
    order: ClassVar[str | tuple[str, ...]] = "-id"
    """The order of a list; it must be unique."""
    query_parameters: ClassVar[tuple[str, ...]] = ()
    """Query parameters besides those of filters and pages."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Add a route for every former name of the class's verbs; refuse a verb that declares no scope.

        Raises TypeError: such a verb must not start, because a token would open more than its words say.
        """
        super().__init_subclass__(**kwargs)
        for method in list(vars(cls).values()):
            for handler in getattr(method, "alias_handlers", ()):
                setattr(cls, handler.__name__, handler)
        if missing := scopes.unscoped(cls):
            raise TypeError(f"{cls.__name__}: declare the scope of {', '.join(missing)} with `scope=` or `@scoped`.")

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """The view. A redirect to the address with a slash would turn a POST into a GET."""
        view = super().as_view(*args, **kwargs)

        @wraps(view)
        def repeatable(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(_repeatable(request), *args, **kwargs)

        answer: Any = retried(repeatable, busy=_busy)
        answer.should_append_slash = False  # read by CommonMiddleware
        return answer

    action: str
    answered: Model | None = None
    """The record that the answer shows; a repeat of the request asks again whether its caller may see it."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """The answer; of a POST with an Idempotency-Key, kept together with its effect."""
        self._claimed: Any = None
        with ExitStack() as self._transaction:
            answer: Any = super().dispatch(request, *args, **kwargs)
            if self._claimed is not None:
                idempotency.store_answer(self._claimed, answer.render(), record=self.answered)
        return answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The response with what is left of the minute; from a former name of a verb with its new address."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if (usage := getattr(request, "rate_usage", None)) is not None:
            for name, value in usage.headers().items():
                response.headers[name] = value
        handler: Any = getattr(self, self.action or "", None)
        if (alias := getattr(handler, "alias", None)) is not None:
            successor = f"{request.path.removesuffix(f'{alias.name}/')}{handler.alias_of}/"
            response.headers[headers.DEPRECATION] = alias.header
            response.headers[headers.LINK] = f'<{successor}>; rel="successor-version"'
        return response

    def handle_exception(self, exc: Exception) -> Any:
        """The answer to an error, or the stored answer of the first request; a conflict is for `as_view` to retry."""
        if is_conflict(exc):
            raise exc
        return exc.response if isinstance(exc, idempotency.Replay) else super().handle_exception(exc)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse a query parameter that does not exist here: a mistyped filter must not show everything."""
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - set(self._known_parameters(request)))
        if unknown:
            allowed = ", ".join(sorted(self._known_parameters(request))) or "none"
            raise exceptions.ValidationError(
                {name: [f"There is no such parameter here. Known are: {allowed}."] for name in unknown}
            )
        repeated = [name for name in self._single_parameters() if len(request.query_params.getlist(name)) > 1]
        if repeated:
            sentence = "This is sent several times. Send it once."
            raise exceptions.ValidationError({name: [sentence] for name in repeated})
        if request.auth is not None:
            self._transaction.enter_context(acting.with_token(request.auth.pk))
        if idempotency.has_key(request._request):
            # After the sign-in, which records when a token was used and must not wait for the answer.
            self._transaction.enter_context(transaction.atomic())
            claimed = idempotency.claim(request, at=self.at)
            if claimed.pk is not None:
                raise idempotency.Replay(self._answer_again(claimed))
            self._claimed = claimed

    def _answer_again(self, first: Any) -> HttpResponseBase:
        """The answer of the first request, as far as its caller may have it now.

        Raises what a fresh request would raise if the record is out of sight or the role is gone.
        """
        handler: Any = getattr(self, self.action, None)
        target = [self.get_object()] if self.detail else []
        check_role(getattr(handler, "may", None), self.request.user, *target)
        if first.record_id is None or first.status >= 300 or first.is_shown_once:
            return idempotency.stored_answer(first, self.request)
        # Shown anew: what its caller may read of it can have changed since.
        record = get_object_or_404(self.get_queryset(), pk=first.record_id)
        view: Any = self
        return idempotency.as_repeat(view.record_response(record, status=first.status))

    def _single_parameters(self) -> Iterable[str]:
        """Those that have one value; filters know themselves whether several values make sense."""
        yield from self.query_parameters
        yield from getattr(self.pagination_class, "parameters", ())

    def _known_parameters(self, request: Request) -> Iterable[str]:
        yield from self.query_parameters
        if self.action == "list":
            yield from getattr(self.pagination_class, "parameters", ())
            for backend in self.filter_backends:
                yield from backend().parameters(request, None, self)

    @cached_property
    def at(self) -> datetime:
        """The instant of this request: the database's if it may change something (paging rule 1)."""
        return timezone.now() if self.request.method in permissions.SAFE_METHODS else database_now()

    @property
    def actor(self) -> User:
        """The signed-in user; permissions have made sure that there is one."""
        return signed_in(self.request)

    def get_object(self) -> RowT:
        """The record at this address: by its id, or by its natural key where the view declares one."""
        key = self.kwargs.get("pk", "")
        if self.natural_key and not key.isdecimal():
            record = get_object_or_404(self.get_queryset(), **{self.natural_key: key})
            self.check_object_permissions(self.request, record)
            return record
        return super().get_object()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filters are for lists; a record's own address takes none."""
        return queryset if self.detail else super().filter_queryset(queryset)

    def get_queryset(self) -> QuerySet[RowT]:
        """The declared queryset, limited to the rows the user may see if the model has such a rule."""
        queryset = super().get_queryset()
        narrowed = getattr(queryset, "visible_to", None)
        return narrowed(self.request.user) if narrowed else queryset


class AnswerViewSet(BaseViewSet[RowT]):
    """An address with one answer instead of a list of records. Declare `queryset` and `list`."""

    is_one_answer = True
    filter_parameters: ClassVar[tuple[str, ...]] = ()
    """Those of `query_parameters` that narrow the answer; an empty value is no filter."""
    pagination_class = None  # type: ignore[assignment]  # nothing to page or filter
    filter_backends = ()  # type: ignore[assignment]  # nothing to page or filter


class ReadViewSet(mixins.ListModelMixin, BaseViewSet[RowT]):
    """A model to list and read. Declare `queryset`, `serializer_class`, `filterset_class`."""

    def paginate_queryset(self, queryset: QuerySet[RowT]) -> list[RowT] | None:  # type: ignore[override]  # never a list
        """The rows of a page, with what the serializer shows of the records they refer to."""
        return super().paginate_queryset(only_shown(queryset, self.get_serializer_class()))

    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        """One record; 304 if the caller has it already."""
        return self.record_response(self.get_object())

    def record_response(self, record: Model, *, status: int = 200) -> Response:
        """The record as the view shows it, with its ETag; with its address if it is new.

        A GET whose If-None-Match names it is answered with 304.
        """
        content = self.get_serializer(record).data
        tagged = {headers.ETAG: etags.tag_of(record, content)}
        if self.request.method in permissions.SAFE_METHODS:
            cached = etags.condition(self.request, etags.IF_NONE_MATCH)
            if cached is not None and cached.names(tagged[headers.ETAG]):
                return Response(status=304, headers=tagged)
        if status == 201:
            tagged[headers.LOCATION] = self.request.build_absolute_uri(f"{self.request.path}{record.pk}/")
        self.answered = record
        return Response(content, status=status, headers=tagged)

    def check_unchanged(self, record: Model) -> None:
        """Raise Stale unless the record is what If-Match and If-None-Match say; it stays locked until the commit."""
        same = etags.condition(self.request, etags.IF_MATCH)
        other = etags.condition(self.request, etags.IF_NONE_MATCH)
        if same is None and other is None:
            return
        # Lock first, then compare: of two changes of one version only one succeeds.
        type(record)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=record.pk)
        view: Any = self
        current = view.queryset.all().get(pk=record.pk)
        tag = etags.tag_of(current, self.get_serializer(current).data)
        if (same and not same.names_version(tag)) or (other and other.names_version(tag)):
            raise Stale(etag=tag)


Method = Callable[..., Any]


def answers_record(handler: Method) -> Method:
    """Declare that a handler which is no verb answers with `record_response`, for the document."""
    handler.shows_record = True  # type: ignore[attr-defined]  # read by our schema
    return handler


def check_role(may: Callable[..., bool] | None, user: Visitor, *target: Model) -> None:
    """Raise PermissionDenied unless the declared `may` allows it."""
    if may is not None and not may(user, *target):
        raise exceptions.PermissionDenied("Your role does not allow this. Ask an administrator for a role.")


def status_is(*values: str, field: str = "status") -> Callable[[Model, dict[str, object]], bool]:
    """An `is_done` for verbs that lead to a status."""

    def is_done(record: Model, data: dict[str, object]) -> bool:
        return getattr(record, field) in values

    return is_done


def change(view: Any, handler: Any, *target: Any, data: dict[str, Any]) -> Any:
    """The record after the handler's domain call; as it is if the call was refused and nothing is left to do."""
    try:
        with transaction.atomic():
            for record in target:
                view.check_unchanged(record)
            return handler.does(view, *target, dict(data))
    except (Refusal, ValidationError):
        # Asked after the refusal, not before: another request may have done it in between.
        if not (handler.is_done and target and handler.is_done(view.queryset.all().get(pk=target[0].pk), data)):
            raise
        return target[0]


def write_handler(
    takes: type[BaseSerializer[Any]] = EmptySerializer,
    *,
    scope: Scope,
    may: Callable[..., bool] | None = None,
    is_done: Callable[..., bool] | None = None,
    partial: bool = False,
    status: int = 200,
) -> Callable[[Method], Method]:
    """Turn a method that makes ONE domain call into a request handler.

    On a record's own address the method takes (self, record, data), on a list's (self, data); it returns
    the record, which is answered as the view shows it. `may(user, record)` or `may(user)` decides; a
    token needs `scope`. A refused request is answered with 200 and the record if `is_done(record, data)`:
    it is as the request wants it, so a repeat of a verb is no error.
    """

    def decorate(method: Method) -> Method:
        def handle(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            target = [self.get_object()] if self.detail else []
            check_role(may, request.user, *target)
            serializer = takes(data=request.data, partial=partial, context=self.get_serializer_context())
            serializer.is_valid(raise_exception=True)
            changed = change(self, handle, *target, data=dict(serializer.validated_data))
            # Read again with what the serializer shows; after the change the user may no longer see the record.
            answer: Response = self.record_response(self.queryset.all().get(pk=changed.pk), status=status)
            return answer

        handle.__name__, handle.__doc__, handle.__module__ = method.__name__, method.__doc__, method.__module__
        handle.takes, handle.answers = takes, status  # type: ignore[attr-defined]  # read by our schema
        handle.may, handle.is_done = may, is_done  # type: ignore[attr-defined]  # read by a repeat, and by tests
        handle.does = method  # type: ignore[attr-defined]  # read by `change`
        handler: Method = scopes.scoped(scope)(handle)
        return handler

    return decorate


def post_action(
    takes: type[BaseSerializer[Any]] = EmptySerializer,
    *,
    scope: Scope,
    may: Callable[..., bool] | None = None,
    is_done: Callable[..., bool] | None = None,
    changes: Iterable[str] = (),
    name: str | None = None,
    aliases: Iterable[Alias] = (),
) -> Callable[[Method], Method]:
    """A POST on one record, as `/incidents/5/acknowledge/`; the method makes ONE domain call.

    `changes` are the fields that only verbs change: a PATCH that sends one is told of this verb.
    `is_done` says of a repeat that nothing is left to do, as in `write_handler`. `aliases` are former names
    of the verb: they stay as routes of their own until their release.
    """

    def decorate(method: Method) -> Method:
        path = name or method.__name__
        written = write_handler(takes, scope=scope, may=may, is_done=is_done)
        handler = _posted(written(method), path=path)
        handler.changes = tuple(changes)  # type: ignore[attr-defined]  # read by serializers
        handler.alias_handlers = [  # type: ignore[attr-defined]  # read by BaseViewSet
            _alias_handler(written(method), alias, path=path) for alias in aliases
        ]
        return handler

    return decorate


def _posted(handler: Method, *, path: str) -> Method:
    return action(detail=True, methods=["post"], url_path=path)(handler)


def _alias_handler(handler: Method, alias: Alias, *, path: str) -> Method:
    handler.__name__ = alias.name
    handler.__doc__ = f"Deprecated, removed in {alias.removed_in}: use `{path}`. {handler.__doc__}"
    handler.alias, handler.alias_of = alias, path  # type: ignore[attr-defined]  # read by BaseViewSet and our schema
    return _posted(handler, path=alias.name)


def requested_instant(request: Request, name: str = "at") -> datetime:
    """The instant in a query parameter, in UTC if it has no offset, or now. Raises ValidationError."""
    value = request.query_params.get(name)
    if value is None:
        return timezone.now()
    try:
        return read_moment(value, zone=UTC_ZONE)
    except Unreadable as error:
        raise exceptions.ValidationError({name: [str(error)]}) from None
