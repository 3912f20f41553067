"""The filter of items of checklists."""

from config.base.web.filters import FilterSet, YesNoFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import ChecklistItem


class ChecklistItemFilter(FilterSet):
    """Items of checklists."""

    ticket = ReferenceFilter(field_name="ticket")
    is_done = YesNoFilter(field_name="done_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = ChecklistItem
        fields: tuple[str, ...] = ()
