"""Escalation policies, escalations and their log as the API shows them."""

from typing import Any

from rest_framework import serializers

from config.base.rest.configuration import ConfigurationSerializer, PartSerializer
from config.base.rest.serializers import AnyObject, Instant, Key, ReadKey, RecordSerializer
from oncall.models import (
    Escalation,
    EscalationEntry,
    EscalationPolicy,
    EscalationStep,
    EscalationTarget,
    Schedule,
    StepMode,
    Team,
)
from oncall.serializers.people import PersonKey, PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class ScheduleReferenceSerializer(RecordSerializer):
    """A short reference to a schedule."""

    class Meta:
        model = Schedule
        fields = ("id", "name")


class EscalationTargetSerializer(RecordSerializer):
    """Whom a step pages: a person, the people on call of a schedule, or a team; the other two are null."""

    user = PersonSerializer(read_only=True, allow_null=True)
    schedule = ScheduleReferenceSerializer(read_only=True, allow_null=True)
    team = ReadKey("slug", allow_null=True)

    class Meta:
        model = EscalationTarget
        fields = ("user", "schedule", "team")


class EscalationStepSerializer(RecordSerializer):
    """One step of a policy: whom it pages, and how long it waits for an acknowledgement."""

    targets = EscalationTargetSerializer(many=True, read_only=True)

    class Meta:
        model = EscalationStep
        fields = ("id", "position", "delay_minutes", "mode", "targets")


class EscalationPolicySerializer(RecordSerializer):
    """Whom to page, in which order and after how long; who they are now is at `on-call/`."""

    team = ReadKey("slug")
    fallback = PersonSerializer(many=True, read_only=True)
    steps = EscalationStepSerializer(many=True, read_only=True)

    class Meta:
        model = EscalationPolicy
        fields = (
            "id", "name", "team", "repeat", "ack_timeout_minutes", "steps", "fallback", "fallback_delay_minutes",
            "external_id", "retired_at", "created_at", "updated_at",
        )  # fmt: skip


class TargetWriteSerializer(PartSerializer):
    """Whom a step pages: one of a person, the people on call of a schedule, and a team."""

    user = PersonKey(required=False)
    schedule = Key("name", queryset=Schedule.objects.all(), required=False)
    team = Key("slug", queryset=Team.objects.all(), required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Exactly one of them."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Name exactly one of user, schedule and team.")
        return attrs


class StepWriteSerializer(PartSerializer):
    """One step; without a position it stands where the list has it."""

    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)
    delay_minutes = serializers.IntegerField(default=5, min_value=1, max_value=32_767)
    mode = serializers.ChoiceField(choices=StepMode.choices, default=StepMode.ALL)
    targets = TargetWriteSerializer(many=True, allow_empty=False)


class EscalationPolicyWriteSerializer(ConfigurationSerializer):
    """A policy with all of its steps."""

    team = Key("slug", queryset=Team.objects.all())
    steps = StepWriteSerializer(
        many=True, allow_empty=False, help_text="The steps, the first one first; they replace those of the policy."
    )
    fallback = serializers.ListField(
        child=PersonKey(), allow_empty=False, max_length=100, help_text="People, by id or e-mail address."
    )

    class Meta:
        model = EscalationPolicy
        fields = (
            "name", "team", "repeat", "ack_timeout_minutes", "steps", "fallback", "fallback_delay_minutes",
            "external_id", "reason",
        )  # fmt: skip


class StepReachSerializer(serializers.Serializer[Any]):
    """The people whom a step would page, and how long after the first page if nobody acknowledges."""

    position = serializers.IntegerField()
    after_minutes = serializers.IntegerField()
    people = PersonSerializer(many=True)


class PolicyReachSerializer(serializers.Serializer[Any]):
    """Whom a policy would page at one moment, step by step, and at the end."""

    at = Instant()
    steps = StepReachSerializer(many=True)
    fallback = PersonSerializer(many=True)


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
