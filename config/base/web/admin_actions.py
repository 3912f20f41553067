"""Deleting in the administration, and the actions of its lists: each is done once, and on what its reader saw.

The question before deleting carries the state of the records and how many rows go with them. When that has changed, it
is asked again and says what changed. A second press says that the work is done.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from config.base.data.clock import database_now
from config.base.web import guards, submissions
from config.base.web.guards import tokens_in

_GONE = "It was already deleted."
_ALL_GONE = "Nothing was done: what you chose is not in this list any more."
_OLD_LIST = "Nothing was done: you have used this list before. This is how it is now; choose the records again."


class GuardedActions:
    """Guards deleting and the actions of the list; stands before `ModelAdmin`.

    `action_columns` are the columns that the list's actions act on: an action does nothing once where one of them has
    changed since the list was drawn.
    """

    opts: Any
    action_columns: tuple[str, ...] = ()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The question, or the place where it leads once it was answered; a repeat leads to the same place."""
        if request.method != "POST":
            return self._delete(request, object_id, extra_context)
        with transaction.atomic():
            submission = submissions.claim(request, user=request.user, at=database_now())
            if submission is not None and submission.earlier:
                messages.info(request, submissions.SENT_TWICE)
                return HttpResponseRedirect(submission.earlier["target"])
            admin: Any = self
            record = admin.get_object(request, unquote(object_id))
            if not admin.has_delete_permission(request, record):
                raise PermissionDenied
            if record is None:
                messages.info(request, _GONE)
                return HttpResponseRedirect(self._list_address())
            if self._asks_again(request, type(record)._base_manager.filter(pk=record.pk)):
                request.POST = QueryDict()
            response = self._delete(request, object_id, extra_context)
            if submission is not None and isinstance(response, HttpResponseRedirect):
                submission.keep(target=response.url)
            return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would be deleted; its state is kept for the question."""
        deletion = super().get_deleted_objects(objs, request)  # type: ignore[misc]  # a mixin: the class behind it has it
        request.deletion_seen = _state(objs, deletion[1])  # type: ignore[attr-defined]  # for the form of this answer
        return deletion

    def render_delete_form(self, request: HttpRequest, context: dict[str, object]) -> HttpResponse:
        """The question before deleting one record."""
        seen = {"form_seen": getattr(request, "deletion_seen", "")}
        page: HttpResponse = super().render_delete_form(request, context | seen)  # type: ignore[misc]  # as above
        return page

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The list, with the state of what its actions act on."""
        response: Any = super().changelist_view(request, extra_context)  # type: ignore[misc]  # as above
        context = getattr(response, "context_data", None) or {}
        if self.action_columns and "cl" in context:
            context["form_seen"] = json.dumps([guards.seen_token(row) for row in context["cl"].result_list])
        page: HttpResponse = response
        return page

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """The answer to an action of the list, or its question; a repeat leads to the same place."""
        with transaction.atomic():
            submission = submissions.claim(request, user=request.user, at=database_now())
            if submission is not None and submission.earlier:
                messages.info(request, _OLD_LIST if submission.is_changed else submissions.SENT_TWICE)
                return HttpResponseRedirect(submission.earlier["target"])
            if refused := self._refuse_action(request, queryset):
                return refused
            response: HttpResponse | None = super().response_action(request, queryset)  # type: ignore[misc]  # as above
            if submission is not None and isinstance(response, HttpResponseRedirect):
                submission.keep(target=response.url)
            elif (context := getattr(response, "context_data", None)) is not None:
                context["form_seen"] = getattr(request, "deletion_seen", "")
            return response

    def _refuse_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not chosen or request.POST.get("select_across") == "1":
            return None
        rows = queryset.filter(pk__in=chosen)
        if not rows.exists():
            messages.info(request, _ALL_GONE)
            return HttpResponseRedirect(request.get_full_path())
        if request.POST.get("post"):
            if self._asks_again(request, rows):
                data = request.POST.copy()
                del data["post"]
                request.POST = data  # type: ignore[assignment]  # without an answer, the question is drawn
            return None
        if news := _news(request.POST.get(guards.FIELD, ""), _locked(rows), self.action_columns):
            messages.error(
                request, f"After you opened the list: {'; '.join(news)}. So nothing was done. Choose again."
            )
            return HttpResponseRedirect(request.get_full_path())
        return None

    def _asks_again(self, request: HttpRequest, rows: QuerySet[Any]) -> bool:
        """Whether what its reader saw has changed; says what."""
        records = _locked(rows)
        seen = request.POST.get(guards.FIELD, "")
        columns = [column.name for column in rows.model._meta.concrete_fields if column.editable]
        news = _news(seen, records, columns)
        if seen:
            self.get_deleted_objects(records, request)
            was, now = _counts(seen), _counts(request.deletion_seen)  # type: ignore[attr-defined]  # set just now
            grown = {name: count for name, count in now.items() if count > was.get(name, 0)}
            news += [f"it would delete {count} {name}, not {was.get(name, 0)}" for name, count in grown.items()]
        if news:
            messages.error(
                request, f"After you opened the page: {'; '.join(news)}. So nothing was deleted. Look again."
            )
        return bool(news)

    def _delete(self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None) -> HttpResponse:
        response: HttpResponse = super().delete_view(request, object_id, extra_context)  # type: ignore[misc]  # as above
        return response

    def _list_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _locked(rows: QuerySet[Any]) -> list[Any]:
    """The records as they are now, locked until the end of the transaction."""
    manager = rows.model._base_manager
    keys = list(rows.values_list("pk", flat=True))
    return list(manager.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk"))


def _state(records: Iterable[Model], counts: Any) -> str:
    """The state of records, and how many rows of each kind are deleted with them."""
    return json.dumps([guards.seen_token(row) for row in records] + [f"{name}={n}" for name, n in counts.items()])


def _counts(state: str) -> dict[str, int]:
    pairs = (text.rpartition("=") for text in tokens_in(state))
    return {name: int(count) for name, _, count in pairs if count.isdecimal() and name}


def _news(seen: str, records: Sequence[Any], columns: Sequence[str]) -> list[str]:
    """What has changed in these columns of the records since the state that was seen, in words."""
    states = {":".join(token.split(":")[:2]): token for token in tokens_in(seen) if ":" in token}
    news = []
    for record in records:
        changed = guards.changed_columns(states.get(f"{record._meta.label_lower}:{record.pk}", ""), record, columns)
        if changed:
            texts = guards.describe_columns(record, changed)
            texts = texts or ", ".join(name.replace("_", " ") for name in changed) + " changed"
            news.append(f"{record}: {texts}" if len(records) > 1 else texts)
    return news
