"""All changes of configuration on one page of the administration: by whom, of what, since when, and why."""

from datetime import UTC, datetime, time

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config.base.data import rights
from config.base.web import record_changes
from config.base.web.admin_history import PER_PAGE, page_number
from config.base.web.record_changes import Change, Source


class DayInput(UnfoldAdminTextInputWidget):
    """A day, chosen with the browser's own calendar."""

    input_type = "date"


class ChangesForm(forms.Form):
    """Which changes."""

    who = forms.CharField(label="Changed by", required=False, max_length=80, widget=UnfoldAdminTextInputWidget())
    kind = forms.ChoiceField(label="What", required=False, widget=UnfoldAdminSelectWidget)
    since = forms.DateField(label="From day", required=False, widget=DayInput)
    until = forms.DateField(label="To day", required=False, widget=DayInput)

    def __init__(self, data: object, *, kinds: dict[str, str]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # the query of a request
        self.fields["kind"] = forms.ChoiceField(
            label="What", required=False, widget=UnfoldAdminSelectWidget, choices=[("", "Everything"), *kinds.items()]
        )

    def condition(self) -> Q:
        """The condition on the columns of every history; what cannot be read filters nothing."""
        typed = self.cleaned_data
        condition = Q()
        if who := typed.get("who"):
            condition &= Q(history_user__name__icontains=who) | Q(history_user__email__icontains=who)
        if since := typed.get("since"):
            condition &= Q(history_date__gte=datetime.combine(since, time.min, UTC))
        if until := typed.get("until"):
            condition &= Q(history_date__lte=datetime.combine(until, time.max, UTC))
        return condition


def changes_page(request: HttpRequest) -> HttpResponse:
    """The changes of the records that the reader may see, the newest first. Days are those of UTC."""
    page: HttpResponse = admin.site.admin_view(_changes)(request)
    return page


def _changes(request: HttpRequest) -> HttpResponse:
    readable = readable_models(request)
    if not may_read(request):
        raise PermissionDenied("The changes of configuration are for practice owners and administrators. Ask one.")
    kinds = {model._meta.label_lower: str(model._meta.verbose_name).capitalize() for model in readable}
    form = ChangesForm(request.GET, kinds=dict(sorted(kinds.items(), key=lambda pair: pair[1])))
    form.is_valid()
    kind, number = form.cleaned_data.get("kind"), page_number(request)
    sources = [Source(model) for model in readable if kind in {"", None, model._meta.label_lower}]
    condition, start = form.condition(), (number - 1) * PER_PAGE
    has_more = record_changes.has_versions(sources, offset=start + PER_PAGE, conditions=condition)
    context = {
        **admin.site.each_context(request),
        "title": "What changed",
        "form": form,
        "changes": record_changes.list_changes(PER_PAGE, sources=sources, offset=start, conditions=condition),
        "later": number - 1 if number > 1 else None,
        "earlier": number + 1 if has_more else None,
    }
    return TemplateResponse(request, "admin/changes.html", context)


def newest_changes(request: HttpRequest, *, limit: int) -> list[Change]:
    """The newest changes of what the reader may see; none for who may not read changes."""
    sources = [Source(model) for model in readable_models(request)] if may_read(request) else []
    return record_changes.list_changes(limit, sources=sources) if sources else []


def may_read(request: HttpRequest) -> bool:
    """Whether the reader may see changes of configuration: those who read what not everybody may."""
    return any(_is_of_some(model) for model in readable_models(request))


def _is_of_some(model: type[Model]) -> bool:
    """Whether only some people read these records in the administration."""
    return not rights.by_code()[f"{model._meta.app_label}.view_{model._meta.model_name}"].everybody


def readable_models(request: HttpRequest) -> list[type[Model]]:
    """The models with a history whose records the reader may see, all of them."""
    return [
        model
        for model in record_changes.recorded_models()
        if admin.site.is_registered(model)
        and request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
