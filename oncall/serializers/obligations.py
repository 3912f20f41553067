"""Obligations as the API shows them, and what their verbs take."""

from config.base.rest.serializers import InputSerializer, Instant, Lines, ReadKey, RecordSerializer
from oncall.models import (
    Obligation,
)
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class ObligationSerializer(RecordSerializer):
    """Something that a person or a team owes by an instant."""

    subject = SubjectSerializer(source="*", read_only=True)
    rule = ReadKey("name")
    owner = PersonSerializer(read_only=True, allow_null=True)
    team = ReadKey("slug", allow_null=True)
    ended_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Obligation
        fields = (
            "id", "kind", "subject", "occurrence", "rule", "owner", "team", "due_at", "status", "next_reminder_at",
            "reason", "ended_at", "ended_by", "created_at", "updated_at",
        )  # fmt: skip


class DismissSerializer(InputSerializer):
    """Why it need not be done."""

    reason = Lines(max_length=2000, required=False, default="", allow_blank=True)


class PostponeSerializer(InputSerializer):
    """Until when it is put off, and why."""

    due_at = Instant()
    reason = Lines(max_length=2000)
