"""Categories of tickets as the API shows and takes them."""

from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import Key, ReadKey, RecordSerializer
from incidents.models import Category
from oncall.models import Team


class CategorySerializer(RecordSerializer):
    """What a ticket is about."""

    team = ReadKey("slug", allow_null=True)

    class Meta:
        model = Category
        fields = ("id", "name", "team", "is_private", "external_id", "retired_at")


class CategoryWriteSerializer(ConfigurationSerializer):
    """A category; tickets name it by its name."""

    team = Key("slug", queryset=Team.objects.all(), required=False, allow_null=True, default=None)

    class Meta:
        model = Category
        fields = ("name", "team", "is_private", "external_id", "reason")
