"""Tickets, alerts and the catalogue as the API shows them, and what its verbs take."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.serializers import AnyObject, Asked, Instant, Key, Line, Lines, Shown, ShownId, ShownKey
from incidents.models import (
    Alert,
    ClosureCode,
    Contact,
    ContactType,
    Event,
    HoldReason,
    Integration,
    Level,
    Service,
    ServiceReadiness,
    Severity,
    Ticket,
    TimelineEntry,
    Visibility,
)
from incidents.permissions import can_see_requester
from oncall.models import Team, User
from oncall.serializers import Address, PersonSerializer

_LEVELS = {level.name.lower(): level for level in Level}


@extend_schema_field({"type": "string", "enum": list(_LEVELS)})
class LevelField(serializers.ChoiceField):
    """ITIL's three steps as words: high, medium, low; 1, 2, 3 are taken too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(_LEVELS), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The level."""
        if isinstance(data, int) and not isinstance(data, bool) and data in Level.values:
            return Level(data)
        return _LEVELS[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        """The word."""
        return Level(value).name.lower()


class ContactSerializer(Shown):
    """A requester."""

    user = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Contact
        fields = ("id", "name", "email", "phone", "organisation", "user")


class TicketSerializer(Shown):
    """What every kind of ticket shows."""

    impact = LevelField(read_only=True, allow_null=True)
    urgency = LevelField(read_only=True, allow_null=True)
    severity = ShownKey("name")
    service = ShownKey("slug", allow_null=True)
    team = ShownKey("slug")
    assignee = PersonSerializer(read_only=True, allow_null=True)
    opened_by = PersonSerializer(read_only=True, allow_null=True)
    requester = serializers.SerializerMethodField()
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = (
            "id", "reference", "url", "title", "description", "category", "contact_type", "status", "hold_reason",
            "severity", "priority", "impact", "urgency", "service", "team", "assignee", "opened_by", "requester",
            "affected_customers", "closure_code", "closure_note", "visibility", "conference_url", "created_at",
            "updated_at", "impact_started_at", "detected_at", "alerted_at", "acknowledged_at", "work_started_at",
            "mitigated_at", "restored_at", "resolved_at", "closed_at", "reopened_at",
        )  # fmt: skip

    @extend_schema_field(ContactSerializer(allow_null=True))
    def get_requester(self, ticket: Ticket) -> Mapping[str, Any] | None:
        """Who asked, for those who may know; null for everybody else."""
        if ticket.requester is None or not can_see_requester(self.context["request"].user, ticket):
            return None
        return ContactSerializer(ticket.requester).data


class IncidentSerializer(TicketSerializer):
    """An incident."""

    customer_impact = serializers.CharField(source="incident.customer_impact", read_only=True)
    workaround = serializers.CharField(source="incident.workaround", read_only=True)
    opened_because = serializers.CharField(source="incident.opened_because", read_only=True)

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "customer_impact", "workaround", "opened_because")


class RequesterSerializer(Asked):
    """Who asked; a known address means the contact that has it."""

    name = Line(max_length=120)
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = Line(max_length=40, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A name is needed also where the rest of a change is partial."""
        if "name" not in attrs:
            raise serializers.ValidationError({"name": ["Write the name that goes with it."]})
        return {"email": "", "phone": ""} | attrs


class FactsSerializer(Asked):
    """The facts of an incident that whoever opens it gives, and others mend."""

    title = Line(max_length=300)
    description = Lines(max_length=20_000, allow_blank=True, required=False)
    category = Line(max_length=60, allow_blank=True, required=False)
    service = Key(slug_field="slug", queryset=Service.objects.all(), allow_null=True, required=False)
    impact = LevelField(allow_null=True, required=False)
    urgency = LevelField(allow_null=True, required=False)
    affected_customers = Line(max_length=300, allow_blank=True, required=False)
    customer_impact = Lines(max_length=5_000, allow_blank=True, required=False)
    impact_started_at = Instant(required=False)
    requester = RequesterSerializer(allow_null=True, required=False)


class EditSerializer(FactsSerializer):
    """What may be changed in an incident; only the fields that are named change."""

    workaround = Lines(max_length=20_000, allow_blank=True, required=False)
    conference_url = serializers.URLField(max_length=200, allow_blank=True, required=False)


class DeclareSerializer(FactsSerializer):
    """A new incident; the priority follows from impact and urgency, the team from the service."""

    team = Key(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    severity = Key(slug_field="name", queryset=Severity.objects.all(), allow_null=True, required=False)
    contact_type = serializers.ChoiceField(choices=ContactType.choices, default=ContactType.API)
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.OPEN)
    visibility_reason = Line(max_length=200, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A private record says why."""
        if attrs["visibility"] == Visibility.PRIVATE and not attrs.get("visibility_reason"):
            raise serializers.ValidationError({"visibility_reason": ["Say why this record is private."]})
        return attrs


class NoteSerializer(Asked):
    """A work note, or a comment the requester sees."""

    text = Lines(max_length=20_000)
    is_public = serializers.BooleanField(default=False)


class HoldSerializer(Asked):
    """Whom or what the ticket waits for."""

    reason = serializers.ChoiceField(choices=HoldReason.choices)
    note = Lines(max_length=5_000, allow_blank=True, default="")


class ReasonSerializer(Asked):
    """Why."""

    reason = Lines(max_length=5_000)


class OptionalReasonSerializer(Asked):
    """Why, if there is something to say."""

    reason = Lines(max_length=5_000, allow_blank=True, default="")


class OptionalNoteSerializer(Asked):
    """A note, if there is something to say."""

    note = Lines(max_length=20_000, allow_blank=True, default="")


class AssignSerializer(Asked):
    """To whom."""

    assignee = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True))


class TeamChoiceSerializer(Asked):
    """Which team."""

    team = Key(slug_field="slug", queryset=Team.objects.all())


class HandOverSerializer(TeamChoiceSerializer):
    """To which team, and why."""

    reason = Lines(max_length=5_000)


class ChangeSeveritySerializer(Asked):
    """The new severity; lowering it needs a reason."""

    severity = Key(slug_field="name", queryset=Severity.objects.all())
    reason = Lines(max_length=5_000, allow_blank=True, default="")


class CloseSerializer(Asked):
    """How it ended."""

    code = serializers.ChoiceField(choices=ClosureCode.choices)
    note = Lines(max_length=20_000, allow_blank=True, default="")


class TimelineEntrySerializer(Shown):
    """One fact about a ticket."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    actor = PersonSerializer(read_only=True, allow_null=True)
    data = AnyObject(read_only=True)  # type: ignore[assignment]  # the entry's own word

    class Meta:
        model = TimelineEntry
        fields = ("id", "ticket", "kind", "at", "recorded_at", "actor", "text", "data")


class MomentSerializer(serializers.Serializer[Any]):
    """Something that happened, and the record where it did."""

    at = Instant(read_only=True)
    text = serializers.CharField(read_only=True)
    title = serializers.CharField(read_only=True)
    url = Address(read_only=True)


class ChapterSerializer(serializers.Serializer[Any]):
    """A part of a story, the oldest moment first."""

    title = serializers.CharField(read_only=True)
    moments = MomentSerializer(many=True, read_only=True)


class ConditionSerializer(serializers.Serializer[Any]):
    """One thing that prevention consists of."""

    text = serializers.CharField(read_only=True)
    url = Address(read_only=True)
    fell_at = Instant(read_only=True, allow_null=True)


class AlertSerializer(Shown):
    """One trouble as one sender sees it."""

    integration = ShownId()
    service = ShownKey("slug", source="integration.service")
    ticket = serializers.CharField(source="ticket.reference", read_only=True, allow_null=True, default=None)
    payload = AnyObject(read_only=True)
    url = Address(source="get_absolute_url", read_only=True)

    class Meta:
        model = Alert
        fields = (
            "id", "url", "integration", "dedup_key", "status", "count", "title", "severity_word", "source", "link",
            "service", "ticket", "started_at", "opened_at", "last_event_at", "closed_at", "explanation", "payload",
        )  # fmt: skip


class EventSerializer(Shown):
    """One message from a sender, as it came."""

    integration = ShownId()
    alert = ShownId(allow_null=True)
    payload = AnyObject(read_only=True)

    class Meta:
        model = Event
        fields = ("id", "integration", "alert", "received_at", "action", "dedup_key", "outcome", "problem", "payload")


class ServiceSerializer(Shown):
    """Something the firm offers or stands on."""

    team = ShownKey("slug")
    escalation_policy = ShownKey("name", allow_null=True)
    depends_on = ShownKey("slug", many=True)

    class Meta:
        model = Service
        fields = ("id", "slug", "name", "kind", "description", "team", "tier", "escalation_policy", "depends_on")


class StintSerializer(serializers.Serializer[Any]):
    """People who answer: by a schedule since and until when and who is next, or named themselves, without times."""

    schedule = serializers.CharField(source="schedule.name", allow_null=True, default=None)
    people = PersonSerializer(many=True)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    next = PersonSerializer(source="following", many=True)


class CoveredSerializer(serializers.Serializer[Any]):
    """A service and whom a page about it reaches first; no stints, nobody."""

    service = serializers.SlugField(source="service.slug")
    team = serializers.SlugField(source="service.team.slug")
    stints = StintSerializer(many=True)


class CoverageSerializer(serializers.Serializer[Any]):
    """Who answers for every service at one moment."""

    at = Instant()
    services = CoveredSerializer(many=True)


class ReadinessItemSerializer(serializers.Serializer[Any]):
    """One check: what is asked for, whether it holds, what is wrong and where it is mended."""

    code = serializers.CharField()
    title = serializers.CharField()
    is_passed = serializers.BooleanField()
    wrong = serializers.CharField()
    url = Address()


class ReadinessSerializer(Shown):
    """What the last check of a service found; without `checked_at` it waits for its first."""

    service = ShownKey("slug")
    items = ReadinessItemSerializer(many=True, read_only=True)

    class Meta:
        model = ServiceReadiness
        fields = ("id", "service", "score", "passed", "total", "items", "checked_at", "due_at")


class SeveritySerializer(Shown):
    """What a degree of trouble means and sets in motion."""

    class Meta:
        model = Severity
        fields = (
            "id", "rank", "name", "title", "description", "is_major", "pages", "urgency", "needs_prevention",
            "confirms_restore", "postmortem_days", "review_seats",
        )  # fmt: skip


class IntegrationSerializer(Shown):
    """A sender's door; its key is shown only when it is made."""

    service = ShownKey("slug")
    default_severity = ShownKey("name")
    severities = AnyObject(read_only=True)

    class Meta:
        model = Integration
        fields = (
            "id", "name", "kind", "service", "severities", "default_severity", "paused_at", "created_at",
            "key_changed_at",
        )  # fmt: skip


class FiguresSerializer(serializers.Serializer[Any]):
    """What one measure says of one group; lengths in seconds."""

    n = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    changed = serializers.IntegerField(help_text="How many of those counted had a time changed by hand.")
    left_out_total = serializers.IntegerField()
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many are not counted, by reason."
    )


class CellSerializer(serializers.Serializer[Any]):
    """A month or all, split or whole; null means all."""

    month = serializers.DateField(allow_null=True)
    key = serializers.CharField(allow_null=True, help_text="Slug of team or service, or name of the severity.")
    is_of_all = serializers.BooleanField(help_text="Whether the group is not split.")
    measures = serializers.DictField(child=FiguresSerializer())


class MetricsSerializer(serializers.Serializer[Any]):
    """The figures of all groups."""

    zone = serializers.CharField(help_text="Whose months they are.")
    by = serializers.CharField(allow_null=True)
    cells = CellSerializer(many=True)
