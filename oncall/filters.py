"""Filters of people, standby, escalations and pages; page and endpoint share them."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from config.base.filters import FilterSet, MomentFilter, WordsFilter, YesNoFilter
from config.base.outbox import OutboxState
from oncall.models import (
    Calendar,
    CalendarDate,
    Escalation,
    EscalationState,
    HandoffNote,
    Obligation,
    ObligationStatus,
    Page,
    SavedView,
    Schedule,
    ScheduleVersion,
    Team,
    TeamKind,
    User,
    WorkInterval,
)
from oncall.obligations import duties


class UserFilter(FilterSet):
    """People."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    team = filters.ModelChoiceFilter(field_name="teams", queryset=Team.objects.order_by("name"), to_field_name="slug")
    is_active = YesNoFilter()

    class Meta(FilterSet.Meta):
        model = User
        fields: tuple[str, ...] = ()


class TeamFilter(FilterSet):
    """Teams."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    slug = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=TeamKind)

    class Meta(FilterSet.Meta):
        model = Team
        fields: tuple[str, ...] = ()


class ScheduleFilter(FilterSet):
    """Schedules."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    external_id = filters.CharFilter()
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = Schedule
        fields: tuple[str, ...] = ()


class ScheduleVersionFilter(FilterSet):
    """Versions of schedules."""

    schedule = filters.ModelChoiceFilter(queryset=Schedule.objects.order_by("name"))
    withdrawn = filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = ScheduleVersion
        fields: tuple[str, ...] = ()


class HandoffNoteFilter(FilterSet):
    """Handoff notes."""

    search = WordsFilter(fields=["text"])
    schedule = filters.ModelChoiceFilter(queryset=Schedule.objects.order_by("name"))
    team = filters.ModelChoiceFilter(
        field_name="schedule__team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    author = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))

    class Meta(FilterSet.Meta):
        model = HandoffNote
        fields: tuple[str, ...] = ()


class CalendarFilter(FilterSet):
    """Calendars."""

    search = WordsFilter(fields=["name", "description"])
    name = filters.CharFilter()
    country = filters.CharFilter(label="Country code", max_length=2, lookup_expr="iexact")
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Calendar
        fields: tuple[str, ...] = ()


class CalendarDateFilter(FilterSet):
    """Days off."""

    calendar = filters.ModelChoiceFilter(queryset=Calendar.objects.order_by("name"))
    year = filters.NumberFilter(field_name="date", lookup_expr="year", min_value=1900, max_value=2200)
    since = filters.DateFilter(field_name="date", lookup_expr="gte")
    until = filters.DateFilter(field_name="date", lookup_expr="lte")
    standing = filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull")

    class Meta(FilterSet.Meta):
        model = CalendarDate
        fields: tuple[str, ...] = ()


class EscalationFilter(FilterSet):
    """Escalations."""

    state = filters.ChoiceFilter(choices=EscalationState)
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    subject_type = filters.CharFilter()
    subject_id = filters.NumberFilter()
    exhausted = YesNoFilter(field_name="exhausted_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = Escalation
        fields: tuple[str, ...] = ()


class PageFilter(FilterSet):
    """Pages."""

    state = filters.ChoiceFilter(choices=OutboxState)
    channel = filters.CharFilter()
    recipient = filters.ModelChoiceFilter(field_name="user", queryset=User.objects.order_by("name"))
    escalation = filters.NumberFilter(field_name="escalation_id")
    subject_type = filters.CharFilter(field_name="escalation__subject_type")
    subject_id = filters.NumberFilter(field_name="escalation__subject_id")

    class Meta(FilterSet.Meta):
        model = Page
        fields: tuple[str, ...] = ()


class WorkIntervalFilter(FilterSet):
    """Stretches of work."""

    user = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))
    subject_type = filters.CharFilter()
    subject_id = filters.NumberFilter()
    running = YesNoFilter(field_name="ended_at", lookup_expr="isnull")

    class Meta(FilterSet.Meta):
        model = WorkInterval
        fields: tuple[str, ...] = ()


class SavedViewFilter(FilterSet):
    """Saved views."""

    search = WordsFilter(fields=["name"])
    path = filters.CharFilter(label="List")
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = SavedView
        fields: tuple[str, ...] = ()


class ObligationFilter(FilterSet):
    """What is owed."""

    search = WordsFilter(fields=["title"])
    kind = filters.ChoiceFilter(label="Duty", choices=duties.choices)
    status = filters.ChoiceFilter(choices=ObligationStatus)
    overdue = filters.ChoiceFilter(
        label="When", choices=[("true", "Overdue"), ("false", "Not overdue")], method="narrow_to_overdue"
    )
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    owner = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))
    subject_type = filters.CharFilter()
    subject_id = filters.NumberFilter()
    due_after = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")

    class Meta(FilterSet.Meta):
        model = Obligation
        fields: tuple[str, ...] = ()

    def narrow_to_overdue(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that should be done by now, or the others."""
        late = Obligation.objects.overdue(timezone.now()).values("pk")
        return queryset.filter(pk__in=late) if value == "true" else queryset.exclude(pk__in=late)
