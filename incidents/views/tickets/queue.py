"""The queue of tickets, with shortcuts."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from config.base.web.views import ListPage, Tab
from incidents.filters.tickets import TicketFilter
from incidents.models import OPEN_STATUSES, Response, Ticket, TicketKind, TicketStatus
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.sla.next_due import is_due_soon, with_open_clocks
from incidents.tables.tickets import TicketTable
from oncall.models import EscalationState


def with_unowned(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `is_unowned`: somebody was paged and nobody has answered."""
    ringing = Response.objects.filter(ticket=OuterRef("pk"), escalation__state=EscalationState.TRIGGERED)
    rows: Any = tickets.annotate(is_unowned=Exists(ringing))
    annotated: TicketQuerySet = rows
    return annotated


class Queue(ListPage):
    """Tickets of every kind, the open ones unless the URL says otherwise."""

    title = "Queue"
    template_name = "incidents/tickets/queue.html"
    queryset = with_unowned(with_open_clocks(Ticket.objects.for_list())).order_by("priority", "-created_at")
    table_class = TicketTable
    filterset_class = TicketFilter
    filters = ("search", "group", "whose", "severity", "team", "service", "assignee", "sla")
    empty = "No open tickets."
    create = ("incidents:declare", "Declare an incident")
    refresh = 10
    keep_empty = ("group",)

    def address(self) -> str:
        """The queue's own address, also on the home page."""
        return reverse("incidents:queue")

    def get_filterset_kwargs(self, filterset_class: object) -> dict[str, object]:
        """The filters of the URL; without a status: open tickets."""
        data = self.request.GET.copy()
        data.setdefault("group", "open")
        if data.get("search") and "group" not in self.request.GET:
            data["group"] = ""  # a search by number must find closed tickets too
        defaults: dict[str, object] = super().get_filterset_kwargs(filterset_class)
        return defaults | {"data": data}

    def get_tabs(self) -> list[Tab]:
        """The shortcuts, each with its number."""
        user = self.person
        of_my_teams = Q(team__in=user.memberships.values("team"))
        is_open, is_restored = Q(status__in=OPEN_STATUSES), Q(status=TicketStatus.RESTORED)
        counts = (
            Ticket.objects.visible_to(user)
            .filter(is_open | is_restored)
            .aggregate(
                open=Count("pk", filter=is_open),
                nobody=Count("pk", filter=is_open & Q(assignee__isnull=True)),
                me=Count("pk", filter=is_open & Q(assignee=user)),
                teams=Count("pk", filter=is_open & of_my_teams),
                restored=Count("pk", filter=is_restored),
                due_soon=Count("pk", filter=is_due_soon(self.at)),
            )
        )
        return [
            self._tab("All open", "", counts["open"]),
            self._tab("Nobody yet", "group=open&whose=nobody", counts["nobody"]),
            self._tab("Mine", "group=open&whose=me", counts["me"]),
            self._tab("My teams", "group=open&whose=my-teams", counts["teams"]),
            self._tab("Breaks in 30 min", "group=&sla=due_soon", counts["due_soon"], is_loud=True),
            Tab("Restored, prevention open", reverse("incidents:restored"), counts["restored"]),
            self._tab("Done", "group=done"),
        ]

    def _tab(self, label: str, query: str, count: int | None = None, *, is_loud: bool = False) -> Tab:
        is_current = all(
            self.request.GET.get(name, default) == QueryDict(query).get(name, default)
            for name, default in (("group", "open"), ("whose", ""), ("sla", ""))
        )
        url = reverse("incidents:queue")
        return Tab(label, f"{url}?{query}" if query else url, count, is_current=is_current, is_loud=is_loud)


class Majors(Queue):
    """Major incidents that run: open, or restored with prevention still open."""

    title = "Major incidents"
    queryset = Queue.queryset.filter(severity__is_major=True, kind=TicketKind.INCIDENT)
    empty = "No major incident is running."

    def address(self) -> str:
        """Its own."""
        return reverse("incidents:majors")

    def get_tabs(self) -> list[Tab]:
        """None: it is one list."""
        return []
