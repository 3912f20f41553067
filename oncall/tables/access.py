"""The table of service accounts."""

from typing import Any

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TimeColumn
from oncall.models import ServiceAccount


class ServiceAccountTable(Table):
    """Service accounts, with the last use and the next end of their tokens."""

    name = LinkColumn(accessor="user__name", css="row-title", verbose_name="Name")
    team = LinkColumn(to="team", order_by="team__name", verbose_name="Owned by")
    roles = tables.Column(empty_values=(), orderable=False)
    last_used_at = TimeColumn(verbose_name="Last used")
    next_end_at = TimeColumn(verbose_name="Next token ends")
    closed_at = TimeColumn(verbose_name="Closed")

    class Meta(Table.Meta):
        model = ServiceAccount
        fields = ("name", "team", "roles", "last_used_at", "next_end_at", "closed_at")

    def render_roles(self, record: Any) -> str:
        """The names of its groups."""
        return ", ".join(sorted(group.name for group in record.user.groups.all())) or "none"
