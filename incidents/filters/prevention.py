"""Filters of action items, links and waivers."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from config.base.data.users import Visitor
from config.base.web.filters import DayFilter, FilterSet, WordsFilter, YesNoFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import ActionItem, ActionStatus, LinkKind, PreventionWaiver, TicketLink, WaiverStatus
from incidents.prevention import recurrence
from oncall.models import Team, User


class ActionItemFilter(FilterSet):
    """Action items."""

    search = WordsFilter(fields=["title"])
    status = filters.ChoiceFilter(choices=ActionStatus)
    whose = filters.ChoiceFilter(
        label="Assigned to", choices=[("me", "Me"), ("my-teams", "My teams")], method="for_whom"
    )
    is_priority = YesNoFilter(label="Priority")
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    owner = filters.ModelChoiceFilter(queryset=User.objects.filter(is_active=True).order_by("name"))
    ticket = ReferenceFilter(field_name="ticket")
    due_after = DayFilter(field_name="due_on", lookup_expr="gte")
    due_before = DayFilter(field_name="due_on", lookup_expr="lte")
    on_time = filters.ChoiceFilter(
        label="On time", choices=[("yes", "Yes"), ("no", "No"), ("judged", "Yes or no")], method="in_time"
    )

    class Meta(FilterSet.Meta):
        model = ActionItem
        fields: tuple[str, ...] = ()

    def in_time(self, queryset: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Done by their day, or not; without declined items and items with time left (S38)."""
        rows: Any = recurrence.with_end_day(queryset).filter(recurrence.has_outcome(timezone.localdate()))
        if value == "judged":
            matches: QuerySet[ActionItem] = rows
        else:
            on_time = recurrence.done_on_time()
            matches = rows.filter(on_time) if value == "yes" else rows.exclude(on_time)
        return matches

    def for_whom(self, queryset: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Action items of the reader, or of their teams."""
        user: Visitor | None = getattr(self.request, "user", None)
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
    """Prevention waivers."""

    ticket = ReferenceFilter(field_name="ticket")
    status = filters.ChoiceFilter(choices=WaiverStatus)

    class Meta(FilterSet.Meta):
        model = PreventionWaiver
        fields: tuple[str, ...] = ()
