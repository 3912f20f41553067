"""The page of what waits for the reader: tickets, tasks and approvals in one list by time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.base.web import my_work
from config.base.web.my_work import WorkItem, WorkKind
from config.base.web.query_pages import QueryPage
from config.base.web.tabs import Tab
from config.navigation import counts
from incidents.models import Ticket, TicketKind
from oncall.models import ContactMethod

_MAX_OF_TEAMS = 5


class WorkForm(forms.Form):
    """What of it is listed."""

    kind = forms.ChoiceField(choices=[("", "Everything"), *WorkKind.choices], required=False)


@dataclass(frozen=True)
class Part:
    """Items that are due in the same stretch of time."""

    label: str
    items: list[WorkItem]


class MyWork(QueryPage):
    """Tickets, tasks and approvals of the reader; beside them their shifts, and what their teams lack."""

    title = "My work"
    template_name = "work/my_work.html"

    @property
    def query_form(self) -> WorkForm:
        """Which kind is listed."""
        return WorkForm(self.request.GET)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the items in parts, and what stands beside them."""
        user, form = self.person, self.query_form
        kind = form.cleaned_data["kind"] if form.is_valid() else ""
        items = my_work.collect(user, at=self.at)
        chosen = [item for item in items if kind in {"", item.kind}]
        unowned = Ticket.objects.for_list().visible_to(user).open().filter(assignee=None)
        unowned = unowned.exclude(kind=TicketKind.PROBLEM).filter(team__in=user.memberships.values("team"))
        return super().get_context_data(**kwargs) | {
            "parts": list(_parts(chosen, at=self.at)),
            "tabs": _tabs(items, kind),
            "is_idle": not items,
            "duty": counts.count(user, at=self.at).duty,
            "unowned": unowned.distinct().order_by("priority", "created_at", "pk")[:_MAX_OF_TEAMS],
            "is_reachable": ContactMethod.objects.filter(~Q(verified_at=None), user=user).exists(),
        }


def _tabs(items: list[WorkItem], kind: str) -> list[Tab]:
    url, numbers = reverse("my-work"), Counter(str(item.kind) for item in items)
    everything = Tab("Everything", url, len(items), is_current=not kind)
    return [everything] + [
        Tab(str(label), f"{url}?kind={value}", numbers[value], is_current=kind == value)
        for value, label in WorkKind.choices
    ]


def _parts(items: list[WorkItem], *, at: datetime) -> list[Part]:
    """The items by when they are due, in the reader's days; without those parts that are empty."""
    today = timezone.localtime(at).date()
    by_label: dict[str, list[WorkItem]] = {
        label: [] for label in ("Overdue", "Today", "The next seven days", "Later", "Without a date")
    }
    for item in items:
        by_label[_label(item.due_at, today=today, at=at)].append(item)
    return [Part(label, part) for label, part in by_label.items() if part]


def _label(due_at: datetime | None, *, today: object, at: datetime) -> str:
    if due_at is None:
        return "Without a date"
    if due_at < at:
        return "Overdue"
    if timezone.localtime(due_at).date() == today:
        return "Today"
    return "The next seven days" if due_at - at < timedelta(days=7) else "Later"
