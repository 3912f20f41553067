"""The table of requesters."""

from config.base.web.tables import FlagColumn, LinkColumn, Table
from incidents.models import Contact


class RequesterTable(Table):
    """Requesters."""

    name = LinkColumn(css="row-title")
    is_vip = FlagColumn("VIP", family="vip", verbose_name="VIP")

    class Meta(Table.Meta):
        model = Contact
        fields = ("name", "is_vip", "email", "phone", "organisation", "location")
