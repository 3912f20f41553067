"""Categories of tickets as the API shows and takes them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.configuration import ConfigurationSerializer, PartSerializer
from config.base.rest.serializers import Key, Line, ReadKey, RecordSerializer
from incidents.models import Category, CustomFieldKind
from oncall.models import Team


@extend_schema_field({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$", "example": "asset"})
class CustomName(serializers.RegexField):
    """The name of a custom field for programs."""


class CustomFieldSerializer(PartSerializer):
    """One custom field of a category."""

    name = CustomName(
        "^[a-z][a-z0-9_]{0,39}$",
        help_text="Its name for programs, once in a category. Tickets keep their values by it.",
        error_messages={"invalid": "Write small letters, digits and underscores, 40 at most, a letter first."},
    )
    label = Line(max_length=60, help_text="Its name for people.")  # type: ignore[assignment]  # the field's own word
    kind = serializers.ChoiceField(
        choices=CustomFieldKind.choices, default=CustomFieldKind.TEXT, help_text="What it holds."
    )
    choices = serializers.ListField(
        child=Line(max_length=80), max_length=50, default=list, help_text="What may be chosen; only of a choice."
    )
    is_required = serializers.BooleanField(default=False, help_text="Whether a logged call needs it.")
    help_text = Line(max_length=200, allow_blank=True, default="", help_text="What people read below it.")  # type: ignore[assignment]  # the field's own word
    is_retired = serializers.BooleanField(
        default=False, help_text="It is in no form any more; its values stay, under its label."
    )


class CategorySerializer(RecordSerializer):
    """What a ticket is about."""

    team = ReadKey("slug", allow_null=True)
    custom_fields = CustomFieldSerializer(many=True, read_only=True, help_text="What its tickets ask for.")

    class Meta:
        model = Category
        fields = ("id", "name", "team", "is_private", "custom_fields", "external_id", "retired_at")


class CategoryWriteSerializer(ConfigurationSerializer):
    """A category; tickets name it by its name."""

    team = Key("slug", queryset=Team.objects.all(), required=False, allow_null=True, default=None)
    custom_fields = CustomFieldSerializer(many=True, default=list, help_text="All of them, in their order.")

    class Meta:
        model = Category
        fields = ("name", "team", "is_private", "custom_fields", "external_id", "reason")
