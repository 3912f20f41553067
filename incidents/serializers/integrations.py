"""Integrations as the API shows them."""

from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import AnyObject, Key, ReadKey, RecordSerializer, ShownOnce
from incidents.models import Integration, Service, Severity


class IntegrationSerializer(RecordSerializer):
    """An integration; its key is shown only when it is created."""

    service = ReadKey("slug")
    default_severity = ReadKey("name")
    severities = AnyObject(read_only=True)

    class Meta:
        model = Integration
        fields = (
            "id", "name", "kind", "service", "severities", "default_severity", "external_id", "paused_at",
            "created_at", "key_changed_at",
        )  # fmt: skip


class KeyedIntegrationSerializer(IntegrationSerializer):
    """An integration with its new key, which this answer alone shows; null in an answer that made none."""

    key = ShownOnce(allow_null=True, help_text="The key for the sender. It is shown only now; null if none was made.")

    class Meta:
        model = Integration
        fields = (*IntegrationSerializer.Meta.fields, "key")


class IntegrationWriteSerializer(ConfigurationSerializer):
    """An integration; its key is made by the portal."""

    service = Key("slug", queryset=Service.objects.all())
    default_severity = Key("name", queryset=Severity.objects.all())
    severities = AnyObject(
        required=False, default=dict, help_text='Severity for each word of the sender, as {"critical": "SEV1"}.'
    )

    class Meta:
        model = Integration
        fields = ("name", "kind", "service", "severities", "default_severity", "external_id", "reason")
