"""The engine's lanes and the findings of the health checks, as the API shows them."""

from rest_framework import serializers

from config.base.rest.serializers import OutputSerializer, RecordSerializer
from oncall.engine.check_catalog import FindingKind
from oncall.models import EngineLane


class LaneSerializer(RecordSerializer):
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


class FindingSerializer(OutputSerializer):
    """Something wrong, found by a health check."""

    code = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in FindingKind])
    ends = serializers.CharField()
    owner = serializers.CharField()


class EngineSerializer(OutputSerializer):
    """The engine's lanes and the findings of the health checks; an empty list of findings is good."""

    lanes = LaneSerializer(many=True)
    findings = FindingSerializer(many=True)
