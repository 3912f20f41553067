"""Integrations as the API shows them."""

from config.base.rest.serializers import AnyObject, ReadKey, RecordSerializer
from incidents.models import Integration


class IntegrationSerializer(RecordSerializer):
    """An integration; its key is shown only when it is created."""

    service = ReadKey("slug")
    default_severity = ReadKey("name")
    severities = AnyObject(read_only=True)

    class Meta:
        model = Integration
        fields = (
            "id", "name", "kind", "service", "severities", "default_severity", "paused_at", "created_at",
            "key_changed_at",
        )  # fmt: skip
