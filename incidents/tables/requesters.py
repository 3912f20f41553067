"""The table of requesters."""

import django_tables2 as tables

from config.base.web.tables import Table
from incidents.models import Contact


class RequesterTable(Table):
    """Requesters."""

    name = tables.Column(attrs={"td": {"class": "row-title"}})

    class Meta(Table.Meta):
        model = Contact
        fields = ("name", "email", "phone", "organisation")
