"""What pages and buttons about one ticket share; the ticket is named by the reference in their address."""

from django.http import HttpRequest

from incidents import permissions
from incidents.models import Ticket
from incidents.views.response.verbs import ticket_or_404


class OfTicket:
    """Finds the ticket, which is 404 for those who may not see it, and leads back to its page."""

    request: HttpRequest
    kwargs: dict[str, object]
    ticket: Ticket
    anchor = ""
    """The part of the ticket's page that it is about."""

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(str(self.kwargs["reference"]), request.user)

    def back(self) -> str:
        """That part of the ticket's page."""
        return f"{self.ticket.get_absolute_url()}{self.anchor}"


class TicketAction(OfTicket):
    """It is for people who act on tickets."""

    def may(self) -> bool:
        """People who act on tickets."""
        return permissions.can_act(self.request.user, self.ticket)
