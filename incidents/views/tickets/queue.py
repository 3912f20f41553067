"""The queue of tickets, with shortcuts."""

from typing import cast

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse

from config.base.web.tables import Table
from config.base.web.tabs import Tab
from config.base.web.views import ListPage
from incidents import permissions
from incidents.desk.last_words import with_last_words
from incidents.desk.queue_order import in_order, with_bands
from incidents.desk.relations import with_relations
from incidents.filters.tickets import TicketFilter
from incidents.models import OPEN_STATUSES, HoldReason, Response, Ticket, TicketKind, TicketStatus
from incidents.models.tickets.ticket import TicketQuerySet
from incidents.sla.next_due import is_due_soon, with_open_clocks
from incidents.tables.desk.queue import QueueTable
from oncall.models import EscalationState


def with_unowned(tickets: TicketQuerySet) -> TicketQuerySet:
    """Tickets with `is_unowned`: somebody was paged and nobody has answered."""
    ringing = Response.objects.filter(ticket=OuterRef("pk"), escalation__state=EscalationState.TRIGGERED)
    return tickets.with_columns(is_unowned=Exists(ringing))


# What the rows show and a CSV file holds; with all columns of the records behind them a page costs half as much again.
_COLUMNS = (
    "kind", "number", "title", "priority", "status", "visibility", "created_at", "updated_at", "impact_started_at",
    "restored_at", "sla_due_at", "opened_by", "category", "custom",
    "severity__position", "severity__rank", "severity__name", "severity__is_major", "severity__retired_at",
    "service__name", "service__retired_at", "team__name", "team__retired_at", "assignee__name",
    "requester__name", "requester__is_vip", "requester__user",
)  # fmt: skip


def _rows() -> TicketQuerySet:
    tickets = with_open_clocks(Ticket.objects.for_list().select_related("requester").only(*_COLUMNS))
    affected = Ticket.affected_contacts.through.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    return with_relations(with_last_words(with_unowned(tickets))).with_columns(
        count_others=Coalesce(Subquery(affected.annotate(Count("pk")).values("pk__count")), 0)
    )


class Queue(ListPage):
    """Incidents and requests, the open ones unless the URL says otherwise; problems have a list of their own."""

    title = "Queue"
    template_name = "incidents/tickets/queue.html"
    queryset = _rows()
    table_class = QueueTable
    filterset_class = TicketFilter
    filters = (
        "search",
        "group",
        "whose",
        "severity",
        "team",
        "service",
        "assignee",
        "sla",
        "category",
        "custom_field",
        "handover",
    )
    icon = "inbox"
    empty = "Nobody is waiting."
    refresh = 10
    keep_empty = ("group",)

    def address(self) -> str:
        """The queue's own address, also on the home page."""
        return reverse("incidents:queue")

    @property
    def group(self) -> str:
        """Which statuses are meant: open ones, unless the address names others or looks for something."""
        # A search by number must find closed tickets too.
        return self.request.GET.get("group", "" if self.request.GET.get("search") else "open")

    def get_queryset(self) -> TicketQuerySet:
        """In the order of the queue, what is done by newest; problems only if the address names them or searches."""
        rows = cast(TicketQuerySet, super().get_queryset())
        if not self.request.GET.get("kind") and not self.request.GET.get("search"):
            rows = rows.exclude(kind=TicketKind.PROBLEM)
        if self.group == "done":
            return rows.order_by("-pk")
        return in_order(with_bands(rows, at=self.at))

    def get_table(self, **kwargs: object) -> Table:
        """The table, with boxes for those who act on tickets."""
        table = super().get_table(**kwargs)
        if not permissions.can_act(self.person):
            table.columns.hide("select")
        return table

    def get_table_kwargs(self) -> dict[str, object]:
        """What is open is counted, for the bands; what is done grows for years."""
        kwargs: dict[str, object] = super().get_table_kwargs()
        return kwargs | {"is_counted": self.group in {"open", "restored"}}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With whether the reader may act on many tickets at once."""
        return super().get_context_data(**kwargs) | {"can_act": permissions.can_act(self.person)}

    def get_filterset_kwargs(self, filterset_class: object) -> dict[str, object]:
        """The filters of the URL; without a status: open tickets."""
        data = self.request.GET.copy()
        data.setdefault("group", self.group)
        defaults: dict[str, object] = super().get_filterset_kwargs(filterset_class)
        return defaults | {"data": data}

    def get_tabs(self) -> list[Tab]:
        """The shortcuts, each with its number."""
        user, waits = self.person, Q(status=TicketStatus.ON_HOLD, hold_reason=HoldReason.REQUESTER)
        of_my_teams = Q(team__in=user.memberships.values("team"))
        is_restored = Q(status=TicketStatus.RESTORED)
        is_open = ~is_restored  # among those that are counted
        counts = (
            Ticket.objects.visible_to(user)
            .filter(Q(status__in=OPEN_STATUSES) | is_restored)
            .exclude(kind=TicketKind.PROBLEM)
            .aggregate(
                open=Count("pk", filter=is_open),
                nobody=Count("pk", filter=is_open & Q(assignee__isnull=True)),
                me=Count("pk", filter=is_open & Q(assignee=user)),
                teams=Count("pk", filter=is_open & of_my_teams),
                waits=Count("pk", filter=waits),
                restored=Count("pk", filter=is_restored),
                due_soon=Count("pk", filter=is_open & is_due_soon(self.at)),
            )
        )
        return [
            self._tab("All open", "", counts["open"]),
            self._tab("Nobody yet", "group=open&whose=nobody", counts["nobody"]),
            self._tab("Mine", "group=open&whose=me", counts["me"]),
            self._tab("My teams", "group=open&whose=my-teams", counts["teams"]),
            self._tab("Breaks in 30 min", "group=open&sla=due_soon", counts["due_soon"], is_loud=True),
            self._tab("Waits for requester", "group=open&hold_reason=requester", counts["waits"]),
            Tab("Restored, prevention open", reverse("incidents:restored"), counts["restored"]),
            self._tab("Done", "group=done"),
        ]

    def _tab(self, label: str, query: str, count: int | None = None, *, is_loud: bool = False) -> Tab:
        is_current = all(
            self.request.GET.get(name, default) == QueryDict(query).get(name, default)
            for name, default in (("group", "open"), ("whose", ""), ("sla", ""), ("hold_reason", ""))
        )
        url = reverse("incidents:queue")
        return Tab(label, f"{url}?{query}" if query else url, count, is_current=is_current, is_loud=is_loud)


class Majors(Queue):
    """Major incidents that run: open, or restored with prevention still open."""

    title = "Major incidents"
    queryset = _rows().filter(severity__is_major=True, kind=TicketKind.INCIDENT)
    icon = "urgent"
    empty = "No major incident is running."

    def address(self) -> str:
        """Its own."""
        return reverse("incidents:majors")

    def get_tabs(self) -> list[Tab]:
        """None: it is one list."""
        return []
