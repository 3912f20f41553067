"""What another system knows about a ticket, as the API takes it."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Instant, Line
from incidents.models import MAX_GOAL, SlaKind, SlaMetric

_MINUTES = 10_000_000


class ImportedClockSerializer(InputSerializer):
    """A promise that has ended, or was broken, in the other system."""

    kind = serializers.ChoiceField(choices=SlaKind.choices, default=SlaKind.SLA)
    metric = serializers.ChoiceField(choices=SlaMetric.choices)
    goal_minutes = serializers.IntegerField(min_value=1, max_value=MAX_GOAL)
    elapsed_minutes = serializers.IntegerField(min_value=0, max_value=_MINUTES)
    started_at = Instant()
    stopped_at = Instant(allow_null=True, default=None)
    breached_at = Instant(allow_null=True, default=None)


class OriginSerializer(InputSerializer):
    """The other system, when the ticket was opened there, and its promises."""

    system = Line(max_length=60)
    opened_at = Instant()
    clocks = serializers.ListField(child=ImportedClockSerializer(), default=list, max_length=50)
