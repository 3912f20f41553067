"""The question to a policy: if it fired at this moment."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from config.base.data.clock_changes import Reading, read_wall_clock
from config.base.data.moments import Unreadable, read_moment
from config.base.data.wall_clock import resolve, wall_time
from oncall.models import Urgency
from oncall.models.people import validate_zone


class MomentForm(forms.Form):
    """A moment on the wall of a place. `reading` is what it means there, once the form is valid.

    A repeated local time means the first one, or with `second` the second; a skipped one the end of the gap.
    """

    moment = forms.CharField(
        label="Moment", max_length=40, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    zone = forms.CharField(
        label="Time zone", max_length=64, validators=[validate_zone], widget=forms.TextInput(attrs={"list": "zones"})
    )
    second = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reading: Reading

    def clean(self) -> dict[str, Any]:
        """The values, with `at` as the instant that is asked about."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        zone = ZoneInfo(cleaned["zone"])
        try:
            self.reading = _read(cleaned["moment"], zone)
        except Unreadable as error:
            self.add_error("moment", str(error))
            return cleaned
        second = self.reading.second if cleaned["second"] else None
        return cleaned | {"at": second or self.reading.at, "zone": zone}


def _read(text: str, zone: ZoneInfo) -> Reading:
    """What the text means; one with an offset is one instant, and no local time to doubt. Raises Unreadable."""
    at = read_moment(text, zone=zone).replace(second=0, microsecond=0)
    local = datetime.fromisoformat(text.strip()[:16])
    return read_wall_clock(local, zone) if resolve(local, zone) == at else Reading(wall_time(at, zone), at)


class PolicyQuestion(MomentForm):
    """If this policy fired with this urgency at this moment."""

    urgency = forms.ChoiceField(label="Notification urgency", choices=Urgency.choices)
    field_order = ("urgency", "moment", "zone")
