"""Work intervals as the API shows them."""

from config.base.rest.serializers import RecordSerializer
from oncall.models import WorkInterval
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class WorkIntervalSerializer(RecordSerializer):
    """A time in which a person worked on something; without an end while it runs."""

    user = PersonSerializer(read_only=True)
    subject = SubjectSerializer(source="*", read_only=True)

    class Meta:
        model = WorkInterval
        fields = ("id", "user", "subject", "started_at", "ended_at", "source")
