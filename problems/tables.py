"""Tables of known errors."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table, TagColumn, TimeColumn
from problems.models import KnownError


class KnownErrorTable(Table):
    """Known errors."""

    title = LinkColumn(css="wide row-title")
    status = TagColumn(family="known")
    service = tables.Column(
        accessor="problem__service__name", order_by="problem__service__name", verbose_name="Service"
    )
    problem = LinkColumn(
        to="problem", accessor="problem__reference", order_by="problem__number", verbose_name="Problem"
    )
    hits = tables.Column(accessor="seen_hits", verbose_name="Uses", attrs={"td": {"class": "num"}})
    last_hit_at = TimeColumn(accessor="last_seen_at", verbose_name="Last used")
    published_at = TimeColumn(verbose_name="Published")

    class Meta(Table.Meta):
        model = KnownError
        fields = ("title", "status", "service", "problem", "hits", "last_hit_at", "published_at")
