"""Filters of escalation policies, and of escalations."""

import django_filters as filters

from config.base.web.filters import FilterSet, WholeNumberFilter, WordsFilter, YesNoFilter
from oncall.models import Escalation, EscalationPolicy, EscalationState, Schedule, Team, User


class EscalationPolicyFilter(FilterSet):
    """Escalation policies."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    person = filters.ModelChoiceFilter(
        field_name="steps__targets__user", queryset=User.objects.people().order_by("name"), distinct=True
    )
    schedule = filters.ModelChoiceFilter(
        field_name="steps__targets__schedule", queryset=Schedule.objects.order_by("name"), distinct=True
    )
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = EscalationPolicy
        fields: tuple[str, ...] = ()


class EscalationFilter(FilterSet):
    """Escalations."""

    state = filters.ChoiceFilter(choices=EscalationState)
    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    subject_type = filters.CharFilter()
    subject_id = WholeNumberFilter()
    exhausted = YesNoFilter(field_name="exhausted_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = Escalation
        fields: tuple[str, ...] = ()
