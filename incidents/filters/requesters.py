"""The filter of requesters."""

import django_filters as filters
from django.db.models import QuerySet

from config.base.web.filters import FilterSet, WordsFilter, YesNoFilter
from incidents.models import Contact
from incidents.requesters.matching import RowT, is_phone, with_number


class RequesterWordsFilter(WordsFilter):
    """Words, or a phone number in any spacing."""

    def filter(self, queryset: QuerySet[RowT], value: str) -> QuerySet[RowT]:
        """The requesters with the words, or with the number."""
        return with_number(queryset, value) if is_phone(value or "") else super().filter(queryset, value)


class RequesterFilter(FilterSet):
    """Requesters."""

    search = RequesterWordsFilter(fields=["name", "email", "phone", "location"])
    email = filters.CharFilter(lookup_expr="iexact")
    location = filters.CharFilter(lookup_expr="icontains")
    is_vip = YesNoFilter(label="VIP")

    class Meta(FilterSet.Meta):
        model = Contact
        fields: tuple[str, ...] = ()
