"""The filter of requesters."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter
from incidents.models import Contact


class RequesterFilter(FilterSet):
    """Requesters."""

    search = WordsFilter(fields=["name", "email", "phone"])
    email = filters.CharFilter(lookup_expr="iexact")

    class Meta(FilterSet.Meta):
        model = Contact
        fields: tuple[str, ...] = ()
