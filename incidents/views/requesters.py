"""The list of requesters."""

from config.base.web.views import ListPage
from incidents import permissions
from incidents.filters.requesters import ContactFilter
from incidents.models import Contact
from incidents.tables.requesters import ContactTable


class ContactList(ListPage):
    """People who ask for help; their addresses are for those who act on tickets."""

    title = "Contacts"
    queryset = Contact.objects.order_by("name")
    table_class = ContactTable
    filterset_class = ContactFilter
    empty = "No contacts yet. They appear when somebody reports an incident."

    def may(self) -> bool:
        """Those who act on tickets."""
        return permissions.can_act(self.person)
