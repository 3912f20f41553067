"""Filters of calendars, their dates and their opening hours."""

import django_filters as filters

from config.base.web.filters import DayFilter, FilterSet, RetiredFilter, WholeNumberFilter, WordsFilter, YesNoFilter
from oncall.models import Calendar, CalendarDate, CalendarVersion


class CalendarFilter(FilterSet):
    """Calendars."""

    search = WordsFilter(fields=["name", "description"])
    name = filters.CharFilter()
    country = filters.CharFilter(label="Country code", max_length=2, lookup_expr="iexact")
    external_id = filters.CharFilter()
    retired = RetiredFilter()

    class Meta(FilterSet.Meta):
        model = Calendar
        fields: tuple[str, ...] = ()


class CalendarDateFilter(FilterSet):
    """Days off."""

    calendar = filters.ModelChoiceFilter(queryset=Calendar.objects.order_by("name"))
    year = WholeNumberFilter(field_name="date", lookup_expr="year", min_value=1900, max_value=2200)
    since = DayFilter(field_name="date", lookup_expr="gte")
    until = DayFilter(field_name="date", lookup_expr="lte")
    standing = YesNoFilter(field_name="withdrawn_at", lookup_expr="isnull")

    class Meta(FilterSet.Meta):
        model = CalendarDate
        fields: tuple[str, ...] = ()


class CalendarVersionFilter(FilterSet):
    """Versions of opening hours."""

    calendar = filters.ModelChoiceFilter(queryset=Calendar.objects.order_by("name"))
    withdrawn = YesNoFilter(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = CalendarVersion
        fields: tuple[str, ...] = ()
