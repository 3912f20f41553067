"""The filter of saved views."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter
from oncall.models import SavedView, Team


class SavedViewFilter(FilterSet):
    """Saved views."""

    search = WordsFilter(fields=["name"])
    path = filters.CharFilter(label="List")
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")

    class Meta(FilterSet.Meta):
        model = SavedView
        fields: tuple[str, ...] = ()
