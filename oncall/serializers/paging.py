"""Pages as the API shows them."""

from config.base.rest.serializers import ReadId, RecordSerializer
from oncall.models import Page
from oncall.serializers.people import PersonSerializer
from oncall.serializers.subjects import SubjectSerializer


class PageSerializer(RecordSerializer):
    """One message to one person on one channel; the address is private and not shown."""

    escalation = ReadId()
    subject = SubjectSerializer(source="escalation", read_only=True)
    recipient = PersonSerializer(source="user", read_only=True)

    class Meta:
        model = Page
        fields = (
            "id", "escalation", "subject", "recipient", "channel", "state", "due_at", "sent_at", "accepted_at",
            "delivered_at", "ended_at", "attempts", "last_error", "created_at",
        )  # fmt: skip
