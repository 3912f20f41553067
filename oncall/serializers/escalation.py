"""Escalations and their log as the API shows them."""

from config.base.rest.serializers import AnyObject, ReadKey, RecordSerializer
from oncall.models import Escalation, EscalationEntry
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class EscalationEntrySerializer(RecordSerializer):
    """One entry of an escalation's log."""

    actor = PersonSerializer(read_only=True, allow_null=True)
    detail = AnyObject(read_only=True)

    class Meta:
        model = EscalationEntry
        fields = ("id", "at", "event", "step", "round", "actor", "detail")


class EscalationSerializer(RecordSerializer):
    """An escalation: its state, what comes next, and its log."""

    subject = SubjectSerializer(source="*", read_only=True)
    team = ReadKey("slug", allow_null=True)
    policy = ReadKey("name", allow_null=True)
    acknowledged_by = PersonSerializer(read_only=True, allow_null=True)
    entries = EscalationEntrySerializer(many=True, read_only=True)

    class Meta:
        model = Escalation
        fields = (
            "id", "subject", "team", "policy", "urgency", "state", "step", "round", "next_at", "triggered_at",
            "acknowledged_at", "acknowledged_by", "exhausted_at", "ended_at", "entries",
        )  # fmt: skip
