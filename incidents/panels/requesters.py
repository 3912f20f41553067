"""The open tickets of a person, on their page."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from config.base.web import panels
from incidents.models import Contact, Ticket
from oncall.models import User

_ROWS = 20


def _person_panel(request: HttpRequest, person: User) -> dict[str, object]:
    """What is assigned to the person, as far as the reader sees it, and who they are as a requester."""
    rows = Ticket.objects.for_list().visible_to(request.user).open().filter(assignee=person)
    may_see = request.user.has_perm("incidents.view_contact")
    return {
        "tickets": list(rows.order_by("priority", "-created_at", "-pk")[:_ROWS]),
        "all_url": f"{reverse('incidents:queue')}?{urlencode({'group': 'open', 'assignee': person.pk})}",
        "requester": Contact.objects.filter(user=person).first() if may_see else None,
    }


def register() -> None:
    """Add the panel; called from `ready()`."""
    panels.register(panels.Panel("person", 10, "incidents/requesters/panel_person.html", _person_panel))
