"""Filters of tickets and their timeline."""

import re
from collections.abc import Mapping

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from config.base.web.batched_choices import BatchedChoiceFilter
from config.base.web.filters import FilterSet, MomentFilter, RowT, WholeNumberFilter, WordsFilter, YesNoFilter
from incidents.filters.categories import CustomValueFilter
from incidents.filters.clocks import SlaFilter
from incidents.models import (
    OPEN_STATUSES,
    PREFIXES,
    ContactType,
    EntryKind,
    HoldReason,
    Service,
    Severity,
    Ticket,
    TicketKind,
    TicketStatus,
    TimelineEntry,
)
from incidents.prevention import recurrence
from oncall.models import Membership, Team, User

GROUPS = {
    "open": OPEN_STATUSES,
    "restored": (TicketStatus.RESTORED,),
    "done": (TicketStatus.RESOLVED, TicketStatus.CLOSED),
}
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
_NUMBER = re.compile(rf"(?:({'|'.join(_KINDS)})-)?([0-9]{{1,18}})", re.IGNORECASE | re.ASCII)


class TicketSearch(WordsFilter):
    """Words of the title, or a number as INC-7 or 7."""

    def condition(self, word: str) -> Q:
        """For a number: the ticket with that number, or with it in the title."""
        match = super().condition(word)
        if number := _NUMBER.fullmatch(word):
            match |= Q(number=int(number[2]))
        return match


class ReferenceField(forms.CharField):
    """A ticket's number, as INC-7 or 7: the parts of the number, or an error message."""

    def clean(self, value: object) -> dict[str, object] | None:
        """The columns of the ticket that is meant."""
        text = super().clean(value)
        if not text:
            return None
        number = _NUMBER.fullmatch(text)
        if number is None:
            raise ValidationError("Write a ticket's number, such as INC-7.")
        kind = {"kind": _KINDS[number[1].upper()]} if number[1] else {}
        return {"number": int(number[2]), **kind}


class ReferenceFilter(filters.CharFilter):
    """Rows of one ticket, named as INC-7 or 7."""

    field_class = ReferenceField

    def filter(self, queryset: QuerySet[RowT], value: Mapping[str, object] | None) -> QuerySet[RowT]:
        """The rows of that ticket."""
        if value is None:
            return queryset
        return queryset.filter(**{f"{self.field_name}__{column}": part for column, part in value.items()})


class TicketFilter(FilterSet):
    """Tickets of every kind."""

    search = TicketSearch(fields=["title"], label="Number or words")
    group = filters.ChoiceFilter(
        label="Status", choices=[("open", "Open"), ("restored", "Restored"), ("done", "Done")], method="in_group"
    )
    whose = filters.ChoiceFilter(
        label="Assigned to",
        choices=[("me", "Me"), ("my-teams", "My teams"), ("nobody", "Unassigned")],
        method="for_whom",
    )
    status = filters.MultipleChoiceFilter(choices=TicketStatus)
    kind = filters.ChoiceFilter(choices=TicketKind)
    severity = BatchedChoiceFilter(queryset=Severity.objects.all(), to_field_name="name", rank="position")
    priority = WholeNumberFilter()
    team = BatchedChoiceFilter(label="Assigned team", queryset=Team.objects.all(), to_field_name="slug")
    service = BatchedChoiceFilter(queryset=Service.objects.all(), to_field_name="slug")
    assignee = BatchedChoiceFilter(
        queryset=User.objects.people().filter(Exists(Membership.objects.filter(user=OuterRef("pk"))), is_active=True),
        label_of=Concat("name", Value(" <"), "email", Value(">"), output_field=TextField()),
    )
    hold_reason = filters.ChoiceFilter(label="Waits for", choices=HoldReason)
    sla = SlaFilter()
    handover = filters.ChoiceFilter(
        label="Handover", choices=[("unconfirmed", "Not confirmed yet")], method="in_handover"
    )
    category = filters.CharFilter(lookup_expr="iexact", max_length=60)
    custom_field = CustomValueFilter(label="Field of the category, as asset_tag: PC-12", max_length=600)
    contact_type = filters.ChoiceFilter(choices=ContactType)
    is_security = YesNoFilter(label="About security")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    repeat = filters.ChoiceFilter(
        label="Repeat incident", choices=[("yes", "Yes"), ("no", "No"), ("counted", "Yes or no")], method="seen_before"
    )

    class Meta(FilterSet.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def in_group(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets whose status belongs to the group."""
        return queryset.filter(status__in=GROUPS[value])

    def in_handover(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Open tickets that another team has handed over and the assigned team has not confirmed."""
        return queryset.filter(handover_from__isnull=False, status__in=OPEN_STATUSES)

    def seen_before(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Repeat incidents, or those that are none; without duplicates, merged and cancelled ones (S38)."""
        rows = queryset.filter(kind=TicketKind.INCIDENT).exclude(recurrence.NOT_SEPARATE)
        if value == "counted":
            return rows
        is_repeat = recurrence.is_repeat(self.reader)
        return rows.filter(is_repeat if value == "yes" else ~is_repeat)

    def for_whom(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets assigned to the reader, to their teams, or to nobody."""
        user = self.reader
        if value == "nobody":
            return queryset.filter(assignee__isnull=True)
        if not user.is_authenticated:
            return queryset.none()
        if value == "me":
            return queryset.filter(assignee=user)
        return queryset.filter(team__memberships__user=user)


class TimelineFilter(FilterSet):
    """Timeline entries."""

    ticket = ReferenceFilter(field_name="ticket")
    kind = filters.MultipleChoiceFilter(choices=EntryKind)

    class Meta(FilterSet.Meta):
        model = TimelineEntry
        fields: tuple[str, ...] = ()
