"""Escalation policies with the people they would page now; escalations and their log."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from unfold.decorators import action
from unfold.forms import PaginationInlineFormSet

from config.base.data.clock import database_now
from config.base.web.admin import FactAdmin, FactInline, HistoryAdmin, StackedInline, TabularInline
from oncall import signals
from oncall.admin import simulation
from oncall.admin.subjects import SubjectAdmin
from oncall.escalation import policy_text
from oncall.escalation.draft_checks import check_draft, check_steps, refuse_fallback
from oncall.escalation.draft_types import StepDraft
from oncall.escalation.drafts import draft_of
from oncall.escalation.machine import Target
from oncall.forms.simulation import PolicyQuestion
from oncall.models import (
    Escalation,
    EscalationEntry,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Page,
    Urgency,
    User,
)


class EntryInline(FactInline):
    """What happened, in order."""

    model = EscalationEntry
    fields = ("at", "event", "step", "round", "actor", "detail")
    ordering = ("pk",)


class PageInline(FactInline):
    """Who was paged."""

    model = Page
    fields = ("user", "channel", "address", "state", "due_at", "accepted_at", "last_error")
    ordering = ("pk",)


@admin.register(Escalation)
class EscalationAdmin(SubjectAdmin):
    """Running and past escalations."""

    list_display = ("title", "team", "state", "urgency", "step", "round", "next_at", "triggered_at", "exhausted_at")
    list_filter = ("state", "urgency", "team")
    list_select_related = ("team",)
    search_fields = ("title", "team__name")
    ordering = ("-pk",)
    inlines = (EntryInline, PageInline)


@admin.register(EscalationEntry)
class EscalationEntryAdmin(SubjectAdmin):
    """The log across escalations."""

    subject_at = "escalation__"

    list_display = ("at", "escalation", "event", "step", "round", "actor")
    list_filter = ("event",)
    list_select_related = ("escalation", "actor")
    search_fields = ("escalation__title", "actor__name")
    ordering = ("-pk",)


class PolicyForm(forms.ModelForm):
    """A policy that can always reach somebody in the end."""

    class Meta:
        model = EscalationPolicy
        fields = ("team", "name", "repeat", "ack_timeout_minutes", "fallback", "fallback_delay_minutes")

    def clean_fallback(self) -> QuerySet[User]:
        """Refuse a fallback with only closed accounts: nobody could be reached when all steps fail."""
        chosen: QuerySet[User] = self.cleaned_data["fallback"]
        if refusal := refuse_fallback(chosen):
            raise forms.ValidationError(refusal)
        return chosen


class StepFormSet(PaginationInlineFormSet):
    """The steps of a policy with their targets, checked together: could each of them ever page somebody?"""

    def clean(self) -> None:
        """Put each refusal beside the field of its step, and those about no step above them.

        Two steps with one position are refused here in our words, so Django's own check is not asked.
        """
        forms_of_steps = [form for form in self.forms if form not in self.deleted_forms and _is_filled(form)]
        if any(form.errors or _target_errors(form) for form in forms_of_steps):
            return
        for finding in check_steps([_step_draft(form) for form in forms_of_steps], at=database_now()):
            if finding.step is None:
                raise forms.ValidationError(finding.text)
            form = forms_of_steps[finding.step]
            if finding.field in form.fields:
                form.add_error(finding.field, finding.text)
            for formset in () if finding.field in form.fields else _targets_of(form):
                formset.non_form_errors().append(finding.text)


def _is_filled(form: forms.ModelForm) -> bool:
    return bool(form.instance.pk or form.has_changed())


def _targets_of(form: forms.ModelForm) -> list[forms.BaseInlineFormSet]:
    return [nested.formset for nested in getattr(form, "nested_formsets", ())]


def _target_errors(form: forms.ModelForm) -> bool:
    return not all(formset.is_valid() for formset in _targets_of(form))


def _step_draft(form: forms.ModelForm) -> StepDraft:
    targets = [
        Target(kind, row.cleaned_data[kind].pk)
        for formset in _targets_of(form)
        for row in formset.forms
        if row not in formset.deleted_forms
        for kind in ("user", "schedule", "team")
        if row.cleaned_data.get(kind)
    ]
    step = form.cleaned_data
    return StepDraft(step["position"], tuple(targets), step["delay_minutes"], step["mode"])


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
        """Who would be paged, when and on what, if the policy fired at a moment; whoever may see it may ask."""
        policy = self.get_object(request, unquote(object_id))
        if policy is None:  # or it is none of those that the person may see
            raise Http404
        at = database_now()
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
        description = policy_text.describe(policy, at=database_now())
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
