"""The filter of watchers."""

from config.base.web.filters import FilterSet
from incidents.filters.tickets import ReferenceFilter
from incidents.models import Watcher


class WatcherFilter(FilterSet):
    """Watchers."""

    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = Watcher
        fields: tuple[str, ...] = ()
