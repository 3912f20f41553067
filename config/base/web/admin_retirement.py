"""Pages of the administration that take a record out of use, bring it back, or replace it by another."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from config.base.data import history, retirement, uses
from config.base.data.clock import database_now
from config.base.data.lifecycle import Refusal
from config.base.data.users import signed_in
from config.base.data.uses import InUse
from config.base.web.forms import add_refusal
from config.base.web.use_links import lines_of

if TYPE_CHECKING:  # at run time it stands before the class, in the order that `ConfigAdmin` names
    from unfold.admin import ModelAdmin
else:
    ModelAdmin = object

_OUT_OF_USE = (retirement.COLUMN, admin.EmptyFieldListFilter)


class ReasonForm(forms.Form):
    """Why something is done to a record."""

    reason = forms.CharField(
        label="Why", max_length=history.REASON_LENGTH, widget=UnfoldAdminTextInputWidget,
        help_text="It stays in the history of the record.",
    )  # fmt: skip


class AnnouncedField(forms.JSONField):
    """What the reader was told: how many rows of each use change. It travels in the form, hidden."""

    widget = forms.HiddenInput

    def clean(self, value: object) -> dict[str, int]:
        """The numbers by use. Raises ValidationError for anything else, which no page of ours sends."""
        numbers = super().clean(value) or {}
        if not isinstance(numbers, dict) or not all(isinstance(number, int) for number in numbers.values()):
            raise forms.ValidationError("Open the page again: it was sent in a form that cannot be read.")
        return numbers


class ReplaceForm(ReasonForm):
    """By which record another is replaced; `announced` is what the reader was told, by use."""

    then_retire = forms.BooleanField(
        label="Then take it out of use", required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )
    announced = AnnouncedField(required=False)
    field_order = ("by", "reason", "then_retire", "announced")

    def __init__(self, data: Mapping[str, object] | None, *, record: Model, announced: Mapping[str, int]) -> None:
        super().__init__(data, initial={"announced": dict(announced)})
        others = retirement.offered(type(record)._default_manager.exclude(pk=record.pk))
        self.fields["by"] = forms.ModelChoiceField(
            label="Replace it by", queryset=others.order_by(*_order(type(record))), widget=UnfoldAdminSelectWidget
        )
        self.order_fields(self.field_order)
        if not retirement.can_retire(type(record)):
            del self.fields["then_retire"]


class RetiredRecords(ModelAdmin):
    """Takes records out of use, brings them back and replaces them; stands before `ModelAdmin`."""

    change_form_outer_before_template = "components/admin_retirement.html"

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        if retirement.can_retire(model):
            declared = getattr(self, "list_filter")  # noqa: B009 - each page declares it, of a type of its own
            setattr(self, "list_filter", (*declared, _OUT_OF_USE))  # noqa: B010 - as above

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The rows; a chooser offers only those in use."""
        rows: QuerySet[Model] = super().get_queryset(request)
        return retirement.offered(rows) if request.path.endswith("/autocomplete/") else rows

    def get_urls(self) -> list[URLPattern]:
        """The addresses of the pages that take a record out of use, bring it back, and replace it."""
        names = {"retire": self.retire_view, "return": self.return_view, "replace": self.replace_view}
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=self._name(name))
            for name, view in names.items()
        ]
        return [*own, *super().get_urls()]

    def retire_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the record out of use, with a reason; what would stop working is listed instead."""
        record = self._retirable(request, object_id, "change")
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                retirement.retire(
                    record=record, reason=form.cleaned_data["reason"], at=database_now(), actor=signed_in(request)
                )
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                return self._done(request, record, f"{record} is out of use. It stays visible where it is used.")
        refused = ""
        try:
            retirement.refuse_if_needed(record, at=database_now())
        except InUse as refusal:
            refused = str(refusal)
        tallies = uses.list_stopping(record, reader=signed_in(request), at=database_now())
        context = self.question_context(request, record, f"Take {record} out of use") | {
            "form": form,
            "button": "Take it out of use",
            "refused": refused,
            "tallies": [lines_of(tally, record, request) for tally in tallies],
            "replace_url": self.address_of("replace", record) if any(tally.moving for tally in tallies) else "",
            "text": "It is not offered any more where people choose, and stays visible where it is used. You can"
            " bring it back at any time.",
        }  # fmt: skip
        return TemplateResponse(request, "admin/retire.html", context)

    def return_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring the record back into use, with a reason."""
        record = self._retirable(request, object_id, "change")
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            retirement.return_to_use(
                record=record, reason=form.cleaned_data["reason"], at=database_now(), actor=signed_in(request)
            )
            return self._done(request, record, f"{record} is in use again.")
        context = self.question_context(request, record, f"Bring {record} back") | {
            "form": form,
            "button": "Bring it back",
            "text": "People can choose it again.",
        }
        return TemplateResponse(request, "admin/retire.html", context)

    def replace_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what a replacement changes, and do exactly that."""
        record = self._retirable(request, object_id, "delete")
        changes = retirement.plan(record, at=database_now())
        announced = {change.use.key: change.moving for change in changes if change.moving}
        form = ReplaceForm(request.POST or None, record=record, announced=announced)
        if request.method == "POST" and form.is_valid():
            try:
                done = retirement.replace(
                    record=record,
                    by=form.cleaned_data["by"],
                    reason=form.cleaned_data["reason"],
                    announced=form.cleaned_data["announced"],
                    then_retire=form.cleaned_data.get("then_retire", False),
                    at=database_now(),
                    actor=signed_in(request),
                )
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                text = retirement.change_text(done) or "Nothing"
                return self._done(request, record, f"{record} was replaced by {form.cleaned_data['by']}: {text}.")
        if form.is_bound:
            form.data = {**request.POST.dict(), "announced": json.dumps(announced)}
        context = self.question_context(request, record, f"Replace {record}") | {
            "form": form, "button": "Replace", "changes": changes, "changed": retirement.change_text(changes),
        }  # fmt: skip
        return TemplateResponse(request, "admin/retire.html", context)

    def _retirable(self, request: HttpRequest, object_id: str, action: str) -> Model:
        record: Model | None = self.get_object(request, unquote(object_id))
        if record is None or (action == "change" and not retirement.can_retire(self.model)):
            raise Http404
        if not getattr(self, f"has_{action}_permission")(request, record):
            raise PermissionDenied
        return record

    def question_context(self, request: HttpRequest, record: Model, title: str) -> dict[str, object]:
        """What every question about a record shows."""
        common: dict[str, object] = self.admin_site.each_context(request)
        return common | {
            "opts": self.opts, "original": record, "title": title, "back_url": self.address_of("change", record),
        }  # fmt: skip

    def _done(self, request: HttpRequest, record: Model, text: str) -> HttpResponse:
        messages.success(request, text)
        return HttpResponseRedirect(self.address_of("change", record))

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def address_of(self, page: str, record: Model) -> str:
        """The address of one of a record's pages, such as `retire`."""
        return reverse(f"admin:{self._name(page)}", args=[record.pk])


def _order(model: type[Model]) -> tuple[str, ...]:
    page = admin.site._registry.get(model)
    return tuple(str(name) for name in (page.ordering if page and page.ordering else ("pk",)))
