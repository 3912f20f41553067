"""Watchers and readings as the API shows them, and what watching and time worked take."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Instant, ReadKey, RecordSerializer
from incidents.models import PrivateReading, Watcher
from incidents.serializers.tickets import ReferenceField
from oncall.serializers.people import PersonKey, PersonSerializer


class WatcherSerializer(RecordSerializer):
    """A person who watches a ticket."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    user = PersonSerializer(read_only=True)
    added_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Watcher
        fields = ("id", "ticket", "user", "added_by", "added_at")


class NewWatcherSerializer(InputSerializer):
    """The ticket, and who watches it from now on; without a person you do."""

    ticket = ReferenceField()
    user = PersonKey(required=False)


class PrivateReadingSerializer(RecordSerializer):
    """A person opened a private ticket; once in each hour."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    user = PersonSerializer(read_only=True)
    token = ReadKey("name", allow_null=True)

    class Meta:
        model = PrivateReading
        fields = ("id", "ticket", "user", "token", "at")


class WorkTimeSerializer(InputSerializer):
    """From when to when."""

    started_at = Instant()
    ended_at = Instant()


class NewWorkTimeSerializer(WorkTimeSerializer):
    """A time in which you worked on a ticket."""

    ticket = ReferenceField()
