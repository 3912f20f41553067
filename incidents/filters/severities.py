"""The filter of severities."""

import django_filters as filters

from config.base.web.filters import FilterSet, RetiredFilter, WholeNumberFilter, WordsFilter
from incidents.models import Severity


class SeverityFilter(FilterSet):
    """Severities."""

    search = WordsFilter(fields=["name", "title"])
    name = filters.CharFilter()
    rank = WholeNumberFilter()
    retired = RetiredFilter()
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Severity
        fields: tuple[str, ...] = ()
