"""The history pages of the administration: what changed, in words, and a change taken back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.db.models.options import Options
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from simple_history.admin import SimpleHistoryAdmin

from config.base.data import history, rights
from config.base.data.clock import database_now
from config.base.web import display, record_changes, record_versions, submissions
from config.base.web.record_versions import CannotPutBack
from config.base.web.version_texts import Version

PER_PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STALE = "Somebody changed it after you opened the page, so nothing was put back. Look at it again."
_SAME = "Nothing was put back: it is like that now."


class HistoryPages(SimpleHistoryAdmin):
    """The history of a record with the rows below it; each change can be taken back by those who may change it."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """What changed, the newest first. An id that no record can have is not found (bad input 18)."""
        record = self._record_of_history(request, object_id)
        number = page_number(request)
        sources = record_changes.sources_of(self.model, record.pk)
        changes = record_changes.list_changes(PER_PAGE, sources=sources, offset=(number - 1) * PER_PAGE)
        has_more = record_changes.has_versions(sources, offset=number * PER_PAGE)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {record}",
            "opts": self.opts,
            "object": record,
            "changes": changes,
            "earlier": number + 1 if has_more else None,
            "later": number - 1 if number > 1 else None,
            "created": next((change.mark for change in changes if change.creates(self.model)), None),
            "may_take_back": record._state.adding is False and self.has_change_permission(request, record),
        }
        return TemplateResponse(request, "admin/record_history.html", context | (extra_context or {}))

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: object = None
    ) -> HttpResponse:
        """The question whether to take a change back, and its answer; `version_id` is the moment of the change."""
        record = self.get_object(request, unquote(object_id))
        moment = _moment(version_id)
        if record is None or moment is None:
            raise Http404
        if not self.has_change_permission(request, record):
            raise PermissionDenied(_who_can(self.opts))
        version = record_versions.version_before(record, moment)
        if version is None:
            messages.error(request, "There is nothing before this change that it could be put back to.")
            return HttpResponseRedirect(self._history_address(record))
        if request.method == "POST":
            return self._answer(request, record, version, moment)
        return self._question(request, record, moment)

    def _question(self, request: HttpRequest, record: Model, moment: datetime) -> HttpResponse:
        sources = record_changes.sources_of(self.model, record.pk)
        since = record_changes.list_changes(
            PER_PAGE, sources=sources, conditions=Q(history_date__gte=moment)
        )  # all that goes when it is put back
        context = {
            **self.admin_site.each_context(request),
            "title": f"Put {record} back?",
            "opts": self.opts,
            "object": record,
            "changes": since,
            "newest": self._newest(record),
            "before": display.local_text(moment),
            "back": self._history_address(record),
        }
        return TemplateResponse(request, "admin/take_back.html", context)

    def _answer(self, request: HttpRequest, record: Model, version: Version, moment: datetime) -> HttpResponse:
        with transaction.atomic():
            submission = submissions.claim(request, user=request.user, at=database_now())
            if submission is not None and submission.earlier:
                messages.info(request, submissions.SENT_TWICE)
                return HttpResponseRedirect(submission.earlier["target"])
            type(record)._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk=record.pk).first()
            record.refresh_from_db()
            if request.POST.get("newest") != str(self._newest(record)):
                messages.error(request, _STALE)
                return HttpResponseRedirect(request.get_full_path())
            try:
                self._put_back(request, record, version, moment)
            except CannotPutBack as refusal:
                messages.error(request, f"It cannot be put back. {refusal}")
                return HttpResponseRedirect(request.get_full_path())
            target = self._history_address(record)
            if submission is not None:
                submission.keep(target=target)
            return HttpResponseRedirect(target)

    @transaction.atomic
    def _put_back(self, request: HttpRequest, record: Model, version: Version, moment: datetime) -> None:
        newest = self._newest(record)
        reason = f"Put back to {display.local_text(version.history_date)}"
        with history.because(reason):
            form_class = self.get_form(request, record, change=True, fields=self._form_fields(request, record))
            form = record_versions.form_of(version, record, form_class, reason=reason)
            if not form.is_valid():
                raise CannotPutBack(record_versions.describe_errors(form))
            saved = self.save_form(request, form, change=True)
            if form.has_changed():
                self.save_model(request, saved, form, change=True)
            record_versions.put_back_rows(record, moment)
            self.save_related(request, form, [], change=True)
        if self._newest(record) == newest:
            messages.info(request, _SAME)
            return
        self.log_change(request, record, reason)
        messages.success(request, f"{reason}.")

    def _form_fields(self, request: HttpRequest, record: Model) -> list[str]:
        names = [name for _, options in self.get_fieldsets(request, record) for name in _flat(options["fields"])]
        return [name for name in names if name not in self.get_readonly_fields(request, record)]

    def _record_of_history(self, request: HttpRequest, object_id: str) -> Model:
        """The record, or a deleted one as it was last. Raises Http404 or PermissionDenied."""
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            raise Http404 from None
        record: Model | None = self.get_queryset(request).filter(pk=key).first()
        if record is None:
            own = record_changes.history_of(self.model).filter(**{self.opts.pk.attname: key})
            version = cast("Version | None", own.order_by("-history_date", "-pk").first())
            if version is None:
                raise Http404
            columns = {column.attname: getattr(version, column.attname) for column in version.tracked_fields}
            record = self.model(**columns)
        if not self.has_view_permission(request, record):
            raise PermissionDenied(_who_can(self.opts))
        return record

    def _newest(self, record: Model) -> int:
        """The moment of the newest change of the record and its rows, for comparing."""
        return record_changes.newest_mark(record_changes.sources_of(self.model, record.pk))

    def _history_address(self, record: Model) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[record.pk])


def _who_can(opts: "Options[Model]") -> str:
    code = f"{opts.app_label}.change_{opts.model_name}"
    return rights.who_can(code) if code in rights.by_code() else ""


def page_number(request: HttpRequest) -> int:
    """The page in the address; the first if there is none or nonsense."""
    typed = request.GET.get("p", "")
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def _moment(mark: str) -> datetime | None:
    if not (mark.isascii() and mark.isdigit()) or len(mark) > 17:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(mark))
    except OverflowError:
        return None


def _flat(names: Iterable[str | Iterable[str]]) -> list[str]:
    return [each for name in names for each in ([name] if isinstance(name, str) else name)]
