"""The filter of handoff notes."""

import django_filters as filters

from config.base.web.filters import FilterSet, WordsFilter
from oncall.models import HandoffNote, Schedule, Team, User


class HandoffNoteFilter(FilterSet):
    """Handoff notes."""

    search = WordsFilter(fields=["text"])
    schedule = filters.ModelChoiceFilter(queryset=Schedule.objects.order_by("name"))
    team = filters.ModelChoiceFilter(
        field_name="schedule__team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    author = filters.ModelChoiceFilter(queryset=User.objects.people().order_by("name"))

    class Meta(FilterSet.Meta):
        model = HandoffNote
        fields: tuple[str, ...] = ()
