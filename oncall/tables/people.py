"""Tables of people and teams."""

from typing import Any

import django_tables2 as tables

from config.base.web.tables import FlagColumn, LinkColumn, Table
from oncall.models import Team, User


class TeamTable(Table):
    """Teams."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    people = tables.Column(verbose_name="People")
    escalation_policy = tables.Column(
        verbose_name="Escalation policy", order_by="escalation_policy__name", default="pages its managers"
    )
    time_zone = tables.Column()

    class Meta(Table.Meta):
        model = Team
        fields = ("name", "kind", "people", "escalation_policy", "time_zone")


class UserTable(Table):
    """People with an account; contact methods are not shown."""

    name = LinkColumn(css="row-title")
    teams = tables.Column(empty_values=(), orderable=False)
    time_zone = tables.Column()
    is_active = FlagColumn("", otherwise="inactive", verbose_name="Account")

    class Meta(Table.Meta):
        model = User
        fields = ("name", "teams", "time_zone", "is_active")

    def render_teams(self, record: Any) -> str:
        """The names of the person's teams."""
        return ", ".join(membership.team.name for membership in record.memberships.all()) or "none"
