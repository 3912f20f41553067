"""People, standby, escalations and pages as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base import links
from config.base.serializers import AnyObject, Asked, Instant, Lines, Shown, ShownId, ShownKey
from oncall.models import (
    EngineLane,
    Escalation,
    EscalationEntry,
    Membership,
    Obligation,
    Page,
    Schedule,
    Team,
    User,
    WorkInterval,
)


@extend_schema_field({"type": "string"})
class Address(serializers.CharField):
    """A path of the portal as a full address."""

    def to_representation(self, value: Any) -> str:
        """The address; what is none of ours stays as it is."""
        return links.absolute(value) if str(value).startswith("/") else str(value)


class PersonSerializer(Shown):
    """A person, as others refer to them."""

    class Meta:
        model = User
        fields = ("id", "name")


class SubjectSerializer(serializers.Serializer[Any]):
    """What an escalation, a page or a stretch of work is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.IntegerField(source="subject_id")
    title = serializers.CharField()
    url = Address()


class UserTeamSerializer(Shown):
    """A team a person belongs to."""

    team = ShownKey("slug")

    class Meta:
        model = Membership
        fields = ("team", "role")


class UserSerializer(Shown):
    """A person with an account; how to reach them privately is theirs alone."""

    teams = UserTeamSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "name", "time_zone", "is_active", "teams")


class TeamMemberSerializer(Shown):
    """A person in a team."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("user", "role")


class TeamSerializer(Shown):
    """A team and its people."""

    escalation_policy = ShownKey("name", allow_null=True)
    members = TeamMemberSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = Team
        fields = ("id", "slug", "name", "kind", "description", "time_zone", "escalation_policy", "members")


class ScheduleSerializer(Shown):
    """A schedule; who is on call is at `on-call/`."""

    team = ShownKey("slug")

    class Meta:
        model = Schedule
        fields = ("id", "name", "description", "team", "external_id")


class TurnSerializer(serializers.Serializer[Any]):
    """Who stands by on a schedule, since when and until when, and by which version, layer and turn."""

    schedule = ScheduleSerializer()
    at = Instant()
    people = PersonSerializer(many=True)
    shadows = PersonSerializer(many=True)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    because = AnyObject()


class OnCallSerializer(serializers.Serializer[Any]):
    """Who stands by on every schedule at one moment."""

    at = Instant()
    schedules = TurnSerializer(many=True)


class EscalationEntrySerializer(Shown):
    """One fact of an escalation's history."""

    actor = PersonSerializer(read_only=True, allow_null=True)
    detail = AnyObject(read_only=True)

    class Meta:
        model = EscalationEntry
        fields = ("id", "at", "event", "step", "round", "actor", "detail")


class EscalationSerializer(Shown):
    """A policy at work: where it stands, what comes next, and what happened."""

    subject = SubjectSerializer(source="*", read_only=True)
    team = ShownKey("slug", allow_null=True)
    policy = ShownKey("name", allow_null=True)
    acknowledged_by = PersonSerializer(read_only=True, allow_null=True)
    entries = EscalationEntrySerializer(many=True, read_only=True)

    class Meta:
        model = Escalation
        fields = (
            "id", "subject", "team", "policy", "urgency", "state", "step", "round", "next_at", "triggered_at",
            "acknowledged_at", "acknowledged_by", "exhausted_at", "ended_at", "entries",
        )  # fmt: skip


class PageSerializer(Shown):
    """One message to one person on one channel; the address it goes to is private."""

    escalation = ShownId()
    subject = SubjectSerializer(source="escalation", read_only=True)
    recipient = PersonSerializer(source="user", read_only=True)

    class Meta:
        model = Page
        fields = (
            "id", "escalation", "subject", "recipient", "channel", "state", "due_at", "sent_at", "accepted_at",
            "delivered_at", "ended_at", "attempts", "last_error", "created_at",
        )  # fmt: skip


class WorkIntervalSerializer(Shown):
    """A person worked on something from an instant to another, or still does."""

    user = PersonSerializer(read_only=True)
    subject = SubjectSerializer(source="*", read_only=True)

    class Meta:
        model = WorkInterval
        fields = ("id", "user", "subject", "started_at", "ended_at", "source")


class LaneSerializer(Shown):
    """The pulse of one lane of one worker."""

    class Meta:
        model = EngineLane
        fields = (
            "worker",
            "lane",
            "started_at",
            "swept_at",
            "stopped_at",
            "last_error",
            "last_error_at",
            "skew_seconds",
        )


class FindingSerializer(serializers.Serializer[Any]):
    """Something that must not be, found by the auditor."""

    code = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField()


class EngineSerializer(serializers.Serializer[Any]):
    """The engine's pulse and the auditor's findings; none is good."""

    lanes = LaneSerializer(many=True)
    findings = FindingSerializer(many=True)


class ObligationSerializer(Shown):
    """Something that a person or a team owes by an instant."""

    subject = SubjectSerializer(source="*", read_only=True)
    rule = ShownKey("name")
    owner = PersonSerializer(read_only=True, allow_null=True)
    team = ShownKey("slug", allow_null=True)
    ended_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Obligation
        fields = (
            "id", "kind", "subject", "occurrence", "rule", "owner", "team", "due_at", "status", "next_reminder_at",
            "reason", "ended_at", "ended_by", "created_at", "updated_at",
        )  # fmt: skip


class DismissSerializer(Asked):
    """Why it need not be done."""

    reason = Lines(max_length=2000, required=False, default="", allow_blank=True)


class PostponeSerializer(Asked):
    """Until when it is put off, and why."""

    due_at = Instant()
    reason = Lines(max_length=2000)
