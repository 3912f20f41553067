"""Serializers of who is on call, and of handoff notes."""

from rest_framework import serializers

from config.base.rest.serializers import (
    AnyObject,
    InputSerializer,
    Instant,
    Lines,
    OutputSerializer,
    ReadId,
    RecordSerializer,
)
from oncall.models import HandoffNote, Schedule
from oncall.serializers.people import PersonSerializer
from oncall.serializers.schedules import ScheduleSerializer


class HandoffNoteSerializer(RecordSerializer):
    """A note from one person on call for the next."""

    schedule = ReadId()
    author = PersonSerializer(read_only=True)

    class Meta:
        model = HandoffNote
        fields = ("id", "schedule", "author", "text", "at")


class NewHandoffNoteSerializer(InputSerializer):
    """A note for the next person on call on a schedule."""

    schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.all())
    text = Lines(max_length=10_000)


class TurnSerializer(OutputSerializer):
    """Who is on call on a schedule, from when until when, who is next, and by which version, layer and turn."""

    schedule = ScheduleSerializer()
    at = Instant()
    people = PersonSerializer(many=True)
    shadows = PersonSerializer(many=True)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    next = PersonSerializer(many=True)
    because = AnyObject()


class OnCallSerializer(OutputSerializer):
    """Who is on call on every schedule at one instant."""

    at = Instant()
    schedules = TurnSerializer(many=True)
