"""The form of the load page: first and last day."""

from config.base.web.forms import FilterForm
from config.base.web.moments import DayField


class DaysForm(FilterForm):
    """Whole days in the team's time zone, both included."""

    since = DayField(label="From")
    until = DayField(label="To (included)")
