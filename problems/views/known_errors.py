"""The list of known errors, the page of one, and the button that uses it in an incident."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web.guards import Once
from config.base.web.views import Destination, DetailPage, ListPage, PostPage
from incidents import permissions
from incidents.models import Ticket, TicketKind
from incidents.views.response.verbs import REFUSALS, ticket_or_404
from problems.filters import KnownErrorFilter
from problems.known_errors import matching
from problems.models import KnownError
from problems.tables import KnownErrorTable


class KnownErrorList(ListPage):
    """Known errors, the most used first."""

    title = "Known errors"
    icon = "bulb"
    tabs = (("problems:problems", "Problems"), ("problems:known-errors", "Known errors"))
    lead = "Symptoms and workarounds. They are shown on incidents that match."
    queryset = KnownError.objects.select_related("problem__service")
    table_class = KnownErrorTable
    filterset_class = KnownErrorFilter
    filters = ("search", "status", "service")
    empty = "No known errors yet. They are published on the page of a problem that is being analyzed."

    def get_queryset(self) -> QuerySet[KnownError]:
        """With the uses that this person may see."""
        rows = super().get_queryset().with_uses(self.person)  # type: ignore[attr-defined]  # the queryset's own word
        return rows.order_by("status", "-seen_hits", "pk")


class KnownErrorPage(DetailPage):
    """One known error."""

    template_name = "problems/known_errors/known_error.html"
    queryset = KnownError.objects.select_related("problem__service", "problem__team")
    context_object_name = "known_error"

    def get_queryset(self) -> QuerySet[KnownError]:
        """Known errors that this person may see."""
        return super().get_queryset().visible_to(self.person).with_uses(self.person)  # type: ignore[attr-defined]  # the queryset's own word

    def get_title(self) -> str:
        """Its title."""
        return str(self.object.title)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the incidents in which it was used."""
        incidents = Ticket.objects.visible_to(self.person).filter(incident__known_errors_used__known_error=self.object)
        return super().get_context_data(**kwargs) | {
            "incidents": incidents.distinct().order_by("-created_at", "-pk")[:20]
        }


class UseKnownError(PostPage):
    """The button that uses a known error in an incident."""

    guard = Once("a known error is used once in an incident")
    confirm = ""
    refusals = REFUSALS
    done = "Linked. The workaround is on the incident."
    ticket: Ticket
    known_error: KnownError

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find both."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)
            self.known_error = get_object_or_404(KnownError.objects.visible_to(request.user), pk=self.kwargs["pk"])

    def may(self) -> bool:
        """People who act on the incident."""
        return self.ticket.kind == TicketKind.INCIDENT and permissions.can_act(self.person, self.ticket)

    def perform(self) -> Destination:
        """Use it."""
        matching.use(
            known_error_id=self.known_error.pk,
            incident_id=self.ticket.pk,
            actor=self.person,
            at=self.at,
        )
        return self.back()

    def back(self) -> str:
        """The page with the button."""
        on_phone = self.request.POST.get("next") == "respond"
        return f"{self.ticket.get_absolute_url()}{'respond/' if on_phone else ''}"
