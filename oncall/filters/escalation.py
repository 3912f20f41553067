"""The filter of escalations."""

import django_filters as filters

from config.base.web.filters import FilterSet, WholeNumberFilter, YesNoFilter
from oncall.models import Escalation, EscalationState, Team


class EscalationFilter(FilterSet):
    """Escalations."""

    state = filters.ChoiceFilter(choices=EscalationState)
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    subject_type = filters.CharFilter()
    subject_id = WholeNumberFilter()
    exhausted = YesNoFilter(field_name="exhausted_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = Escalation
        fields: tuple[str, ...] = ()
