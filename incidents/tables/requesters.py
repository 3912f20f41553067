"""The table of requesters."""

import django_tables2 as tables

from config.base.web.tables import LinkColumn, Table
from incidents.models import Contact


class RequesterTable(Table):
    """Requesters."""

    name = LinkColumn(css="row-title")
    is_vip = tables.BooleanColumn(verbose_name="VIP", yesno="yes,no")

    class Meta(Table.Meta):
        model = Contact
        fields = ("name", "is_vip", "email", "phone", "organisation", "location")
