"""The filter of work intervals."""

import django_filters as filters

from config.base.web.filters import FilterSet, WholeNumberFilter, YesNoFilter
from oncall.models import User, WorkInterval


class WorkIntervalFilter(FilterSet):
    """Work intervals."""

    user = filters.ModelChoiceFilter(queryset=User.objects.people().order_by("name"))
    subject_type = filters.CharFilter()
    subject_id = WholeNumberFilter()
    running = YesNoFilter(field_name="ended_at", lookup_expr="isnull")

    class Meta(FilterSet.Meta):
        model = WorkInterval
        fields: tuple[str, ...] = ()
