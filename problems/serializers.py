"""Problems, factors and known errors as the API shows them, and the input of their actions."""

from typing import Any

from rest_framework import serializers

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.rest.serializers import (
    Day,
    InputSerializer,
    Key,
    Line,
    Lines,
    OutputSerializer,
    ReadId,
    ReadKey,
    RecordSerializer,
)
from incidents.models import Service, Severity, Ticket
from incidents.serializers.tickets import ReferenceField, TicketSerializer
from oncall.models import Team
from oncall.serializers.people import Address, PersonSerializer
from problems.investigation.lifecycle import CODE_CHOICES
from problems.models import Factor, KnownError


class ProblemSerializer(TicketSerializer):
    """The cause, or possible cause, of incidents."""

    cause = serializers.CharField(source="problem.cause", read_only=True)
    workaround = serializers.CharField(source="problem.workaround", read_only=True)
    services_at_risk = ReadKey("slug", source="problem.services_at_risk", many=True)

    class Meta(TicketSerializer.Meta):
        model = Ticket
        fields = (*TicketSerializer.Meta.fields, "cause", "workaround", "services_at_risk")


class ProblemFactsSerializer(InputSerializer):
    """The editable fields of a problem; only those that are sent change."""

    title = Line(max_length=300)
    description = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)
    category = Line(max_length=60, allow_blank=True, required=False)
    is_security = serializers.BooleanField(required=False)
    affected_customers = Line(max_length=300, allow_blank=True, required=False)
    service = Key(slug_field="slug", queryset=Service.objects.all(), allow_null=True, required=False)
    severity = Key(slug_field="name", queryset=Severity.objects.all(), required=False)
    cause = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)
    workaround = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)


class NewProblemSerializer(InputSerializer):
    """A new problem: of an incident, with its service, impact and timeline, or without one."""

    incident = ReferenceField(kind="incident", required=False)
    title = Line(max_length=300, required=False)
    description = Lines(max_length=LONG_TEXT, allow_blank=True, required=False)
    service = Key(slug_field="slug", queryset=Service.objects.all(), allow_null=True, required=False)
    team = Key(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    severity = Key(slug_field="name", queryset=Severity.objects.all(), required=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """With an incident only a title is allowed; without one title and severity are required."""
        required = set() if "incident" in attrs else {"title", "severity"}
        errors = {name: ["This is required without an incident."] for name in required - set(attrs)}
        if "incident" in attrs:
            copied = set(attrs) - {"incident", "title"}
            errors = {name: ["This comes from the incident. Leave it out."] for name in copied}
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class IncidentChoiceSerializer(InputSerializer):
    """The incident."""

    incident = ReferenceField(kind="incident")


class PublishKnownErrorSerializer(InputSerializer):
    """Title, symptoms and workaround of a known error."""

    title = Line(max_length=200)
    symptoms = Lines(max_length=LONG_TEXT)
    workaround = Lines(max_length=LONG_TEXT)


class CloseProblemSerializer(InputSerializer):
    """The closure code of a problem."""

    code = serializers.ChoiceField(choices=CODE_CHOICES)
    note = Lines(max_length=LONG_TEXT, allow_blank=True, default="")
    original = ReferenceField(kind="problem", required=False, allow_null=True)


class AtRiskSerializer(OutputSerializer):
    """A service that the same cause may affect, and why."""

    service = serializers.CharField(source="service.slug", read_only=True)
    team = serializers.CharField(source="service.team.slug", read_only=True)
    because = serializers.CharField(read_only=True)


class NameServicesSerializer(InputSerializer):
    """Other services that the same cause may affect, and the due day of their teams."""

    services = Key(slug_field="slug", queryset=Service.objects.select_related("team"), many=True, allow_empty=False)
    due_on = Day()


class FactorSerializer(RecordSerializer):
    """A contributing factor."""

    problem = serializers.CharField(source="problem.reference", read_only=True)
    parent = ReadId(allow_null=True)  # type: ignore[assignment]  # the factor's own word
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Factor
        fields = ("id", "problem", "parent", "text", "evidence_url", "position", "created_by", "created_at")


class FactorKey(serializers.PrimaryKeyRelatedField):
    """A factor by its id, if the caller may see its problem."""

    def get_queryset(self) -> Any:
        """The factors that the caller may see."""
        return Factor.objects.visible_to(self.context["request"].user)


class NewFactorSerializer(InputSerializer):
    """A new factor, at the top or below the factor that it explains."""

    problem = ReferenceField(kind="problem")
    text = Lines(max_length=SHORT_TEXT)
    parent = FactorKey(queryset=Factor.objects.all(), allow_null=True, required=False)  # type: ignore[assignment]  # the record's own word
    evidence_url = serializers.URLField(max_length=500, allow_blank=True, required=False)


class KnownErrorSerializer(RecordSerializer):
    """Symptoms and workaround of a problem that is not yet fixed."""

    problem = serializers.CharField(source="problem.reference", read_only=True)
    service = ReadKey("slug", source="problem.service", allow_null=True)
    url = Address(source="get_absolute_url", read_only=True)
    hits = serializers.IntegerField(source="seen_hits", read_only=True)
    last_hit_at = serializers.DateTimeField(source="last_seen_at", read_only=True, allow_null=True)

    def to_representation(self, known_error: Any) -> dict[str, Any]:
        """The record, with the uses that the caller may see; a list has them already."""
        if not hasattr(known_error, "seen_hits"):
            rows = KnownError.objects.with_uses(self.context["request"].user).select_related("problem__service")
            known_error = rows.get(pk=known_error.pk)
        return super().to_representation(known_error)

    class Meta:
        model = KnownError
        fields = (
            "id", "url", "problem", "service", "title", "symptoms", "workaround", "status", "hits", "last_hit_at",
            "published_at", "updated_at",
        )  # fmt: skip
