"""Minutes of work as the API shows them."""

from config.base.rest.serializers import RecordSerializer
from oncall.models import (
    WorkInterval,
)
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class WorkIntervalSerializer(RecordSerializer):
    """A person worked on something from an instant to another, or still does."""

    user = PersonSerializer(read_only=True)
    subject = SubjectSerializer(source="*", read_only=True)

    class Meta:
        model = WorkInterval
        fields = ("id", "user", "subject", "started_at", "ended_at", "source")
