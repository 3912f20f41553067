"""Who is on call, and handoff notes, as the API shows them."""

from typing import Any

from rest_framework import serializers

from config.base.rest.serializers import AnyObject, InputSerializer, Instant, Lines, ReadId, RecordSerializer
from oncall.models import (
    HandoffNote,
    Schedule,
)
from oncall.serializers.people import PersonSerializer
from oncall.serializers.schedules import ScheduleSerializer


class HandoffNoteSerializer(RecordSerializer):
    """What one person on call left for the next."""

    schedule = ReadId()
    author = PersonSerializer(read_only=True)

    class Meta:
        model = HandoffNote
        fields = ("id", "schedule", "author", "text", "at")


class NewHandoffNoteSerializer(InputSerializer):
    """A note for whoever is next on a schedule."""

    schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.all())
    text = Lines(max_length=10_000)


class TurnSerializer(serializers.Serializer[Any]):
    """Who stands by on a schedule, since when and until when, who is next, and by which version, layer and turn."""

    schedule = ScheduleSerializer()
    at = Instant()
    people = PersonSerializer(many=True)
    shadows = PersonSerializer(many=True)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    next = PersonSerializer(many=True)
    because = AnyObject()


class OnCallSerializer(serializers.Serializer[Any]):
    """Who stands by on every schedule at one moment."""

    at = Instant()
    schedules = TurnSerializer(many=True)
