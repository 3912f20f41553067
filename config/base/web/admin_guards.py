"""The forms of the administration: each is done once, and never writes over what somebody else has just saved.

A form carries the state of its record and of the rows below it. When one has changed since, nothing is saved: fields
that the reader did not touch show the new values, the others keep what the reader typed, and a message says what
changed. Saving again saves.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.base.data.clock import database_now
from config.base.web import drafts, guards, submissions
from config.base.web.admin_choices import in_use_only
from config.base.web.guards import LastChange
from config.base.web.row_fields import RowsWidget


class RefusedForm(forms.ModelForm):
    """A form that is shown again for a reason that is no field's fault."""

    refusal = ""

    def clean(self) -> Any:
        """The values, and the refusal above them."""
        cleaned = super().clean()
        self.add_error(None, self.refusal)
        return cleaned


class GuardedForms:
    """Guards the forms of a model's administration; stands before `ModelAdmin`."""

    opts: Any

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The form, or the place where it leads after it was saved; a repeat leads to the same place."""
        if request.method != "POST":
            return self._draw(request, object_id, form_url, extra_context, self._state(request, object_id))
        with transaction.atomic():
            submission = submissions.claim(request, user=request.user, at=database_now())
            if submission is not None and submission.earlier:
                if not submission.is_changed:
                    messages.info(request, submissions.SENT_TWICE)
                    return drafts.name_sent(request, HttpResponseRedirect(submission.earlier["target"]))
                submissions.renew(request)
                self._refuse(request, submissions.sent_before(submission.earlier["target"]))
            seen = self._refuse_if_stale(request, object_id)
            response = self._draw(request, object_id, form_url, extra_context, seen)
            place = self._place(response)
            if place and submission is not None and not submission.earlier:
                submission.keep(target=place)
            return drafts.name_sent(request, response) if place else response

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form, which a refused request shows with its refusal; it takes nothing that is out of use."""
        form: Any = in_use_only(super().get_form(request, obj, **kwargs))  # type: ignore[misc]  # a mixin: the class behind it has it
        if refusal := getattr(request, "form_refusal", ""):
            return type(form)(form.__name__, (RefusedForm, form), {"refusal": refusal, "__module__": __name__})
        return form

    def _draw(
        self, request: HttpRequest, object_id: Any, form_url: str, context: dict[str, object] | None, seen: str
    ) -> HttpResponse:
        more = (context or {}) | {"form_seen": seen}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, more)  # type: ignore[misc]  # a mixin: the class behind it has it
        return response

    def _refuse(self, request: HttpRequest, text: str) -> None:
        request.form_refusal = text  # type: ignore[attr-defined]  # a mark for `get_form`

    def _place(self, response: HttpResponse) -> str:
        """Where a saved form leads; nothing if it was not saved."""
        if isinstance(response, HttpResponseRedirect):
            return str(response.url)
        is_popup = "popup_response" in str(getattr(response, "template_name", ""))
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist") if is_popup else ""

    def _state(self, request: HttpRequest, object_id: str | None) -> str:
        """The state of the record and of the rows below it, for a reader who may change it; else nothing."""
        record = self._record(request, object_id)
        if record is None:
            return ""
        tokens = [guards.seen_token(row) for row in (record, *self._rows(request, record))]
        return json.dumps(tokens + [f"{name}={keys}" for name, keys in _many_to_many(record).items()])

    def _record(self, request: HttpRequest, object_id: str | None) -> Any:
        admin: Any = self
        record = admin.get_object(request, unquote(object_id)) if object_id is not None else None
        return record if record is not None and admin.has_change_permission(request, record) else None

    def _rows(self, request: HttpRequest, record: Any) -> Iterator[Any]:
        admin: Any = self
        for formset_class, inline in admin.get_formsets_with_inlines(request, record):
            if inline.has_change_permission(request, record):
                queryset = inline.get_queryset(request)
                yield from formset_class(instance=record, prefix="seen", queryset=queryset).get_queryset()

    def _refuse_if_stale(self, request: HttpRequest, object_id: str | None) -> str:
        """Lock the record; in a conflict mark the request as refused. Returns the state for the next form."""
        seen = request.POST.get(guards.FIELD, "")
        record = self._record(request, object_id) if seen else None
        if record is None:
            return seen
        type(record)._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk=record.pk).first()
        now = self._state(request, object_id)
        if now == seen:
            return seen
        record = self._record(request, object_id)
        news = self._news(request, record, guards.tokens_in(seen), guards.tokens_in(now))
        if not news:
            return seen
        who = self._last_change(record).sentence(request.user, "changed")
        self._refuse(
            request,
            f"{who} after you opened the page: {'; '.join(news)}. Nothing was saved yet. What you typed is still here,"
            " and fields that you left alone show the new values. Save again if it is right.",
        )
        return now

    def _news(self, request: HttpRequest, record: Any, seen: list[str], now: list[str]) -> list[str]:
        """What changed, in words; puts the new values into the fields that the reader left alone."""
        admin: Any = self
        data = request.POST.copy()
        fields = flatten_fieldsets(admin.get_fieldsets(request, record))
        form_class = admin.get_form(request, record, change=True, fields=fields)
        formsets, inlines = admin._create_formsets(request, record, change=True)
        states = {":".join(token.split(":")[:2]): token for token in seen if ":" in token}
        news = _merge(form_class(request.POST, request.FILES, instance=copy.copy(record)), states, data)
        for formset, inline in zip(formsets, inlines, strict=True):
            if not inline.has_change_permission(request, record):
                continue
            label = str(inline.verbose_name)
            for form in formset.initial_forms:
                news += [f"{label} {form.instance}: {text}" for text in _merge(form, states, data)]
            rows = {f"{row._meta.label_lower}:{row.pk}": row for row in formset.get_queryset()}
            kind = f"{inline.model._meta.label_lower}:"
            news += [f"{label} {row} was added" for key, row in rows.items() if key not in states]
            news += [f"one {label} was removed" for key in states if key.startswith(kind) and key not in rows]
        news += [f"{part.split('=')[0].replace('_', ' ')} changed" for part in now if "=" in part and part not in seen]
        request.POST = data  # type: ignore[assignment]  # Django's own setter
        return news

    def _last_change(self, record: Any) -> LastChange:
        if hasattr(type(record), "history"):
            return guards.last_change(record)
        entry = LogEntry.objects.filter(
            content_type__app_label=self.opts.app_label,
            content_type__model=self.opts.model_name,
            object_id=str(record.pk),
        )
        newest = entry.select_related("user").order_by("-action_time", "-pk").first()
        return LastChange(newest.user, newest.action_time) if newest else LastChange()


def _many_to_many(record: models.Model) -> dict[str, str]:
    fields: Sequence[Any] = record._meta.many_to_many
    return {
        field.name: ",".join(map(str, sorted(field.value_from_object(record), key=lambda row: row.pk)))
        for field in fields
        if field.editable
    }


def _merge(form: Any, states: dict[str, str], data: Any) -> list[str]:
    """Put new values into the form's fields that its reader left alone; returns what changed, in words."""
    stored = copy.copy(form.instance)
    token = states.get(f"{stored._meta.label_lower}:{stored.pk}", "")
    columns = {column.name for column in stored._meta.concrete_fields} & set(form.fields)
    changed = guards.changed_columns(token, stored, sorted(columns))
    if not changed:
        return []
    form.full_clean()  # writes what was typed into the instance
    typed = set(guards.changed_columns(token, form.instance, changed))
    for name in changed:
        if name not in typed and name in form.cleaned_data:
            put_value(data, form, name, getattr(stored, stored._meta.get_field(name).attname))
    texts = guards.describe_columns(stored, changed)
    return [texts or ", ".join(name.replace("_", " ") for name in changed) + " changed"]


def put_value(data: Any, form: Any, name: str, value: Any) -> None:
    """Put a value into sent data, as the form's own field sends it."""
    field, key = form.fields[name], form.add_prefix(name)
    widget: Any = getattr(field.widget, "widget", field.widget)  # the administration wraps those of relations
    value = field.prepare_value(value)
    if hasattr(widget, "widgets_names"):  # one of several inputs
        parts = zip(widget.widgets_names, widget.widgets, widget.decompress(value), strict=True)
        data.update({f"{key}{suffix}": part.format_value(piece) or "" for suffix, part, piece in parts})
    elif isinstance(widget, RowsWidget):
        widget.put_rows(data, key, value)
    elif isinstance(widget, forms.CheckboxInput):
        data.pop(key, None)
        if value:
            data[key] = "on"
    else:
        text = widget.format_value(value)
        data.setlist(key, text if isinstance(text, list) else ["" if text is None else text])
