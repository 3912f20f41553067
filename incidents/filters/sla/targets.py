"""The filter of SLA targets."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter
from incidents.models import SlaKind, SlaMetric, SlaTarget


class SlaTargetFilter(FilterSet):
    """SLA targets."""

    search = WordsFilter(fields=["name", "description"])
    name = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=SlaKind.choices)
    metric = filters.ChoiceFilter(choices=SlaMetric.choices)
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = SlaTarget
        fields: tuple[str, ...] = ()
