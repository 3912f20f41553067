"""The filter of integrations."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter
from incidents.models import Integration, IntegrationKind, Service


class IntegrationFilter(FilterSet):
    """Integrations."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=IntegrationKind)
    service = filters.ModelChoiceFilter(queryset=Service.objects.order_by("name"), to_field_name="slug")
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Integration
        fields: tuple[str, ...] = ()
