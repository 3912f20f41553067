"""Filters of action items, links and waivers."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from config.base.web.filters import FilterSet, WordsFilter, YesNoFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import (
    ActionItem,
    ActionStatus,
    LinkKind,
    PreventionWaiver,
    TicketLink,
    WaiverStatus,
)
from incidents.prevention import recurrence
from oncall.models import Team, User


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
