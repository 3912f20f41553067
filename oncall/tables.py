"""Tables of people, teams, schedules, escalations, pages and what is owed."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base import display
from config.base.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.models import Escalation, Obligation, Page, Schedule, Team, User
from oncall.obligations import duties


class TeamTable(Table):
    """Teams."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    people = tables.Column(verbose_name="People")
    escalation_policy = tables.Column(
        verbose_name="Pages by", order_by="escalation_policy__name", default="its managers"
    )
    time_zone = tables.Column()

    class Meta(Table.Meta):
        model = Team
        fields = ("name", "kind", "people", "escalation_policy", "time_zone")


class UserTable(Table):
    """People with an account; private addresses are on nobody's list."""

    name = tables.Column(attrs={"td": {"class": "row-title"}})
    teams = tables.Column(empty_values=(), orderable=False)
    time_zone = tables.Column()
    is_active = tables.BooleanColumn(verbose_name="Active", yesno="yes,no")

    class Meta(Table.Meta):
        model = User
        fields = ("name", "teams", "time_zone", "is_active")

    def render_teams(self, record: Any) -> str:
        """Their names."""
        return ", ".join(one.team.name for one in record.memberships.all()) or "none"


class ScheduleTable(Table):
    """Schedules."""

    name = LinkColumn(css="row-title")
    team = LinkColumn(to="team", order_by="team__name")
    description = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Schedule
        fields = ("name", "team", "description")


class EscalationTable(Table):
    """Policies at work, and those that were."""

    title = LinkColumn(css="wide row-title")
    state = TagColumn(family="escalation")
    team = tables.Column(order_by="team__name")
    policy = tables.Column(order_by="policy__name", default="none")
    round = tables.Column()
    triggered_at = TimeColumn(verbose_name="Began")
    next_at = TimeColumn(verbose_name="Next step")
    acknowledged_by = tables.Column(accessor="acknowledged_by__name", verbose_name="Answered by")
    exhausted_at = TimeColumn(verbose_name="Ran out of steps")

    class Meta(Table.Meta):
        model = Escalation
        fields = (
            "title",
            "state",
            "team",
            "policy",
            "round",
            "triggered_at",
            "next_at",
            "acknowledged_by",
            "exhausted_at",
        )


class PageTable(Table):
    """Pages, newest first; addresses are not shown."""

    user = tables.Column(accessor="user__name", verbose_name="To", attrs={"td": {"class": "row-title"}})
    about = tables.Column(accessor="escalation", orderable=False, attrs={"td": {"class": "wide"}})
    channel = tables.Column()
    state = TagColumn(family="page")
    due_at = TimeColumn(verbose_name="Due")
    sent_at = TimeColumn(verbose_name="Sent")
    accepted_at = TimeColumn(verbose_name="Accepted")
    attempts = tables.Column(verbose_name="Tries")
    last_error = tables.Column(verbose_name="Trouble", orderable=False)

    class Meta(Table.Meta):
        model = Page
        fields = ("user", "about", "channel", "state", "due_at", "sent_at", "accepted_at", "attempts", "last_error")

    def render_about(self, value: Escalation) -> SafeString:
        """What it is about, in a link."""
        return format_html('<a href="{}">{}</a>', value.get_absolute_url(), value.title)

    def value_about(self, value: Escalation) -> str:
        """The bare title, for CSV."""
        return value.title


class ObligationTable(Table):
    """What is owed, the most urgent first."""

    title = LinkColumn(css="wide row-title")
    kind = tables.Column(verbose_name="Duty")
    due_at = TimeColumn(verbose_name="Due")
    status = TagColumn(family="obligation")
    owner = tables.Column(accessor="owner__name", verbose_name="Owed by", default="the team")
    team = tables.Column(accessor="team__name", verbose_name="Team")
    act = tables.Column(verbose_name="", accessor="pk", orderable=False, exclude_from_export=True)

    class Meta(Table.Meta):
        model = Obligation
        fields = ("title", "kind", "due_at", "status", "owner", "team", "act")

    def render_kind(self, value: str) -> str:
        """The duty's name."""
        return duties.get(value).label

    def render_status(self, record: Obligation, value: str) -> SafeString:
        """The status, and red once it is overdue."""
        if record.is_overdue(self.at):
            return display.tag("obligation", "overdue", "Overdue")
        return display.tag("obligation", record.status, value)

    def value_status(self, value: str) -> str:
        """The label, for CSV."""
        return value

    def render_act(self, record: Obligation) -> SafeString:
        """To its own page, where it is ended, put off or dismissed."""
        return format_html(
            '<a class="btn btn-sm" href="{}" aria-label="Details of {}">Details</a>',
            reverse("oncall:obligation", args=[record.pk]),
            record.title,
        )
