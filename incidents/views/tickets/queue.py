"""The queue of tickets, with shortcuts."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from config.base.web.views import ListPage
from incidents.filters.tickets import TicketFilter
from incidents.models import OPEN_STATUSES, Response, Ticket, TicketStatus
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.sla.next_due import is_due_soon, with_open_clocks
from incidents.tables.tickets import TicketTable
from oncall.models import EscalationState, Obligation


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

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the shortcuts above the list."""
        return super().get_context_data(**kwargs) | {"tabs": self._tabs()}

    def _tabs(self) -> list[dict[str, object]]:
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
            self._tab("Open", "", counts["open"]),
            self._tab("Unassigned", "group=open&whose=nobody", counts["nobody"]),
            self._tab("Assigned to me", "group=open&whose=me", counts["me"]),
            self._tab("Assigned to my teams", "group=open&whose=my-teams", counts["teams"]),
            self._tab("Breaches in 30 min", "group=&sla=due_soon", counts["due_soon"]),
            {"label": "Restored, prevention open", "url": reverse("incidents:restored"), "count": counts["restored"]},
            self._tab("Done", "group=done"),
            {
                "label": "My overdue tasks",
                "url": f"{reverse('oncall:my-tasks')}?overdue=true",
                "count": Obligation.objects.overdue(self.at).filter(owner=user.pk).count(),
            },
        ]

    def _tab(self, label: str, query: str, count: int | None = None) -> dict[str, object]:
        is_current = all(
            self.request.GET.get(name, default) == QueryDict(query).get(name, default)
            for name, default in (("group", "open"), ("whose", ""), ("sla", ""))
        )
        url = reverse("incidents:queue")
        return {"label": label, "url": f"{url}?{query}" if query else url, "count": count, "is_current": is_current}
