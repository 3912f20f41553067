"""Services, who is on call for them, and their readiness as the API shows them."""

from rest_framework import serializers

from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import Instant, Key, OutputSerializer, ReadKey, RecordSerializer
from incidents.models import Service, ServiceReadiness
from oncall.models import EscalationPolicy, Team
from oncall.serializers.people import Address, PersonSerializer


class ServiceSerializer(RecordSerializer):
    """A service that the company offers or depends on."""

    team = ReadKey("slug")
    escalation_policy = ReadKey("name", allow_null=True)
    depends_on = ReadKey("slug", many=True)

    class Meta:
        model = Service
        fields = (
            "id", "slug", "name", "kind", "description", "team", "tier", "escalation_policy", "flapping_minutes",
            "depends_on", "external_id", "retired_at",
        )  # fmt: skip


class ServiceWriteSerializer(ConfigurationSerializer):
    """A service, with the services that it needs."""

    team = Key("slug", queryset=Team.objects.all())
    escalation_policy = Key(
        "name", queryset=EscalationPolicy.objects.all(), required=False, allow_null=True, default=None
    )
    depends_on = serializers.ListField(
        child=Key("slug", queryset=Service.objects.all()), required=False, default=list, max_length=200
    )

    class Meta:
        model = Service
        fields = (
            "slug", "name", "kind", "description", "team", "tier", "escalation_policy", "flapping_minutes",
            "depends_on", "external_id", "reason",
        )  # fmt: skip


class StintSerializer(OutputSerializer):
    """People on call: by a schedule with its times and who is next, or named in the policy, without times."""

    schedule = serializers.CharField(source="schedule.name", allow_null=True, default=None)
    people = PersonSerializer(many=True)
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    next = PersonSerializer(source="following", many=True)


class ServiceCoverageSerializer(OutputSerializer):
    """A service and whom a page about it reaches first; without stints nobody."""

    service = serializers.SlugField(source="service.slug")
    team = serializers.SlugField(source="service.team.slug")
    stints = StintSerializer(many=True)


class CoverageSerializer(OutputSerializer):
    """Who is on call for each service at one moment."""

    at = Instant()
    services = ServiceCoverageSerializer(many=True)


class ReadinessItemSerializer(OutputSerializer):
    """One check: its title, whether it passes, what is wrong and where to fix it."""

    code = serializers.CharField()
    title = serializers.CharField()
    is_passed = serializers.BooleanField()
    wrong = serializers.CharField()
    url = Address()


class ReadinessSerializer(RecordSerializer):
    """The result of the last check of a service; without `checked_at` it was not checked yet."""

    service = ReadKey("slug")
    items = ReadinessItemSerializer(many=True, read_only=True)

    class Meta:
        model = ServiceReadiness
        fields = ("id", "service", "score", "passed", "total", "items", "checked_at", "due_at")
