"""Tables of people, teams, schedules, escalations and pages."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.tables import LinkColumn, Table, TagColumn, TimeColumn
from oncall.calendars import countries
from oncall.models import Calendar, Escalation, Page, Schedule, Team, User


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


class CalendarTable(Table):
    """Calendars."""

    name = LinkColumn(css="row-title")
    country = tables.Column(default="own days")
    subdivision = tables.Column(default="")
    coming = tables.Column(verbose_name="Days to come")
    in_use_by = tables.Column(verbose_name="Schedules that use it")

    class Meta(Table.Meta):
        model = Calendar
        fields = ("name", "country", "subdivision", "coming", "in_use_by")

    def render_country(self, value: str) -> str:
        """Its name."""
        return countries.names().get(value, value)


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
