"""Filters of schedules and their versions."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter, YesNoFilter
from oncall.models import Schedule, ScheduleVersion, Team


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
    withdrawn = YesNoFilter(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = ScheduleVersion
        fields: tuple[str, ...] = ()
