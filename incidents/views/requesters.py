"""The list of requesters."""

from config.base.web.views import ListPage
from incidents.filters.requesters import RequesterFilter
from incidents.models import Contact
from incidents.tables.requesters import RequesterTable


class RequesterList(ListPage):
    """Requesters with their addresses."""

    title = "Requesters"
    icon = "users"
    queryset = Contact.objects.order_by("name")
    table_class = RequesterTable
    filterset_class = RequesterFilter
    empty = "No requesters yet. They appear when a ticket is logged for somebody."

    right = "incidents.view_contact"
