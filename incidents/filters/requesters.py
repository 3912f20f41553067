"""The filter of requesters."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter, YesNoFilter
from incidents.models import Contact


class RequesterFilter(FilterSet):
    """Requesters."""

    search = WordsFilter(fields=["name", "email", "phone", "location"])
    email = filters.CharFilter(lookup_expr="iexact")
    location = filters.CharFilter(lookup_expr="icontains")
    is_vip = YesNoFilter(label="VIP")

    class Meta(FilterSet.Meta):
        model = Contact
        fields: tuple[str, ...] = ()
