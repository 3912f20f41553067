"""The load of a team or a schedule as the API shows it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.serializers import Day, InputSerializer, OutputSerializer
from oncall.schedules.fairness import CATEGORIES, as_decimal
from oncall.serializers.people import PersonSerializer


class DaysSerializer(InputSerializer):
    """Days in the team's time zone, both included."""

    since = Day()
    until = Day()


@extend_schema_field({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,6})?$"})
class RatioField(serializers.Field[Any, Any, Any, Any]):
    """A number with up to six decimal places, as text, to keep precision."""

    def to_representation(self, value: Any) -> str:
        """In plain digits."""
        return f"{as_decimal(value):f}"


class LoadFiguresSerializer(OutputSerializer):
    """The load of one person over the days or, without `person`, of several together; times are minutes."""

    person = PersonSerializer(source="user", allow_null=True)
    people = serializers.IntegerField()
    fte = serializers.DecimalField(max_digits=3, decimal_places=2, allow_null=True)
    minutes = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(CATEGORIES))
    total = serializers.IntegerField()
    target = RatioField()
    deviation = RatioField()
    of_time = RatioField()
    shifts = serializers.IntegerField()
    incidents_per_shift = RatioField()
    pages = serializers.IntegerField()
    night_pages = serializers.IntegerField()


class ExcessSerializer(OutputSerializer):
    """A limit that a person exceeds."""

    code = serializers.CharField()
    message = serializers.CharField(source="sentence")
    person = serializers.IntegerField(source="user")


class LoadSerializer(OutputSerializer):
    """Minutes against a fair share, pages, and exceeded limits; as far as the caller may read them."""

    since = serializers.DateField(source="first_day")
    until = serializers.DateField(source="last_day")
    zone = serializers.CharField()
    people = LoadFiguresSerializer(many=True)
    others = LoadFiguresSerializer(allow_null=True)
    total = LoadFiguresSerializer(allow_null=True)
    balance = RatioField(allow_null=True)
    warnings = ExcessSerializer(source="excesses", many=True)
