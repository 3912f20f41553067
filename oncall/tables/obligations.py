"""The table of obligations."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import badges
from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.models import Obligation
from oncall.obligations import kinds


class ObligationTable(Table):
    """Tasks, the most urgent first."""

    title = LinkColumn(css="wide row-title")
    kind = tables.Column(verbose_name="Task type")
    due_at = TimeColumn(verbose_name="Due")
    status = TagColumn(family="obligation")
    owner = tables.Column(accessor="owner__name", verbose_name="Assigned to", default="the team")
    team = tables.Column(accessor="team__name", verbose_name="Team")
    act = tables.Column(verbose_name="", accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        model = Obligation
        fields = ("title", "kind", "due_at", "status", "owner", "team", "act")

    def render_kind(self, value: str) -> str:
        """The label of the kind."""
        return kinds.get(value).label

    def render_status(self, record: Obligation, value: str) -> SafeString:
        """The status; red when it is overdue."""
        if record.is_overdue(self.at):
            return badges.badge("obligation", "overdue", "Overdue")
        return badges.badge("obligation", record.status, value)

    def value_status(self, value: str) -> str:
        """The label, for CSV."""
        return value

    def render_act(self, record: Obligation) -> SafeString:
        """A link to its own page, where it is marked done, postponed or dismissed."""
        return format_html(
            '<a class="btn btn-sm" href="{}" aria-label="Details of {}">Details</a>',
            reverse("oncall:task", args=[record.pk]),
            record.title,
        )
