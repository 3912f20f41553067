"""Filters of overrides, swaps and time off, for pages and endpoints."""

import django_filters as filters
from django.db.models import QuerySet
from django.db.models.functions import Now

from config.base.web.filters import FilterSet, RowT, WordsFilter
from oncall.models import Absence, Override, Schedule, SwapRequest, SwapStatus, Team, User

WHEN = (("coming", "Current and coming"), ("past", "Over or cancelled"))


def when(rows: QuerySet[RowT], name: str, value: str) -> QuerySet[RowT]:
    """Current and coming rows, or those that are over or cancelled, by the database's clock."""
    current = {"ends_at__gt": Now(), "cancelled_at__isnull": True}
    return rows.filter(**current) if value == "coming" else rows.exclude(**current)


class OverrideFilter(FilterSet):
    """Overrides."""

    search = WordsFilter(fields=["schedule__name", "reason", "out__name"])
    when = filters.ChoiceFilter(label="When", choices=WHEN, method=when)
    schedule = filters.ModelChoiceFilter(queryset=Schedule.objects.order_by("name"))
    team = filters.ModelChoiceFilter(
        field_name="schedule__team", label="Team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Override
        fields: tuple[str, ...] = ()


class SwapFilter(FilterSet):
    """Swaps."""

    search = WordsFilter(fields=["schedule__name", "requested_by__name", "note"])
    status = filters.ChoiceFilter(choices=SwapStatus)
    schedule = filters.ModelChoiceFilter(queryset=Schedule.objects.order_by("name"))
    team = filters.ModelChoiceFilter(
        field_name="schedule__team", label="Team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    requested_by = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))

    class Meta(FilterSet.Meta):
        model = SwapRequest
        fields: tuple[str, ...] = ()


class AbsenceFilter(FilterSet):
    """Time off."""

    search = WordsFilter(fields=["user__name"])
    when = filters.ChoiceFilter(label="When", choices=WHEN, method=when)
    team = filters.ModelChoiceFilter(
        field_name="user__teams", label="Team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    user = filters.ModelChoiceFilter(queryset=User.objects.order_by("name"))
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Absence
        fields: tuple[str, ...] = ()
