"""Severities, impact and urgency as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.serializers import RecordSerializer
from incidents.models import (
    Level,
    Severity,
)

_LEVELS = {level.name.lower(): level for level in Level}


@extend_schema_field({"type": "string", "enum": list(_LEVELS)})
class LevelField(serializers.ChoiceField):
    """ITIL's three steps as words: high, medium, low; 1, 2, 3 are taken too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(_LEVELS), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The level."""
        if isinstance(data, int) and not isinstance(data, bool) and data in Level.values:
            return Level(data)
        return _LEVELS[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        """The word."""
        return Level(value).name.lower()


class SeveritySerializer(RecordSerializer):
    """What a degree of trouble means and sets in motion."""

    class Meta:
        model = Severity
        fields = (
            "id", "rank", "name", "title", "description", "is_major", "pages", "urgency", "needs_prevention",
            "confirms_restore", "postmortem_days", "review_seats",
        )  # fmt: skip
