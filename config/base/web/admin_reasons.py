"""Why: the reason that the administration asks with every change of configuration, and its history keeps.

A form that changes something is not saved without it; a new record may do without. The reason goes with all rows of
the same save. Deleting asks for it with its question, and the actions of a list beside the choice of the action.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.db.models import Model, QuerySet
from django.forms.models import ModelFormMetaclass
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from config.base.data import history
from config.base.web.admin_actions import GuardedActions
from config.base.web.admin_guards import GuardedForms

FIELD = "change_reason"
MISSING = "Say in a few words why you change this. Its history keeps the reason."
MISSING_TO_DELETE = "Nothing was deleted yet. Say in a few words why, and confirm again."
MISSING_TO_ACT = "Nothing was done yet. Choose the records again, and say in a few words why, beside the action."
_EXAMPLE = "For example: customers asked for a first update within 15 minutes"
_ATTRS = {"maxlength": history.REASON_LENGTH, "autocomplete": "off"}


class ChangeReasonForm(forms.ModelForm):
    """A form that asks why; what it asks of is its request's own matter."""

    change_reason = forms.CharField(
        label="Why",
        required=False,
        max_length=history.REASON_LENGTH,
        strip=True,
        widget=UnfoldAdminTextInputWidget({"placeholder": _EXAMPLE}),
    )
    asked_by: HttpRequest

    @property
    def changed_data(self) -> list[str]:
        """The fields that changed; the reason is no part of the record."""
        return [name for name in super().changed_data if name != FIELD]

    def clean(self) -> dict[str, object] | None:
        """The values; a change without a reason is refused at the reason."""
        cleaned: dict[str, object] | None = super().clean()
        is_new = self.instance._state.adding
        if not is_new and not self.cleaned_data.get(FIELD) and self._changes_something():
            self.add_error(FIELD, MISSING)
        return cleaned

    def _changes_something(self) -> bool:
        return bool(self.changed_data) or _have_changed(getattr(self.asked_by, "change_formsets", ()))


class ReasonActionForm(ActionForm):
    """The choice of an action, and why."""

    change_reason = forms.CharField(
        label="",
        required=False,
        max_length=history.REASON_LENGTH,
        widget=forms.TextInput(
            {"placeholder": "Why, in a few words", "aria-label": "Why, in a few words", "class": "action-reason"}
        ),
    )


class AsksWhy(GuardedForms, GuardedActions, ModelAdmin):
    """Asks with every change why, and gives the reason to the history; `HistoryAdmin` has it."""

    change_form_after_template = "components/admin_reason.html"

    def __init__(self, model: type[Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        if self.actions:
            self.action_form = ReasonActionForm

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The form; what it saves has its reason."""
        with history.because(reason_in(request)):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object) -> Any:
        """The form, which asks why if its reader may change the record."""
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        is_for_names = "fields" in kwargs and kwargs["fields"] is None
        may_change = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        if is_for_names or not may_change:
            return form
        names = {"asked_by": request, "__module__": __name__}
        return ModelFormMetaclass(form.__name__, (ChangeReasonForm, form), names)

    def _create_formsets(self, request: HttpRequest, obj: Model | None, change: bool) -> object:
        """The formsets of a form, which its question needs: a changed row is a change."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        request.change_formsets = formsets  # type: ignore[attr-defined]  # a mark for `ChangeReasonForm`
        return formsets, inlines

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The question before deleting, which asks why; what is deleted has the reason."""
        with history.because(reason_in(request)):
            return super().delete_view(request, object_id, extra_context)

    def render_delete_form(self, request: HttpRequest, context: dict[str, object]) -> HttpResponse:
        """The question, with the field of the reason."""
        return super().render_delete_form(request, context | {"reason_input": reason_input(request)})

    def response_action(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        """The answer to an action; what it changes has its reason."""
        with history.because(reason_in(request)):
            response = super().response_action(request, queryset)
        context = getattr(response, "context_data", None)
        if context is not None:
            context["reason_input"] = reason_input(request)
        return response

    def _refuse_action(self, request: HttpRequest, queryset: QuerySet[Model]) -> HttpResponse | None:
        refused = super()._refuse_action(request, queryset)
        own = {action if isinstance(action, str) else action.__name__ for action in self.actions or ()}
        if refused is None and request.POST.get("action") in own and not reason_in(request):
            messages.error(request, MISSING_TO_ACT)
            return HttpResponseRedirect(request.get_full_path())
        return refused

    def _asks_again(self, request: HttpRequest, rows: QuerySet[Model]) -> bool:
        request.typed_reason = reason_in(request)  # type: ignore[attr-defined]  # a mark for `reason_input`
        if super()._asks_again(request, rows):
            return True
        if not reason_in(request):
            messages.error(request, MISSING_TO_DELETE)
        return not reason_in(request)


def reason_in(request: HttpRequest) -> str:
    """The reason that was sent, on one line; empty if there is none."""
    return " ".join(request.POST.get(FIELD, "").split())[: history.REASON_LENGTH]


def reason_input(request: HttpRequest) -> SafeString:
    """The field of the reason for a page without a form class; it shows what was sent with the last answer."""
    attrs = _ATTRS | {"value": getattr(request, "typed_reason", reason_in(request))}
    return format_html(
        '<label class="reason-label">Why <input type="text" name="{}" class="reason-input" required{}></label>',
        FIELD,
        flatatt(attrs),
    )


def _have_changed(formsets: Iterable[forms.BaseInlineFormSet]) -> bool:
    """Whether a row of these changed, or a row below such a row."""
    return any(
        form.has_changed() or _have_changed(below.formset for below in getattr(form, "nested_formsets", ()))
        for formset in formsets
        for form in formset.forms
    )
