"""Obligations as the API shows them, and the input of their actions."""

from config.base.rest.serializers import InputSerializer, Instant, Lines, ReadKey, RecordSerializer
from oncall.models import Obligation
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class ObligationSerializer(RecordSerializer):
    """A task that a person or a team must do by a due time."""

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
    """Why it is not needed."""

    reason = Lines(max_length=2000, required=False, default="", allow_blank=True)


class PostponeSerializer(InputSerializer):
    """The new due time, and why it is postponed."""

    due_at = Instant()
    reason = Lines(max_length=2000)
