"""Escalation policies with their steps and targets, the people they would page now, and their simulation."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from unfold.decorators import action

from config.base.data.clock import database_now
from config.base.web.admin import FactAdmin, HistoryAdmin, StackedInline, TabularInline
from oncall import signals
from oncall.admin.escalation import simulation
from oncall.escalation import policy_text
from oncall.escalation.draft_checks import check_draft
from oncall.escalation.drafts import draft_of
from oncall.forms.escalation import PolicyForm, PolicyQuestion, StepFormSet
from oncall.models import EscalationPolicy, EscalationStep, EscalationTarget, Urgency


class TargetInline(TabularInline):
    """A step's targets."""

    model = EscalationTarget
    fields = ("user", "schedule", "team")
    autocomplete_fields = ("user", "schedule", "team")
    extra = 0
    hide_title = True


class StepInline(StackedInline):
    """A policy's steps, each with its targets."""

    model = EscalationStep
    formset = StepFormSet
    fields = (("position", "delay_minutes"), "mode")
    extra = 0
    ordering = ("position",)
    inlines = (TargetInline,)


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(HistoryAdmin):
    """Whom to page, in which order and after how long."""

    form = PolicyForm
    names_are_open = True
    list_display = ("name", "team", "repeat", "ack_timeout_minutes")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "team__name")
    autocomplete_fields = ("team", "fallback")
    readonly_fields = ("would_page_now",)
    ordering = ("name",)
    inlines = (StepInline,)
    actions_detail = ("simulate",)

    @action(description="Simulate", url_path="simulate", icon="play_arrow")
    def simulate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who would be paged, when and on what, if the policy fired at a moment; those who may see it may ask."""
        policy = self.get_object(request, unquote(object_id))
        if policy is None:  # or it is none of those that the person may see
            raise Http404
        at = timezone.now()
        data = simulation.initial_question(request, team=policy.team, at=at, urgency=Urgency.HIGH)
        form = PolicyQuestion(data)
        context = simulation.context(request, form, policy=policy, team=policy.team, at=at)
        if form.is_valid():
            context["answer"] = simulation.answer(
                request, form, policy=policy, team=policy.team, urgency=form.cleaned_data["urgency"]
            )
        subject_url = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
        return simulation.page(request, context | {"subject": policy.name, "subject_url": subject_url})

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: object, change: bool) -> None:
        """Save steps and targets, tell what may not work, and check again whom the policy reaches."""
        super().save_related(request, form, formsets, change)
        at = database_now()
        for finding in check_draft(draft_of(form.instance), at=at).warnings:
            messages.warning(request, finding.text)
        signals.send_reachability_changed(at=at, policies=[form.instance.pk])

    @admin.display(description="Would page now")
    def would_page_now(self, policy: EscalationPolicy) -> str:
        """The people of each step now, so that gaps are seen early."""
        if policy.pk is None:
            return "Save the policy first."
        description = policy_text.describe(policy, at=timezone.now())
        lines = [f"{step.when}: {step.names} ({step.people})" for step in description.steps]
        return format_html_join("", "<div>{}</div>", ((line,) for line in [*lines, description.after]))


@admin.register(EscalationStep)
class EscalationStepAdmin(FactAdmin):
    """Steps of all policies; they are changed with their policy, whose checks need all of them."""

    list_display = ("policy", "position", "delay_minutes", "mode")
    list_select_related = ("policy",)
    search_fields = ("policy__name",)
    autocomplete_fields = ("policy",)
    ordering = ("policy__name", "position")
    inlines = (TargetInline,)


@admin.register(EscalationTarget)
class EscalationTargetAdmin(FactAdmin):
    """Targets of all policies: where is this person, schedule or team paged? They are changed with their policy."""

    list_display = ("step", "position", "user", "schedule", "team")
    list_select_related = ("step__policy", "user", "schedule", "team")
    search_fields = ("user__name", "schedule__name", "team__name", "step__policy__name")
    autocomplete_fields = ("step", "user", "schedule", "team")
    ordering = ("step", "position", "pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the index: targets are edited under their policy."""
        return False
