"""The list of requesters, and the page of each."""

from django.db.models import Exists, OuterRef, Q

from config.base.web.views import DetailPage, ListPage
from incidents import permissions
from incidents.filters.requesters import RequesterFilter
from incidents.models import Contact, Ticket
from incidents.tables.requesters import RequesterTable

_OPEN, _RECENT = 50, 10


class RequesterList(ListPage):
    """Requesters with their addresses."""

    title = "Requesters"
    icon = "users"
    queryset = Contact.objects.order_by("name")
    table_class = RequesterTable
    filterset_class = RequesterFilter
    empty = "No requesters yet. They appear when a ticket is logged for somebody."

    right = "incidents.view_contact"


class RequesterPage(DetailPage):
    """One requester: who they are, what is open for them, and what was before."""

    template_name = "incidents/requesters/requester.html"
    queryset = Contact.objects.select_related("user")
    context_object_name = "contact"
    place = "requester"
    right = "incidents.view_contact"

    def get_title(self) -> str:
        """The requester's name."""
        return str(self.object.name)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The tickets for the requester or that affect them, as far as the reader sees them."""
        contact = self.object
        affected = Ticket.affected_contacts.through.objects.filter(ticket=OuterRef("pk"), contact=contact)
        rows = Ticket.objects.for_list().visible_to(self.person).filter(Q(requester=contact) | Exists(affected))
        newest = rows.order_by("-created_at", "-pk")
        return super().get_context_data(**kwargs) | {
            "open_tickets": list(newest.open()[:_OPEN]),
            "recent": list(newest.exclude(pk__in=newest.open().values("pk"))[:_RECENT]),
            "may_correct": permissions.can_write_requesters(self.person, contact),
        }
