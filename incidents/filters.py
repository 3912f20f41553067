"""Filters of tickets, alerts, services, severities and integrations; page, CSV and endpoint share them."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from config.base.filters import FilterSet, WordsFilter, YesNoFilter
from config.base.picks import PickFilter
from incidents import metrics, readiness, recurrence
from incidents.models import (
    OPEN_STATUSES,
    ActionItem,
    ActionStatus,
    Alert,
    AlertStatus,
    Contact,
    ContactType,
    Event,
    EventOutcome,
    Integration,
    IntegrationKind,
    LinkKind,
    PreventionWaiver,
    Service,
    ServiceKind,
    ServiceReadiness,
    Severity,
    Ticket,
    TicketKind,
    TicketLink,
    TicketStatus,
    TimelineEntry,
    WaiverStatus,
)
from incidents.summary import Scope
from oncall.models import Membership, Team, User

GROUPS = {
    "open": OPEN_STATUSES,
    "restored": (TicketStatus.RESTORED,),
    "done": (TicketStatus.RESOLVED, TicketStatus.CLOSED),
}
_NUMBER = re.compile(r"(?:(?:INC|PRB|REQ)-)?([0-9]{1,18})", re.IGNORECASE)


class TicketSearch(WordsFilter):
    """Words of the title, or a number as INC-7 or 7."""

    def condition(self, word: str) -> Q:
        """A number means the ticket of that number, or a title that has it."""
        found = super().condition(word)
        if number := _NUMBER.fullmatch(word):
            found |= Q(number=int(number[1]))
        return found


class ReferenceFilter(filters.CharFilter):
    """Rows of one ticket, named as INC-7 or 7."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Those of that ticket; none for what is no reference."""
        if not value:
            return queryset
        number = _NUMBER.fullmatch(value)
        return queryset.filter(**{f"{self.field_name}__number": int(number[1])}) if number else queryset.none()


class TicketFilter(FilterSet):
    """Tickets of every kind."""

    search = TicketSearch(fields=["title"], label="Number or words")
    group = filters.ChoiceFilter(
        label="Status", choices=[("open", "Open"), ("restored", "Restored"), ("done", "Done")], method="in_group"
    )
    whose = filters.ChoiceFilter(
        label="For",
        choices=[("me", "Me"), ("my-teams", "My teams"), ("nobody", "Nobody yet")],
        method="for_whom",
    )
    status = filters.MultipleChoiceFilter(choices=TicketStatus)
    kind = filters.ChoiceFilter(choices=TicketKind)
    severity = PickFilter(queryset=Severity.objects.all(), to_field_name="name", rank="rank")
    priority = filters.NumberFilter()
    team = PickFilter(queryset=Team.objects.all(), to_field_name="slug")
    service = PickFilter(queryset=Service.objects.all(), to_field_name="slug")
    assignee = PickFilter(
        queryset=User.objects.filter(Exists(Membership.objects.filter(user=OuterRef("pk"))), is_active=True),
        label_of=Concat("name", Value(" <"), "email", Value(">"), output_field=TextField()),
    )
    contact_type = filters.ChoiceFilter(choices=ContactType)
    created = filters.IsoDateTimeFromToRangeFilter(field_name="created_at")
    repeat = filters.ChoiceFilter(
        label="Seen before", choices=[("yes", "Yes"), ("no", "No"), ("counted", "Yes or no")], method="seen_before"
    )

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def in_group(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets whose status belongs to the group."""
        return queryset.filter(status__in=GROUPS[value])

    def seen_before(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Incidents whose cause had struck before, or had not; without those that are none of their own (S38)."""
        rows = queryset.filter(kind=TicketKind.INCIDENT).exclude(recurrence.NOT_SEPARATE)
        if value == "counted":
            return rows
        return rows.filter(recurrence.is_repeat() if value == "yes" else ~recurrence.is_repeat())

    def for_whom(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """The reader's own, their teams', or those nobody has taken."""
        user: Any = getattr(self.request, "user", None)
        if value == "nobody":
            return queryset.filter(assignee__isnull=True)
        if user is None or not user.is_authenticated:
            return queryset.none()
        if value == "me":
            return queryset.filter(assignee=user)
        return queryset.filter(team__memberships__user=user)


def midnight(day: date) -> datetime:
    """When the day begins for the reader."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _next(day: date) -> date:
    return min(day, date.max - timedelta(1)) + timedelta(1)


class NumbersFilter(FilterSet):
    """The incidents that a number tells of; days are the reader's."""

    since = filters.DateFilter(label="From", method="from_day")
    until = filters.DateFilter(label="To, included", method="to_day")
    team = PickFilter(queryset=Team.objects.all(), to_field_name="slug")
    service = PickFilter(queryset=Service.objects.all(), to_field_name="slug")
    severity = PickFilter(queryset=Severity.objects.all(), to_field_name="name", rank="rank")
    times = filters.ChoiceFilter(
        label="Times",
        choices=[("recorded", "Only as recorded"), ("changed", "Only changed by hand")],
        method="by_times",
    )

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.form.fields[name].widget.input_type = "date"

    @property
    def scope(self) -> Scope:
        """What a valid filter narrows the numbers to, in the summary's terms."""
        given = self.form.cleaned_data
        return Scope(
            since=midnight(given["since"]) if given["since"] else None,
            until=midnight(_next(given["until"])) if given["until"] else None,
            team=given["team"],
            service=given["service"],
            severity=given["severity"],
            is_changed={"recorded": False, "changed": True}.get(given["times"]),
        )

    def from_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Whose impact began on this day or later."""
        return metrics.began_between(queryset, since=midnight(value))

    def to_day(self, queryset: QuerySet[Ticket], name: str, value: date) -> QuerySet[Ticket]:
        """Whose impact began on this day or earlier."""
        return metrics.began_between(queryset, until=midnight(_next(value)))

    def by_times(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """With or without those whose times somebody changed."""
        return queryset.filter(times_changed_at__isnull=value == "recorded")


class RecordFilter(NumbersFilter):
    """The records behind a number; its rows need `outcome` of the measure."""

    measure = filters.ChoiceFilter(
        choices=[(one.name, one.title) for one in metrics.MEASURES.values()], method="as_it_is"
    )
    outcome = filters.ChoiceFilter(
        label="Counted", choices=[*metrics.Outcome.choices, ("left_out", "Left out")], method="by_outcome"
    )

    def as_it_is(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """The page has measured already."""
        return queryset

    def by_outcome(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One outcome, or all that are not counted."""
        if value == "left_out":
            return queryset.exclude(outcome=metrics.Outcome.COUNTED)
        return queryset.filter(outcome=value)


class AlertFilter(FilterSet):
    """Alerts."""

    search = WordsFilter(fields=["title", "dedup_key"])
    status = filters.ChoiceFilter(choices=AlertStatus)
    integration = filters.ModelChoiceFilter(queryset=Integration.objects.order_by("name"))
    service = filters.ModelChoiceFilter(
        field_name="integration__service", queryset=Service.objects.order_by("name"), to_field_name="slug"
    )
    dedup_key = filters.CharFilter()
    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = Alert
        fields: tuple[str, ...] = ()


class EventFilter(FilterSet):
    """Events."""

    integration = filters.ModelChoiceFilter(queryset=Integration.objects.order_by("name"))
    alert = filters.NumberFilter(field_name="alert_id")
    dedup_key = filters.CharFilter()
    outcome = filters.ChoiceFilter(choices=EventOutcome)

    class Meta(FilterSet.Meta):
        model = Event
        fields: tuple[str, ...] = ()


class TimelineFilter(FilterSet):
    """Timeline entries."""

    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = TimelineEntry
        fields: tuple[str, ...] = ()


class ServiceFilter(FilterSet):
    """Services."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    slug = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=ServiceKind)
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    tier = filters.NumberFilter()

    class Meta(FilterSet.Meta):
        model = Service
        fields: tuple[str, ...] = ()


class ReadinessFilter(FilterSet):
    """Services by their readiness."""

    search = WordsFilter(fields=["service__name"])
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")
    team = filters.ModelChoiceFilter(
        field_name="service__team", label="Team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    tier = filters.NumberFilter(field_name="service__tier", label="Tier")
    failing = filters.ChoiceFilter(label="Fails", choices=list(readiness.TITLES.items()), method="by_failing")

    class Meta(FilterSet.Meta):
        model = ServiceReadiness
        fields: tuple[str, ...] = ()

    def by_failing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that fail this check."""
        return queryset.filter(items__contains=[{"code": value, "is_passed": False}])


class SeverityFilter(FilterSet):
    """Severities."""

    search = WordsFilter(fields=["name", "title"])
    name = filters.CharFilter()
    rank = filters.NumberFilter()

    class Meta(FilterSet.Meta):
        model = Severity
        fields: tuple[str, ...] = ()


class IntegrationFilter(FilterSet):
    """Integrations."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=IntegrationKind)
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = Integration
        fields: tuple[str, ...] = ()


class ContactFilter(FilterSet):
    """Requesters."""

    search = WordsFilter(fields=["name", "email", "phone"])
    email = filters.CharFilter(lookup_expr="iexact")

    class Meta(FilterSet.Meta):
        model = Contact
        fields: tuple[str, ...] = ()


class ActionFilter(FilterSet):
    """Actions."""

    search = WordsFilter(fields=["title"])
    status = filters.ChoiceFilter(choices=ActionStatus)
    whose = filters.ChoiceFilter(label="For", choices=[("me", "Me"), ("my-teams", "My teams")], method="for_whom")
    is_priority = YesNoFilter(label="Priority")
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    owner = filters.ModelChoiceFilter(queryset=User.objects.filter(is_active=True).order_by("name"))
    ticket = ReferenceFilter(field_name="ticket")
    due = filters.DateFromToRangeFilter(field_name="due_on")
    on_time = filters.ChoiceFilter(
        label="On time", choices=[("yes", "Yes"), ("no", "No"), ("judged", "Yes or no")], method="in_time"
    )

    class Meta(FilterSet.Meta):
        model = ActionItem
        fields: tuple[str, ...] = ()

    def in_time(self, queryset: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Those done by their day, or not; without those that still have time or were declined (S38)."""
        rows: Any = recurrence.with_end(queryset).filter(recurrence.judged(timezone.localdate()))
        if value == "judged":
            found: QuerySet[ActionItem] = rows
        else:
            found = rows.filter(recurrence.on_time()) if value == "yes" else rows.exclude(recurrence.on_time())
        return found

    def for_whom(self, queryset: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """The reader's own, or their teams'."""
        user: Any = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return queryset.none()
        if value == "me":
            return queryset.filter(owner=user)
        return queryset.filter(team__in=user.memberships.values("team"))


class LinkFilter(FilterSet):
    """Links between tickets."""

    from_ticket = ReferenceFilter(field_name="from_ticket")
    to_ticket = ReferenceFilter(field_name="to_ticket")
    kind = filters.ChoiceFilter(choices=LinkKind)

    class Meta(FilterSet.Meta):
        model = TicketLink
        fields: tuple[str, ...] = ()


class WaiverFilter(FilterSet):
    """Decisions to prevent nothing."""

    ticket = ReferenceFilter(field_name="ticket")
    status = filters.ChoiceFilter(choices=WaiverStatus)

    class Meta(FilterSet.Meta):
        model = PreventionWaiver
        fields: tuple[str, ...] = ()
