"""Task rules, each with its text; tasks and their reminders, read-only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from config.base.web.admin import FactAdmin, FactInline, HistoryAdmin, TabularInline
from oncall.admin.subjects import SubjectAdmin
from oncall.models import Obligation, ObligationRule, Reminder, RuleReminder
from oncall.obligations import kinds, rules


class RuleForm(forms.ModelForm):
    """A rule for a registered kind, with a due time."""

    kind = forms.ChoiceField(label="Task type", choices=kinds.choices, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = ObligationRule
        fields = (
            "name", "kind", "position", "is_active", "max_rank", "max_tier", "teams", "amount", "unit", "assigned_to",
            "person", "dismissed_by", "dismissed_when", "needs_reason",
        )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Refuse a rule without a time for a kind whose records set no date."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") and cleaned.get("amount") is None and not kinds.get(cleaned["kind"]).own_date:
            self.add_error(
                "amount", "Records set no due date for this task type. Enter within how long it must be done."
            )
        return cleaned


class RuleReminderInline(TabularInline):
    """Whom the rule reminds, and when."""

    model = RuleReminder
    fields = ("amount", "unit", "side", "whom")
    extra = 0
    hide_title = True


@admin.register(ObligationRule)
class ObligationRuleAdmin(HistoryAdmin):
    """What must be done, for which records, within how long, by whom, and who is reminded."""

    form = RuleForm
    list_display = ("name", "kind", "position", "is_active", "max_rank", "max_tier", "amount", "unit", "assigned_to")
    list_filter = ("is_active", "kind")
    search_fields = ("name",)
    autocomplete_fields = ("teams", "person")
    readonly_fields = ("rule_text",)
    ordering = ("kind", "position", "name")
    inlines = (RuleReminderInline,)

    @admin.display(description="As text")
    def rule_text(self, rule: ObligationRule) -> str:
        """What the rule asks for, in sentences."""
        if rule.pk is None:
            return "Save the rule first."
        teams = list(rule.teams.order_by("name"))
        return rules.describe(rule, teams=teams, reminders=list(rule.reminders.all()))

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: object, change: bool) -> None:
        """Save its reminders, and plan the reminders of its open tasks again."""
        super().save_related(request, form, formsets, change)
        rules.refresh(rule_id=form.instance.pk)


@admin.register(RuleReminder)
class RuleReminderAdmin(FactAdmin):
    """Reminders of all rules, to compare them. They are edited under their rule, which plans tasks again."""

    list_display = ("rule", "amount", "unit", "side", "whom")
    list_filter = ("whom",)
    list_select_related = ("rule",)
    search_fields = ("rule__name",)
    autocomplete_fields = ("rule",)
    ordering = ("rule__name", "pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the index."""
        return False


class ReminderInline(FactInline):
    """Who was reminded."""

    model = Reminder
    fields = ("user", "channel", "state", "due_at", "accepted_at", "last_error")
    ordering = ("pk",)


@admin.register(Obligation)
class ObligationAdmin(SubjectAdmin):
    """Tasks with a due date; ended in the portal."""

    list_display = ("title", "kind", "owner", "team", "due_at", "status", "next_reminder_at")
    list_filter = ("status", "kind", "team")
    list_select_related = ("owner", "team")
    search_fields = ("title", "owner__name", "team__name")
    ordering = ("-pk",)
    inlines = (ReminderInline,)


@admin.register(Reminder)
class ReminderAdmin(SubjectAdmin):
    """Reminder messages, with the outcome of each."""

    subject_at = "obligation__"

    list_display = ("user", "obligation", "channel", "state", "due_at", "accepted_at", "attempts", "last_error")
    list_filter = ("state", "channel")
    list_select_related = ("user", "obligation")
    search_fields = ("user__name", "obligation__title")
    ordering = ("-pk",)
