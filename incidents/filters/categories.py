"""Filters of categories, and of tickets by what their category asks for."""

import re
from collections.abc import Iterable

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from config.base.data.text import clean_line
from config.base.web.filters import FilterSet, RetiredFilter, RowT, WordsFilter, YesNoFilter
from incidents.categories.custom_fields import Value, values_of_text
from incidents.models import Category
from oncall.models import Team

_SENT = re.compile(r"([a-z][a-z0-9_]{0,39})\s*[:=]\s*(\S.*)")


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


class CustomValueField(forms.CharField):
    """A field of a category by its name and a value, as `asset_tag: PC-12`."""

    def clean(self, value: object) -> tuple[str, str] | None:
        """The name and the value, or an error message."""
        text = clean_line(super().clean(value))
        if not text:
            return None
        sent = _SENT.fullmatch(text)
        if sent is None:
            raise ValidationError("Write the name of the field and the value, as asset_tag: PC-12.")
        return sent[1], sent[2]


class CustomValueFilter(filters.CharFilter):
    """Tickets that have this value in a custom field, whatever the field's kind."""

    field_class = CustomValueField

    def filter(self, queryset: QuerySet[RowT], value: tuple[str, str] | None) -> QuerySet[RowT]:
        """Those tickets; the second condition names the part of the table that has an index."""
        if value is None:
            return queryset
        name, text = value
        return queryset.filter(_any(name, values_of_text(text)), ~Q(custom={}))


def _any(name: str, values: Iterable[Value]) -> Q:
    condition = Q()
    for value in values:
        condition |= Q(custom__contains={name: value})
    return condition
