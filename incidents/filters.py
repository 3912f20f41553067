"""Filters of tickets, alerts and the catalogue; page and endpoint share them."""

import re
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from config.base.filters import FilterSet, WordsFilter
from incidents.models import (
    OPEN_STATUSES,
    Alert,
    AlertStatus,
    Contact,
    Event,
    EventOutcome,
    Integration,
    IntegrationKind,
    Service,
    Severity,
    Ticket,
    TicketStatus,
    TimelineEntry,
)
from oncall.models import Team, User

GROUPS = {
    "open": OPEN_STATUSES,
    "restored": (TicketStatus.RESTORED,),
    "done": (TicketStatus.RESOLVED, TicketStatus.CLOSED),
}
_REFERENCE = re.compile(r"(?:(?:INC|PRB|REQ)-)?([0-9]{1,18})", re.IGNORECASE)


class TicketWords(WordsFilter):
    """Words of the title, or a ticket's number as INC-7 or 7."""

    def condition(self, word: str) -> Q:
        """A word of the title, or the number."""
        number = _REFERENCE.fullmatch(word)
        return super().condition(word) | (Q(number=int(number[1])) if number else Q())


class ReferenceFilter(filters.CharFilter):
    """A ticket, by its reference or its id."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows of that ticket; none for what is no reference."""
        if not value:
            return queryset
        found = _REFERENCE.fullmatch(value)
        if found is None:
            return queryset.none()
        column = f"{self.field_name}__number" if "-" in value else f"{self.field_name}_id"
        return queryset.filter(**{column: int(found[1])})


class TicketFilter(FilterSet):
    """Tickets."""

    search = TicketWords(fields=["title"])
    group = filters.ChoiceFilter(method="of_group", choices=[(name, name.title()) for name in GROUPS])
    status = filters.MultipleChoiceFilter(choices=TicketStatus)
    severity = filters.ModelChoiceFilter(queryset=Severity.objects.order_by("rank"), to_field_name="name")
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")
    assignee = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))
    created = filters.IsoDateTimeFromToRangeFilter(field_name="created_at")

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def of_group(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Those of a group of statuses."""
        return queryset.filter(status__in=GROUPS[value])


class AlertFilter(FilterSet):
    """Alerts."""

    search = WordsFilter(fields=["title"])
    integration = filters.ModelChoiceFilter(queryset=Integration.objects.order_by("name"))
    dedup_key = filters.CharFilter()
    status = filters.ChoiceFilter(choices=AlertStatus)
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
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    tier = filters.NumberFilter()

    class Meta(FilterSet.Meta):
        model = Service
        fields: tuple[str, ...] = ()


class SeverityFilter(FilterSet):
    """Severities."""

    name = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Severity
        fields: tuple[str, ...] = ()


class ContactFilter(FilterSet):
    """Contacts."""

    search = WordsFilter(fields=["name", "email"])
    email = filters.CharFilter(lookup_expr="iexact")

    class Meta(FilterSet.Meta):
        model = Contact
        fields: tuple[str, ...] = ()


class IntegrationFilter(FilterSet):
    """Integrations."""

    name = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=IntegrationKind)
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = Integration
        fields: tuple[str, ...] = ()
