"""Severities, each whole on one page with a live preview; and the priority matrix."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from config.base.data.clock import ceil_minute, database_now
from config.base.data.users import signed_in
from config.base.web.admin import HistoryAdmin
from config.base.web.admin_reasons import reason_in
from incidents.forms.severities.definition import SeverityForm
from incidents.forms.severities.page import page_context
from incidents.models import PriorityRule, Severity
from incidents.severities import changes, order
from incidents.severities.order import Place

_PREVIEW, _MOVE, _TRY = "_preview", "_move", "_try"
_STEPS = {"up": -1, "down": 1}
_SHOWN = "This is what you typed, with its preview. Nothing was saved yet."


@admin.register(Severity)
class SeverityAdmin(HistoryAdmin):
    """Severities in their order: what each means, starts and promises."""

    form = SeverityForm
    change_form_template = "incidents/severities/change_form.html"
    change_form_after_template = ""  # the page asks why in its last group
    list_display = ("name", "title", "pages", "urgency", "is_major", "needs_prevention", "needs_postmortem")
    names_are_open = True
    search_fields = ("name", "title")
    ordering = ("position",)
    actions = ("move_up", "move_down")
    action_columns = ("position",)

    fieldsets = ((None, {"fields": list(SeverityForm.base_fields)}),)  # the template groups them

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm]:
        """The form, which knows the moment, the person and the reason of this request."""
        form = super().get_form(request, obj, change=change, **{**kwargs, "fields": SeverityForm.Meta.fields})
        # As everywhere: what may be saved is judged by the database's clock.
        at = database_now() if request.method == "POST" else timezone.now()
        own = {"at": at, "actor": signed_in(request), "reason": reason_in(request), "__module__": __name__}
        return type(form)(form.__name__, (form,), own)

    def save_model(self, request: HttpRequest, obj: Severity, form: forms.ModelForm, change: bool) -> None:
        """Store the severity with its place and promises."""
        if not isinstance(form, SeverityForm):
            raise TypeError("A severity is saved from its own form.")
        changes.save_severity(draft=form.draft(), at=form.at, actor=form.actor)

    def get_urls(self) -> list[URLPattern]:
        """With the address of the preview."""
        return [
            path("preview/", self.admin_site.admin_view(self.preview_view), name="incidents_severity_preview"),
            path(
                "<int:severity>/preview/",
                self.admin_site.admin_view(self.preview_view),
                name="incidents_severity_preview_of",
            ),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, severity: int | None = None) -> HttpResponse:
        """The preview of what is typed, with the order and the errors beside the fields, as a part of the page."""
        record = None if severity is None else self.get_object(request, str(severity))
        may = self.has_add_permission(request) if record is None else self.has_view_permission(request, record)
        if not may or (severity is not None and record is None):
            raise PermissionDenied
        self._apply_buttons(request, severity)
        form = self.get_form(request, record)(request.POST, instance=record)
        form.full_clean()
        if not isinstance(form, SeverityForm):
            raise TypeError("A severity is previewed from its own form.")
        context = page_context(form, at=ceil_minute(form.at), is_live=True)
        return render(request, "incidents/severities/preview_answer.html", context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The page; the buttons of the preview show it without saving, also without JavaScript."""
        if request.method == "POST" and {_PREVIEW, _MOVE, _TRY} & request.POST.keys():
            self._apply_buttons(request, int(object_id) if object_id and object_id.isdecimal() else None)
            self._refuse(request, _SHOWN)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: object = None,
    ) -> HttpResponse:
        """The page, with the preview of what its form says."""
        form = getattr(context["adminform"], "form", None)
        more = page_context(form, at=ceil_minute(form.at)) if isinstance(form, SeverityForm) else {}
        more["show_save_and_add_another"] = False
        return super().render_change_form(
            request, context | more, add=add, change=change, form_url=form_url, obj=obj
        )  # fmt: skip

    @admin.action(description="Move up")
    def move_up(self, request: HttpRequest, rows: "models.QuerySet[Severity]") -> None:
        """Move each chosen severity one place up."""
        self._move(request, list(rows.order_by("position")), -1)

    @admin.action(description="Move down")
    def move_down(self, request: HttpRequest, rows: "models.QuerySet[Severity]") -> None:
        """Move each chosen severity one place down."""
        self._move(request, list(rows.order_by("-position")), 1)

    def _move(self, request: HttpRequest, rows: list[Severity], steps: int) -> None:
        for row in rows:
            changes.move_severity(severity=row, steps=steps, at=database_now(), actor=signed_in(request))

    def _apply_buttons(self, request: HttpRequest, key: int | None) -> None:
        """Put what the buttons of the preview mean into the fields: another place, another moment."""
        data = request.POST.copy()
        if request.POST.get(_TRY):
            data["preview_at"] = request.POST[_TRY]
        if (steps := _STEPS.get(request.POST.get(_MOVE, ""))) is not None:
            rows = order.in_order()
            below = next((row for row in rows if str(row.pk) == request.POST.get("below")), None)
            place = order.after_moving(Severity(pk=key), rows, place=Place(below), steps=steps)
            data["below"] = str(place.below.pk) if place.below else ""
        request.POST = data  # type: ignore[assignment]  # Django's own setter


@admin.register(PriorityRule)
class PriorityRuleAdmin(HistoryAdmin):
    """The cells of the impact x urgency matrix."""

    list_display = ("__str__", "impact", "urgency", "priority", "severity")
    list_filter = ("severity",)
    list_select_related = ("severity",)
    search_fields = ("severity__name",)
    autocomplete_fields = ("severity",)
    ordering = ("impact", "urgency")
