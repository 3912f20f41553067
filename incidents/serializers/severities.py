"""Severities, impact and urgency as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import Key, RecordSerializer
from incidents.models import Level, Severity

_LEVELS_BY_WORD = {level.name.lower(): level for level in Level}


@extend_schema_field({"type": "string", "enum": list(_LEVELS_BY_WORD)})
class LevelField(serializers.ChoiceField):
    """ITIL's three levels as words: high, medium, low; 1, 2, 3 are accepted too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(_LEVELS_BY_WORD), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The level."""
        if isinstance(data, int) and not isinstance(data, bool) and data in Level.values:
            return Level(data)
        return _LEVELS_BY_WORD[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        """The level as a word."""
        return Level(value).name.lower()


class SeveritySerializer(RecordSerializer):
    """A severity: what it means and what it starts."""

    class Meta:
        model = Severity
        fields = (
            "id", "position", "rank", "name", "title", "description", "examples", "is_major", "pages", "urgency",
            "needs_prevention", "confirms_restore", "needs_postmortem", "postmortem_days", "review_seats",
            "customer_impact", "component_status", "first_words", "external_id", "retired_at",
        )  # fmt: skip


class SeverityWriteSerializer(ConfigurationSerializer):
    """A severity and its place; what it promises is set with its SLA targets."""

    rank = serializers.IntegerField(
        required=False, min_value=1, max_value=9,
        help_text="How bad it is, 1 is the worst; left out it stays, and it never falls along the order.",
    )  # fmt: skip
    below = Key(
        "name", queryset=Severity.objects.all(), required=False, allow_null=True,
        help_text="The severity right above it; null: it is the worst. Left out, it stays where it is.",
    )  # fmt: skip

    class Meta:
        model = Severity
        fields = (
            "name", "title", "description", "examples", "rank", "below", "is_major", "pages", "urgency",
            "needs_prevention", "confirms_restore", "needs_postmortem", "postmortem_days", "review_seats",
            "customer_impact", "component_status", "first_words", "external_id", "reason",
        )  # fmt: skip
