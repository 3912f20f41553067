"""Severities and the priority matrix, with a preview of whom a severity would page now, and what it promises."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join

from config.base.data.clock import database_now
from config.base.web.admin import HistoryAdmin
from incidents import response
from incidents.models import PriorityRule, ReviewSeat, Service, Severity
from incidents.sla.asking import preview_promises
from incidents.sla.words import goal_text, promise_text


class SeverityForm(forms.ModelForm):
    """A severity, with check boxes for the seats of its reviews."""

    review_seats = forms.MultipleChoiceField(
        label="Seats of the review",
        choices=ReviewSeat.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=Severity._meta.get_field("review_seats").help_text,
    )


@admin.register(Severity)
class SeverityAdmin(HistoryAdmin):
    """Severities: what each means and what it starts."""

    form = SeverityForm
    list_display = (
        "position",
        "name",
        "title",
        "pages",
        "urgency",
        "is_major",
        "needs_prevention",
        "needs_postmortem",
    )
    list_display_links = ("position", "name")
    search_fields = ("name", "title")
    readonly_fields = ("raised_now", "promised_now")
    ordering = ("position",)
    fieldsets = (
        (None, {"fields": (("rank", "name"), "title", "description", "examples")}),
        (
            "What it starts",
            {
                "fields": (
                    "pages",
                    "urgency",
                    "is_major",
                    "needs_prevention",
                    "confirms_restore",
                    ("needs_postmortem", "postmortem_days"),
                    "review_seats",
                )
            },
        ),
        (
            "What customers are told",
            {"fields": (("customer_impact", "component_status"), "first_words")},
        ),
        ("It would page now", {"fields": ("raised_now",)}),
        ("SLA targets", {"fields": ("promised_now",)}),
    )

    @admin.display(description="By service")
    def raised_now(self, severity: Severity) -> str:
        """The people who would be paged at once, for the most critical services."""
        if severity.pk is None:
            return "Save it first."
        if not severity.pages:
            return "Nobody: this severity pages nobody."
        services = Service.objects.select_related("team__escalation_policy", "escalation_policy").order_by(
            "tier", "name"
        )
        at = database_now()
        return format_html_join(
            "",
            "<div>{}: {}</div>",
            (
                (
                    service.name,
                    ", ".join(response.preview_page(severity=severity, service=service, at=at)) or "nobody",
                )
                for service in services[:8]
            ),
        )

    @admin.display(description="It would promise now")
    def promised_now(self, severity: Severity) -> str:
        """What an incident of this severity that names no service is promised now, a line for each target."""
        if severity.pk is None:
            return "Save it first."
        at = database_now()
        promises = preview_promises(fields={"severity": severity.pk}, start=at, at=at)
        if not promises:
            return "Nothing: no SLA target names this severity. Add one under SLA targets."
        return format_html_join(
            "",
            '<div>{} within {}: <a href="{}">{}</a></div>',
            (
                (
                    promise_text(promise.kind, promise.metric),
                    goal_text(promise.goal_minutes, promise.calendar is None),
                    promise.target.get_absolute_url(),
                    promise.target,
                )
                for promise in promises
            ),
        )


@admin.register(PriorityRule)
class PriorityRuleAdmin(HistoryAdmin):
    """The cells of the impact x urgency matrix."""

    list_display = ("__str__", "impact", "urgency", "priority", "severity")
    list_filter = ("severity",)
    list_select_related = ("severity",)
    search_fields = ("severity__name",)
    autocomplete_fields = ("severity",)
    ordering = ("impact", "urgency")
