"""The filter of categories."""

import django_filters as filters

from config.base.web.filters import FilterSet, RetiredFilter, WordsFilter, YesNoFilter
from incidents.models import Category
from oncall.models import Team


class CategoryFilter(FilterSet):
    """Categories."""

    search = WordsFilter(fields=["name"])
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    is_private = YesNoFilter()
    external_id = filters.CharFilter()
    retired = RetiredFilter()

    class Meta(FilterSet.Meta):
        model = Category
        fields: tuple[str, ...] = ()
