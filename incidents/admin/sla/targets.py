"""SLA targets, whose versions are written once; and clocks and facts to read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from config.base.data import rights
from config.base.data.clock import database_now
from config.base.data.lifecycle import Refusal
from config.base.data.users import signed_in
from config.base.web import display
from config.base.web.admin import ConfigAdmin, FactAdmin, FactInline, HistoryAdmin, TabularInline
from incidents.admin.tickets import HiddenWithTicket
from incidents.clocks import actions
from incidents.forms.sla.targets import ActionForm, VersionForm, impact_text, initial_of, when_fields
from incidents.models import (
    SlaAction,
    SlaBreach,
    SlaCycle,
    SlaImpact,
    SlaTarget,
    SlaTargetVersion,
    SlaWarning,
)
from incidents.sla import previewing, targets
from incidents.sla.version_text import describe_version, describe_versions


class ActionInline(TabularInline):
    """What a warning or a breach of the target does."""

    model = SlaAction
    form = ActionForm
    fields = ("percent", "act", "policy", "team")
    autocomplete_fields = ("policy", "team")
    extra = 0
    hide_title = True


class VersionInline(FactInline):
    """The versions of a target, the newest first."""

    model = SlaTargetVersion
    fields = ("effective_from", "promise", "scope", "is_retired", "note", "created_by", "withdrawn_at")
    ordering = ("-effective_from", "-created_at")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SlaTargetVersion]":
        """With what the words of each need."""
        return super().get_queryset(request).select_related("target", "calendar", "created_by")

    def promise(self, version: SlaTargetVersion) -> str:
        """What it promises, in words."""
        return describe_version(version)


@admin.register(SlaTarget)
class SlaTargetAdmin(HistoryAdmin):
    """Targets: a change of what one promises is a new version."""

    list_display = ("name", "kind", "metric", "team", "goal_now")
    list_filter = ("kind", "metric", "team")
    list_select_related = ("team",)
    autocomplete_fields = ("team",)
    search_fields = ("name", "description")
    ordering = ("kind", "metric", "name")
    fields = ("name", "kind", "metric", "team", "description", "in_force", "new_version", "called_now")
    inlines = (ActionInline, VersionInline)
    change_form_outer_after_template = "components/admin_planned_versions.html"

    def get_readonly_fields(self, request: HttpRequest, obj: SlaTarget | None = None) -> tuple[str, ...]:
        """Kind, metric and team stay what they are (K-5)."""
        texts = ("in_force", "new_version", "called_now")
        return ("kind", "metric", "team", *texts) if obj else texts

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SlaTarget]":
        """With the goal in force now."""
        return targets.with_goal_now(super().get_queryset(request), at=database_now())

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The target's page, with the versions that can still be withdrawn."""
        planned = []
        if object_id is not None and object_id.isdecimal() and self.has_change_permission(request):
            planned = targets.planned_versions(SlaTarget(pk=int(object_id)), database_now())
        texts = describe_versions(planned)
        lines = [
            (version, f"From {display.local_text(version.effective_from)}: {texts[version.target_id, version.pk]}")
            for version in planned
        ]
        more = {"planned": lines}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | more)

    @admin.display(description="Goal now")
    def goal_now(self, target: SlaTarget) -> str:
        """The goal in force, for the list."""
        return targets.goal_now_text(target) or "None"

    @admin.display(description="In force")
    def in_force(self, target: SlaTarget) -> str:
        """The promise now, in words."""
        if target.pk is None:
            return "Save the target first. Then write its first version."
        version = targets.version_in_force(target, database_now())
        return describe_version(version) if version else "Nothing yet: write its first version."

    @admin.display(description="Change it")
    def new_version(self, target: SlaTarget) -> str:
        """The address of the form of a new version."""
        if target.pk is None:
            return "A change is a new version, from a moment on."
        return _link_to_new(target.pk, "Write a new version")

    @admin.display(description="Would be called now")
    def called_now(self, target: SlaTarget) -> str:
        """Whom each policy that an action starts would call at once, so that gaps are seen early."""
        rows = SlaAction.objects.filter(target=target.pk, policy__isnull=False).select_related("policy")
        at = database_now()
        lines = [
            f"at {row.percent} %: {row.policy.name}: {', '.join(actions.who_is_called(row.policy, at=at)) or 'nobody'}"
            for row in rows.order_by("percent", "pk")
            if row.policy is not None
        ]
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "No action starts a policy."


@admin.register(SlaTargetVersion)
class SlaTargetVersionAdmin(ConfigAdmin):
    """Versions: written once, with a preview of what they do; withdrawn before they take effect."""

    form = VersionForm
    list_display = ("target", "effective_from", "scope", "position", "goal_minutes", "is_retired", "withdrawn_at")
    list_filter = ("target", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("target",)
    search_fields = ("target__name", "note")
    ordering = ("-effective_from", "-pk")
    actions = ("withdraw",)
    action_columns = ("withdrawn_at",)
    fieldsets = (
        (
            None,
            {"fields": ("target", ("effective_from", "scope"), "is_retired", "note", "previewed", "without_figures")},
        ),
        (
            "The promise",
            {"fields": (("goal_minutes", "calendar"), ("start", "position"), "pause_reasons", "warn_percents")},
        ),
        ("For which tickets; all must hold, and empty ones hold for every ticket", {"fields": when_fields()}),
    )

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Versions are not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Versions are not deleted."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: SlaTargetVersion | None = None) -> Any:
        """The form's for a new version; for a stored one what it says."""
        return super().get_fieldsets(request, obj) if obj is None else ((None, {"fields": _SHOWN}),)

    def get_readonly_fields(self, request: HttpRequest, obj: SlaTargetVersion | None = None) -> tuple[str, ...]:
        """All of a stored version."""
        return () if obj is None else _SHOWN

    def get_form(
        self, request: HttpRequest, obj: SlaTargetVersion | None = None, **kwargs: object
    ) -> type[forms.ModelForm]:
        """The form, which knows the moment and the person of this request."""
        if obj is not None:
            return super().get_form(request, obj, **kwargs)
        form = super().get_form(request, obj, **{**kwargs, "fields": VersionForm.Meta.fields})
        own = {"at": database_now(), "actor": signed_in(request), "__module__": __name__}
        return type(form)(form.__name__, (form,), own)

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[SlaTarget]", request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField | None:
        """Offer only the targets that the person keeps."""
        if db_field.name == "target":
            targets_held = rights.held_rows(SlaTarget.objects.all(), signed_in(request), "incidents.change_slatarget")
            kwargs["queryset"] = targets_held.order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        """The content of the version `like`, else of the one in force of the target (K-42)."""
        sent = {name: request.GET.get(name, "") for name in ("target", "like")}
        keys = {name: int(value) for name, value in sent.items() if value.isdecimal() and len(value) < 19}
        version = None
        if "like" in keys:
            version = SlaTargetVersion.objects.filter(pk=keys["like"]).select_related("target").first()
        elif "target" in keys:
            version = targets.active_versions(SlaTarget(pk=keys["target"])).last()
        if version is not None:
            return initial_of(version) | {"target": version.target_id}
        return {"target": keys.get("target"), "warn_percents": [50, 75, 100], "position": 1, "start": "", "scope": ""}

    def save_form(self, request: HttpRequest, form: VersionForm, change: bool) -> SlaTargetVersion:
        """Store the version; the row that follows in Django's own steps is that one."""
        return form.save_version()

    def save_model(self, request: HttpRequest, obj: object, form: object, change: bool) -> None:
        """Nothing: the domain has stored it."""

    def save_related(self, request: HttpRequest, form: object, formsets: object, change: bool) -> None:
        """Nothing: a version has no rows below it."""

    @admin.display(description="In words")
    def in_words(self, version: SlaTargetVersion) -> str:
        """What it promises."""
        return describe_version(version)

    @admin.display(description="Use it again")
    def again(self, version: SlaTargetVersion) -> str:
        """The address of a form with its content (K-42)."""
        return _link_to_new(version.target_id, "Write a new version with this content", like=version.pk)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Whether the person may withdraw versions."""
        return rights.holds_somewhere(request.user, "incidents.change_slatargetversion")

    @admin.action(description="Withdraw, before they take effect", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: "QuerySet[SlaTargetVersion]") -> None:
        """Withdraw versions that are not in force yet."""
        for version in queryset.select_related("target").order_by("target", "pk"):
            try:
                targets.withdraw_version(version=version, at=database_now(), actor=signed_in(request))
            except Refusal as refusal:
                self.message_user(request, f"{version.target}: {refusal}", level="error")
            else:
                self.message_user(request, f"{version.target}: the version was withdrawn.")


_SHOWN = (
    "target", "in_words", "effective_from", "scope", "is_retired", "note", "created_by", "created_at", "withdrawn_at",
    "withdrawn_by", "again",
)  # fmt: skip


def _link_to_new(target: int, text: str, **more: int) -> str:
    url = reverse("admin:incidents_slatargetversion_add", query={"target": target, **more})
    return format_html('<a class="underline" href="{}">{}</a>', url, text)


@admin.register(SlaAction)
class SlaActionAdmin(HistoryAdmin):
    """Actions of all targets: which warning starts this policy, or reaches this team?"""

    form = ActionForm
    fields = ("target", "percent", "act", "policy", "team")
    list_display = ("target", "percent", "act", "policy", "team")
    list_filter = ("act",)
    list_select_related = ("target", "policy", "team")
    search_fields = ("target__name", "policy__name", "team__name")
    autocomplete_fields = ("target", "policy", "team")
    ordering = ("target__name", "percent", "pk")


@admin.register(SlaImpact)
class SlaImpactAdmin(FactAdmin):
    """Previews that are computed in the background, with their progress."""

    is_machine = True
    list_display = ("target", "created_at", "created_by", "progress", "finished_at")
    list_select_related = ("target", "created_by")
    search_fields = ("target__name", "created_by__name")
    fields = ("target", "kind", "metric", "effective_from", "progress", "figures", "failure", "created_by")
    ordering = ("-pk",)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The progress; the browser asks again every two seconds until it is finished."""
        response = super().changeform_view(request, object_id, form_url, extra_context)
        row = (getattr(response, "context_data", None) or {}).get("original")
        if row is not None and row.finished_at is None:
            previewing.keep_going(row, at=database_now())
            response.headers["Refresh"] = "2"
        return response

    def get_readonly_fields(self, request: HttpRequest, obj: SlaImpact | None = None) -> tuple[str, ...]:
        """All."""
        return self.fields

    def progress(self, row: SlaImpact) -> str:
        """How many tickets were looked at."""
        if row.failure:
            return "Failed"
        state = "Done" if row.finished_at else "At work"
        return f"{state}: {row.done:,} of {row.total:,} tickets"

    def figures(self, row: SlaImpact) -> str:
        """What it found so far."""
        planned = previewing.planned_of(row)
        return impact_text(row, planned)


class OfTicketAdmin(HiddenWithTicket):
    """Rows about clocks of tickets."""

    list_filter: tuple[str, ...] = ("kind", "metric")
    list_select_related = ("ticket", "team")
    search_fields = ("ticket__number", "ticket__title")
    ordering = ("-pk",)


@admin.register(SlaCycle)
class SlaCycleAdmin(OfTicketAdmin):
    """Clocks as they were last computed."""

    is_machine = True
    list_display = ("ticket", "kind", "metric", "team", "cycle", "state", "due_at", "goal_minutes", "elapsed_minutes")
    list_filter = ("state", "kind", "metric")


@admin.register(SlaBreach)
class SlaBreachAdmin(OfTicketAdmin):
    """Broken promises; written once."""

    list_display = ("ticket", "kind", "metric", "team", "cycle", "breached_at", "recorded_at", "source")


@admin.register(SlaWarning)
class SlaWarningAdmin(OfTicketAdmin):
    """Warnings; written once."""

    list_display = ("ticket", "kind", "metric", "team", "cycle", "percent", "warned_at", "is_sent")
