"""The filter of service accounts."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter, YesNoFilter
from oncall.models import ServiceAccount, Team


class ServiceAccountFilter(FilterSet):
    """Service accounts."""

    search = WordsFilter(fields=["user__name", "description"])
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    is_open = YesNoFilter(field_name="user__is_active", label="Open")

    class Meta(FilterSet.Meta):
        model = ServiceAccount
        fields: tuple[str, ...] = ()
