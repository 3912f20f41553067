"""The filter of pages."""

import django_filters as filters

from config.base.data.outbox import OutboxState
from config.base.web.filters import FilterSet, WholeNumberFilter
from oncall.models import Page, User


class PageFilter(FilterSet):
    """Pages."""

    state = filters.ChoiceFilter(choices=OutboxState)
    channel = filters.CharFilter()
    recipient = filters.ModelChoiceFilter(field_name="user", queryset=User.objects.people().order_by("name"))
    escalation = WholeNumberFilter(field_name="escalation_id")
    subject_type = filters.CharFilter(field_name="escalation__subject_type")
    subject_id = WholeNumberFilter(field_name="escalation__subject_id")

    class Meta(FilterSet.Meta):
        model = Page
        fields: tuple[str, ...] = ()
