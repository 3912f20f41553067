"""The filters of watchers and of readings of private tickets."""

from config.base.web.filters import FilterSet
from incidents.filters.tickets import ReferenceFilter
from incidents.models import PrivateReading, Watcher


class WatcherFilter(FilterSet):
    """Watchers."""

    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = Watcher
        fields: tuple[str, ...] = ()


class PrivateReadingFilter(FilterSet):
    """Readings of private tickets."""

    ticket = ReferenceFilter(field_name="ticket")

    class Meta(FilterSet.Meta):
        model = PrivateReading
        fields: tuple[str, ...] = ()
